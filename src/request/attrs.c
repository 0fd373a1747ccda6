/* SPDX-License-Identifier: ISC */
/* STAT, LSTAT, FSTAT and the three ways to set attributes. */
#include "config.h"

#include <fcntl.h>

#include "request/ops.h"
#include "request/reply.h"
#include "system/clock.h"
#include "system/log.h"
#include "system/suspend.h"
#include "wire/sftp.h"

static int
stat_place(struct session *s, struct request *q, const struct place *p)
{
	struct statx st;
	int r;

	if ((r = fs_stat(p, &st)) != 0)
		return r;
	reply_attrs(s, q, &st);
	return 0;
}

int
op_stat(struct session *s, struct request *q)
{
	return stat_place(s, q, &q->place[0]);
}

int
op_fstat(struct session *s, struct request *q)
{
	struct place p;
	int r;

	if ((r = suspend_place(q->handle[0], &p)) != 0)
		return r;
	return stat_place(s, q, &p);
}

/*
 * The four things that can be set, in the order of OpenSSH's log lines,
 * which is also the order in which its last error wins.
 */
enum { SET_SIZE, SET_MODE, SET_TIMES, SET_OWNER, SETS };

static void
log_sets(const struct attr *a, const char *name)
{
	char date[CLOCK_DATE_LEN];

	if (!log_wants(LOG_LEVEL_INFO))
		return;
	if ((a->has & HAS_SIZE) != 0)
		log_info("set \"%s\" size %llu", name,
		    (unsigned long long)a->size);
	if ((a->has & HAS_MODE) != 0)
		log_info("set \"%s\" mode %04o", name, a->mode);
	if ((a->has & HAS_MTIME) != 0) {
		clock_log_date(a->mtime, date);
		log_info("set \"%s\" modtime %s", name, date);
	}
	if ((a->has & HAS_IDS) != 0)
		log_info("set \"%s\" owner %lu group %lu", name,
		    (unsigned long)a->uid, (unsigned long)a->gid);
}

static int
set_times(const struct place *p, const struct attr *a)
{
	struct timespec ts[2] = {
		{ a->atime, a->atime_ns }, { a->mtime, a->mtime_ns },
	};

	if ((a->has & HAS_ATIME) == 0)
		ts[0].tv_nsec = UTIME_OMIT;
	if ((a->has & HAS_MTIME) == 0)
		ts[1].tv_nsec = UTIME_OMIT;
	return fs_utimes(p, ts);
}

static int
set_one(int what, const struct place *p, const struct attr *a)
{
	switch (what) {
	case SET_SIZE:
		return (a->has & HAS_SIZE) == 0 ? 0 : fs_truncate(p, a->size);
	case SET_OWNER:
		return (a->has & HAS_IDS) == 0 ? 0 :
		    fs_chown(p, a->uid, a->gid);
	case SET_MODE:
		return (a->has & HAS_MODE) == 0 ? 0 :
		    fs_chmod(p, a->mode & 07777);
	default:
		return (a->has & (HAS_ATIME | HAS_MTIME)) == 0 ? 0 :
		    set_times(p, a);
	}
}

/*
 * Sets what the request holds. Owner before mode, since chown takes set-id
 * bits away; times last, since truncation changes them.
 */
static int
set_attrs(const struct request *q, const struct place *p)
{
	static const int order[] = { SET_SIZE, SET_OWNER, SET_MODE, SET_TIMES };
	int result[SETS], r = 0;
	size_t i;

	log_sets(&q->attr, p->shown);
	for (i = 0; i < nitems(order); i++) {
		result[order[i]] = set_one(order[i], p, &q->attr);
		if (result[order[i]] != 0 && !q->keep_going)
			return result[order[i]];
	}
	for (i = 0; i < SETS; i++)
		if (result[i] != 0)
			r = result[i];
	return r;
}

int
op_setstat(struct session *s, struct request *q)
{
	(void)s;
	return set_attrs(q, &q->place[0]);
}

int
op_fsetstat(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	struct place p;
	int r;

	/* A size is set as bytes are written: on what is open. */
	if ((q->attr.has & HAS_SIZE) != 0 &&
	    suspend_wake(&s->handles, h) != 0)
		return FX_FAILURE;
	if ((r = suspend_place(h, &p)) != 0)
		return r;
	if ((q->attr.has & HAS_SIZE) != 0)
		h->dirty = true;
	return set_attrs(q, &p);
}

/* A link has no size to set. */
int
op_lsetstat(struct session *s, struct request *q)
{
	(void)s;
	if ((q->attr.has & HAS_SIZE) != 0)
		return FX_BAD_MESSAGE;
	return set_attrs(q, &q->place[0]);
}
