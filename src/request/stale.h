/* SPDX-License-Identifier: ISC */
/*
 * Stale silly names: those that a killed session left behind (hidden.h). Only
 * a session whose policy makes such names removes them, where it may delete,
 * and only its own user's: as it lists a directory, at its first upload into
 * one, and with the directory.
 */
#ifndef REQUEST_STALE_H
#define REQUEST_STALE_H

#include <stdbool.h>
#include <stdint.h>

#include "os/fs.h"

struct temp;
struct request;
struct session;

/* Directories that this session has uploaded into: the latest are known. */
#define STALE_DIRS	16

struct stale {
	struct stale_dir {
		uint64_t	 dev, ino;
		uint64_t	 off;		/* where to go on; 0: at the end */
	}		 dir[STALE_DIRS];
	unsigned	 next;			/* to be forgotten */
};

/* The time in the directory that a READDIR lists, asked for at most once. */
struct stale_clock {
	bool		 asked;
	int64_t		 now;
};

/*
 * READDIR: removes an entry of the directory, which has a silly name of the
 * session's user, if it is stale.
 */
void	stale_entry(struct session *, struct stale_clock *, int dirfd,
	    const char *name, const struct statx *);

/*
 * OPEN: an upload has begun, whose temporary file was just made. Removes what
 * is stale beside it, some hundred entries at a time.
 */
void	stale_beside(struct session *, const struct temp *);

/*
 * RMDIR: removes what is stale or kept in a directory, if it holds nothing
 * else. Returns 0 when it is empty then; otherwise -ENOTEMPTY, with a message
 * if an upload is under way.
 */
int	stale_empty(struct session *, struct request *, const struct place *dir);

#endif
