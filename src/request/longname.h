/* SPDX-License-Identifier: ISC */
/* The line in the format of `ls -l` that version 3 sends with each name. */
#ifndef REQUEST_LONGNAME_H
#define REQUEST_LONGNAME_H

#include <sys/stat.h>

#include "base/buf.h"

#define LONGNAME_MAX	1023	/* OpenSSH's buffer without the NUL */

/*
 * A line whose start is kept for the next one: mode, links and owners are
 * mostly the same as before, and were half of the time that a line takes. All
 * zero, nothing is kept.
 */
struct longname {
	uint32_t	 mode, nlink, uid, gid;
	size_t		 len;		/* of `head`, or 0 */
	char		 head[LONGNAME_MAX];	/* these four */
};

/*
 * Writes the longname as a string of the protocol, byte for byte as OpenSSH
 * does, since some clients parse it.
 */
void	longname_put(struct longname *, struct buf *, const struct statx *,
	    const char *name, size_t len);

/*
 * Writes the line of a name of which only the type is known (S_IFMT bits). It
 * has every field, but with no information.
 */
void	longname_put_type(struct longname *, struct buf *, uint32_t type,
	    const char *name, size_t len);

#endif
