/* SPDX-License-Identifier: ISC */
/*
 * Making files and directories: with the modes that the ruling gives them,
 * and, where it says so, so that they outlast a crash.
 */
#ifndef REQUEST_MAKE_H
#define REQUEST_MAKE_H

#include <limits.h>

#include "request/request.h"
#include "request/session.h"

/* What make_open() opened. */
struct making {
	bool		 made;		/* by us, just now */
	struct place	 at;		/* where it is, if a link led there */
	char		 real[PATH_MAX];
};

/*
 * Opens the i-th path of the request; a file that is made is asked for with
 * `mode`, as far as the ruling lets it. Whether it was made costs a call
 * more, and is only found out where that matters. Returns a descriptor or
 * -errno.
 */
int	make_open(struct session *, const struct request *, int i, int flags,
	    mode_t mode, struct making *);

/*
 * What is left to do for what was just made, be it a file or a directory:
 * its owner, its mode, its ACL, its space. Returns 0 or the outcome.
 */
int	make_finish(const struct request *, const struct place *, bool dir);

/* Bits for make_settled(): the first path, the second. */
#define NAMES_FIRST	0x1u
#define NAMES_SECOND	0x2u

/*
 * Hands the outcome on; but if all went well, and the ruling wants it, the
 * directories in which those names changed are written to disk before, and
 * what is wrong with that is the outcome.
 */
int	make_settled(const struct request *, unsigned names, int outcome);

#endif
