/* SPDX-License-Identifier: ISC */
/*
 * Resolving paths: from a path to a directory beneath the session's root, and
 * from a path to its real name.
 */
#ifndef PATHS_RESOLVE_H
#define PATHS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "paths/locate.h"

/* Limits on the links in one path. */
#define OPENSSH_LINKS	33	/* in REALPATH, as OpenSSH */
#define KERNEL_LINKS	40	/* as path_resolution(7) */

/*
 * Walks a path component by component, opening each without following links and
 * following links by their text. `path` is the result so far, absolute and
 * without links. `pass`, if not NULL, is called before a component is opened,
 * in the directory `dirfd`.
 */
struct trail {
	struct fs	*fs;		/* whose rules apply; NULL for none */
	int		 root;		/* O_PATH of "/"; -1: only compute the
					 * path and let the kernel resolve it */
	char		*path;		/* PATH_MAX bytes, `len` used */
	size_t		 len;
	int		 dirfd;		/* of the end of `path`, or -1 */
	int		 base;		/* the caller's descriptor, which stays
					 * open; or -1 */
	int		 links;		/* followed so far */
	int		 max_links;
	bool		 dirs;		/* each component must be a directory;
					 * otherwise the last may be missing */
	void		(*pass)(struct trail *, const char *name);
	void		*arg;		/* for `pass` */
};

/*
 * Walks a path of at most PATH_MAX - 1 bytes from the end of the trail. Returns
 * 0, or -errno with the failed component at the end of the trail. The caller
 * calls trail_close() in both cases.
 */
int	 trail_walk(struct trail *, const char *path);

/*
 * Opens the directory that the first `len` bytes of `path` name as `dirfd`,
 * unless it is open. Returns 0 or -errno.
 */
int	 trail_open(struct trail *, size_t len);

/* Closes `dirfd` unless it is `base`. */
void	 trail_close(struct trail *);

/*
 * Opens the directory that contains the trail's last component with O_PATH.
 * *name is set to that component, "" for the root. Returns a descriptor or
 * -errno.
 */
int	 trail_parent(const struct trail *, const char **name);

/*
 * Opens a directory by its absolute path as the session sees it, with O_PATH.
 * Links are resolved beneath the root, and `..` stops there. If the session has
 * rules on names, `resolved`, of PATH_MAX bytes, becomes the path without
 * links. Returns a descriptor or -errno.
 */
int	 resolve_open(struct fs *, const char *path, char *resolved);

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
