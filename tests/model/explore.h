/* SPDX-License-Identifier: ISC */
/* The exploration of all sequences of a scope. */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "model.h"

#define MAX_WORKERS	64

struct plan {
	int	 len;		/* letters in the longest sequences */
	int	 workers;	/* processes */
	unsigned share;		/* run one in `share` of the longest sequences,
				 * one in share / 16 of the next shorter, ... */
	int	 scripts;	/* to print for failures, at most */
	const char *without;	/* leave out letters whose lines in a script
				 * match this pattern; or NULL */
};

struct result {
	uint64_t sequences;	/* run on the server */
	uint64_t worlds;	/* found by the model, and extended */
	uint64_t failures, crashes;
	double	 seconds;
};

/* Explore a scope. Print each failure; return false if there was one. */
bool	explore(const struct scope *, const struct plan *, struct result *);

#endif
