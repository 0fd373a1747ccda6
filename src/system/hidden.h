/* SPDX-License-Identifier: ISC */
/*
 * Names for files that have lost theirs while a handle still needs them, and
 * for those that have none yet. Random, never guessed from the original;
 * locked while in use, so that a later session can tell one that was left
 * behind.
 */
#ifndef SYSTEM_HIDDEN_H
#define SYSTEM_HIDDEN_H

#include "system/fs.h"

/* One hidden name; it goes when the last that needs it lets go. */
struct hidden;

/*
 * A new name in the directory of `beside`, which `*p` is set to, that ends in
 * HIDDEN_OLD or HIDDEN_PART. Nothing has it yet; until it is locked no other
 * session clears that directory. NULL when there is no memory or the
 * directory cannot be reached.
 */
struct hidden *hidden_new(const struct place *beside, const char *suffix,
	    struct place *p);

/*
 * The file that an earlier session kept for the name of that place, marked
 * with it (fs_set_mark()) and in use by nobody; `*p` is set to it. NULL if
 * there is none. Reads the directory.
 */
struct hidden *hidden_find(const struct place *, struct place *p);

/* One more needs it. */
struct hidden *hidden_keep(struct hidden *);

/* It has become a file's name: remember which. */
void	 hidden_taken(struct hidden *);

/*
 * Shows other sessions that it is in use. Opens the file, so it must not be
 * done before the file has lost the name that was in the way.
 */
void	 hidden_lock(struct hidden *);

/*
 * The same by a descriptor that writes to the file, which is copied.
 * FX_LOCK_CONFLICT when another session has it; where there are no locks
 * nothing is cleared either.
 */
int	 hidden_lock_by(struct hidden *, int fd);

/*
 * Takes the lock away, with its descriptor, for the time of a rename that it
 * may be in the way of: no session clears the directory until it is locked
 * again or let go. Returns 0, or -errno when that is what close(2) says.
 */
int	 hidden_unlock(struct hidden *);

/* It has lost the hidden name for another: nothing is to be locked. */
void	 hidden_lay_open(struct hidden *);

/* Has the file still that name? */
bool	 hidden_is_there(const struct hidden *);

/*
 * Gives the file its old name back; where that is refused for a while too, it
 * stays hidden, which is an error in the log.
 */
void	 hidden_restore(struct hidden *, const struct place *);

/* One less needs it; the last removes the file, if it is still the same. */
void	 hidden_release(struct hidden *);

/* The same, but the file stays, under whatever name. */
void	 hidden_leave(struct hidden *);

/*
 * Is that name, in that directory, one that a session left behind? Removes
 * it then and returns true. Only our own user's are looked at, and none that
 * is kept for a name.
 */
bool	 hidden_clear(int dirfd, const char *name);

/*
 * Clears a whole directory that holds nothing else, and of what is kept too:
 * it is to be removed. Returns how many went.
 */
int	 hidden_clear_all(const struct place *dir);

#endif
