/* SPDX-License-Identifier: ISC */
/*
 * RENAME, posix-rename and REMOVE. On a file system that refuses them for open
 * files, the ruling may say that our own handles let go first: slipway.conf(5).
 * The plain call comes first and is usually all. After a refusal a struct
 * displacing is the task of the request, which is PENDING between tries.
 */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "files/silly.h"
#include "files/suspend.h"
#include "files/temp.h"
#include "os/clock.h"
#include "os/log.h"
#include "request/aside.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/publish.h"
#include "request/request.h"
#include "request/session.h"
#include "request/task.h"
#include "wire/sftp.h"

#define FIRST_DELAY	10	/* ms; doubled after each try */
#define RELEASE_TIME	250	/* ms: FUSE and SMB close behind our back */
#define RETRY_MINUTE	60000	/* ms; in which no more than ... */
#define RETRY_BUDGET	5000	/* ... so many go into retries */

/* Handles that keep the file system from renaming or removing. */
struct matches {
	struct match {
		struct handle	*h;
		bool		 displaced;	/* its file loses its name */
	}	*list;
	size_t	 len;
	bool	 displaced;		/* of the handles being added */
	bool	 any_displaced;
	bool	 any_unfit;		/* the plain call would lose data of
					 * one */
	bool	 above;			/* of a directory that is renamed */
	bool	 no_memory;
};

struct displacing {
	struct task	 task;
	int		(*end)(struct request *, int r);
	int		 first;		/* the error, unless a retry succeeds */
	struct matches	 matches;
	struct aside	 aside;		/* of the displaced file */
	bool		 keeps;		/* its handles stay open */
	uint64_t	 until, due;	/* ms: give up; try again */
	unsigned	 delay;
};

static void
match_add(struct handle *h, void *arg)
{
	struct matches *m = arg;
	struct match *list;
	size_t i;

	/* A file that has a silly name already keeps it. */
	if (h->state == HANDLE_LOST || h->state == HANDLE_LET_GO ||
	    h->silly != NULL)
		return;
	for (i = 0; i < m->len; i++)
		if (m->list[i].h == h)
			return;
	list = reallocarray(m->list, m->len + 1, sizeof(*list));
	if (list == NULL) {
		m->no_memory = true;
		return;
	}
	list[m->len++] = (struct match){ h, m->displaced };
	m->list = list;
	m->any_displaced |= m->displaced;
	m->any_unfit |= h->state == HANDLE_SUSPENDED || h->error != 0;
}

/*
 * True if closing handles cannot change the outcome: REMOVE does not remove a
 * directory, a directory and a file do not replace each other, and renaming one
 * name of a file to another one does nothing. `new` is NULL if nothing has the
 * second name.
 */
static bool
is_futile(const struct request *q, const struct statx *old,
    const struct statx *new)
{
	bool dir = S_ISDIR(old->stx_mode);

	if (!request_renames(q))
		return dir;
	if (new == NULL)
		return false;
	if (!q->ruling.replace || (q->ruling.forced && dir))
		return true;
	return dir != S_ISDIR(new->stx_mode) || fs_same_file(old, new);
}

/*
 * Finds the handles below a directory, by the names that the system has for
 * their files or, without /proc, by those that they were opened with.
 */
static void
match_below(struct session *s, const struct request *q, struct matches *m)
{
	char top[PATH_MAX], name[PATH_MAX];
	bool known = publish_knows_dir(&q->object.place, top);
	int i, fd;

	if (!known)
		index_each_below(&s->handles, q->object.path, match_add, m);
	for (i = 0; known && i < s->handles.count; i++) {
		struct handle *h = handle_at(&s->handles, i);

		if (h->kind == HANDLE_FREE)
			continue;
		fd = h->fd != -1 ? h->fd : h->pin;
		if (fd != -1 && fs_name_of(fd, name) &&
		    path_is_below(name, top))
			match_add(h, m);
	}
}

/*
 * Finds the handles that have to let go: on the source, on the target, and
 * below a directory that is renamed. There are none if letting go would be
 * futile. Only a file is displaced: a directory that is replaced is empty, and
 * its listing needs no name. Returns 0 or -errno.
 */
