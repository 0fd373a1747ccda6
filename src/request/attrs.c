/* SPDX-License-Identifier: ISC */
/* STAT, LSTAT, FSTAT and the three ways to set attributes. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "files/sum.h"
#include "files/suspend.h"
#include "files/temp.h"
#include "os/log.h"
#include "request/attr_acl.h"
#include "request/attrs.h"
#include "request/limit.h"
#include "request/ops.h"
#include "request/reply.h"
#include "request/trace.h"
#include "wire/sftp.h"

/* Answers STAT and LSTAT, and FSTAT once the handle has a place. */
int
op_stat(struct session *s, struct request *q)
{
	struct place *p = &q->object.place;
	struct statx st;
	int r;

	if (q->object.handle != NULL &&
	    (r = suspend_place(&s->fs, q->object.handle, p)) != 0)
		return r;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if (q->ruling.empty && !S_ISDIR(st.stx_mode))
		return -ENOENT;
	reply_attrs(s, q, p, &st);
	return 0;
}

#define SET_TIMES	(HAS_ATIME | HAS_MTIME)	/* that can be set */

/* Sets the times that the request has, and no other (draft-13 7.7). */
static int
set_times(const struct request *q, const struct place *p, const struct attr *a)
{
	struct temp *temp = q->object.handle != NULL ? q->object.handle->temp :
	    q->object.temp;
	struct timespec ts[2] = {
		{ a->atime, (long)a->atime_ns },
		{ a->mtime, (long)a->mtime_ns },
	};

	if ((a->has & HAS_ATIME) == 0)
		ts[0].tv_nsec = UTIME_OMIT;
	if ((a->has & HAS_MTIME) == 0)
		ts[1].tv_nsec = UTIME_OMIT;
	return temp != NULL && temp->pending ? temp_set_times(temp, p, ts) :
	    fs_utimes(p, ts);
}

/*
 * True for an error that the policy ignores: a refused change of an owner, a
 * time or a mode. A size is never ignored, nor a mode that would have removed
 * permissions from a file whose file system keeps them.
 */
static bool
ignores_denied(const struct request *q, uint32_t has, const struct place *p,
    int r)
{
	struct statx st;

	if (!q->ruling.setstat->ignore_denied || (r != -EPERM && r != -EACCES))
		return false;
	if (has == HAS_MODE && (fs_stat(p, &st) != 0 ||
	    ((st.stx_mode & ~q->attr.mode & 07777) != 0 &&
	    fs_keeps_modes(p, &st))))
		return false;
	if (has != HAS_MODE && has != SET_TIMES && has != HAS_IDS)
		return false;
	log_info("set \"%s\": %s ignored, as the policy says", p->shown,
	    strerror(-r));
	return true;
}

/*
 * Removes from the request the attributes in `has` if the setting `how` says to
 * ignore them, or refuses the request. Returns 0 or FX_PERMISSION_DENIED.
 */
static int
obey(struct request *q, enum apply how, uint32_t has, const char *name,
    const char *shown)
{
	if (how == APPLY || (q->attr.has & has) == 0)
		return 0;
	log_info("set \"%s\": %s %s, as the policy says", shown, name,
	    how == APPLY_REFUSE ? "refused" : "ignored");
	if (how == APPLY_REFUSE)
		return FX_PERMISSION_DENIED;
	q->attr.has &= ~has;
	return 0;
}

static int
obey_policy(struct request *q, uint32_t sets, const char *shown)
{
	const struct setstat_policy *p = q->ruling.setstat;
	int r;

	if ((r = obey(q, p->mode, sets & (HAS_MODE | HAS_ACL), "mode",
	    shown)) != 0 ||
	    (r = obey(q, p->owner, sets & (HAS_IDS | HAS_OWNER), "owner",
	    shown)) != 0 ||
	    (r = obey(q, p->times, sets & HAS_TIMES, "times", shown)) != 0)
		return r;
	return obey(q, p->size, sets & (HAS_SIZE | HAS_ALLOC), "size", shown);
}

/*
 * Opens the file at a place, for attributes that take a descriptor, which may
 * be the place's own.
 */
