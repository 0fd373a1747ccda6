/* SPDX-License-Identifier: ISC */
/*
 * From a client's path to a place (os/place.h). No other module makes places of
 * paths, so locate.c and resolve.c are the files to read for where a session
 * can go.
 */
#ifndef PATHS_LOCATE_H
#define PATHS_LOCATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "os/fs.h"
#include "os/place.h"

struct policy;

/* Limit on resolved places that a session holds at a time. */
#define HOLDS_MAX	6

/*
 * The session's view of the file system. In a session without a root and
 * without rules on names, the kernel resolves paths, at no cost. In all others
 * paths are resolved beneath a root, which may be "/". All zero is the former.
 */
struct fs {
	bool		 resolves;	/* paths are resolved here, not by the
					 * kernel */
	bool		 confined;	/* the root is not "/" */
	bool		 names;		/* rules on names exist: each place gets
					 * `resolved` */
	bool		 hides;		/* some rule hides names */
	bool		 no_links;	/* no symbolic link is followed */
	bool		 reserves;	/* clients cannot create silly names,
					 * since the session does */
	bool		 by_component;	/* openat2(2) or /proc is missing */
	int		 root;		/* O_PATH directory that the session
					 * sees as "/" */
	const struct policy *policy;	/* which names are hidden */
	bool		 folds;		/* some directory ignores case; from
					 * then on rules ignore it everywhere */
	char		 cwd[PATH_MAX];	/* start of relative paths */
	char		 outside[PATH_MAX]; /* root's real path; "" for "/" */
	struct hold {
		bool	 taken;
		struct held_dir *dir;	/* or NULL */
		size_t	 path_len;	/* of the directory's path in `path` */
		size_t	 resolved_len;	/* ... and in `resolved` */
		char	 path[PATH_MAX], resolved[PATH_MAX];
	}		 holds[HOLDS_MAX];
	/* Their directories. Two places of a request can share one. */
	struct held_dir {
		unsigned users;
		struct fs_dir open;
	}		 dirs[HOLDS_MAX];
};

/*
 * Makes the place of a client's path. `flags` are PLACE_FOLLOW, PLACE_CREATES
 * and PLACE_NAME. Returns 0, after which the caller calls locate_release(), or
 * -errno. If paths are not resolved, the only error is -EACCES for a reserved
 * name.
 */
int	 locate_path(struct fs *, const char *path, unsigned flags,
	    struct place *);

/*
 * As locate_path(), for the second path of a request. If the text before its
 * name is that of `first`, the place of the first path, both get the one
 * directory that was opened for `first`.
 */
int	 locate_second(struct fs *, const char *path, unsigned flags,
	    const struct place *first, struct place *);

/*
 * Returns the directory of a resolved place, which knows its identity once it
 * was asked for, or NULL if the place is not resolved or was given another
 * directory.
 */
struct fs_dir *locate_dir(const struct place *);

/*
 * Makes the place of an entry of an open directory, by the directory's current
 * path, since it may have been moved after it was opened. `flags` are
 * PLACE_CREATES or 0; `name` must live as long as the place. Returns 0, after
 * which the caller calls locate_release(), or -errno: -ENOENT if paths are
 * resolved and the directory cannot be reached any more.
 */
int	 locate_entry(struct fs *, int dirfd, const char *name,
	    unsigned flags, struct place *);

/*
 * Gets the absolute path, as the process sees it and without links, of the file
 * that the place's descriptor refers to. `to` has PATH_MAX bytes. Returns false
 * if the path is unknown. For a removed file, the path names nothing.
 */
bool	 locate_name(struct fs *, const struct place *, char *to);

/* Closes the descriptors of a place; a place without any is fine. */
void	 locate_release(struct place *);

/*
 * Makes `root` the directory that the session sees as "/" and resolves its
 * paths from there on. Links are followed only in the first `fixed` bytes of
 * `root`. Returns 0, or -errno with the path that failed in `culprit`, of
 * PATH_MAX bytes.
 */
int	 locate_confine(struct fs *, const char *root, size_t fixed,
	    char *culprit);

/*
 * Makes the paths of a session obey the rules that a policy has on names: which
 * names are hidden or reserved, and whether links are followed. The policy must
 * outlive *fs. If the session resolves paths, locate_confine() comes
 * first.
 */
void	 locate_obey(struct fs *, const struct policy *);

/*
 * Makes `dir` the start of relative paths; NULL keeps the current directory.
 * Returns 0, or -errno with nothing changed.
 */
int	 locate_enter(struct fs *, const char *dir);

/*
 * True if a rule hides this entry of a directory, whose resolved path is `dir`.
 * "." and ".." are never hidden.
 */
bool	 locate_hides(struct fs *, const char *dir, const char *entry);

/*
 * Resolves the beginning of a path rule's pattern, an absolute path, in place:
 * `path` has PATH_MAX bytes. Links are followed in the first `fixed` bytes. A
 * link after them is -ELOOP, since any user may have made it. Missing
 * components stay as written. Returns 0 or -errno.
 */
int	 locate_rule(struct fs *, char *path, size_t fixed);

#endif
