/* SPDX-License-Identifier: ISC */
/*
 * Stale silly names, which a killed session left behind: silly.h. Only a
 * session whose policy makes such names removes them, and only those of its own
 * user: as it lists a directory, after its first upload into one, and with the
 * directory. It must have the right to delete there, but for temporary files at
 * an upload: the session may make those there, and removes its own without that
 * right.
 */
#ifndef REQUEST_STALE_H
#define REQUEST_STALE_H

#include <stdbool.h>
#include <stdint.h>

#include "os/fs.h"

struct temp;
struct request;
struct session;

/* The latest directories that this session has uploaded into. */
#define STALE_DIRS	16

struct stale {
	struct stale_dir {
		uint64_t	 dev, ino;
		uint64_t	 off;		/* where to continue */
		bool		 done;		/* all of it was searched */
		bool		 due;		/* to be searched, by ... */
		int		 fd;		/* ... this O_PATH descriptor */
	}		 dir[STALE_DIRS];
	unsigned	 due;			/* number of those */
	unsigned	 next;			/* the note to be replaced
						 * next */
};

/*
 * The time by the clock of a directory's file system, asked for once a READDIR.
 */
struct stale_clock {
	bool		 asked;
	int64_t		 now;
};

/*
 * Removes an entry of a directory, a silly name of the session's user, if it is
 * stale. `uploads` says that the session uploads there: temporary files then
 * take no right.
 */
void	stale_entry(struct session *, struct stale_clock *, int dirfd,
	    const char *name, const struct statx *, bool uploads);

/*
 * Notes that the directory of an upload that has just begun is to be searched.
 * That waits until stale_sweep() is called, so that no upload takes longer for
 * it; only if there are notes on too many directories, the oldest of them is
 * searched at once.
 */
void	stale_note(struct session *, const struct temp *);

/*
 * Removes stale names from the directories that were noted; without the right
 * to delete there, temporary files only. Looks at some hundred entries of each;
 * the next upload has the search continued.
 */
void	stale_sweep(struct session *);

/*
 * Removes stale names and kept uploads from a directory that RMDIR is to
 * remove, if it holds nothing else. Returns 0 if it is empty then; otherwise
 * -ENOTEMPTY, with a message if an upload is under way.
 */
int	stale_empty(struct session *, struct request *,
	    const struct place *dir);

#endif
