/* SPDX-License-Identifier: ISC */
/*
 * files.atomic: how a temporary file gets its visible name, and how RENAME,
 * REMOVE and hardlink treat one.
 */
#ifndef REQUEST_PUBLISH_H
#define REQUEST_PUBLISH_H

#include "request/request.h"
#include "request/session.h"

/*
 * CLOSE of a handle that has a temporary file: closes it and, if it was the
 * last one, publishes the file. Returns the outcome or PENDING.
 */
int	publish_close(struct session *, struct request *);

/*
 * copy-file whose target is a temporary file that no handle has: publishes it.
 * Returns the outcome or PENDING.
 */
int	publish_copy(struct session *, struct request *);

/*
 * Prepares a RENAME of or onto a temporary file. Returns 0, the outcome, or
 * PUBLISH_DONE if there is nothing to do.
 */
#define PUBLISH_DONE	INT32_MAX
int	publish_rename(struct request *);

/*
 * Gives up the object of a REMOVE and returns true if it is a temporary file
 * that an earlier session kept; *r is the outcome.
 */
bool	publish_remove(struct request *, int *r);

/*
 * Gets the name that the system has for a directory. Returns false if the place
 * is none, and without /proc.
 */
bool	publish_knows_dir(const struct place *, char name[PATH_MAX]);

/*
 * Move temporary files out of a directory that is about to be renamed, and back
 * after that. A file system in FUSE may know open files by their paths: rclone
 * loses sight of those below such a directory, and with it what was written, if
 * they are renamed later. Do nothing on the system's own file systems.
 */
void	publish_move_out(struct session *, const struct request *);
void	publish_move_back(struct session *);

/* Updates the temporary files of a RENAME or REMOVE that succeeded. */
void	publish_settled(struct request *);

/*
 * Does a hardlink of a temporary file, which then has its visible name and the
 * new one, or neither. Returns 0 or the outcome.
 */
int	publish_link(struct request *);

/*
 * Renames the object to the target, or removes it if there is none, in steps if
 * need be. Calls `end` with the outcome. Returns PENDING, or the result of
 * `end`. Defined in rename.c.
 */
int	rename_displace(struct session *, struct request *,
	    int (*end)(struct request *, int r));

#endif