static int
open_place(const struct place *p, int flags)
{
	if ((p->flags & PLACE_FD) != 0 && p->hold == NULL)
		return p->dirfd;
	if ((p->flags & PLACE_FOLLOW) == 0)
		flags |= O_NOFOLLOW;
	return fs_open(p, flags, 0);
}

/*
 * Closes a descriptor of open_place(). Returns `r`, or if that is 0 the error
 * that the close tells of data written by other handles.
 */
static int
close_place(struct session *s, const struct place *p, int fd, int r)
{
	int closed = fd != p->dirfd ? late_close(&s->handles, fd) : 0;

	return r != 0 ? r : closed;
}

/*
 * Sets the space that a file takes. Opens it for writing only if there is space
 * to reserve: a program that watches the file would take the close for the end
 * of an upload.
 */
static int
set_space(struct session *s, const struct place *p, uint64_t bytes)
{
	struct statx st;
	int fd, r;

	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if (S_ISREG(st.stx_mode) && bytes < st.stx_size)
		return fs_truncate(p, bytes);
	if (S_ISREG(st.stx_mode) && bytes <= st.stx_blocks * 512)
		return 0;
	if ((fd = open_place(p, O_WRONLY)) < 0)
		return fd;
	return close_place(s, p, fd, fs_allocate(fd, bytes));
}

/* Sets the attrib-bits in `mask`, or checks that they could be set. */
static int
set_bits(struct session *s, const struct place *p, uint32_t bits,
    uint32_t mask, bool keep)
{
	int fd;

	if (mask == 0)
		return 0;
	if ((fd = open_place(p, O_RDONLY)) < 0)
		return fd;
	return close_place(s, p, fd, fs_set_bits(fd, bits, mask, keep));
}

/*
 * Attributes that STAT tells, from version 4 on, and SETSTAT cannot set, or not
 * to just that value; and in addition those that cannot be set on a link. A
 * client may send them back: a value that the object has already is no change,
 * and is left out of the request.
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

/*
 * Leaves out attributes that nobody can set and that the object has already; of
 * a link itself, its size and mode, too. Looks at the object only if there is
 * one of them. Returns 0 or -errno.
 */
static int
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

/*
 * Leaves out a creation time that comes with times that can be set, and logs
 * that: clients set all three after an upload, and would take an error for its
 * failure. `shown` is the object's name.
 */
static void
told_birth(struct request *q, const char *shown)
{
	if ((q->attr.has & HAS_BTIME) == 0 ||
	    (q->attr.has & (HAS_ATIME | HAS_MTIME)) == 0)
		return;
	log_verbose("set \"%s\": the creation time cannot be set and is left "
	    "out", shown);
	q->attr.has &= ~HAS_BTIME;
}

/*
 * Leaves out an owner and a group, found by their names, that the object has
 * already: chown(2) would still remove set-id bits. Returns 0 or -errno.
 */
static int
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

/*
 * Returns `r`, the outcome of setting the size, or 0 if the object is not a
 * file and has that size.
 */
static int
told_size(const struct request *q, const struct place *p, int r)
{
	struct statx st;

	if (r == 0 || !q->precise || fs_stat(p, &st) != 0 ||
	    S_ISREG(st.stx_mode) || st.stx_size != q->attr.size)
		return r;
	return 0;
}

/* Sets one attribute, or both times, of those in set_attrs(). */
static int
set_one(struct session *s, uint32_t has, const struct place *p,
    const struct request *q)
{
	const struct attr *a = &q->attr;

	switch (has) {
	case HAS_SIZE:
		return told_size(q, p, fs_truncate(p, a->size));
	case HAS_ALLOC:
		return set_space(s, p, a->alloc);
	case HAS_IDS:
		return fs_chown(p, a->uid, a->gid);
	case HAS_MODE:
		return fs_chmod(p, a->mode & 07777);
	case HAS_ACL:
		return attr_acl_set(q, p);
	case HAS_BITS:
		return set_bits(s, p, a->bits, a->bits_valid, true);
	default:
		return set_times(q, p, a);
	}
}

/*
 * Sets the attributes of the request: the owner before the mode, since chown(2)
 * clears set-id bits; the ACL after the mode, which changes its mask; the times
 * late, since truncation changes them; the bits last, for they may forbid the
 * rest. Of several errors OpenSSH answers with that of the owner, which it sets
 * last, or else with the last one.
 */
