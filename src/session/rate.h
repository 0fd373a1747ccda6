/* SPDX-License-Identifier: ISC */
/*
 * A rate limit, kept by arithmetic: the next bytes may be taken only when those
 * before are paid for. Unused time is credited up to a fifth of a second.
 */
#ifndef SESSION_RATE_H
#define SESSION_RATE_H

#include <stdint.h>

struct rate {
	uint64_t	 rate;		/* bytes per second; 0: no limit */
	uint64_t	 paid;		/* ns: when all bytes so far are paid */
};

/*
 * Initialise a limit, and charge bytes to it. `now` is in ms and never
 * decreases.
 */
void	rate_init(struct rate *, uint64_t rate, uint64_t now);
void	rate_take(struct rate *, uint64_t now, uint32_t bytes);

/* Returns the milliseconds until more bytes may be taken; 0 means now. */
uint64_t rate_wait(const struct rate *, uint64_t now);

#endif
