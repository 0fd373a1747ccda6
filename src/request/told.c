/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "os/log.h"
#include "request/told.h"

/*
 * Attributes that STAT tells and SETSTAT cannot set, or not to just that value,
 * and in addition those that cannot be set on a link.
 */
#define TOLD		(HAS_BTIME | HAS_CTIME | HAS_NLINK | HAS_ALLOC)
#define TOLD_OF_LINK	(TOLD | HAS_SIZE | HAS_MODE)

static bool
same_time(const struct attr *a, int64_t seconds, uint32_t ns,
    const struct statx_timestamp *is)
{
	return seconds == is->tv_sec &&
	    ((a->has & HAS_SUBSEC) == 0 || ns == is->tv_nsec);
}

/* Returns those of TOLD_OF_LINK that the object has already. */
static uint32_t
same_attrs(const struct attr *a, const struct statx *st)
{
	uint32_t same = 0;

	if ((st->stx_mask & STATX_BTIME) != 0 &&
	    same_time(a, a->btime, a->btime_ns, &st->stx_btime))
		same |= HAS_BTIME;
	if (same_time(a, a->ctime, a->ctime_ns, &st->stx_ctime))
		same |= HAS_CTIME;
	if (a->nlink == st->stx_nlink)
		same |= HAS_NLINK;
	if (a->size == st->stx_size)
		same |= HAS_SIZE;
	if (a->alloc == st->stx_blocks * 512)
		same |= HAS_ALLOC;
	if ((a->mode & 07777) == (st->stx_mode & 07777))
		same |= HAS_MODE;
	return same;
}

int
told_attrs(struct request *q, const struct place *p, bool link)
{
	uint32_t which = link ? TOLD_OF_LINK : TOLD, same;
	struct attr *a = &q->attr;
	struct statx st;
	int r;

	if ((a->has & which) == 0)
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	same = same_attrs(a, &st);
	/* The space is checked against a new size: draft-13 7.3. */
	if ((a->has & HAS_SIZE) != 0 && (same & HAS_SIZE) == 0)
		same &= ~HAS_ALLOC;
	a->has &= ~(same & which);
	return 0;
}

void
told_birth(struct request *q, const char *shown)
{
	if ((q->attr.has & HAS_BTIME) == 0 ||
	    (q->attr.has & (HAS_ATIME | HAS_MTIME)) == 0)
		return;
	log_verbose("set \"%s\": the creation time cannot be set and is left "
	    "out", shown);
	q->attr.has &= ~HAS_BTIME;
}

int
told_owner(struct request *q, const struct place *p)
{
	struct attr *a = &q->attr;
	struct statx st;
	int r;

	if ((a->has & HAS_OWNER) == 0 || (a->has & HAS_IDS) == 0)
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if ((a->uid == UINT32_MAX || a->uid == st.stx_uid) &&
	    (a->gid == UINT32_MAX || a->gid == st.stx_gid))
		a->has &= ~HAS_IDS;
	return 0;
}

int
told_size(const struct request *q, const struct place *p, int r)
{
	struct statx st;

	if (r == 0 || !q->precise || fs_stat(p, &st) != 0 ||
	    S_ISREG(st.stx_mode) || st.stx_size != q->attr.size)
		return r;
	return 0;
}