static int
set_attrs(struct session *s, const struct request *q, const struct place *p)
{
	static const uint32_t order[] = {
		HAS_SIZE, HAS_ALLOC, HAS_IDS, HAS_MODE, HAS_ACL, SET_TIMES,
		HAS_BITS,
	};
	bool owner_failed = false;
	int r, answer = 0;
	size_t i;

	trace_sets(&q->attr, p->shown);
	if ((q->attr.has & (HAS_SIZE | HAS_ALLOC)) != 0)
		sum_cut(&s->handles, p, (q->attr.has & HAS_SIZE) != 0 ?
		    q->attr.size : q->attr.alloc);
	for (i = 0; i < nitems(order); i++) {
		if ((q->attr.has & order[i]) == 0)
			continue;
		r = late_told(&s->handles, p, set_one(s, order[i], p, q));
		if (r == 0 || ignores_denied(q, order[i], p, r))
			continue;
		if (q->precise)
			return r;
		if (!owner_failed)
			answer = r;
		owner_failed |= order[i] == HAS_IDS;
	}
	return answer;
}

bool
attrs_find_owner(struct slice name, bool (*find)(const char *, uint32_t *),
    uint32_t *id)
{
	char text[256];

	*id = UINT32_MAX;
	if (name.len == 0)
		return true;
	if (name.len >= sizeof(text) ||
	    memchr(name.p, '\0', name.len) != NULL)
		return false;
	memcpy(text, name.p, name.len);
	text[name.len] = '\0';
	if (find(text, id))
		return true;
	text[strcspn(text, "@")] = '\0';
	return find(text, id) || ident_number(text, id);
}

/* Finds the ids of owner names, and notes unknown names for the reply. */
static int
check_owner(struct request *q)
{
	struct unknown *unknown = &q->unknown;
	struct attr *a = &q->attr;

	if ((a->has & HAS_OWNER) == 0)
		return 0;
	if (!attrs_find_owner(a->owner, ident_find_user, &a->uid))
		unknown->name[unknown->n++] = a->owner;
	if (!attrs_find_owner(a->group, ident_find_group, &a->gid))
		unknown->name[unknown->n++] = a->group;
	/* A chown(2) that changes neither id would still clear set-id bits. */
	if (a->uid != UINT32_MAX || a->gid != UINT32_MAX)
		a->has |= HAS_IDS;
	return unknown->n > 0 ? FX_UNKNOWN_PRINCIPAL : 0;
}

static bool
bad_times(const struct attr *a)
{
	const struct {
		uint32_t	has, ns;
	} times[] = {
		{ HAS_ATIME, a->atime_ns }, { HAS_BTIME, a->btime_ns },
		{ HAS_MTIME, a->mtime_ns }, { HAS_CTIME, a->ctime_ns },
	};
	size_t i;

	for (i = 0; i < nitems(times); i++)
		if ((a->has & times[i].has) != 0 && times[i].ns > 999999999)
			return true;
	return false;
}

int
attrs_check_new(struct request *q, bool dir)
{
	int r;

	if ((q->attr.has & HAS_EXTENDED) != 0 && q->attr.extended > 0)
		return FX_OP_UNSUPPORTED;
	/*
	 * Clients send more attributes than a new object can get: only these
	 * count.
	 */
	if ((r = obey_policy(q, HAS_MODE | HAS_FOR_NEW, q->object.path)) != 0 ||
	    (r = check_owner(q)) != 0)
		return r;
	/* A new file is empty: its size is not set, only its space. */
	q->attr.has &= ~HAS_SIZE;
	if (!dir && (r = limit_attrs(q)) != 0)
		return r;
	return attr_acl_check(q, dir);
}

/*
 * Reduces a->bits_valid to the bits that must change, since setting any takes
 * opening the file. Only files and directories have bits. Returns 0 or the
 * outcome.
 */
