/* SPDX-License-Identifier: ISC */
/*
 * What shells, ssh and PAM read when a user logs in: who may write it runs
 * what he likes. It is known by the directories and inodes it is made of, so
 * that no other way there, be it a link, a mount or another spelling, helps.
 */
#ifndef SYSTEM_STARTUP_H
#define SYSTEM_STARTUP_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "system/fs.h"

/*
 * How something is to change. A directory on the way to what is read may get
 * other attributes; if it stands where it belongs, it may also be made, and be
 * removed when it is empty.
 */
enum startup_change { STARTUP_ATTRS, STARTUP_DIR, STARTUP_ANY };

#define STARTUP_ENTRIES	128	/* names, with those that links lead by */
#define STARTUP_DIRS	4	/* directories that are looked into again */

struct startup {
	bool		 on;
	bool		 full;		/* more names than fit: all of it */
	int		 home;		/* O_PATH, only to look from */
	struct startup_id {
		uint64_t	 dev, ino;
	}		 at;		/* ... which is this */
	struct startup_seen {
		struct startup_id id;
		int64_t		 changed;
		uint32_t	 changed_ns;
	}		 seen[STARTUP_DIRS], scanned;
	uint64_t	 noted;		/* ms */

	/* Names in directories: what is read, or on the way there. */
	struct startup_entry {
		struct startup_id dir;
		bool		 way, open;	/* on the way; may be made */
		char		 name[NAME_MAX + 1];
	}		 entry[STARTUP_ENTRIES];
	int		 entries, above;	/* the first are above home */

	/* What is read, by whatever name. */
	struct startup_id final[STARTUP_ENTRIES];
	int		 finals;
};

/* Protects what is in that home, if it can be opened. */
void	startup_begin(struct startup *, const char *home);

/* May that place, or what it is, not be changed so? */
bool	startup_protects(struct startup *, const struct place *,
	    enum startup_change);

#endif
