/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "policy/rights.h"
#include "request/atomic.h"
#include "request/make.h"
#include "system/hidden.h"
#include "system/log.h"
#include "system/part.h"
#include "wire/path.h"
#include "wire/sftp.h"

#define NOT_EMPTIED	"it is not emptied"

/*
 * What a path names once its final link is followed. In a walking session
 * that was done; here the link is read, and `real`, of PATH_MAX bytes, has the
 * path if there was one. Returns 0 or -errno.
 */
static int
follow(const struct fs *fs, const struct place *at, char *real,
    struct place *to)
{
	int r;

	*to = *at;
	if ((at->flags & PLACE_FOLLOW) == 0)
		return 0;
	to->flags &= ~PLACE_FOLLOW;
	if (fs_readlink(to, real, PATH_MAX) == -EINVAL)
		return 0;
	if ((r = fs_realpath(fs, at->name, real)) != 0)
		return r;
	to->name = real;
	return 0;
}

/* The part is where the request finds it, whatever it was asked for. */
static void
stand_in(struct place *asked, const struct place *at)
{
	asked->dirfd = at->dirfd;
	asked->name = at->name;
	asked->flags = at->flags;
}

struct part *
atomic_find(const struct session *s, struct place *at)
{
	char real[PATH_MAX];
	struct place to;
	struct part *p;

	if (LIST_EMPTY(&s->handles.parts) ||
	    follow(&s->fs, at, real, &to) != 0 ||
	    (p = part_find(&s->handles, &to)) == NULL)
		return NULL;
	stand_in(at, &p->place);
	return p;
}

void
atomic_resolve(struct session *s, struct request *q)
{
	int i;

	for (i = 0; i < (int)nitems(q->path); i++)
		if (q->place[i].name != NULL)
			q->part[i] = atomic_find(s, &q->place[i]);
}

bool
atomic_find_kept(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	struct place at, to;

	if (q->ruling.atomic != ATOMIC_KEEP || q->place[0].name == NULL ||
	    (q->how[0] & PLACE_CREATES) != 0 || q->part[0] != NULL ||
	    follow(&s->fs, &q->place[0], real, &to) != 0 ||
	    (q->kept = hidden_find(&to, &at)) == NULL)
		return false;
	stand_in(&q->place[0], &at);
	return true;
}

void
atomic_end(struct request *q)
{
	if (q->kept != NULL)
		hidden_leave(q->kept);
	q->kept = NULL;
}

/* The name is that of a part already. */
static int
open_pending(struct request *q, int *flags, struct part **part)
{
	if ((*flags & O_EXCL) != 0)
		return -EEXIST;
	*flags &= ~O_CREAT;
	if ((*flags & O_ACCMODE) == O_RDONLY)
		return 0;
	*part = q->part[0];
	(*part)->users++;
	return 0;
}

/* By its close, as by a rename. */
static bool
may_replace(const struct request *q)
{
	unsigned takes = RIGHT_REPLACE | RIGHT_DELETE;

	return (q->ruling.granted & takes) == takes;
}

/* What is no upload of a whole file is written where it is. */
static const char *
why_in_place(const struct request *q, int flags)
{
	if ((flags & O_APPEND) != 0)
		return "it is appended to";
	if ((q->flags & FXF_BLOCK) != 0)
		return "it is locked";
	if ((q->flags & FXF_DELETE_ON_CLOSE) != 0)
		return "it is removed at its close";
	if ((flags & (O_CREAT | O_TRUNC)) == 0)
		return NOT_EMPTIED;
	return NULL;
}

/* What is no file that a new one could take the place of? */
static const char *
why_not_replaced(const struct request *q, const struct place *at, int flags,
    const struct statx *st)
{
	if ((flags & O_TRUNC) == 0)
		return NOT_EMPTIED;
	if (!S_ISREG(st->stx_mode))
		return "it is no regular file";
	if (st->stx_nlink != 1)
		return "it has other links";
	if (!may_replace(q))
		return "it may not be replaced";
	if (!fs_may_rename(at))
		return "its directory cannot be changed";
	return NULL;
}

static int
in_place(const struct request *q, const char *why)
{
	log_info("open \"%s\": written in place, %s", q->path[0], why);
	return 0;
}

