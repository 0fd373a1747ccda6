/* SPDX-License-Identifier: ISC */
/*
 * From a client's path to a place. Nothing else makes places of paths, so that
 * there is one file to read when the question is where a session can go.
 */
#ifndef PATHS_LOCATE_H
#define PATHS_LOCATE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "os/place.h"

struct policy;

/* How many places of a walking session there can be at one time. */
#define WALKED_MAX	6

/*
 * How the paths of a session resolve. In a plain session, one without a root
 * or any rule on names, they are the kernel's, at no cost. Otherwise they are
 * walked beneath a root, which may be "/". All zero is a plain session.
 */
struct fs {
	bool		 walks;
	bool		 confined;	/* the root is not "/" */
	bool		 names;		/* there are rules on names: every place
					 * says what it is resolved to */
	bool		 hides;		/* ... that hide some */
	bool		 no_links;	/* no symbolic link is followed */
	bool		 reserves;	/* no client makes a silly name: the
					 * session makes such names itself */
	bool		 by_component;	/* openat2(2), or /proc, is missing */
	int		 root;		/* O_PATH: what the session calls "/" */
	const struct policy *policy;	/* which names are hidden */
	bool		 folds;		/* a directory was met that takes
					 * capitals for small letters: rules
					 * compare all names so */
	char		 cwd[PATH_MAX];	/* where relative paths start */
	char		 outside[PATH_MAX]; /* the root's real name; "/" is "" */
	struct walked {
		bool	 taken;
		int	 fd;
		char	 path[PATH_MAX], resolved[PATH_MAX];
	}		 walked[WALKED_MAX];
};

/*
 * Makes the place of a client's path; `flags` are PLACE_FOLLOW,
 * PLACE_CREATES and PLACE_NAME. Returns 0, and then locate_release() is due, or
 * -errno: in a plain session only -EACCES, for a name that is reserved.
 */
int	 locate_path(struct fs *, const char *path, unsigned flags,
	    struct place *);

/*
 * The absolute name of what a place is, without links, in the session's own
 * terms; NULL in a plain session, or when it cannot be told. Lives as long as
 * the place.
 */
const char *locate_resolved(struct fs *, struct place *);

/*
 * Makes the place of an entry of an open directory, by the name that the
 * directory has now: it may have been moved since it was opened. `flags` are
 * PLACE_CREATES or 0; `name` must live as long as the place. Returns 0, and
 * then locate_release() is due, or -errno: -ENOENT when a walking session cannot
 * get there any more.
 */
int	 locate_entry(struct fs *, int dirfd, const char *name,
	    unsigned flags, struct place *);

/*
 * Puts the absolute name, as the process has it and without links, of what
 * the place's descriptor has open into `to`, of PATH_MAX bytes. Returns false
 * if that cannot be told. What was removed has a name that nothing has.
 */
bool	 locate_name(struct fs *, const struct place *, char *to);

/* Gives back what a place holds; one that holds nothing is fine. */
void	 locate_release(struct place *);

/*
 * Makes `root` what the session calls "/", from where its paths are walked.
 * Behind the first `fixed` bytes of it no link is followed. Returns 0, or
 * -errno, and in `culprit`, of PATH_MAX bytes, how far it came.
 */
int	 locate_confine(struct fs *, const char *root, size_t fixed, char *culprit);

/*
 * Makes the paths of a session obey the rules that a policy has on names: what
 * is hidden, whether links are followed, which names are reserved. The policy
 * must outlive *fs. In a walking session locate_confine() comes first.
 */
void	 locate_obey(struct fs *, const struct policy *);

/*
 * Where relative paths start: in that directory, if not NULL. Returns 0, or
 * -errno and nothing has changed.
 */
int	 locate_enter(struct fs *, const char *dir);

/*
 * Is that entry of a directory, whose resolved name this is, hidden by a
 * rule? What every directory has never is.
 */
bool	 locate_hides(struct fs *, const char *dir, const char *entry);

/*
 * The absolute name without links, `.` and `..`, as OpenSSH makes it: the
 * last component may be missing. `to` has PATH_MAX bytes.
 */
int	 resolve_real(struct fs *, const char *path, char *to);

/*
 * Makes the same of as much of the path as can be resolved; what is behind
 * that stays as it is written, but for `.`, `..` and slashes too many. *why is
 * then -errno, and otherwise 0. Returns 0 or -ENAMETOOLONG.
 */
int	 resolve_real_partly(struct fs *, const char *path, char *to,
	    int *why);

/*
 * Resolves the name that a path rule begins with, in place: absolute, of
 * PATH_MAX bytes. Links are followed in the first `fixed` bytes, and a link
 * behind them is -ELOOP: who made it is not known. What is missing stays as
 * it is written. Returns 0 or -errno.
 */
int	 locate_rule(struct fs *, char *path, size_t fixed);

#endif
