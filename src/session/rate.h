/* SPDX-License-Identifier: ISC */
/*
 * A rate, kept by arithmetic: what was taken must have been paid for before
 * more is. What was not used is worth a fifth of a second, and no more.
 */
#ifndef SESSION_RATE_H
#define SESSION_RATE_H

#include <stdint.h>

struct rate {
	uint64_t	 rate;		/* bytes a second; 0 is no limit */
	uint64_t	 paid;		/* ns: when all that was taken is */
};

/* `now`, in ms, never goes back. */
void	rate_init(struct rate *, uint64_t rate, uint64_t now);
void	rate_take(struct rate *, uint64_t now, uint32_t bytes);

/* So many ms until something may be taken again; 0 is now. */
uint64_t rate_wait(const struct rate *, uint64_t now);

#endif