static int
match_all(struct session *s, const struct request *q, struct matches *m)
{
	struct handles *hs = &s->handles;
	struct statx old, new;
	struct handle *h;
	bool replaces;

	if (hs->open == 0 || fs_stat(&q->object.place, &old) != 0)
		return 0;
	replaces = request_renames(q) && fs_stat(&q->target.place, &new) == 0;
	if (is_futile(q, &old, replaces ? &new : NULL))
		return 0;
	if (replaces) {
		m->displaced = !S_ISDIR(new.stx_mode);
		for (h = index_first(hs, &new); h != NULL; h = index_next(h))
			match_add(h, m);
	}
	m->displaced = !request_renames(q);
	for (h = index_first(hs, &old); h != NULL; h = index_next(h))
		match_add(h, m);
	m->above = S_ISDIR(old.stx_mode);
	if (m->above)
		match_below(s, q, m);
	return m->no_memory ? -ENOMEM : 0;
}

/*
 * True if the error may mean that a file is open, here or elsewhere. Other
 * refusals must not be delayed. For a directory EEXIST means that it is not
 * empty.
 */
static bool
is_refusal(const struct request *q, int r)
{
	struct statx st;

	switch (r) {
	case -EBUSY:
	case -ETXTBSY:
		return true;
	case -EEXIST:
		return request_renames(q) && q->ruling.replace &&
		    fs_stat(&q->object.place, &st) == 0 &&
		    !S_ISDIR(st.stx_mode);
	case -EACCES:
	case -EPERM:
		return fs_refuses_open(&q->object.place) &&
		    fs_may_rename(&q->object.place) &&
		    (!request_renames(q) || fs_may_rename(&q->target.place));
	default:
		return false;
	}
}

static void
unpin_all(const struct matches *m)
{
	size_t i;

	for (i = 0; i < m->len; i++)
		if (m->list[i].h->state == HANDLE_OPEN)
			fs_drop(&m->list[i].h->pin);
}

/* Checks that no handle will lose anything. Returns 0 or the outcome. */
static int
prepare_handles(struct session *s, const struct request *q,
    struct displacing *d)
{
	bool reopen = q->ruling.open_handles == HANDLES_REOPEN;
	struct handle *h;
	size_t i;
	int r;

	/* A close would drop the lock without a word to the client. */
	for (i = 0; i < d->matches.len; i++)
		if (d->matches.list[i].h->locks != NULL)
			return FX_LOCK_CONFLICT;
	for (i = 0; i < d->matches.len; i++) {
		h = d->matches.list[i].h;
		/* A listing is completed in any case. */
		if (h->state == HANDLE_OPEN &&
		    (reopen || h->kind == HANDLE_DIR) && suspend_pin(h) != 0)
			return d->first;
	}
	for (i = 0; i < d->matches.len; i++) {
		h = d->matches.list[i].h;
		if ((r = suspend_sync(&s->handles, h)) != 0)
			return r;
	}
	return 0;
}

/*
 * Opens the handles of the displaced file again, which has no silly name: they
 * stay open from now on. Returns false if one cannot be opened.
 */
static bool
keep_displaced(struct session *s, const struct request *q,
    struct displacing *d)
{
	struct match *m;
	size_t i;

	log_info("%s: \"%s\" stays open, since it cannot have another name",
	    q->kind->name, (request_renames(q) ? &q->target :
	    &q->object)->path);
	d->keeps = true;
	for (i = 0; i < d->matches.len; i++) {
		m = &d->matches.list[i];
		if (!m->displaced)
			continue;
		if (m->h->state == HANDLE_OPEN)
			fs_drop(&m->h->pin);
		else if (suspend_wake(&s->fs, &s->handles, m->h) != 0)
			return false;
	}
	return true;
}

/*
 * Chooses the silly name for a displaced file whose handles are to be opened
 * again. Returns false if it has none and a handle cannot stay open.
 */
static bool
prepare_aside(struct session *s, const struct request *q,
    struct displacing *d)
{
	if (!d->matches.any_displaced ||
	    q->ruling.open_handles != HANDLES_REOPEN)
		return true;
	aside_prepare(s, q, &d->aside);
	return d->aside.silly != NULL || keep_displaced(s, q, d);
}

/*
 * Closes the handles, save those that stay open. Returns 0 or the first error
 * of a close: data that did not arrive must not replace a file.
 */
static int
let_go(struct session *s, const struct request *q, const struct displacing *d)
{
	bool reopen = q->ruling.open_handles == HANDLES_REOPEN;
	const struct match *m = d->matches.list;
	struct handle *h;
	size_t i;
	int r = 0;

	for (i = 0; i < d->matches.len; i++) {
		h = m[i].h;
		if (h->state != HANDLE_OPEN || (d->keeps && m[i].displaced))
			continue;
		log_info("%s: let go of \"%s\" (handle %d), %s", q->kind->name,
		    h->name, h->slot, reopen ? "to be opened again" :
		    "for good");
		suspend_close(&s->handles, h, reopen ? HANDLE_SUSPENDED :
		    HANDLE_LET_GO);
		r = r != 0 ? r : h->error;
	}
	return r;
}

