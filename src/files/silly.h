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
struct silly;

/*
 * Names whose file could not be removed when it was to be: a file system may
 * count a file as open for a while after it was closed. silly_retry() tries
 * again after 10, 20, 40, 80 and 160 ms, and then gives up, with an error in
 * the log.
 */
struct hidden_list;

/* Seconds that the file of a stale name has not changed for. */
#define SILLY_STALE	(24 * 60 * 60)

/*
 * Makes a new name in the directory of `beside`, which `*p` is set to, that
 * ends in HIDDEN_OLD or HIDDEN_PART. Nothing has it yet. It goes to the list
 * when its file cannot be removed. Returns NULL when there is no memory or the
 * directory cannot be reached.
 */
struct silly *silly_new(struct hidden_list *, const struct place *beside,
	    const char *suffix, struct place *p);

/*
 * Finds the file that an earlier session kept for the name of that place,
 * marked with it (fs_set_mark()) and locked by nobody; `*p` is set to it. One
 * that was left in order is preferred, and then *left is true. Returns NULL if
 * there is none. Reads the directory.
 */
struct silly *silly_find(struct hidden_list *, const struct place *,
	    struct place *p, bool *left);

/* Adds one that needs it. */
struct silly *silly_keep(struct silly *);

/* Notes that it has become a file's name, and of which. */
void	 silly_taken(struct silly *);

/*
 * Locks the file, so that it is no stale one while it is in use. Opens it, so
 * this must not be done before the file has lost the name that was in the way.
 */
void	 silly_lock(struct silly *);

/*
 * The same by a descriptor that writes to the file, which is copied. Returns
 * 0, -errno, or FX_LOCK_CONFLICT when another session has it.
 */
int	 silly_lock_by(struct silly *, int fd);

/*
 * Takes the lock away, with its descriptor: a rename may be refused because of
 * it. From then on the file is younger than any stale one. Returns 0, or
 * -errno when that is what close(2) says.
 */
int	 silly_unlock(struct silly *);

/* True if the file has still that name. */
bool	 silly_is_there(const struct silly *);

/*
 * Notes that the file could not be given its old name back: it stays hidden,
 * which is an error in the log.
 */
void	 silly_stays(struct silly *, const struct place *old, int error);

/*
 * Counts the silly names beside a place that are links of that file. Reads the
 * directory.
 */
unsigned silly_links(const struct place *, const struct statx *);

/* Drops a use; the last removes the file unless it was replaced. */
void	 silly_release(struct silly *);

/*
 * Tries again to remove the files of a list that are due at `now` (clock_ms()).
 * Returns the milliseconds until it is to be called again, or 0 when nothing
 * is left to try.
 */
unsigned silly_retry(struct hidden_list *, uint64_t now);

/* The end of a session: tries until nothing is left to try, and waits. */
void	 silly_finish(struct hidden_list *);

/* The same, but the file stays, under whatever name. */
void	 silly_leave(struct silly *);

/*
 * Gives up a file that an earlier session kept. One that was left in order is
 * removed; of another its mark is taken, since a session elsewhere may still
 * write to it: then it becomes stale. Either way it is nobody's here.
 */
void	 silly_discard(struct silly *, bool left);

/*
 * Tells the time by the clock of the file system that a directory is on: that
 * at which a file changes that is made there now, in seconds. Returns 0 or
 * -errno.
 */
int	 silly_now(int dirfd, int64_t *now);

/*
 * True if that may be the file of a stale name, by the clock of this machine:
 * then silly_now() is worth to be asked.
 */
bool	 silly_seems_stale(const struct statx *);

/*
 * Removes the file at a place with a silly name if it is stale: a regular file
 * of our own user, not kept for a name, that has not changed for SILLY_STALE
 * seconds before `now`, and whose lock can be taken. With `kept` those that are
 * kept are cleared too; one that was left in order, whatever its age. Returns
 * true if it was removed.
 */
bool	 silly_clear(const struct place *, int64_t now, bool kept);

#endif
