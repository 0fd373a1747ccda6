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
	const char	*home;		/* path; must outlive this struct */
	struct fs_id	 at;		/* all zero if it is missing */
	struct statx_timestamp changed;	/* ctime at the last look at links */
	uint64_t	 noted;		/* when that was: ms of clock_ms() */
	bool		 settled;	/* that ctime was old enough that any
					 * later change has another one */
	struct fs_id	 free;		/* a directory known to be unrelated */
	uint64_t	 freed;		/* when it was found to be: ms */

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

/*
 * True if this change of the place, or of what the place names, must be
 * refused. Also true if that cannot be determined.
 */
bool	startup_protects(struct startup *, struct fs *,
	    const struct place *, enum startup_change);

#endif