/*
 * Tells the handles of the displaced file its silly name, which is locked while
 * they use it.
 */
static void
settle_silly(struct displacing *d)
{
	struct matches *m = &d->matches;
	size_t i;

	silly_taken(d->aside.silly);
	silly_lock(d->aside.silly);
	for (i = 0; i < m->len; i++) {
		if (!m->list[i].displaced)
			continue;
		suspend_repin(m->list[i].h, &d->aside.place);
		m->list[i].h->silly = silly_keep(d->aside.silly);
	}
}

/*
 * True if both paths are one name, `a` and `./a`, which rename(2) leaves alone.
 */
static bool
same_name(const struct session *s, const struct request *q)
{
	char old[PATH_MAX], new[PATH_MAX];

	return path_absolute(s->fs.cwd, q->object.path, old, sizeof(old)) &&
	    path_absolute(s->fs.cwd, q->target.path, new, sizeof(new)) &&
	    strcmp(old, new) == 0;
}

static void
names_changed(struct session *s, struct request *q)
{
	publish_settled(q);
	/*
	 * For the handles, a file that CLOSE publishes had that name all the
	 * time.
	 */
	if (s->handles.open == 0 || q->publishes)
		return;
	if (!request_renames(q)) {
		index_renamed(&s->handles, q->object.path, NULL);
		return;
	}
	if (same_name(s, q))
		return;
	index_renamed(&s->handles, q->target.path, NULL);
	index_renamed(&s->handles, q->object.path, q->target.path);
	if (q->object.place.resolved != NULL &&
	    q->target.place.resolved != NULL)
		index_moved(&s->handles, q->object.place.resolved,
		    q->target.place.resolved, q->ruling.kept);
}

/* Ends the task with the outcome `r`, and returns what d->end makes of it. */
static int
displacing_end(struct session *s, struct request *q, int r)
{
	struct displacing *d = (struct displacing *)q->task;

	if (r == 0) {
		if (d->aside.silly != NULL)
			settle_silly(d);
		names_changed(s, q);
	}
	aside_end(&d->aside);
	free(d->matches.list);
	return d->end(q, r);
}

/*
 * Waits for the next try, or ends the task if there is none left. The session
 * has a budget for waiting, so that a tree full of refusals does not take
 * minutes.
 */
static int
try_later(struct session *s, struct request *q)
{
	struct displacing *d = (struct displacing *)q->task;
	uint64_t now = clock_ms();

	if (now - s->retry_since > RETRY_MINUTE) {
		s->retry_since = now;
		s->retry_spent = 0;
	}
	if (s->ending || now >= d->until)
		return displacing_end(s, q, d->first);
	d->task.wait = (unsigned)MIN(d->delay, d->until - now);
	/* A rest of the budget that is shorter than a wait is not used. */
	s->retry_spent = MIN(s->retry_spent + d->task.wait,
	    RETRY_BUDGET);
	if (s->retry_spent == RETRY_BUDGET)
		return displacing_end(s, q, d->first);
	d->due = now + d->task.wait;
	d->delay *= 2;
	return PENDING;
}

static int
displacing_try(struct session *s, struct request *q)
{
	struct displacing *d = (struct displacing *)q->task;
	uint64_t now = clock_ms();
	int r;

	if (!s->ending && now < d->due) {
		d->task.wait = (unsigned)(d->due - now);
		return PENDING;
	}
	r = aside_attempt(s, q, &d->aside, &d->task.wait);
	if (r == PENDING) {
		d->due = clock_ms() + d->task.wait;
		return PENDING;
	}
	if (r != 0 && aside_is_impossible(&d->aside, r)) {
		if (!keep_displaced(s, q, d))
			return displacing_end(s, q, d->first);
		r = aside_plain(s, q);
	}
	if (r == 0 || !is_refusal(q, r))
		return displacing_end(s, q, r);
	return try_later(s, q);
}

