/* SPDX-License-Identifier: ISC */
/*
 * The silly name of a file that RENAME replaces or REMOVE removes while handles
 * of this session, which are closed and opened again, need it. Where the file
 * cannot have one, those handles stay open and the plain call is made, as if
 * rename.open_handles were keep: the file system may well do it, as that of
 * another server like this one, which keeps silly names for itself.
 */
#ifndef REQUEST_ASIDE_H
#define REQUEST_ASIDE_H

#include <stdbool.h>

#include "request/request.h"
#include "request/session.h"

struct silly;

struct aside {
	struct silly	*silly;		/* or NULL: there is no such name */
	struct place	 place;		/* the place of that name */
	bool		 linked;	/* it is a second name already */
	bool		 tested;	/* the directory takes silly names */
	int		 away;		/* not 0: the file has that name and
					 * must go back, and this is the
					 * answer */
	unsigned	 back_delay;	/* ms before the next try to */
};

/* Makes the plain call of a RENAME or REMOVE. Returns 0 or -errno. */
int	aside_plain(struct session *, const struct request *);

/*
 * Chooses the name before any handle is closed. The target of a RENAME gets it
 * by a link, so that the target always exists; a file without links is moved to
 * it later, which an ATOMIC request does not permit.
 */
void	aside_prepare(struct session *, const struct request *,
	    struct aside *);

/*
 * Makes the call once, and moves the file aside first if it has no link. It is
 * moved back if a RENAME fails then: a refusal of that is tried again after 10,
 * 20, 40 ... ms, for which only the end of the session waits here. Else *wait
 * becomes the ms until the next call is due, and PENDING is returned. Returns 0
 * or -errno otherwise.
 */
int	aside_attempt(struct session *, const struct request *,
	    struct aside *, unsigned *wait);

/*
 * True if the call failed with r because the directory takes no silly names;
 * then there is no name from now on. The first time, this makes a file to find
 * out, unless r says that the file is in use.
 */
bool	aside_is_impossible(struct aside *, int r);

/* Releases the name. */
void	aside_end(struct aside *);

#endif
