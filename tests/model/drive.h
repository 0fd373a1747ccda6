/* SPDX-License-Identifier: ISC */
/* The server in this process, with a tree in the current directory. */
#ifndef DRIVE_H
#define DRIVE_H

#include "model.h"

/*
 * Make the policy of a scope from its options. The current directory, which
 * must be empty, holds the tree. Return NULL or an error as text.
 */
const char *drive_init(const struct scope *);

/* Free the policy. */
void	drive_exit(void);

/* Make the tree and begin the sessions. */
void	drive_begin(void);

/* Run a request. A handle that it opens gets the number `slot`. */
void	drive_letter(const struct letter *, int slot, struct answer *);

/* End the sessions. Return NULL or a text that says what they leaked. */
const char *drive_end(void);

/* disk.c. Make the tree that the sequences of a scope begin with. */
void	disk_begin(const struct scope *);

/*
 * Compare the tree with that of a world; `clears` also removes it, if they are
 * the same. Return NULL or a text that says where they differ.
 */
const char *disk_compare(const struct world *, bool clears);

/* Remove the tree. */
void	disk_clear(void);

/* store.c. Choose the fate of the next write(2) to a file. */
void	store_arm(enum how_write);

/* Forget the chosen fate and lost bytes. */
void	store_reset(void);

/* Move the clock on by so many milliseconds instead of waiting. */
void	store_wait(unsigned ms);

/* Return by how many milliseconds the clock was moved since the last call. */
unsigned store_waited(void);

#endif
