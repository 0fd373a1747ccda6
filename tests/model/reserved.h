/* SPDX-License-Identifier: ISC */
/*
 * Files under reserved names, which clients do not see: the temporary files of
 * uploads with files.atomic, and silly names of removed files that a handle
 * still needs.
 */
#ifndef RESERVED_H
#define RESERVED_H

#include "posix.h"

/* Return the upload of a session to a name, or NOTHING. */
int	upload_find(const struct world *, int session, int dir, int name);

/* Return an upload to a name that an ended session has left, or NOTHING. */
int	upload_kept(const struct world *, int dir, int name);

/*
 * OPEN a spot, after its checks, with a handle. Return true if the handle is
 * that of an upload from then on.
 */
bool	upload_open(const struct scope *, struct world *, int session,
	    const struct spot *, const struct way *, int handle);

/*
 * CLOSE a handle of an upload; the last one publishes it. Return 0, or an errno
 * if it was kept or removed instead.
 */
int	upload_close(const struct scope *, struct world *, int handle);

/* End a handle of an upload with its session: keep or remove the upload. */
void	upload_abandon(const struct scope *, struct world *, int handle);

/* Give an upload its name. Return 0, or an errno and change nothing. */
int	upload_publish(struct world *, int upload);

/* Finish an upload to which RENAME has given another name. */
void	upload_renamed(struct world *, int upload);

/* Add a file under a reserved name. Return its number. */
int	reserved_make(struct world *, enum reserved_kind, int dir, int ino);

/* Remove the file; its handles keep the inode. */
void	reserved_remove(struct world *, int number);

/* End the use of silly names by a handle; the last one removes the file. */
void	reserved_leave(struct world *, int handle);

#endif
