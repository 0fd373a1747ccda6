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
struct part *atomic_find(const struct session *, struct place *);

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

/*
 * Opens the first path for OPEN, as make_open() does, if it is or becomes a
 * part: q->part[0], at q->place[0]. Returns the descriptor, -errno, or
 * ATOMIC_IN_PLACE when the caller is to open it as it was asked for.
 */
#define ATOMIC_IN_PLACE	INT32_MAX
int	atomic_open(struct session *, struct request *, int flags, mode_t,
	    struct making *);

/* CLOSE: true if there is anything to publish; and publishes it, in steps. */
bool	atomic_wants_close(const struct request *);
int	atomic_close(struct session *, struct request *);

/*
 * RENAME, before it. 0, the outcome, or ATOMIC_DONE when there is nothing to
 * do.
 */
#define ATOMIC_DONE	INT32_MAX
int	atomic_rename(struct request *);

/*
 * REMOVE: true if the name means a file that an earlier session kept, which
 * is then given up.
 */
bool	atomic_remove(struct request *);

/* RENAME and REMOVE, done. */
void	atomic_settled(struct request *);

/*
 * hardlink: what its first path means is to have two names, so it gets the
 * first. 0 or the outcome.
 */
int	atomic_publish(struct request *);

/* rename.c: gives part[0] its name, as a RENAME would. */
int	rename_publish(struct session *, struct request *);

#endif
