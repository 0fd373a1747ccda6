/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <fcntl.h>

#include "request/limit.h"
#include "scratch.h"
#include "tap.h"
#include "wire/sftp.h"

#define LARGE	UINT64_MAX

static const struct {
	uint64_t	max, off, len;
	int		outcome;
} ranges[] = {
	{ 0, LARGE, LARGE, 0 }, { 10, 0, 10, 0 }, { 10, 10, 0, 0 },
	{ 10, 0, 11, FX_QUOTA_EXCEEDED }, { 10, 9, 2, FX_QUOTA_EXCEEDED },
	{ 10, 11, 0, 0 }, { 10, 11, 1, FX_QUOTA_EXCEEDED },
	{ 10, LARGE, 11, FX_QUOTA_EXCEEDED }, { LARGE, LARGE, 0, 0 },
	{ LARGE, LARGE - 1, 1, 0 }, { LARGE, LARGE, 1, FX_QUOTA_EXCEEDED },
};

/* The source has 100 bytes, some of which were copied already. */
static const struct {
	uint64_t	max, from, off;
	size_t		step;
	int		outcome;
} steps[] = {
	{ 0, 0, 0, 50, 0 }, { 1000, 0, 0, 50, 0 }, { 30, 0, 0, 30, 0 },
	{ 30, 20, 20, 10, 0 }, { 30, 30, 30, 0, FX_QUOTA_EXCEEDED },
	{ 100, 100, 100, 0, 0 }, { 30, 100, 30, 0, 0 },
	{ 30, 99, 31, 0, FX_QUOTA_EXCEEDED },
};

int
main(void)
{
	struct place p;
	struct request q;
	uint64_t step;
	size_t i;
	int fd, r;

	scratch_enter();
	p = place_entry(AT_FDCWD, "source");
	fd = fs_open(&p, O_RDWR | O_CREAT, 0600);
	p = place_fd(fd, "");
	if (fs_truncate(&p, 100) != 0)
		return 1;
	for (i = 0; i < nitems(ranges); i++) {
		q = (struct request){ .ruling.max_size = ranges[i].max };
		r = limit_range(&q, ranges[i].off, ranges[i].len);
		ok(r == ranges[i].outcome && (r == 0) == (q.message == NULL),
		    "%llu bytes at %llu, of at most %llu: %d",
		    (unsigned long long)ranges[i].len,
		    (unsigned long long)ranges[i].off,
		    (unsigned long long)ranges[i].max, r);
	}
	for (i = 0; i < nitems(steps); i++) {
		q = (struct request){ .ruling.max_size = steps[i].max };
		step = 50;
		r = limit_step(&q, fd, steps[i].from, steps[i].off, &step);
		ok(r == steps[i].outcome && step == steps[i].step,
		    "from %llu to %llu, of at most %llu: %llu, %d",
		    (unsigned long long)steps[i].from,
		    (unsigned long long)steps[i].off,
		    (unsigned long long)steps[i].max,
		    (unsigned long long)step, r);
	}
	(void)fs_close(fd);
	return done();
}
