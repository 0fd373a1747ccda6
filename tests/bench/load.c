/* SPDX-License-Identifier: ISC */
/*
 * The load generator: runs one row against one server and prints for
 * tests/bench/run the row, its figure, the number of units measured, the
 * server's peak memory in KiB and the number of requests. A wrong reply ends it
 * with a message and status 1; status 3 means that this server cannot do the
 * row.
 *
 *	load -l
 *	load -d dir [-c cpus] [-q divide] [-s] [-v version] row
 *	    server [argument ...]
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static void
print_rows(void)
{
	for (const struct row *r = rows; r->name != NULL; r++)
		printf("%s\t%s\t%g\t%g\t%g\t%s\n", r->name, r->unit, r->goal,
		    r->goal_two, r->goal_v6, r->what);
}

static double
figure_of(const struct bench *b, const struct row *r)
{
	switch (r->figure) {
	case CPU_PER_UNIT:
		return (double)b->cpu_ns / 1000 / b->units;
	case WALL_PER_UNIT:
		return (double)b->wall_ns / 1000 / b->units;
	case PEAK_MEMORY:
		break;
	}
	return (double)b->rss_kib;
}

static const struct row *
find_row(const char *name)
{
	for (const struct row *r = rows; r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	errx(2, "no row \"%s\"; -l lists them", name);
}

_Noreturn static void
usage(void)
{
	fputs("usage: load -l\n"
	    "       load -d dir [-c cpus] [-q divide] [-s] [-v version] row"
	    " server [argument ...]\n", stderr);
	exit(2);
}

int
main(int argc, char *argv[])
{
	struct bench b = {
		.launch = { .version = 3, .pipes = true },
		.divide = 1
	};
	const struct row *r;
	int option;

	while ((option = getopt(argc, argv, "+c:d:lq:sv:")) != -1) {
		switch (option) {
		case 'c':
			b.launch.cpus = (unsigned)atoi(optarg);
			break;
		case 'd':
			b.dir = optarg;
			break;
		case 'l':
			print_rows();
			return 0;
		case 'q':
			b.divide = (unsigned)atoi(optarg);
			break;
		case 's':
			b.launch.pipes = false;
			break;
		case 'v':
			b.launch.version = atoi(optarg);
			break;
		default:
			usage();
		}
	}
	if (argc - optind < 2 || b.dir == NULL || b.divide == 0 ||
	    b.launch.version < 3 || b.launch.version > 6)
		usage();
	r = find_row(argv[optind]);
	b.launch.argv = argv + optind + 1;
	signal(SIGPIPE, SIG_IGN);
	r->run(&b, r);
	printf("%s\t%.4f\t%.0f\t%llu\t%llu\n", r->name, figure_of(&b, r),
	    b.units, (unsigned long long)b.rss_kib,
	    (unsigned long long)b.requests);
	return 0;
}