static int
check_bits(struct session *s, struct attr *a, const struct place *p)
{
	uint32_t bits, known, differ, settable = BITS_SETTABLE;
	struct statx st;
	int r;

	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if (!S_ISREG(st.stx_mode) && !S_ISDIR(st.stx_mode))
		settable = 0;
	bits = reply_bits(&st, p->shown, &known);
	differ = (bits ^ a->bits) & a->bits_valid;
	if ((differ & ~settable) != 0)
		return FX_OP_UNSUPPORTED;
	a->bits_valid &= settable & (differ | ~known);
	return set_bits(s, p, a->bits, a->bits_valid, false);
}

/*
 * Checks all attributes before any is set (draft-13 7.1): refuses attributes
 * that cannot be set, values that make no sense, and bits that this file does
 * not have.
 */
static int
check_set(struct session *s, struct request *q, const struct place *p)
{
	const struct attr *a = &q->attr;
	int r;

	if ((a->has & (HAS_TEXT_HINT | HAS_NLINK)) != 0 || bad_times(a) ||
	    ((a->has & HAS_ALLOC) != 0 && (a->has & HAS_SIZE) != 0 &&
	    a->alloc < a->size))
		return FX_INVALID_PARAMETER;
	if ((a->has & (HAS_BTIME | HAS_CTIME | HAS_MIME | HAS_RAW_NAME)) != 0 ||
	    ((a->has & HAS_EXTENDED) != 0 && a->extended > 0))
		return FX_OP_UNSUPPORTED;
	if ((a->has & HAS_BITS) != 0 && (r = check_bits(s, &q->attr, p)) != 0)
		return r;
	if ((r = limit_attrs(q)) != 0 || (r = check_owner(q)) != 0 ||
	    (r = told_owner(q, p)) != 0)
		return r;
	return attr_acl_check_place(q, p);
}

/*
 * Applies the ruling to the mode. Looks at the object only if files and
 * directories have different rules.
 */
static int
rule_mode(struct request *q, const struct place *p)
{
	unsigned asked = q->attr.mode & 07777, mode, dir_mode;
	struct statx st;
	int r;

	if ((q->attr.has & HAS_MODE) == 0)
		return 0;
	mode = mode_rule_apply(&q->ruling.mode, asked);
	dir_mode = mode_rule_apply(&q->ruling.dir_mode, asked);
	if (mode != dir_mode) {
		if ((r = fs_stat(p, &st)) != 0)
			return r;
		mode = S_ISDIR(st.stx_mode) ? dir_mode : mode;
	}
	if (mode != asked)
		q->attr.mode = mode;
	return 0;
}

/*
 * Refuses attributes that a link does not have: a size, in OpenSSH's words, and
 * a mode. In version 3 the system refuses the mode when its turn comes.
 */
static int
check_link(const struct request *q, const struct place *p)
{
	struct statx st;
	int r;

	if ((q->attr.has & (HAS_SIZE | HAS_ALLOC)) != 0)
		return FX_BAD_MESSAGE;
	if (!q->precise || (q->attr.has & HAS_MODE) == 0)
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	return S_ISLNK(st.stx_mode) ? FX_OP_UNSUPPORTED : 0;
}

/*
 * Checks and sets the attributes of the object, which is a link itself for
 * lsetstat.
 */
int
op_setstat(struct session *s, struct request *q)
{
	bool link = q->object.handle == NULL &&
	    (q->object.how & PLACE_FOLLOW) == 0;
	const struct place *p = &q->object.place;
	int r;

	if (q->precise && (r = told_attrs(q, p, link)) != 0)
		return r;
	/* Attributes that are ignored need not make sense. */
	if ((r = obey_policy(q, UINT32_MAX, p->shown)) != 0 ||
	    (link && (r = check_link(q, p)) != 0))
		return r;
	told_birth(q, p->shown);
	if ((r = check_set(s, q, p)) != 0 || (r = rule_mode(q, p)) != 0)
		return r;
	return set_attrs(s, q, p);
}

int
op_fsetstat(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	int r;

	/* A size is set through the open file, as bytes are written. */
	if ((q->attr.has & (HAS_SIZE | HAS_ALLOC)) != 0 &&
	    suspend_wake(&s->fs, &s->handles, h) != 0)
		return FX_FAILURE;
	if ((r = suspend_place(&s->fs, h, &q->object.place)) != 0)
		return r;
	if ((q->attr.has & HAS_SIZE) != 0)
		h->dirty = true;
	return op_setstat(s, q);
}
