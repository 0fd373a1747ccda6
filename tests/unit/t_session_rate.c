/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "base/buf.h"
#include "session/rate.h"
#include "tap.h"

#define START	(1ull << 40)	/* ms: a host that has been up for long */
#define CREDIT	200		/* ms */

/* One packet after a pause, and the wait until the next. */
static const struct {
	const char	*what;
	uint64_t	 rate, idle;
	uint32_t	 bytes;
	uint64_t	 wait;
} rows[] = {
	{ "no limit", 0, 0, UINT32_MAX, 0 },
	{ "no bytes taken", 1000, 0, 0, 0 },
	{ "a second's worth", 1000, 0, 1000, 1000 },
	{ "the bytes of half a second", 1000, 0, 500, 500 },
	{ "a single byte takes time", 1000000, 0, 1, 1 },
	{ "less than a millisecond", 1 << 30, 0, 1000, 1 },
	{ "25 seconds at once", 10240, 0, 256000, 25000 },
	{ "credit that was not used", 1000, 100, 1000, 900 },
	{ "credit up to its limit", 1000, CREDIT, 1000, 1000 - CREDIT },
	{ "credit beyond its limit", 1000, 1000000, 1000, 1000 - CREDIT },
	{ "bytes within the credit do not wait", 1000, 1000, CREDIT, 0 },
	{ "the lowest rate", 1024, 0, 1 << 20, 1024000 },
	{ "the highest rate", INT64_MAX, 0, UINT32_MAX, 0 },
};

/* Takes as much as is allowed at each moment, as a session does. */
static uint64_t
carried(uint64_t rate, uint32_t packet, uint64_t ms)
{
	struct rate b;
	uint64_t now, bytes = 0;

	rate_init(&b, rate, START);
	for (now = START; now < START + ms; now++)
		while (rate_wait(&b, now) == 0) {
			rate_take(&b, now, packet);
			bytes += packet;
		}
	return bytes;
}

static void
test_accuracy(void)
{
	static const uint64_t rates[] = { 1024, 65536, 1000003, 1 << 27 };
	static const uint32_t packets[] = { 29, 4125, 32797, 262144 };
	size_t i, j;

	for (i = 0; i < nitems(rates); i++)
		for (j = 0; j < nitems(packets); j++) {
			uint64_t got = carried(rates[i], packets[j], 10000);
			uint64_t want = rates[i] * 10;

			/*
			 * The error is at most one packet plus one in a
			 * thousand.
			 */
			ok(got >= want - want / 1000 && got <= want +
			    packets[j] + want / 1000,
			    "%u bytes at a time, %llu a second: %llu in 10 s",
			    packets[j],
			    (unsigned long long)rates[i],
			    (unsigned long long)got);
		}
}

int
main(void)
{
	struct rate b;
	uint64_t now, wait;
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		rate_init(&b, rows[i].rate, START);
		now = START + rows[i].idle;
		ok(rate_wait(&b, now) == 0, "%s: nothing waits before it",
		    rows[i].what);
		rate_take(&b, now, rows[i].bytes);
		wait = rate_wait(&b, now);
		ok(wait == rows[i].wait, "%s: %llu ms", rows[i].what,
		    (unsigned long long)wait);
		ok(rate_wait(&b, now + wait) == 0 && (wait == 0 ||
		    rate_wait(&b, now + wait - 1) > 0),
		    "... and not a millisecond longer");
	}
	test_accuracy();
	return done();
}
