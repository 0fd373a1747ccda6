/* SPDX-License-Identifier: ISC */
/*
 * files.atomic: OPEN writes a file that it makes or empties to a temporary file
 * beside it, which CLOSE or RENAME gives the visible name. Until then that name
 * means the temporary file in this session: gate.c replaces the place of the
 * name, so that most handlers need not know. These functions are for the
 * others.
 */
#ifndef REQUEST_ATOMIC_H
#define REQUEST_ATOMIC_H

#include "request/make.h"
#include "request/request.h"
#include "request/session.h"

/*
 * Returns the temporary file that the place means, or NULL. The place is then
 * that of the temporary file, for as long as nothing else of the request runs.
 */
struct temp *atomic_find(struct session *, struct place *);

/*
 * Make the place of a path whose last name is that of an upload of the session.
 * A link that another session has put there is not followed. The request holds
 * a reference to the temporary file until its end, since the place is its own.
 * Return false if there is no such upload.
 */
bool	atomic_locate(struct session *, struct operand *);

/*
 * Find the temporary files to which links lead from the located paths of the
 * request, which holds a reference to each in the same way.
 */
void	atomic_resolve(struct session *, struct request *);

/*
 * Finds the temporary file that an earlier session kept for an object that does
 * not exist, once the ruling is complete. Costs a look at the path where
 * files.atomic is keep, and nothing elsewhere.
 */
void	atomic_resolve_kept(struct session *, struct request *);

/* Moves a place to another, and leaves alone how the client named it. */
void	atomic_stand_in(struct place *asked, const struct place *at);

/*
 * Opens the i-th path as make_open() does, if it means a temporary file or is
 * to get one: q->operand[i] then has it and its place. Returns the descriptor,
 * -errno, or ATOMIC_IN_PLACE if the caller is to open the file itself.
 */
#define ATOMIC_IN_PLACE	INT32_MAX
int	atomic_open(struct session *, struct request *, int i, int flags,
	    mode_t, struct making *);

#endif
