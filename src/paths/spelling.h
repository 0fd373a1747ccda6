/* SPDX-License-Identifier: ISC */
/*
 * The spelling of names. Some directories ignore the case of letters, or drop
 * characters from names; a rule on names must then judge the name that the
 * directory lists. The type of a file system does not tell, so the directory is
 * tried.
 */
#ifndef PATHS_SPELLING_H
#define PATHS_SPELLING_H

#include <stdbool.h>

#include "os/fs.h"
#include "paths/locate.h"

/*
 * Gets the spelling of an entry of a directory into `to`, of NAME_MAX + 1
 * bytes. A missing entry keeps the spelling it was asked for; `creates` says
 * that it is to be created. Sets fs->folds once a directory ignores case, after
 * which rules ignore case in all names. Returns 0 or -errno: -EACCES if the
 * spelling cannot be determined.
 */
int	 spelling_find(struct fs *, struct fs_dir *, const char *name,
	    bool creates, char *to);

/*
 * Returns 1 if a directory is known to ignore case, so that its entries can
 * have DOS aliases, else 0 or -errno.
 */
int	 spelling_may_differ(struct fs_dir *);

/*
 * Remember that the open directory has this path, spelled as its parents list
 * it, and tell if that is known. A few directories are remembered, since
 * listings would otherwise be read again for each request.
 */
void	 spelling_remember(struct fs_dir *, const char *name);
bool	 spelling_is_known(struct fs_dir *, const char *name);

#endif
