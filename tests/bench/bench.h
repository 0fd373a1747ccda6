/* SPDX-License-Identifier: ISC */
/*
 * A row is one kind of work; running it fills in a struct bench.
 */
#ifndef BENCH_H
#define BENCH_H

#include "client.h"

enum {
	NOT_APPLICABLE = 3	/* exit status: this server cannot do it */
};

struct bench {
	struct launch	 launch;
	const char	*dir;		/* where files go; kept between rows */
	unsigned	 divide;	/* do only this part of the work */
	/* what was measured */
	double		 units;
	uint64_t	 cpu_ns, wall_ns, requests, rss_kib;
};

/* What counts in a row. */
enum figure {
	CPU_PER_UNIT, WALL_PER_UNIT, PEAK_MEMORY
};

struct row {
	const char	*name, *unit;
	void		(*run)(struct bench *, const struct row *);
	uint64_t	 count;		/* how much of it */
	uint64_t	 size;		/* of a request, directory, table */
	unsigned	 window;	/* requests in flight */
	enum figure	 figure;
	/*
	 * The share of OpenSSH 9.2's CPU to reach in v3, and of Green End's
	 * in v6; for PEAK_MEMORY, KiB in either.
	 */
	double		 goal, goal_v6;
	const char	*what;
};

extern const struct row rows[];		/* ends with a row without a name */

#endif
