/* SPDX-License-Identifier: ISC */
/*
 * Resolving a path component by component, following links by their text. In
 * this room only locate.c also follows a link, the last of a path. REALPATH,
 * sessions with hidden names, the protection of startup files, the policy file
 * and kernels without openat2(2) need this.
 */
#ifndef PATHS_TRAIL_H
#define PATHS_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

struct fs;
struct statx;

/* Limits on the links in one path. */
#define OPENSSH_LINKS	33	/* in REALPATH, as OpenSSH */
#define KERNEL_LINKS	40	/* as path_resolution(7) */

/*
 * Limit on the components that one path may take to be opened. Each ".." opens
 * those above it again: a path of 4096 bytes could take 400,000, half a second.
 */
#define TRAIL_OPENED	16384

/*
 * A path that is resolved component by component: each is opened without
 * following links, and links are followed by their text. `path` is the result
 * so far, absolute and without links.
 *
 * `pass`, if not NULL, is called for each component in the directory `dirfd`,
 * links included, and again for one that is opened again because of a "..". If
 * `r` is 0, *st describes the component as it was opened; otherwise `r` is
 * -errno. The resolution goes on with the value that `pass` returns, 0 or
 * -errno, in place of `r`, so that `pass` can refuse a component.
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
	int		 opened;	/* components so far */
	bool		 dirs;		/* each component must be a directory;
					 * otherwise the last may be missing */
	int		(*pass)(struct trail *, const char *name, int r,
			    const struct statx *st);
	void		*arg;		/* for `pass` */
	const char	*rest;		/* for `pass`: what follows the
					 * component, "" for the last; NULL if
					 * it is opened again */
};

/*
 * Resolves a path of at most PATH_MAX - 1 bytes from the end of the trail.
 * Returns 0, or -errno with the failed component at the end of the trail:
 * -ENAMETOOLONG for a path that takes too many to be opened. The caller calls
 * trail_close() in both cases.
 */
int	 trail_resolve(struct trail *, const char *path);

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

#endif
