/* SPDX-License-Identifier: ISC */
/* Opens a file that nobody but root, or one other, can have written. */
#ifndef CONF_SAFE_OPEN_H
#define CONF_SAFE_OPEN_H

#include <sys/types.h>

#include "conf/error.h"

#define TRUST_ABSENT	-2	/* there is no such name */

/*
 * Opens `path` for reading. The file, each directory above it and each link
 * on the way must belong to root or to the owner of this program, who is looked
 * up when something is not root's, and be writable by nobody else; a sticky
 * directory is fine. What is checked is what is opened: each component through the
 * descriptor of the one above. Returns a descriptor of a regular file and its
 * size, TRUST_ABSENT, or -1 with the mistake's text.
 */
int	trust_open(const char *path, off_t *size, struct mistake *);

#endif
