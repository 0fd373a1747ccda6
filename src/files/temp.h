/* SPDX-License-Identifier: ISC */
/*
 * Temporary files of uploads that become visible when they are complete:
 * files.atomic in slipway.conf(5). Until it is published, a temporary file has
 * a silly name in the target's directory, and within the session the visible
 * name means the temporary file.
 *
 * A struct temp is reference-counted: each handle that writes to the file and
 * each request with a place that is its place holds a reference. The last
 * reference ends the temporary file. Its place, its name and its silly name are
 * valid while a reference exists.
 */
#ifndef FILES_TEMP_H
#define FILES_TEMP_H

#include "files/handle.h"
#include "os/fs.h"

struct silly;

struct temp {
	LIST_ENTRY(temp) others;	/* in handles.temps, while pending */
	struct handles	*session;	/* which handles */
	struct silly	*silly;
	struct place	 place;		/* its current place */
	char		*name;		/* visible name in that directory */
	int		 old;		/* O_PATH of the file to be replaced,
					 * which has the visible name, or -1.
					 * Closed before that happens: NFS
					 * gives a file another name before it
					 * replaces one that is in use, and for
					 * a moment there would be none. */
	int		 refs;
	struct handle	**writer;	/* handles that write to it ... */
	int		 writers;	/* ... and their number */
	bool		 pending;	/* the visible name means this file */
	bool		 replaces;	/* may replace a file that has the name
					 * when it is published */
	bool		 kept;		/* marked: outlives the session */
	bool		 left;		/* ... by a session that ended properly,
					 * as far as is known */
	bool		 used;		/* this session wrote to it */
	struct silly	*away;		/* while its directory is renamed, its
					 * name outside, or NULL */
	struct place	 away_place;	/* the place of that name */
	int		 error;		/* a write failed: never published */
	bool		 timed;		/* the client set times */
	bool		 dated;		/* `times` are set when published ... */
	bool		 watched;	/* ... or if the rename changes them */
	struct timespec	 times[2];
};

/*
 * Makes a temporary file for the name of a place. Its file does not exist yet.
 * The caller gets the only reference. Returns NULL if the directory cannot be
 * opened or memory runs out.
 */
struct temp *temp_new(struct handles *, const struct place *);

/*
 * As temp_new(), but takes over the temporary file that an earlier session kept
 * for the name. Returns NULL if there is none. Reads the directory.
 */
struct temp *temp_adopt(struct handles *, const struct place *);

/*
 * Give up the file that temp_adopt() took over. temp_renew() replaces it by a
 * new silly name without a file, and returns false when memory runs out; after
 * temp_discard() there is no file, unless it returns -errno.
 */
bool	 temp_renew(struct temp *);
int	 temp_discard(struct temp *);

/* Takes a reference and returns its argument. */
struct temp *temp_hold(struct temp *);

/*
 * Drops a reference. The last one keeps a file that is still pending, if it can
 * be kept, and removes it otherwise.
 */
void	 temp_release(struct temp *);

/*
 * Creates the file with the owner, group, ACL and mode of the file to be
 * replaced, which is at `at` and open as `old` with O_PATH. Opens it with the
 * access mode in `flags`. Returns a descriptor, after which `old` belongs to
 * the temporary file, or -errno.
 */
int	 temp_create(struct temp *, const struct place *at, int old,
	    int flags);

/*
 * Makes a handle a writer of the temporary file. It holds a reference, which
 * handle_close() drops by temp_leave(). The file is locked from now on and,
 * with `keep`, marked. Returns 0, -errno, or FX_LOCK_CONFLICT if another
 * session has locked it.
 */
int	 temp_join(struct temp *, struct handle *, bool keep);
void	 temp_leave(struct handle *);

/*
 * Comes before the descriptor of a handle is closed: a writer's may have the
 * lock.
 */
void	 temp_closing(const struct handle *);

/*
 * Makes the file system report the errors of all writers: see fs_flush().
 * Returns 0, or the error of any write to the temporary file that was lost.
 */
int	 temp_flush(struct temp *);

/* Returns the temporary file that a place means, or NULL. */
struct temp *temp_find(const struct handles *, const struct place *);

/*
 * True if the path's last component is the name of some temporary file, in any
 * directory.
 */
bool	 temp_has_name(const struct handles *, const char *path);

/* Returns the place of the visible name. */
struct place temp_visible(const struct temp *);

/*
 * Sets the times of a pending file, as utimensat(2); `at` is its place. sshfs
 * and similar file systems use the time of the last write as ctime, by which
 * stale files are recognised: there, an old time is set only when the file is
 * published. Returns 0 or -errno.
 */
int	 temp_set_times(struct temp *, const struct place *at,
	    const struct timespec [2]);

/*
 * Prepares the rename of the file by CLOSE. smbnetfs loses times that were set
 * when it renames: those of the file are noted if the client has set any.
 * Returns false if the file no longer has its silly name.
 */
bool	 temp_pin(struct temp *);

/*
 * Move the file out of its directory, to the directory of `beside`, while its
 * own is renamed, and back. A file that cannot be moved out stays. One that
 * cannot be moved back is removed, and the error becomes the temporary file's.
 */
void	 temp_move_out(struct temp *, const struct place *beside);
void	 temp_move_back(struct temp *);

/* Records that the handle's file is incomplete because of this error. */
void	 temp_failed(struct handle *, int error);

/*
 * Records that the file was renamed to `at`: to its visible name, or as the
 * client asked. Its handles continue as those of any file.
 */
void	 temp_published(struct temp *, const struct place *at);

/*
 * Ends a pending temporary file, which never becomes visible. The last handle
 * that needs the file removes it.
 */
void	 temp_drop(struct temp *);

/*
 * Drop the lock, which keeps the file open, and take it again: a file system
 * may reject renaming open files. An error of close(2) becomes the temporary
 * file's error. `rests` as for silly_unlock().
 */
void	 temp_unlock(struct temp *, bool rests);
void	 temp_lock(struct temp *, int fd);

#endif
