/* SPDX-License-Identifier: ISC */
/*
 * Silly names: names of files that lost their own while a handle needs them,
 * and of uploads that do not have their own yet. Silly names are random, never
 * derived from the original name, and the files are locked while in use. A
 * missing lock alone does not prove that a file is stale, since locks do not
 * cross FUSE mounts: the file must not have changed for a day either, by the
 * clock of its file system.
 */
#ifndef FILES_SILLY_H
#define FILES_SILLY_H

#include "os/fs.h"

/*
 * One silly name, counted by its users; the last one to release it removes the
 * file.
 */
struct silly;

/*
 * A list of names whose file could not be removed at once: file systems may
 * count a file as open for a while after it was closed. silly_retry() tries
 * again after 10, 20, 40, 80 and 160 ms, then logs an error and gives up.
 */
struct silly_list;

/* A stale file has not changed for so many seconds. */
#define SILLY_STALE	(24 * 60 * 60)

/*
 * Makes a new silly name in the directory of `beside`, with the suffix
 * SILLY_OLD or SILLY_TEMP, and sets *p to its place. No file has the name
 * yet. The name joins the list if its file cannot be removed later. Returns
 * NULL when memory runs out or the directory cannot be opened.
 */
struct silly *silly_new(struct silly_list *, const struct place *beside,
	    const char *suffix, struct place *p);

/*
 * Finds the file that an earlier session kept for the name of a place: one that
 * is marked with the name (fs_set_mark()) and that nobody has locked. Sets *p
 * to its place. Prefers a file whose session ended properly, and then sets
 * *left. Returns NULL if there is none. Reads the directory.
 */
struct silly *silly_find(struct silly_list *, const struct place *,
	    struct place *p, bool *left);

/*
 * True if the directory takes silly names: a server like this one that serves
 * it may keep them for itself. Makes a file and removes it, as silly_now().
 */
bool	 silly_is_possible(const struct silly *);

/* Adds a user. */
struct silly *silly_keep(struct silly *);

/* Records that the name is now in use, and by which file. */
void	 silly_taken(struct silly *);

/*
 * Locks the file, so that it is not taken for stale while in use. This opens
 * the file, so it must come after the rename that an open file may prevent.
 */
void	 silly_lock(struct silly *);

/*
 * Locks the file through `fd`, which writes to it; silly_closing() is due
 * before that is closed. A second writer makes the lock last until the file has
 * none. Returns 0, -errno, or FX_LOCK_CONFLICT if another session has locked
 * it.
 */
int	 silly_lock_by(struct silly *, int fd);
void	 silly_closing(struct silly *, int fd);

/*
 * Drops the lock and its own descriptor, which may prevent a rename; a writer's
 * has the lock until it is closed. The file is not stale from this moment on;
 * `rests` says that it will keep its silly name without the lock. Returns 0, or
 * -errno from close(2).
 */
int	 silly_unlock(struct silly *, bool rests);

/* Records that the file has another name now and needs this one no more. */
void	 silly_renamed(struct silly *);

/* True if the file still has this name. */
bool	 silly_is_there(const struct silly *);

/*
 * As silly_is_there(). The system keeps the file in mind from now on, until it
 * is renamed or removed: file systems in FUSE may give a file another inode
 * number as soon as the kernel has forgotten it, as it does when a rename
 * fails. No file counts as open for that. `st`, if not NULL, becomes what
 * fs_stat() says of the file.
 */
bool	 silly_pin(struct silly *, struct statx *st);

/*
 * Logs as an error that the file could not get its old name back and keeps its
 * silly name.
 */
void	 silly_stays(struct silly *, const struct place *old, int error);

/*
 * Returns how many silly names next to a place are links to this file. Reads
 * the directory.
 */
unsigned silly_links(const struct place *, const struct statx *);

/* Drops a user. The last one removes the file unless it was replaced. */
void	 silly_release(struct silly *);

/*
 * Tries to remove the files of a list that are due at `now`, a time of
 * clock_ms(). Returns the milliseconds until the next call is due, or 0 if none
 * is needed.
 */
unsigned silly_retry(struct silly_list *, uint64_t now);

/*
 * Removes all files of a list or gives them up, and blocks meanwhile: for the
 * end of a session.
 */
void	 silly_finish(struct silly_list *);

/*
 * Drops the only user, and leaves the file in place, under whatever name.
 */
void	 silly_leave(struct silly *);

/*
 * Gives up a file that an earlier session kept. If that session ended properly,
 * the file is removed; otherwise only its mark is, since a session on another
 * host may still write to it, and it becomes stale in time. The caller must not
 * use the file afterwards. Returns 0, or -errno and the file is kept as before.
 */
int	 silly_discard(struct silly *, bool left);

/*
 * Gets the current time, in seconds, by the clock of the file system that a
 * directory is on, which sets the ctime of files. Makes a file for that, which
 * joins the list if it cannot be removed at once. Returns 0 or -errno.
 */
int	 silly_now(struct silly_list *, int dirfd, int64_t *now);

/*
 * True if the file of a silly name looks stale by the clock of this host, so
 * that silly_now() is worth the effort.
 */
bool	 silly_seems_stale(const struct statx *);

/*
 * Removes the file of a silly name if it is stale: a regular file of our own
 * user, not kept for a name, unchanged for SILLY_STALE seconds before `now`,
 * whose lock is free. With `kept`, kept files are removed as well, at any age
 * if their session ended properly. Returns 0 if the file was removed, 1 if it
 * must not be, or -errno.
 */
int	 silly_clear(const struct place *, int64_t now, bool kept);

#endif
