/* SPDX-License-Identifier: ISC */
/*
 * How a directory spells a name. Where it takes other letters for the same,
 * or leaves some out, a rule on names must know what it is really called. No
 * type of file system tells that: the directory is asked.
 */
#ifndef PATHS_SPELLING_H
#define PATHS_SPELLING_H

#include <limits.h>
#include <stdbool.h>

#include "os/fs.h"
#include "paths/locate.h"

/*
 * Writes to `to`, of NAME_MAX + 1 bytes, how an entry of that directory is
 * spelled. What is missing is spelled as it is asked for; `creates` says that
 * it is to be made. As soon as a directory is met that takes capitals for small
 * letters `folds` of the session is set, and rules compare all names so. Returns 0 or
 * -errno: -EACCES where the spelling cannot be told.
 */
int	 spelling_find(struct fs *, int dirfd, const char *name,
	    bool creates, char *to);

/*
 * Remembers that the directory which is open has that name, spelled by those
 * above it; and tells whether that is known of a directory and a name. Of the
 * last few, and of no file: a listing would be read again for each request.
 */
void	 spelling_remember(int fd, const char *name);
bool	 spelling_is_known(int fd, const char *name);

#endif