static int
no_part(const struct request *q)
{
	return in_place(q, "for want of memory or a directory");
}

/* What is there is open as `old`, for no more than to be looked at. */
static int
open_replacing(struct session *s, struct request *q, const struct place *at,
    int old, int *flags, struct part **part)
{
	struct place was = fs_place_fd(old, "");
	const char *why;
	struct statx st;
	int r;

	if ((r = fs_stat(&was, &st)) != 0)
		return r;
	if ((why = why_not_replaced(q, at, *flags, &st)) != NULL)
		return in_place(q, why);
	if ((*part = part_new(&s->handles, at)) == NULL)
		return no_part(q);
	if ((r = part_replace(*part, old)) != 0) {
		(void)atomic_cancel(*part, r);
		*part = NULL;
		return in_place(q, strerror(-r));
	}
	(*part)->replaces = true;
	*flags &= O_ACCMODE;
	stand_in(&q->place[0], &(*part)->place);
	return 0;
}

static int
open_new(struct session *s, struct request *q, const struct place *at,
    int *flags, struct part **part)
{
	if ((*part = part_new(&s->handles, at)) == NULL)
		return no_part(q);
	(*part)->replaces = (*flags & O_EXCL) == 0 && may_replace(q);
	*flags |= O_CREAT | O_EXCL;
	stand_in(&q->place[0], &(*part)->place);
	return 0;
}

/*
 * The file is opened as it was asked for, but not emptied: whatever is wrong
 * with that is the answer.
 */
static int
open_beside(struct session *s, struct request *q, const struct place *at,
    int *flags, struct part **part)
{
	struct statx st;
	int old, r;

	if ((*flags & O_EXCL) != 0)
		return fs_stat(at, &st) == 0 ? -EEXIST :
		    open_new(s, q, at, flags, part);
	old = fs_open(at, (*flags & O_ACCMODE) | O_NOFOLLOW, 0);
	if (old == -ENOENT && (*flags & O_CREAT) != 0)
		return open_new(s, q, at, flags, part);
	if (old < 0)
		return old;
	r = open_replacing(s, q, at, old, flags, part);
	(void)fs_close(old);
	return r;
}

