/* SPDX-License-Identifier: ISC */
/* Opens a file that only root, or one other user, can have written. */
#ifndef CONF_SAFE_OPEN_H
#define CONF_SAFE_OPEN_H

#include <sys/stat.h>

#include "conf/error.h"

#define SAFE_OPEN_ABSENT	-2	/* there is no such name */

/*
 * Opens `path` for reading. The file, each directory above it and each link on
 * the way must belong to root or to the owner of this program, who is looked up
 * only if something does not belong to root, and must not be writable by
 * others; sticky directories are accepted. Each component is opened through the
 * checked descriptor of the one above, so that what was checked is what is
 * opened. Returns a descriptor of a regular file and its attributes,
 * SAFE_OPEN_ABSENT, or -1 with the error's text set.
 */
int	safe_open(const char *path, struct statx *, struct error *);

#endif
