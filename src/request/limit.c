/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include "request/limit.h"
#include "wire/sftp.h"

static int
too_large(struct request *q)
{
	q->message = "the file would be larger than the server permits";
	return FX_QUOTA_EXCEEDED;
}

int
limit_range(struct request *q, uint64_t off, uint64_t len)
{
	uint64_t max = q->ruling.max_size;

	if (max == 0 || len == 0 || (off <= max && len <= max - off))
		return 0;
	return too_large(q);
}

int
limit_attrs(struct request *q)
{
	const struct attr *a = &q->attr;
	int r = 0;

	if ((a->has & HAS_SIZE) != 0)
		r = limit_range(q, 0, a->size);
	if (r == 0 && (a->has & HAS_ALLOC) != 0)
		r = limit_range(q, 0, a->alloc);
	return r;
}

int
limit_step(struct request *q, int from, uint64_t from_off, uint64_t off,
    uint64_t *step)
{
	uint64_t max = q->ruling.max_size;

	if (max == 0)
		return 0;
	*step = off < max ? MIN(*step, max - off) : 0;
	return *step == 0 && fs_size(from) > from_off ? too_large(q) : 0;
}
