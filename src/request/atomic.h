/* SPDX-License-Identifier: ISC */
/*
 * files.atomic: what OPEN makes or empties is written to a part beside it,
 * which CLOSE or RENAME gives the visible name. Until then that name means
 * the part in this session: the gate puts the part's place where a request
 * has the name, so that handlers need not know; these are for those that do.
 */
#ifndef REQUEST_ATOMIC_H
#define REQUEST_ATOMIC_H

#include "request/request.h"
#include "request/session.h"

/* Does the place mean a part? Then it is where that is, from now on. */
struct part *atomic_find(const struct session *, struct place *);

/* The gate, once paths are resolved: which of them mean a part? */
void	atomic_resolve(struct session *, struct request *);

/*
 * The gate, after a request that found nothing under its first path: has an
 * earlier session kept a part for it? Then it is to be run again.
 */
bool	atomic_find_kept(struct session *, struct request *);

/* The gate, with the answer: forgets what the request has held. */
void	atomic_end(struct request *);

/*
 * OPEN, before it: decides whether it is for a part, and makes place[0] and
 * *flags those to open. 0 or the outcome; *part is NULL for what is written
 * in place.
 */
int	atomic_open(struct session *, struct request *, int *flags,
	    struct part **);

/* OPEN failed: returns its error. */
int	atomic_cancel(struct part *, int error);

/* OPEN has a handle: the part is the handle's, whatever comes of it now. */
int	atomic_opened(struct request *, struct handle *, struct part *);

/* OPEN, to remove it at once: it goes on as a file without a name. */
int	atomic_remove(struct part *);

/* CLOSE: is there anything to publish? And does it, in steps. */
bool	atomic_wants_close(const struct request *);
int	atomic_close(struct session *, struct request *);

/*
 * RENAME, before it. 0, the outcome, or ATOMIC_DONE when there is nothing to
 * do.
 */
#define ATOMIC_DONE	INT32_MAX
int	atomic_rename(struct request *);

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
