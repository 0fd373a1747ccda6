/* SPDX-License-Identifier: ISC */
/*
 * Files that are written beside their names and get them when they are whole:
 * files.atomic in slipway.conf(5). Until then a temporary file has a silly
 * name in the same directory, and for the session its visible name means the
 * temporary file.
 *
 * A part is owned by those who point to it: each handle that writes to the
 * temporary file, and each request of whose places one is the part's, holds a
 * reference. The last reference that goes ends the part. So its place, its
 * name and the silly name are good for as long as somebody has it.
 */
#ifndef FILES_TEMP_H
#define FILES_TEMP_H

#include "files/handle.h"
#include "os/fs.h"

struct silly;

struct temp {
	LIST_ENTRY(temp) others;	/* while pending */
	struct handles	*session;	/* whose list that is */
	struct silly	*silly;
	struct place	 place;		/* where it is now */
	char		*name;		/* the visible one, in that directory */
	uint64_t	 dev, ino;	/* of the directory */
	uint64_t	 old_dev, old_ino;	/* of the file that has the
					 * visible name and is to be replaced;
					 * or 0 */
	int		 refs;
	struct handle	**writer;	/* the handles among them */
	int		 writers;	/* ... so many */
	bool		 pending;	/* the visible name means it */
	bool		 replaces;	/* a file that has the name then may
					 * go */
	bool		 kept;		/* marked: outlives the session */
	bool		 left;		/* ... by a session that ended in
					 * order, as far as known */
	bool		 used;		/* a handle of this session wrote */
	int		 error;		/* a write failed: never to be seen */
	bool		 dated;		/* it gets these times with its name */
	struct timespec	 times[2];
};

/*
 * Makes a part for the name of that place. It has no file yet. The caller has
 * the one reference. Returns NULL when the directory cannot be reached or
 * there is no memory.
 */
struct temp *temp_new(struct handles *, const struct place *);

/*
 * Makes a part of the temporary file that an earlier session kept for that
 * name, as temp_new() does; NULL if there is none. Reads the directory.
 */
struct temp *temp_adopt(struct handles *, const struct place *);

/*
 * Gives up the temporary file that was adopted, in favour of one that has no
 * file yet and another silly name. Returns false if there is no memory. The
 * second gives it up for good.
 */
bool	 temp_renew(struct temp *);
void	 temp_discard(struct temp *);

/* Takes a reference, and returns the part. */
struct temp *temp_hold(struct temp *);

/*
 * Drops a reference. With the last one a part that is still pending is kept,
 * when it can be, and removed otherwise.
 */
void	 temp_release(struct temp *);

/*
 * Makes the file, with the rights of the one at `at` that it is to replace, of
 * which `old` is an O_PATH descriptor, and opens it with the access of
 * `flags`. Returns the descriptor or -errno.
 */
int	 temp_create(struct temp *, const struct place *at, int old,
	    int flags);

/* Notes that the file was made at the place of the part. */
void	 temp_created(struct temp *);

/*
 * Makes an open handle one that writes to the part, which holds a reference
 * until handle_close() lets temp_leave() drop it. The file is locked from now
 * on and, when it is to be kept, marked. Returns 0, -errno, or
 * FX_LOCK_CONFLICT when another session has it.
 */
int	 temp_join(struct temp *, struct handle *, bool keep);
void	 temp_leave(struct handle *);

/*
 * Has each handle that writes to it hand on what it wrote: see fs_flush().
 * Returns 0, or the error of whatever was written to it and did not arrive.
 */
int	 temp_flush(struct temp *);

/* Returns the part that a place of the session means, or NULL. */
struct temp *temp_find(const struct handles *, const struct place *);

/* True if one has the last name of that path, in whatever directory. */
bool	 temp_has_name(const struct handles *, const char *path);

/* Returns the place of its visible name. */
struct place temp_visible(const struct temp *);

/*
 * Sets times of a pending part, as utimensat(2) takes them; `at` is the file.
 * A file system like sshfs takes the time of the last write for that of the
 * last change, by which stale names are known: there the file gets an old one
 * not before it has its name. Returns 0 or -errno.
 */
int	 temp_set_times(struct temp *, const struct place *at,
	    const struct timespec [2]);

/* Notes that the handle leads to a file that was not written to its end. */
void	 temp_failed(struct handle *, int error);

/*
 * Notes that it has been renamed, to `at`: to its name, or as the client said.
 * Its handles go on as those of any file.
 */
void	 temp_published(struct temp *, const struct place *at);

/*
 * Ends a pending part: nobody sees it any more. A file that handles still
 * need goes with the last of them.
 */
void	 temp_drop(struct temp *);

/*
 * Lets go of the lock, for which the file is open, and takes hold again: a
 * file system may refuse to rename an open file. What the close(2) says is the
 * part's error.
 */
void	 temp_unlock(struct temp *);
void	 temp_lock(struct temp *, int fd);

#endif
