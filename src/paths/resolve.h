/* SPDX-License-Identifier: ISC */
/*
 * Resolving paths: from a path to a directory beneath the session's root, and
 * from a path to its real name.
 */
#ifndef PATHS_RESOLVE_H
#define PATHS_RESOLVE_H

#include <stdbool.h>

#include "os/fs.h"
#include "paths/locate.h"

/*
 * Opens a directory by its absolute path as the session sees it, with O_PATH.
 * Links are resolved beneath the root, and `..` stops there. If the session has
 * rules on names, `resolved`, of PATH_MAX bytes, becomes the path without
 * links. Returns 0, or -errno with `*to` unchanged.
 */
int	 resolve_open(struct fs *, const char *path, struct fs_dir *to,
	    char *resolved);

/*
 * Makes a path absolute and free of links, `.` and `..`, as OpenSSH's REALPATH
 * does: the last component may be missing. `to` has PATH_MAX bytes. Returns 0
 * or -errno.
 */
int	 resolve_real(struct fs *, const char *path, char *to);

/*
 * As resolve_real(), for as much of the path as can be resolved; the rest is
 * appended, normalised as text. *why is the error that stopped the resolution,
 * or 0. Returns 0 or -ENAMETOOLONG.
 */
int	 resolve_real_partly(struct fs *, const char *path, char *to,
	    int *why);

/*
 * True if openat2(2) works: old kernels lack it, and system call filters may
 * block it.
 */
bool	 resolve_has_openat2(struct fs *);

/*
 * Gets the path of a directory beneath the root from /proc; false if it is
 * unknown. `to` has PATH_MAX bytes.
 */
bool	 resolve_name(struct fs *, int fd, char *to);

/*
 * Checks that the policy permits following the link, and that the kernel's
 * protection of sticky directories (protected_symlinks) would. Returns 0 or
 * -errno.
 */
int	 resolve_may_follow(struct fs *, int dirfd, const char *name);

/* True if a rule hides this absolute, resolved path. */
bool	 resolve_hides(struct fs *, const char *name);

#endif
