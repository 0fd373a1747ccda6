/* SPDX-License-Identifier: ISC */
/*
 * Files that are written beside their names and get them when they are whole:
 * files.atomic in slipway.conf(5). Until then a part has a hidden name in the
 * same directory, and for the session its visible name means the part.
 */
#ifndef SYSTEM_PART_H
#define SYSTEM_PART_H

#include "system/fs.h"
#include "system/handle.h"

struct hidden;

struct part {
	LIST_ENTRY(part) others;
	struct hidden	*hidden;
	struct place	 place;		/* where it is now */
	char		*name;		/* the visible one, in that directory */
	uint64_t	 dev, ino;	/* of the directory */
	uint64_t	 old_dev, old_ino;	/* of what has the visible name
					 * and is to be replaced; or 0 */
	int		 users;		/* handles that write to it */
	bool		 pending;	/* the visible name means it */
	bool		 replaces;	/* what has the name then may go */
	bool		 kept;		/* marked: outlives the session */
	int		 error;		/* a write failed: never to be seen */
};

/*
 * A new part for the name of that place, with one user. It has no file yet:
 * who makes one at its place calls part_opened(). NULL when the directory
 * cannot be reached or there is no memory.
 */
struct part *part_new(struct handles *, const struct place *);

/* The part that an earlier session kept for that name, or NULL. */
struct part *part_adopt(struct handles *, const struct place *);

/* Makes the file, with the rights of the one that it is to replace. */
int	 part_replace(struct part *, int old);

/*
 * The file is there and `fd` writes to it: locked from now on and, when it is
 * to be kept, marked. 0 or -errno.
 */
int	 part_opened(struct part *, int fd, bool keep);

/* The part that a place of the session means, or NULL. */
struct part *part_find(const struct handles *, const struct place *);

/* The place of its visible name. */
struct place part_visible(const struct part *);

/* The name leads to a file that was not written to its end. */
void	 part_failed(struct handle *, int error);

/*
 * It has been renamed: to its name, or as the client said. Its handles go on
 * as those of any file.
 */
void	 part_published(struct part *);

/* It is not to be seen any more. What handles still need goes with the last. */
void	 part_drop(struct part *);

/*
 * A handle less writes to it. After the last it is forgotten; if it is still
 * pending it is kept, when it can be, or removed.
 */
void	 part_leave(struct part *);

/*
 * Lets go of what a file system that refuses to rename open files may find
 * open, and takes hold again. The first returns whether there was anything.
 */
bool	 part_unlock(struct part *);
void	 part_lock(struct part *, int fd);

#endif
