/* SPDX-License-Identifier: ISC */
/*
 * From a path to a directory of a walking session, and from a path to its
 * real name. For walk.c and fs.c; nobody else needs a path resolved.
 */
#ifndef PATHS_RESOLVE_H
#define PATHS_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "paths/locate.h"

/* How many links a path may lead by. */
#define OPENSSH_LINKS	33	/* in REALPATH */
#define KERNEL_LINKS	40	/* in path_resolution(7) */

/*
 * The walker: a path under construction, absolute and without links, and how
 * much of it is there. Each component is opened by itself, none through a
 * link; links are followed by their text. `pass` is called before a component
 * is opened, and finds the directory that it stands in at `dirfd`.
 */
struct trail {
	struct fs	*fs;		/* its rules hold; NULL for none */
	int		 root;		/* O_PATH of "/"; -1 leaves opening to
					 * the kernel, and so `dirfd` closed */
	char		*path;		/* PATH_MAX bytes, `len` of them used */
	size_t		 len;
	int		 dirfd;		/* the directory at the end of `path`;
					 * -1 if it is to be opened anew */
	int		 base;		/* a descriptor of the caller's, which
					 * stays open; or -1 */
	int		 links;		/* followed so far */
	int		 max_links;
	bool		 dirs;		/* only directories will do; otherwise
					 * the last component may be missing */
	void		(*pass)(struct trail *, const char *name);
	void		*arg;		/* for `pass` */
};

/*
 * Follows a path of at most PATH_MAX - 1 bytes to its end, from the end of
 * the trail. Returns 0 or -errno; the trail then ends in the component that
 * failed. Either way trail_close() is due.
 */
int	 trail_walk(struct trail *, const char *path);

/*
 * Opens the directory of the first `len` bytes of `path` at `dirfd`, if none
 * is open there. Returns 0 or -errno.
 */
int	 trail_open(struct trail *, size_t len);

/* Closes `dirfd` unless it is `base`. */
void	 trail_close(struct trail *);

/*
 * Opens the directory that the trail's last component stands in, as an O_PATH
 * descriptor; *name is that component, "" for the root. Returns a descriptor
 * or -errno.
 */
int	 trail_parent(const struct trail *, const char **name);

/*
 * Opens the directory of that absolute path, as the session sees it, with
 * O_PATH: links lead nowhere but beneath the root, `..` stops there. Where
 * the session has rules on names, `resolved` (PATH_MAX bytes) is its name
 * without links. Returns a descriptor or -errno.
 */
int	 resolve_open(struct fs *, const char *path, char *resolved);

/* Has this system openat2(2), or has somebody taken it away? */
bool	 resolve_has_openat2(struct fs *);

/*
 * The name of a directory beneath the root, as /proc knows it; false if that
 * cannot be told. `to` has PATH_MAX bytes.
 */
bool	 resolve_name(struct fs *, int fd, char *to);

/*
 * May that link be followed, as the policy and the kernel's protection of
 * sticky directories have it? Returns 0 or -errno.
 */
int	 resolve_may_follow(struct fs *, int dirfd, const char *name);

/*
 * Does a rule hide that absolute, resolved name? Always false where there
 * are no such rules.
 */
bool	 resolve_hides(struct fs *, const char *name);

#endif
