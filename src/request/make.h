/* SPDX-License-Identifier: ISC */
/*
 * Makes files and directories with the modes that the ruling gives them and, if
 * it says so, so that they survive a crash.
 */
#ifndef REQUEST_MAKE_H
#define REQUEST_MAKE_H

#include <limits.h>

#include "request/request.h"
#include "request/session.h"

/* The result of make_open(). */
struct making {
	bool		 made;		/* by us, just now */
	struct place	 at;		/* where it is, behind a link if any */
	char		 real[PATH_MAX];
};

/*
 * Opens the i-th path of the request; a new file gets `mode`, as the ruling
 * changes it. m->made is only found out where it matters, since it takes one
 * more call. Returns a descriptor or -errno.
 */
int	make_open(struct session *, const struct request *, int i, int flags,
	    mode_t mode, struct making *);

/*
 * Sets the owner, group, mode, ACL and space of a file or directory that was
 * just made. Returns 0 or the outcome.
 */
int	make_finish(const struct request *, const struct place *, bool dir);

/*
 * Remembers that the session made this file or directory, if that gives it any
 * rights: `rights` are those that it does not have anyway.
 */
void	make_own(struct session *, const struct place *, unsigned rights);

/*
 * Writes a file that is to be renamed to stable storage: through a handle that
 * writes to it, if there is one, so that the handle learns of an error. Returns
 * 0 or -errno; 0 for what is no regular file.
 */
int	make_stored(struct session *, const struct request *);

/*
 * Gives a symbolic link that was just made the group of the ruling. Not every
 * file system can; a failure is only logged.
 */
void	make_link_finish(const struct request *, const struct place *);

/* Bits for make_settled(): the first and the second path. */
#define NAMES_FIRST	0x1u
#define NAMES_SECOND	0x2u

/*
 * Returns the outcome. If that is 0 and the ruling asks for it, writes the
 * directories in which those names changed to stable storage before, and
 * returns 0 or -errno.
 */
int	make_settled(const struct request *, unsigned names, int outcome);

#endif
