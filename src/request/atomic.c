/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/path.h"
#include "files/silly.h"
#include "files/temp.h"
#include "os/log.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "policy/rights.h"
#include "request/atomic.h"
#include "request/make.h"
#include "wire/sftp.h"

#define NOT_EMPTIED	"it is not emptied"
#define FREE_NAME	1	/* of follow() */

/*
 * Makes the place that a path names once its final link is followed. A session
 * that resolves paths has followed it already; here the link is read, and
 * `real`, of PATH_MAX bytes, holds the path that it leads to. Returns 0,
 * FREE_NAME if the path, which may lack directories too, names nothing, or
 * -errno.
 */
static int
follow(struct fs *fs, const struct place *at, char *real,
    struct place *to)
{
	int r;

	*to = *at;
	if ((at->flags & PLACE_FOLLOW) == 0)
		return 0;
	to->flags &= ~PLACE_FOLLOW;
	r = (int)fs_readlink(to, real, PATH_MAX);
	if (r == -EINVAL || r == -ENOENT)
		return r == -ENOENT ? FREE_NAME : 0;
	if (r < 0)
		return r;
	if ((r = resolve_real(fs, at->name, real)) != 0)
		return r;
	to->name = real;
	return 0;
}

void
atomic_stand_in(struct place *asked, const struct place *at)
{
	asked->dirfd = at->dirfd;
	asked->name = at->name;
	asked->flags = at->flags;
}

/* Directs the request to the temporary file, whose reference it takes over. */
static void
take_temp(struct request *q, int i, struct temp *p)
{
	q->operand[i].temp = p;
	atomic_stand_in(&q->operand[i].place, &p->place);
}

struct temp *
atomic_find(struct session *s, struct place *at)
{
	char real[PATH_MAX];
	struct place to;
	struct temp *p;

	if (LIST_EMPTY(&s->handles.temps) ||
	    follow(&s->fs, at, real, &to) < 0 ||
	    (p = temp_find(&s->handles, &to)) == NULL)
		return NULL;
	atomic_stand_in(at, &p->place);
	return p;
}

bool
atomic_locate(struct session *s, struct operand *o)
{
	struct place at;
	struct temp *p;

	if (!temp_has_name(&s->handles, o->path) ||
	    locate_path(&s->fs, o->path, o->how & ~PLACE_FOLLOW, &at) != 0)
		return false;
	if ((p = temp_find(&s->handles, &at)) == NULL) {
		locate_release(&at);
		return false;
	}
	o->place = at;
	atomic_stand_in(&o->place, &p->place);
	o->temp = temp_hold(p);
	return true;
}

void
atomic_resolve(struct session *s, struct request *q)
{
	struct operand *o;
	struct temp *p;

	for (o = q->operand; o < q->operand + nitems(q->operand); o++)
		if (o->place.name != NULL && o->temp == NULL &&
		    (p = atomic_find(s, &o->place)) != NULL)
			o->temp = temp_hold(p);
}

/* True if the request may replace a file, as its close will do by a rename. */
static bool
may_replace(const struct request *q)
{
	unsigned takes = RIGHT_REPLACE | RIGHT_DELETE;

	return (q->ruling.granted & takes) == takes;
}

/*
 * Returns the temporary file that an earlier session kept for a name without a
 * file, with a reference for the request, or NULL. The visible name then seems
 * to exist, so this takes the right to create files.
 */
static struct temp *
find_kept(struct session *s, const struct request *q, const struct place *at)
{
	struct statx st;
	struct temp *p;

	if (q->ruling.atomic != ATOMIC_KEEP ||
	    (q->ruling.granted & RIGHT_CREATE) == 0 ||
	    fs_stat(at, &st) != -ENOENT ||
	    (p = temp_adopt(&s->handles, at)) == NULL)
		return NULL;
	p->replaces = may_replace(q);
	return p;
}

void
atomic_resolve_kept(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	struct place at;
	struct temp *p;

	if (q->ruling.atomic != ATOMIC_KEEP || q->object.place.name == NULL ||
	    (q->object.how & PLACE_CREATES) != 0 || q->object.temp != NULL ||
	    follow(&s->fs, &q->object.place, real, &at) < 0 ||
	    (p = find_kept(s, q, &at)) == NULL)
		return;
	take_temp(q, 0, p);
}

/* Returns why an OPEN is not the upload of a whole file, or NULL. */
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

/* Returns why a temporary file cannot replace that file, or NULL. */
static const char *
why_not_replaced(const struct request *q, const struct place *at, int flags,
    const struct statx *st)
{
	if ((flags & O_TRUNC) == 0)
		return NOT_EMPTIED;
	if (!S_ISREG(st->stx_mode))
		return "it is no regular file";
	if (st->stx_nlink != 1 && st->stx_nlink - silly_links(at, st) != 1)
		return "it has other links";
	if (!may_replace(q))
		return "it may not be replaced";
	if (!fs_may_rename(at))
		return "its directory cannot be changed";
	return NULL;
}

/* A file to be opened for OPEN, or as the target of copy-file. */
struct opening {
	struct session	*s;
	struct request	*q;
	int		 i;		/* index of the path */
	int		 flags;		/* of open(2) */
	mode_t		 mode;
	struct making	*m;
};

static int
in_place(const struct opening *o, const char *why)
{
	log_info("%s \"%s\": written in place, %s", o->q->kind->name,
	    o->q->operand[o->i].path, why);
	return ATOMIC_IN_PLACE;
}

