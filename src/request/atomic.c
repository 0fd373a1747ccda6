/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "policy/rights.h"
#include "request/atomic.h"
#include "request/make.h"
#include "request/rights.h"
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

/* From now on the request is for the temporary file, which it holds. */
static void
take_part(struct request *q, int i, struct part *p)
{
	q->part[i] = p;
	stand_in(&q->place[i], &p->place);
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
	struct part *p;
	int i;

	for (i = 0; i < (int)nitems(q->path); i++)
		if (q->place[i].name != NULL &&
		    (p = atomic_find(s, &q->place[i])) != NULL)
			q->part[i] = part_hold(p);
}

/* By its close, as by a rename. */
static bool
may_replace(const struct request *q)
{
	unsigned takes = RIGHT_REPLACE | RIGHT_DELETE;

	return (q->ruling.granted & takes) == takes;
}

/*
 * Returns the temporary file that an earlier session kept for a name that
 * nothing has, with a reference for the request; or NULL. Its name becomes
 * one that exists, so this is only for those who may make files.
 */
static struct part *
find_kept(struct session *s, const struct request *q, const struct place *at)
{
	struct statx st;
	struct part *p;

	if (q->ruling.atomic != ATOMIC_KEEP ||
	    (q->ruling.granted & RIGHT_CREATE) == 0 ||
	    fs_stat(at, &st) != -ENOENT ||
	    (p = part_adopt(&s->handles, at)) == NULL)
		return NULL;
	p->replaces = may_replace(q);
	return p;
}

void
atomic_resolve_kept(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	struct place at;
	struct part *p;

	if (q->ruling.atomic != ATOMIC_KEEP || q->place[0].name == NULL ||
	    (q->how[0] & PLACE_CREATES) != 0 || q->part[0] != NULL ||
	    follow(&s->fs, &q->place[0], real, &at) != 0 ||
	    (p = find_kept(s, q, &at)) == NULL)
		return;
	take_part(q, 0, p);
}

void
atomic_end(struct request *q)
{
	int i;

	for (i = 0; i < (int)nitems(q->part); i++) {
		if (q->part[i] != NULL)
			part_release(q->part[i]);
		q->part[i] = NULL;
	}
}

/* Returns why an OPEN is no upload of a whole file, or NULL. */
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

/* Returns why a new file cannot take the place of that one, or NULL. */
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
	return ATOMIC_IN_PLACE;
}

static int
no_part(const struct request *q)
{
	return in_place(q, "for want of memory or a directory");
}

/*
 * Begins a temporary file for the name of a file, of which `old` is an O_PATH
 * descriptor: it is looked at, and not opened.
 */
static int
open_replacing(struct session *s, struct request *q, const struct place *at,
    int old, int flags, struct making *m)
{
	struct place was = fs_place_fd(old, "");
	const char *why;
	struct statx st;
	struct part *p;
	int fd, r;

	if ((r = fs_stat(&was, &st)) != 0)
		return r;
	if ((why = why_not_replaced(q, at, flags, &st)) != NULL)
		return in_place(q, why);
	/* Who may change the directory may not for that change the file. */
	if ((r = fs_check_access(at, flags)) != 0)
		return r;
	if ((p = part_new(&s->handles, at)) == NULL)
		return no_part(q);
	if ((fd = part_create(p, at, old, flags)) < 0) {
		part_release(p);
		return in_place(q, strerror(-fd));
	}
	p->replaces = true;
	take_part(q, 0, p);
	*m = (struct making){ .at = q->place[0] };
	return fd;
}

/* Makes the file of the part that stands at place[0]. */
static int
open_part(struct session *s, struct request *q, int flags, mode_t mode,
    struct making *m)
{
	struct part *p = q->part[0];
	int fd;

	p->replaces = (flags & O_EXCL) == 0 && may_replace(q);
	fd = make_open(s, q, 0, (flags & O_ACCMODE) | O_CREAT | O_EXCL, mode,
	    m);
	if (fd >= 0)
		part_created(p);
	return fd;
}

static int
open_new(struct session *s, struct request *q, const struct place *at,
    int flags, mode_t mode, struct making *m)
{
	struct part *p;

	if ((p = part_new(&s->handles, at)) == NULL)
		return no_part(q);
	take_part(q, 0, p);
	return open_part(s, q, flags, mode, m);
}

static int
open_beside(struct session *s, struct request *q, const struct place *at,
    int flags, mode_t mode, struct making *m)
{
	int old, fd;

	old = fs_open(at, O_PATH | O_NOFOLLOW, 0);
	if (old == -ENOENT && (flags & O_CREAT) != 0)
		return open_new(s, q, at, flags, mode, m);
	if (old < 0)
		return old;
	fd = (flags & O_EXCL) != 0 ? -EEXIST :
	    open_replacing(s, q, at, old, flags, m);
	(void)fs_close(old);
	return fd;
}

/* True if that is a name at all, of something that is no directory. */
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
 * Opens the temporary file that the name means. One that an earlier session
 * kept is gone on with, or given up when the file is to begin anew.
 */
static int
open_pending(struct session *s, struct request *q, int flags, mode_t mode,
    struct making *m)
{
	struct part *p = q->part[0];
	bool goes_on = p->writers == 0 && (flags & O_ACCMODE) != O_RDONLY;

	if (goes_on && (flags & (O_TRUNC | O_EXCL)) != 0) {
		if (!part_renew(p))
			return -ENOMEM;
		take_part(q, 0, p);
		return open_part(s, q, flags, mode, m);
	}
	if ((flags & O_EXCL) != 0)
		return -EEXIST;
	if (goes_on)
		log_info("open \"%s\": goes on with \"%s\"", q->path[0],
		    p->place.name);
	return make_open(s, q, 0, flags & ~O_CREAT, 0, m);
}

