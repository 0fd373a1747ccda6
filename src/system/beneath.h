/* SPDX-License-Identifier: ISC */
/*
 * From a path to a directory of a walking session, and from a path to its
 * real name. For walk.c and fs.c; nobody else needs a path resolved.
 */
#ifndef SYSTEM_BENEATH_H
#define SYSTEM_BENEATH_H

#include "system/fs.h"

/*
 * Opens the directory of that absolute path, as the session sees it, with
 * O_PATH: links lead nowhere but beneath the root, `..` stops there. Where
 * the session has rules on names, `resolved` (PATH_MAX bytes) is its name
 * without links. Returns a descriptor or -errno.
 */
int	 beneath_open(const struct fs *, const char *path, char *resolved);

/* Has this system openat2(2), or has somebody taken it away? */
bool	 beneath_has_openat2(const struct fs *);

/*
 * The name of a directory beneath the root, as /proc knows it; false if that
 * cannot be told. `to` has PATH_MAX bytes.
 */
bool	 beneath_name(const struct fs *, int fd, char *to);

/*
 * May that link be followed, as the policy and the kernel's protection of
 * sticky directories have it? Returns 0 or -errno.
 */
int	 beneath_may_follow(const struct fs *, int dirfd, const char *name);

/* Is that on a procfs? There are links and files there that are none. */
bool	 beneath_is_proc(int fd);

/*
 * Are names in that directory found whatever their case? Of a directory that
 * is so by its own flag that is known only if it can be opened.
 */
bool	 beneath_folds(int dirfd);

/*
 * Does a rule hide that absolute, resolved name? Always false where there
 * are no such rules.
 */
bool	 beneath_hides(const struct fs *, const char *name);

#endif
