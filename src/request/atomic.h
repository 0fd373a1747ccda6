/* SPDX-License-Identifier: ISC */
/*
 * files.atomic: what OPEN makes or empties is written to a part beside it,
 * which CLOSE or RENAME gives the visible name. Until then that name means
 * the part in this session: the gate puts the part's place where a request
 * has the name, so that handlers need not know; these are for those that do.
 */
#ifndef REQUEST_ATOMIC_H
#define REQUEST_ATOMIC_H

#include "request/make.h"
#include "request/request.h"
#include "request/session.h"

/*
 * Returns the part that the place means, or NULL. The place is then that of
 * the part, for as long as nothing else of the request runs.
 */
struct temp *atomic_find(struct session *, struct place *);

/*
 * The gate, once paths are resolved: finds the parts that they mean. The
 * request holds each of them to its end, since its places are theirs.
 */
void	atomic_resolve(struct session *, struct request *);

/*
 * The gate, once the ruling is complete: finds the part that an earlier
 * session kept for a first path that does not exist. Costs a look at the path
 * where files.atomic is keep, and nothing elsewhere.
 */
void	atomic_resolve_kept(struct session *, struct request *);

/* The gate, with the answer: the request lets go of its parts. */
void	atomic_end(struct request *);

/* Lets a place be where the part is, however it was asked for. */
void	atomic_stand_in(struct place *asked, const struct place *at);

/*
 * Opens the i-th path, as make_open() does, if it is or becomes a part:
 * q->operand[i].temp, whose place is there too. Returns the descriptor, -errno or
 * ATOMIC_IN_PLACE when the caller is to open it as it was asked for.
 */
#define ATOMIC_IN_PLACE	INT32_MAX
int	atomic_open(struct session *, struct request *, int i, int flags,
	    mode_t, struct making *);

#endif
