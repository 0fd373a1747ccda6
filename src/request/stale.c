/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/path.h"
#include "files/silly.h"
#include "files/temp.h"
#include "paths/locate.h"
#include "policy/rights.h"
#include "policy/subtree.h"
#include "request/request.h"
#include "request/session.h"
#include "request/stale.h"

/* True if the session may delete the object with that resolved name. */
static bool
may_delete(const struct session *s, const char *resolved)
{
	struct subtree a;

	if (policy_permits(&s->policy, "remove", true) != PERMIT)
		return false;
	subtree_find(&s->policy, s->fs.folds, resolved, &a);
	return (a.rights & RIGHT_DELETE) != 0;
}

/*
 * Makes the place of a silly name that the session may remove; locate_release()
 * is then due. Returns false if it may not: it makes no silly names, has no
 * right to delete, or cannot reach the directory any more. `uploads` says that
 * the session uploads there: temporary files then take no right.
 */
static bool
may_remove(struct session *s, int dirfd, const char *name, bool uploads,
    struct place *p)
{
	if (!s->fs.reserves || locate_entry(&s->fs, dirfd, name, 0, p) != 0)
		return false;
	if ((uploads && path_is_temp(name, strlen(name))) ||
	    may_delete(s, p->resolved))
		return true;
	locate_release(p);
	return false;
}

void
stale_entry(struct session *s, struct stale_clock *clock, int dirfd,
    const char *name, const struct statx *st, bool uploads)
{
	struct place p;

	if (!silly_seems_stale(st) || !may_remove(s, dirfd, name, uploads, &p))
		return;
	if (!clock->asked && silly_now(&s->handles.leaving,
	    p.dirfd, &clock->now) != 0)
		clock->now = INT64_MIN;
	clock->asked = true;
	(void)silly_clear(&p, clock->now, false);
	locate_release(&p);
}

/* A search for stale names in a directory. */
struct sweep {
	struct session	*s;
	struct stale_clock clock;
	bool		 live;		/* an upload is under way */
};

static int
sweep_one(int dirfd, const char *name, void *arg)
{
	struct place p = place_entry(dirfd, name);
	struct sweep *x = arg;
	struct statx st;

	if (path_is_silly(name, strlen(name)) && fs_stat(&p, &st) == 0)
		stale_entry(x->s, &x->clock, dirfd, name, &st, true);
	return 0;
}

/* Searches a directory if that is due. */
static void
sweep_dir(struct session *s, struct stale_dir *d)
{
	struct sweep x = { .s = s };

	if (!d->due)
		return;
	(void)fs_each_entry(d->fd, &d->off, sweep_one, &x);
	(void)fs_close(d->fd);
	d->due = false;
	d->done = d->off == 0;
	s->stale.due--;
}

void
stale_sweep(struct session *s)
{
	struct stale_dir *d;

	for (d = s->stale.dir; d < s->stale.dir + STALE_DIRS; d++)
		sweep_dir(s, d);
}

/* Returns the note on a directory, or a new one in place of the oldest. */
static struct stale_dir *
find_dir(struct session *s, uint64_t dev, uint64_t ino)
{
	struct stale *stale = &s->stale;
	struct stale_dir *d;

	for (d = stale->dir; d < stale->dir + STALE_DIRS; d++)
		if (d->ino == ino && d->dev == dev)
			return d;
	d = &stale->dir[stale->next];
	stale->next = (stale->next + 1) % STALE_DIRS;
	sweep_dir(s, d);
	*d = (struct stale_dir){ .dev = dev, .ino = ino };
	return d;
}

void
stale_note(struct session *s, const struct temp *p)
{
	struct place dir = place_fd(p->place.dirfd, "");
	uint64_t dev = 0, ino = 0;
	struct stale_dir *d;

	if (!s->fs.reserves || fs_identify(&dir, &dev, &ino) != 0)
		return;
	d = find_dir(s, dev, ino);
	if (d->due || d->done || (d->fd = fs_dup(p->place.dirfd)) < 0)
		return;
	d->due = true;
	s->stale.due++;
}

/* Returns 1 for an entry that clients see. */
static int
is_visible(int dirfd, const char *name, void *arg)
{
	struct place p = place_entry(dirfd, name);
	const struct sweep *x = arg;
	struct statx st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	return !path_is_silly(name, strlen(name)) ||
	    (fs_stat(&p, &st) == 0 && st.stx_uid != x->s->self.uid);
}

static int
empty_one(int dirfd, const char *name, void *arg)
{
	struct sweep *x = arg;
	struct place p;

	if (!path_is_silly(name, strlen(name)))
		return 0;
	if (!may_remove(x->s, dirfd, name, false, &p)) {
		x->live = true;
		return 0;
	}
	if (silly_clear(&p, x->clock.now, true) != 0)
		x->live = true;
	locate_release(&p);
	return 0;
}

int
stale_empty(struct session *s, struct request *q, const struct place *dir)
{
	struct sweep x = { .s = s };
	int fd;

	if (!s->fs.reserves)
		return -ENOTEMPTY;
	if ((fd = fs_open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0)) < 0)
		return -ENOTEMPTY;
	if (fs_each_entry(fd, NULL, is_visible, &x) != 0) {
		(void)fs_close(fd);
		return -ENOTEMPTY;
	}
	if (silly_now(&s->handles.leaving, fd, &x.clock.now) != 0)
		x.clock.now = INT64_MIN;
	(void)fs_each_entry(fd, NULL, empty_one, &x);
	(void)fs_close(fd);
	if (!x.live)
		return 0;
	q->message = "an upload is under way there";
	return -ENOTEMPTY;
}