int
atomic_open(struct session *s, struct request *q, int flags, mode_t mode,
    struct making *m)
{
	char real[PATH_MAX];
	const char *why;
	struct place at;
	struct part *p;
	int r;

	if (q->part[0] != NULL)
		return open_pending(s, q, flags, mode, m);
	if (q->ruling.atomic == ATOMIC_NO ||
	    (flags & O_ACCMODE) == O_RDONLY)
		return ATOMIC_IN_PLACE;
	/* A file that is to be new follows no link. */
	at = q->place[0];
	if ((flags & O_EXCL) != 0)
		at.flags &= ~PLACE_FOLLOW;
	if ((r = follow(&s->fs, &at, real, &at)) != 0)
		return r;
	if (!is_name(&at))
		return ATOMIC_IN_PLACE;
	if ((flags & O_CREAT) != 0 && (p = find_kept(s, q, &at)) != NULL) {
		take_part(q, 0, p);
		return open_pending(s, q, flags, mode, m);
	}
	if ((why = why_in_place(q, flags)) != NULL)
		return in_place(q, why);
	return open_beside(s, q, &at, flags, mode, m);
}

bool
atomic_wants_close(const struct request *q)
{
	return q->publishes || q->handle[0]->part != NULL;
}

/*
 * Finds the place of a temporary file's visible name, by the name that its
 * handle has now. It must be in the directory of the temporary file.
 */
static int
find_by_name(struct session *s, struct request *q, const struct handle *h)
{
	const char *name = index_name(h) != NULL ? index_name(h) : h->name;
	int r;

	if ((r = fs_locate(&s->fs, name, PLACE_FOLLOW, &q->place[1])) != 0)
		return r;
	return part_find(&s->handles, &q->place[1]) == h->part ? 0 : -ENOENT;
}

/*
 * Finds where the temporary file is, and where it goes: to its visible name in
 * the directory that it is in, wherever that is by now. A session with a root
 * must still be able to get there, and be permitted to: a directory that was
 * moved out of the root gets nothing. By the names of handles they are found
 * only where there is no /proc to tell that of the directory.
 */
static int
find_places(struct session *s, struct request *q, const struct handle *h)
{
	struct part *p = h->part;
	int r;

	q->place[0] = p->place;
	r = fs_locate_entry(&s->fs, p->place.dirfd, p->name, PLACE_CREATES,
	    &q->place[1]);
	if (r == -ENOENT)
		r = find_by_name(s, q, h);
	return r != 0 ? r : rights_judge_publishing(s, q, p->replaces);
}

/* To give a file its visible name in place of the silly one is a RENAME. */
static void
begin_publishing(struct request *q, struct part *p)
{
	q->publishes = true;
	q->path[0] = p->place.name;
	q->path[1] = p->name;
	q->ruling.forced = false;
}

static int
publishing_failed(const struct part *p, int outcome)
{
	log_error("cannot give \"%s\" its name: %s", p->name, outcome < 0 ?
	    strerror(-outcome) : "permission denied");
	return outcome;
}

/*
 * Ends the handle first, since the answer of its close counts. The file is on
 * its way to being seen only if every byte arrived, by whichever handle.
 */
static int
end_writing(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	struct part *p = q->part[0] = part_hold(h->part);
	int r, lost;

	lost = p->pending && p->writers == 1 ? find_places(s, q, h) : 0;
	r = handle_close(&s->handles, h);
	q->handle[0] = NULL;
	/* Who watches the directory sees the last descriptor go before. */
	if (p->pending && p->writers == 0)
		part_unlock(p);
	if (!p->pending || p->error != 0 || p->writers > 0)
		return r != 0 || !p->pending ? r : p->error;
	if (lost != 0)
		return publishing_failed(p, lost);
	begin_publishing(q, p);
	return 0;
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
	if (r != 0)
		(void)publishing_failed(q->part[0], r);
	else
		r = q->part[0]->error;
	/* Beside a file that was quicker it could never be gone on with. */
	if (r == -EEXIST)
		part_drop(q->part[0]);
	r = make_settled(q, NAMES_SECOND, r);
	/* The answer names no file: the request did not. */
	q->path[0] = q->path[1] = NULL;
	return r;
}

int
atomic_rename(struct request *q)
{
	struct place to;
	int r;

	/* A file whose bytes did not arrive must not replace anything. */
	if (q->part[0] != NULL && (r = part_flush(q->part[0])) != 0)
		return r;
	/* A part that is in the way is there, under whatever name. */
	if (q->part[1] == NULL || !q->ruling.replace)
		return 0;
	if (q->part[1] == q->part[0])
		return ATOMIC_DONE;
	to = part_visible(q->part[1]);
	stand_in(&q->place[1], &to);
	return 0;
}

bool
atomic_remove(struct request *q)
{
	struct part *p = q->part[0];

	if (p == NULL || !p->kept || p->writers > 0)
		return false;
	part_discard(p);
	return true;
}

void
atomic_settled(struct request *q)
{
	if (q->part[0] != NULL && q->path[1] != NULL)
		part_published(q->part[0], &q->place[1]);
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
	if ((r = part_flush(p)) != 0)
		return r;
	to = part_visible(p);
	if ((r = fs_rename(&p->place, &to, p->replaces)) != 0)
		return r;
	stand_in(&q->place[0], &to);
	part_published(p, &to);
	return 0;
}
