/* SPDX-License-Identifier: ISC */
/* Sequences: running, shrinking and printing them. */
#ifndef PLAY_H
#define PLAY_H

#include "model.h"

#define MAX_LEN		8	/* letters in a sequence that is explored */

struct sequence {
	size_t		 len;
	struct letter	 letter[MAX_LEN + MAX_LETTERS];
};

/* Runs sequences of one scope, for which drive_init() was called. */
struct player {
	const struct scope *sc;
	struct sequence	*trace;		/* the letters of the last run */
	char		 why[320];	/* the failure of the last run */
};

enum played { PLAYED_WELL, PLAYED_BADLY, PLAYED_NEVER };

/*
 * Run a sequence, and after it `n` letters that do not change the world.
 * Compare the replies, and the tree at the end. From the letter `from` on,
 * check closed handles as well; shorter sequences have checked the others.
 * Return PLAYED_NEVER for a sequence with a letter that is not applicable.
 */
enum played play(struct player *, const struct sequence *, size_t from,
	    const struct letter *more, size_t n);

/* Replace a sequence by its shortest subsequence for which `fails` is true. */
void	shrink(struct sequence *,
	    bool (*fails)(const struct sequence *, void *), void *arg);

/* Print a script for tests/wire/wire, with the packets as comments. */
void	script_print(FILE *, const struct scope *, const struct sequence *,
	    const char *why);

#endif