static int
no_temp(const struct opening *o)
{
	return in_place(o, "for want of memory or a directory");
}

/*
 * Makes a temporary file that replaces the file `*old`, which is an O_PATH
 * descriptor: the file itself is not opened. Sets it to -1 if the temporary
 * file takes it over.
 */
static int
open_replacing(const struct opening *o, const struct place *at, int *old)
{
	struct place was = place_fd(*old, "");
	const char *why;
	struct statx st;
	struct temp *p;
	int fd, r;

	if ((r = fs_stat(&was, &st)) != 0)
		return r;
	if ((why = why_not_replaced(o->q, at, o->flags, &st)) != NULL)
		return in_place(o, why);
	/* The right to change the directory is not one to change the file. */
	if ((r = fs_check_access(at, o->flags)) != 0)
		return r;
	if ((p = temp_new(&o->s->handles, at)) == NULL)
		return no_temp(o);
	if ((fd = temp_create(p, at, *old, o->flags)) < 0) {
		temp_release(p);
		return in_place(o, strerror(-fd));
	}
	*old = -1;
	p->replaces = true;
	take_temp(o->q, o->i, p);
	o->m->made = false;
	o->m->at = o->q->operand[o->i].place;
	return fd;
}

/* Makes the file of a new temporary file, which becomes the request's. */
static int
open_temp(const struct opening *o, struct temp *p)
{
	int fd;

	p->replaces = (o->flags & O_EXCL) == 0 && may_replace(o->q);
	take_temp(o->q, o->i, p);
	fd = make_open(o->s, o->q, o->i, (o->flags & O_ACCMODE) | O_CREAT |
	    O_EXCL, o->mode, o->m);
	if (fd >= 0)
		silly_taken(p->silly);
	return fd;
}

/*
 * Opens a file whose name is free. The directory may not take silly names, for
 * example because another server like this one serves it and keeps them for
 * itself.
 */
static int
open_new(const struct opening *o, const struct place *at)
{
	struct operand *asked = &o->q->operand[o->i];
	struct place place = asked->place;
	struct temp *p;
	int fd;

	if ((p = temp_new(&o->s->handles, at)) == NULL)
		return no_temp(o);
	fd = open_temp(o, p);
	if (fd >= 0 || !fs_may_rename(at))
		return fd;
	asked->place = place;
	asked->temp = NULL;
	temp_release(p);
	return in_place(o, strerror(-fd));
}

static int
open_beside(const struct opening *o, const struct place *at, bool is_free)
{
	int old, fd;

	old = is_free ? -ENOENT : fs_open(at, O_PATH | O_NOFOLLOW, 0);
	if (old == -ENOENT && (o->flags & O_CREAT) != 0)
		return open_new(o, at);
	if (old < 0)
		return old;
	fd = (o->flags & O_EXCL) != 0 ? -EEXIST : open_replacing(o, at, &old);
	fs_drop(&old);
	return fd;
}

/*
 * True if the place has a name that a file can have: not ".", "x/", or one that
 * is too long. The caller opens such a name itself, so that the system refuses
 * it. With a temporary file, some file systems in FUSE would refuse the name
 * only at CLOSE.
 */
static bool
is_name(const struct place *at)
{
	const char *name;
	size_t len;

	name = path_last(at->name, &len);
	return len > 0 && len <= NAME_MAX && name[len] == '\0' &&
	    (at->flags & (PLACE_FD | PLACE_DIR)) == 0 &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/*
 * Opens the temporary file that the name means. An upload that an earlier
 * session kept is continued, or given up if the file is to begin anew.
 */
static int
open_pending(const struct opening *o)
{
	struct temp *p = o->q->operand[o->i].temp;
	bool goes_on = p->writers == 0 && (o->flags & O_ACCMODE) != O_RDONLY;

	if (goes_on && (o->flags & (O_TRUNC | O_EXCL)) != 0)
		return temp_renew(p) ? open_temp(o, p) : -ENOMEM;
	if ((o->flags & O_EXCL) != 0)
		return -EEXIST;
	if (goes_on)
		log_info("open \"%s\": goes on with \"%s\"",
		    o->q->operand[o->i].path, p->place.name);
	return make_open(o->s, o->q, o->i, o->flags & ~O_CREAT, 0, o->m);
}

int
atomic_open(struct session *s, struct request *q, int i, int flags,
    mode_t mode, struct making *m)
{
	const struct opening o = { s, q, i, flags, mode, m };
	char real[PATH_MAX];
	const char *why;
	struct place at;
	struct temp *p;
	int r;

	if (q->operand[i].temp != NULL)
		return open_pending(&o);
	if (q->ruling.atomic == ATOMIC_NO ||
	    (flags & O_ACCMODE) == O_RDONLY)
		return ATOMIC_IN_PLACE;
	/* A new file is never made behind a link. */
	at = q->operand[i].place;
	if ((flags & O_EXCL) != 0)
		at.flags &= ~PLACE_FOLLOW;
	if ((r = follow(&s->fs, &at, real, &at)) < 0)
		return r;
	if (!is_name(&at))
		return ATOMIC_IN_PLACE;
	if ((flags & O_CREAT) != 0 && (p = find_kept(s, q, &at)) != NULL) {
		take_temp(q, i, p);
		return open_pending(&o);
	}
	if ((why = why_in_place(q, flags)) != NULL)
		return in_place(&o, why);
	return open_beside(&o, &at, r == FREE_NAME);
}
