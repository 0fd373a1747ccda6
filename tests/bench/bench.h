/* SPDX-License-Identifier: ISC */
/*
 * Rows of the benchmark: a row is one kind of work, and running it fills in a
 * struct bench.
 */
#ifndef BENCH_H
#define BENCH_H

#include "client.h"

enum {
	NOT_APPLICABLE = 3	/* exit status: the server cannot do this */
};

struct bench {
	struct launch	 launch;
	const char	*dir;		/* directory of the files, kept between
					 * rows */
	unsigned	 divide;	/* do this fraction of the work */
	/* measurements */
	double		 units;
	uint64_t	 cpu_ns, wall_ns, requests, rss_kib;
};

/* The figure that is reported for a row. */
enum figure {
	CPU_PER_UNIT, WALL_PER_UNIT, PEAK_MEMORY
};

struct row {
	const char	*name, *unit;
	void		(*run)(struct bench *, const struct row *);
	uint64_t	 count;		/* amount of work */
	size_t		 size;		/* of a request, directory or table */
	unsigned	 window;	/* requests in flight */
	enum figure	 figure;
	/*
	 * Goals, relative to the CPU time of OpenSSH 9.2 in version 3 and of
	 * Green End in version 6; for PEAK_MEMORY, KiB in both. goal_two is
	 * for a client and a server with a CPU each; 0: as with one.
	 */
	double		 goal, goal_two, goal_v6;
	const char	*what;
};

extern const struct row rows[];		/* ends with a row that has no name */

#endif
