/* SPDX-License-Identifier: ISC */
/*
 * Files that shells, ssh and PAM read from the home directory when its user
 * logs in: whoever can write one of them runs what he likes.
 *
 * The home directory is known by its identity, by whatever mount it is
 * reached, and, present or not, by its name: the directories that its path
 * leads through, and the name in each. Below it names count. So do the names
 * that links lead to: they are looked for at the first change, and again when
 * the home directory was changed, but not within a second. The inode of a
 * file counts nowhere, since the next file may get its number.
 */
#ifndef PATHS_STARTUP_H
#define PATHS_STARTUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/fs.h"
#include "paths/locate.h"

/*
 * What a request would change, mildest first: the attributes of what is there;
 * also whether there is an empty directory; anything else.
 */
enum startup_change {
	STARTUP_ATTRS, STARTUP_DIR, STARTUP_ANY,
	STARTUP_NOTHING		/* milder than no change is protected from */
};

#define STARTUP_NAMES	128	/* of directories above home, and of links */

struct startup {
	bool		 on;
	bool		 full;		/* more names than fit: all of it is
					 * protected */
	const char	*home;		/* its path; lives as long as this */
	struct fs_id	 at;		/* its identity; all 0 if missing */
	struct statx_timestamp changed;	/* its ctime when links were noted */
	uint64_t	 noted;		/* ms, of clock_ms(): when they were */
	bool		 settled;	/* and that ctime was long past: a later
					 * change has another */
	struct fs_id	 free;		/* a directory that is none of it ... */
	uint64_t	 freed;		/* ... as was found out at this time */

	/* Names in directories, which changes are refused from here on. */
	struct startup_name {
		struct fs_id	 dir;
		enum startup_change from;	/* ATTRS: and all below it */
		char		 name[NAME_MAX + 1];
	}		 name[STARTUP_NAMES];
	int		 names;
};

/* Begins to protect what is in that home, which need not exist. */
void	startup_begin(struct startup *, const char *home);

/*
 * True if that change of the place, or of what it names, is to be refused. It
 * is also when that cannot be told.
 */
bool	startup_protects(struct startup *, struct fs *,
	    const struct place *, enum startup_change);

#endif
