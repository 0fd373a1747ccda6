/* SPDX-License-Identifier: ISC */
/*
 * Protection of files that shells, ssh and PAM read from the home directory at
 * login. A user who can write one of them can run any command.
 *
 * The home directory is recognised by its identity, whatever mount it is
 * reached through, and, whether it exists or not, by its path: the directories
 * on the way to it and the name in each. Beneath it, files are recognised by
 * name, and so are the targets of links. Links are looked up at the first
 * change, and again when the home directory was changed since, but not within a
 * second. The inodes of files do not count, since a new file may get the number
 * of an old one.
 */
#ifndef PATHS_STARTUP_H
#define PATHS_STARTUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/fs.h"
#include "paths/locate.h"

/* The changes that a request may make, mildest first. */
enum startup_change {
	STARTUP_ATTRS, STARTUP_DIR, STARTUP_ANY,
	STARTUP_NOTHING		/* weaker than no protected change */
};

#define STARTUP_NAMES	128	/* of directories above home, and of links */

struct startup {
	bool		 on;
	bool		 full;		/* too many: protect everything */
	int		 failed;	/* -errno if descriptors or memory ran
					 * out or a link was too long: protect
					 * everything until the next look
					 * succeeds; else 0 */
	const char	*home;		/* path; must outlive this struct */
	struct fs_id	 at;		/* all zero if it is missing */
	struct statx_timestamp changed;	/* ctime at the last look at links */
	uint64_t	 noted;		/* when that was: ms of clock_ms() */
	bool		 settled;	/* that ctime was old enough that any
					 * later change has another one */
	/*
	 * The last directories that were found to be unrelated, one for each
	 * path of a request, and when: ms.
	 */
	struct startup_free {
		struct fs_id	 dir;
		uint64_t	 since;
	}		 free[2];
	int		 next_free;

	/*
	 * Names in directories that must not change, and from which change on.
	 */
	struct startup_name {
		struct fs_id	 dir;
		enum startup_change from;	/* ATTRS: and beneath */
		char		 name[NAME_MAX + 1];
	}		 name[STARTUP_NAMES];
	int		 names;
};

/* Begins to protect the files in `home`, which need not exist. */
void	startup_begin(struct startup *, const char *home);

/* A change of a place, or of the file or directory that it names. */
struct startup_target {
	struct place	 place;
	enum startup_change change;
};

/*
 * Returns the index of the first of `n` targets of a request whose change must
 * be refused, or -1 if there is none. A change is refused also if it cannot be
 * determined whether it must be; if that is so for want of descriptors or
 * memory, or for a link that is too long, `failed` has the error. Looks at the
 * home directory once.
 */
int	startup_refuses(struct startup *, struct fs *,
	    const struct startup_target *, int n);

#endif
