/* SPDX-License-Identifier: ISC */
/*
 * Names for files that have lost theirs while a handle still needs them.
 * Random, never guessed from the original; locked while in use, so that a
 * later session can tell one that was left behind.
 */
#ifndef SYSTEM_HIDDEN_H
#define SYSTEM_HIDDEN_H

#include "system/fs.h"

/* One hidden name; it goes when the last that needs it lets go. */
struct hidden;

/*
 * A new name in the directory of `beside`, which `*p` is set to. Nothing has
 * it yet; until it is locked no other session clears that directory. NULL
 * when there is no memory or the directory cannot be reached.
 */
struct hidden *hidden_new(const struct place *beside, struct place *p);

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
 * Gives the file its old name back; where that is refused for a while too, it
 * stays hidden, which is an error in the log.
 */
void	 hidden_restore(struct hidden *, const struct place *);

/* One less needs it; the last removes the file, if it is still the same. */
void	 hidden_release(struct hidden *);

/*
 * Is that name, in that directory, one that a session left behind? Removes
 * it then and returns true. Only our own user's are looked at.
 */
bool	 hidden_clear(int dirfd, const char *name);

/* Clears a whole directory. Returns how many went. */
int	 hidden_clear_all(const struct place *dir);

#endif