/* Lets handles go, and begins the tries. Returns as rename_displace(). */
static int
displacing_begin(struct session *s, struct request *q, int first,
    int (*end)(struct request *, int r))
{
	struct displacing *d;
	unsigned patience = q->ruling.busy_timeout;
	int r;

	if ((d = task_begin(q, sizeof(*d), displacing_try)) == NULL)
		return end(q, first);
	d->end = end;
	d->first = first;
	if (q->ruling.open_handles != HANDLES_KEEP &&
	    (r = match_all(s, q, &d->matches)) != 0)
		return displacing_end(s, q, r);
	if (d->matches.len == 0 && (patience == 0 || first == -EEXIST))
		return displacing_end(s, q, first);
	if ((r = prepare_handles(s, q, d)) != 0 ||
	    !prepare_aside(s, q, d)) {
		unpin_all(&d->matches);
		return displacing_end(s, q, r != 0 ? r : first);
	}
	if ((r = let_go(s, q, d)) != 0)
		return displacing_end(s, q, r);
	if (d->matches.len > 0)
		patience = MAX(patience, RELEASE_TIME);
	d->until = clock_ms() + patience;
	d->delay = FIRST_DELAY;
	/* Without handles of ours it was tried a moment ago. */
	return d->matches.len > 0 ? displacing_try(s, q) : try_later(s, q);
}

/*
 * True if handles are looked for before the plain call: if the policy says so;
 * or if one is suspended, whose file would be lost, or has data that did not
 * arrive, which must not replace anything.
 */
static bool
look_first(const struct session *s, const struct request *q)
{
	if (q->ruling.open_handles == HANDLES_KEEP)
		return false;
	return q->ruling.when == RENAME_WHEN_ALWAYS ||
	    s->handles.suspended > 0 || s->handles.failed > 0;
}

/*
 * Renames a directory above open files, for rename.when=always. They need not
 * be closed before it, only written; and they are opened anew after it, since a
 * file system may take what is open for a file at the old path. One that cannot
 * be opened anew stays open, and so does one that holds a lock. Returns 0 or
 * -errno.
 */
static int
rename_above(struct session *s, struct request *q, const struct matches *m)
{
	struct handle *h;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < m->len; i++) {
		h = m->list[i].h;
		if ((r = suspend_sync(&s->handles, h)) == 0 &&
		    h->kind == HANDLE_FILE && h->temp == NULL &&
		    h->locks == NULL)
			(void)suspend_pin(h);
	}
	if (r == 0)
		r = aside_plain(s, q);
	for (i = 0; i < m->len; i++) {
		if (r == 0)
			suspend_renew(&s->handles, m->list[i].h);
		else
			fs_drop(&m->list[i].h->pin);
	}
	return r;
}

/*
 * Looks for handles and makes the plain call. Returns PENDING if they have to
 * be let go before it, else 0 or -errno.
 */
static int
call_looking(struct session *s, struct request *q)
{
	bool always = q->ruling.when == RENAME_WHEN_ALWAYS;
	struct matches m = { 0 };
	int r = match_all(s, q, &m);

	if (r == 0 && (m.any_unfit || (m.len > 0 && always && !(m.above &&
	    q->ruling.open_handles == HANDLES_REOPEN))))
		r = PENDING;
	else if (r == 0)
		r = m.len > 0 && always ? rename_above(s, q, &m) :
		    aside_plain(s, q);
	free(m.list);
	return r;
}

int
rename_displace(struct session *s, struct request *q,
    int (*end)(struct request *, int r))
{
	int r = look_first(s, q) ? call_looking(s, q) : aside_plain(s, q);

	if (r == PENDING)
		return displacing_begin(s, q, -EBUSY, end);
	if (r == 0)
		names_changed(s, q);
	else if ((q->ruling.open_handles != HANDLES_KEEP ||
	    q->ruling.busy_timeout > 0) && is_refusal(q, r))
		return displacing_begin(s, q, r, end);
	return end(q, r);
}

/* Some file systems say EEXIST of a directory with entries. */
static int
rename_end(struct request *q, int r)
{
	if (r == -EEXIST && q->ruling.replace && !q->ruling.forced)
		r = -ENOTEMPTY;
	return make_settled(q, NAMES_FIRST | NAMES_SECOND, r);
}

/* The ruling may want the file on stable storage before it has its new name. */
int
op_rename(struct session *s, struct request *q)
{
	int r = publish_rename(q);

	if (r != 0)
		return r == PUBLISH_DONE ? 0 : r;
	if (q->ruling.fsync && (r = make_stored(s, q)) != 0)
		return r;
	return rename_displace(s, q, rename_end);
}

static int
remove_end(struct request *q, int r)
{
	return make_settled(q, NAMES_FIRST, r);
}

int
op_remove(struct session *s, struct request *q)
{
	int r;

	return publish_remove(q, &r) ? remove_end(q, r) :
	    rename_displace(s, q, remove_end);
}