/* Is that a name at all, of something that is no directory? */
static bool
is_name(const struct place *at)
{
	const char *name;
	size_t len;

	name = path_last(at->name, &len);
	return len > 0 && name[len] == '\0' &&
	    (at->flags & (PLACE_FD | PLACE_DIR)) == 0 &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/*
 * A part that was kept for the name: OPEN that does not empty goes on with
 * it, one that does has no use for it.
 */
static bool
take_kept(struct session *s, struct request *q, const struct place *at,
    int *flags, struct part **part)
{
	struct statx st;

	if (q->ruling.atomic != ATOMIC_KEEP || fs_stat(at, &st) != -ENOENT ||
	    (*part = part_adopt(&s->handles, at)) == NULL)
		return false;
	if ((*flags & (O_TRUNC | O_EXCL)) != 0) {
		(void)atomic_cancel(*part, 0);
		*part = NULL;
		return false;
	}
	(*part)->replaces = may_replace(q);
	*flags &= O_ACCMODE | O_APPEND;
	stand_in(&q->place[0], &(*part)->place);
	log_info("open \"%s\": goes on with \"%s\"", q->path[0],
	    (*part)->place.name);
	return true;
}

int
atomic_open(struct session *s, struct request *q, int *flags,
    struct part **part)
{
	char real[PATH_MAX];
	const char *why;
	struct place at;
	int r;

	*part = NULL;
	if (q->part[0] != NULL)
		return open_pending(q, flags, part);
	if (q->ruling.atomic == ATOMIC_NO ||
	    (*flags & O_ACCMODE) == O_RDONLY)
		return 0;
	/* What is to be new follows no link. */
	at = q->place[0];
	if ((*flags & O_EXCL) != 0)
		at.flags &= ~PLACE_FOLLOW;
	if ((r = follow(&s->fs, &at, real, &at)) != 0)
		return r;
	if (!is_name(&at) || take_kept(s, q, &at, flags, part))
		return 0;
	if ((why = why_in_place(q, *flags)) != NULL)
		return in_place(q, why);
	return open_beside(s, q, &at, flags, part);
}

int
atomic_remove(struct part *p)
{
	part_drop(p);
	return 0;
}

int
atomic_cancel(struct part *p, int error)
{
	if (p == NULL)
		return error;
	part_drop(p);
	part_leave(p);
	return error;
}

int
atomic_opened(struct request *q, struct handle *h, struct part *p)
{
	if ((h->part = p) == NULL || p->users > 1)
		return 0;
	return part_opened(p, h->fd, q->ruling.atomic == ATOMIC_KEEP);
}

bool
atomic_wants_close(const struct request *q)
{
	return q->publishes || q->handle[0]->part != NULL;
}

/*
 * Where the part is, and where it goes. A session with a root goes there by
 * the name that the handle has now, and must meet the same directory: one
 * that was moved out of the root gets nothing from it.
 */
static int
find_places(struct session *s, struct request *q, const struct handle *h)
{
	const struct part *p = h->part;
	const char *name = index_name(h) != NULL ? index_name(h) : h->name;
	int r;

	q->place[0] = p->place;
	q->place[1] = part_visible(p);
	if (!s->fs.walks)
		return 0;
	if ((r = fs_locate(&s->fs, name, PLACE_FOLLOW, &q->place[1])) != 0)
		return r;
	if (part_find(&s->handles, &q->place[1]) != p)
		return -ENOENT;
	q->place[0].dirfd = q->place[1].dirfd;
	return 0;
}

/* A visible name instead of a hidden one is a RENAME. */
static void
begin_publishing(struct request *q, struct part *p)
{
	q->publishes = true;
	q->part[0] = p;
	q->path[0] = p->place.name;
	q->path[1] = p->name;
	q->ruling.replace = p->replaces;
	q->ruling.forced = false;
}

/*
 * The handle ends first: what its close has to say counts. The file is on
 * its way to being seen only if every byte arrived, by whichever handle.
 */
static int
end_writing(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	struct part *p = h->part;
	int r, lost = p->pending ? find_places(s, q, h) : 0;

	h->part = NULL;
	r = handle_close(&s->handles, h);
	q->handle[0] = NULL;
	if (p->error == 0)
		p->error = r != 0 ? r : lost;
	if (p->pending && p->error == 0 && p->users == 1) {
		begin_publishing(q, p);
		return 0;
	}
	r = r == 0 && p->pending ? p->error : r;
	part_leave(p);
	return r;
}

int
atomic_close(struct session *s, struct request *q)
{
	int r;

	if (!q->publishes && ((r = end_writing(s, q)) != 0 || !q->publishes))
		return r;
	r = hidden_is_there(q->part[0]->hidden) ? rename_publish(s, q) :
	    -ENOENT;
	if (r == PENDING)
		return r;
	if (r != 0) {
		log_error("cannot give \"%s\" its name: %s", q->part[0]->name,
		    strerror(-r));
		part_drop(q->part[0]);
	}
	r = make_settled(q, NAMES_SECOND, r);
	/* The answer names no file: the request did not. */
	q->path[0] = q->path[1] = NULL;
	part_leave(q->part[0]);
	return r;
}

int
atomic_rename(struct request *q)
{
	struct place to;

	if (q->part[0] != NULL && q->part[0]->error != 0)
		return q->part[0]->error;
	/* A part that is in the way is there, under whatever name. */
	if (q->part[1] == NULL || !q->ruling.replace)
		return 0;
	if (q->part[1] == q->part[0])
		return ATOMIC_DONE;
	to = part_visible(q->part[1]);
	stand_in(&q->place[1], &to);
	return 0;
}

void
atomic_settled(struct request *q)
{
	if (q->part[0] != NULL && q->path[1] != NULL)
		part_published(q->part[0]);
	else if (q->part[0] != NULL)
		part_drop(q->part[0]);
	if (q->part[1] != NULL)
		part_drop(q->part[1]);
}

int
atomic_publish(struct request *q)
{
	struct part *p = q->part[0];
	struct place to;
	int r;

	if (p == NULL)
		return 0;
	if (p->error != 0)
		return p->error;
	to = part_visible(p);
	if ((r = fs_rename(&p->place, &to, p->replaces)) != 0)
		return r;
	stand_in(&q->place[0], &to);
	part_published(p);
	return 0;
}
