/* SPDX-License-Identifier: ISC */
/*
 * Silly names: for files that have lost theirs while a handle still needs
 * them, and for those that have none yet. Random, never guessed from the
 * original, and locked while in use. No lock tells that a name is stale, since
 * locks do not cross FUSE mounts: the file must not have changed for a day
 * either, by the clock of its file system.
 */
#ifndef FILES_SILLY_H
#define FILES_SILLY_H

#include "os/fs.h"

/* One silly name; it goes when the last that needs it lets go. */
struct hidden;

/*
 * Names whose file could not be removed when it was to be: a file system may
 * count a file as open for a while after it was closed. hidden_retry() tries
 * again after 10, 20, 40, 80 and 160 ms, and then gives up, with an error in
 * the log.
 */
struct hidden_list;

/* Seconds that the file of a stale name has not changed for. */
#define HIDDEN_STALE	(24 * 60 * 60)

/*
 * Makes a new name in the directory of `beside`, which `*p` is set to, that
 * ends in HIDDEN_OLD or HIDDEN_PART. Nothing has it yet. It goes to the list
 * when its file cannot be removed. Returns NULL when there is no memory or the
 * directory cannot be reached.
 */
struct hidden *hidden_new(struct hidden_list *, const struct place *beside,
	    const char *suffix, struct place *p);

/*
 * Finds the file that an earlier session kept for the name of that place,
 * marked with it (fs_set_mark()) and locked by nobody; `*p` is set to it. One
 * that was left in order is preferred, and then *left is true. Returns NULL if
 * there is none. Reads the directory.
 */
struct hidden *hidden_find(struct hidden_list *, const struct place *,
	    struct place *p, bool *left);

/* Adds one that needs it. */
struct hidden *hidden_keep(struct hidden *);

/* Notes that it has become a file's name, and of which. */
void	 hidden_taken(struct hidden *);

/*
 * Locks the file, so that it is no stale one while it is in use. Opens it, so
 * this must not be done before the file has lost the name that was in the way.
 */
void	 hidden_lock(struct hidden *);

/*
 * The same by a descriptor that writes to the file, which is copied. Returns
 * 0, -errno, or FX_LOCK_CONFLICT when another session has it.
 */
int	 hidden_lock_by(struct hidden *, int fd);

/*
 * Takes the lock away, with its descriptor: a rename may be refused because of
 * it. From then on the file is younger than any stale one. Returns 0, or
 * -errno when that is what close(2) says.
 */
int	 hidden_unlock(struct hidden *);

/* True if the file has still that name. */
bool	 hidden_is_there(const struct hidden *);

/*
 * Notes that the file could not be given its old name back: it stays hidden,
 * which is an error in the log.
 */
void	 hidden_stays(struct hidden *, const struct place *old, int error);

/*
 * Counts the silly names beside a place that are links of that file. Reads the
 * directory.
 */
unsigned hidden_links(const struct place *, const struct statx *);

/* Drops a use; the last removes the file unless it was replaced. */
void	 hidden_release(struct hidden *);

/*
 * Tries again to remove the files of a list that are due at `now` (clock_ms()).
 * Returns the milliseconds until it is to be called again, or 0 when nothing
 * is left to try.
 */
unsigned hidden_retry(struct hidden_list *, uint64_t now);

/* The end of a session: tries until nothing is left to try, and waits. */
void	 hidden_finish(struct hidden_list *);

/* The same, but the file stays, under whatever name. */
void	 hidden_leave(struct hidden *);

/*
 * Gives up a file that an earlier session kept. One that was left in order is
 * removed; of another its mark is taken, since a session elsewhere may still
 * write to it: then it becomes stale. Either way it is nobody's here.
 */
void	 hidden_discard(struct hidden *, bool left);

/*
 * Tells the time by the clock of the file system that a directory is on: that
 * at which a file changes that is made there now, in seconds. Returns 0 or
 * -errno.
 */
int	 hidden_now(int dirfd, int64_t *now);

/*
 * True if that may be the file of a stale name, by the clock of this machine:
 * then hidden_now() is worth to be asked.
 */
bool	 hidden_seems_stale(const struct statx *);

/*
 * Removes the file at a place with a silly name if it is stale: a regular file
 * of our own user, not kept for a name, that has not changed for HIDDEN_STALE
 * seconds before `now`, and whose lock can be taken. With `kept` those that are
 * kept are cleared too; one that was left in order, whatever its age. Returns
 * true if it was removed.
 */
bool	 hidden_clear(const struct place *, int64_t now, bool kept);

#endif
