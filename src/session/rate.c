/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include "session/rate.h"

#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull
#define CREDIT		(NS_PER_S / 5)

void
rate_init(struct rate *b, uint64_t rate, uint64_t now)
{
	b->rate = rate;
	b->paid = now * NS_PER_MS;
}

void
rate_take(struct rate *b, uint64_t now, uint32_t bytes)
{
	if (b->rate == 0)
		return;
	now *= NS_PER_MS;
	if (now > CREDIT)
		b->paid = MAX(b->paid, now - CREDIT);
	/* The bytes of a packet, times a billion, are far from overflowing. */
	b->paid += bytes * NS_PER_S / b->rate;
}

uint64_t
rate_wait(const struct rate *b, uint64_t now)
{
	now *= NS_PER_MS;
	return b->rate == 0 || b->paid <= now ? 0 :
	    (b->paid - now + NS_PER_MS - 1) / NS_PER_MS;
}
