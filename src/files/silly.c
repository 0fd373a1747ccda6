/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "files/handle.h"
#include "files/silly.h"
#include "os/clock.h"
#include "os/log.h"
#include "wire/sftp.h"

struct silly {
	int		 users;
	struct silly_list *list;	/* to retry on ... */
	LIST_ENTRY(silly) leaving;	/* ... if removing it fails */
	time_t		 made;		/* when its file is a new one; else 0 */
	unsigned	 delay;		/* ms before the next try, at `due` */
	uint64_t	 due;
	int		 dirfd;		/* O_PATH of its directory */
	int		 lock;		/* descriptor with the lock, or -1 */
	bool		 lent;		/* that is a writer's, who closes it */
	int		 pin;		/* O_PATH of the file, or -1 */
	bool		 taken;
	uint64_t	 dev, ino;
	char		 name[SILLY_LEN + 1];
};

#define FIRST_DELAY	10	/* ms before the second try; doubled ... */
#define LAST_DELAY	160	/* ... up to this */

/*
 * The lock is on the last possible byte: clients lock those before it, even
 * through the same descriptor.
 */
#define LOCKED_BYTE	INT64_MAX

static void
random_name(char to[SILLY_LEN + 1], const char *suffix)
{
	static const char letters[] = "0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char *at = mempcpy(to, SILLY_PREFIX, sizeof(SILLY_PREFIX) - 1);
	uint8_t bytes[SILLY_RANDOM];
	int i;

	/*
	 * Eight of the letters are a little more likely than others. That costs
	 * 0.1 of the 131 random bits of a name.
	 */
	arc4random_buf(bytes, sizeof(bytes));
	for (i = 0; i < SILLY_RANDOM; i++)
		*at++ = letters[bytes[i] % (sizeof(letters) - 1)];
	memcpy(at, suffix, strlen(suffix) + 1);
}

static struct place
silly_place(const struct silly *h)
{
	return place_entry(h->dirfd, h->name);
}

static struct silly *
silly_beside(struct silly_list *list, const struct place *beside)
{
	struct silly *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->users = 1;
	h->list = list;
	h->lock = -1;
	h->pin = -1;
	if ((h->dirfd = fs_open_parent(beside)) < 0) {
		free(h);
		return NULL;
	}
	return h;
}

struct silly *
silly_new(struct silly_list *list, const struct place *beside,
    const char *suffix, struct place *p)
{
	struct silly *h;

	if ((h = silly_beside(list, beside)) == NULL)
		return NULL;
	random_name(h->name, suffix);
	if (strcmp(suffix, SILLY_TEMP) == 0)
		h->made = time(NULL);
	*p = silly_place(h);
	return h;
}

struct silly *
silly_keep(struct silly *h)
{
	h->users++;
	return h;
}

void
silly_taken(struct silly *h)
{
	struct place p = silly_place(h);

	if (fs_identify(&p, &h->dev, &h->ino) == 0)
		h->taken = true;
}

void
silly_renamed(struct silly *h)
{
	fs_drop(&h->pin);
	h->taken = false;
}

/*
 * Updates the ctime of a file that might be taken for stale, by setting the
 * mode it already has. A file with a set-group-id bit is skipped, since
 * chmod(2) may clear it.
 */
static void
refresh(const struct silly *h)
{
	struct place p = silly_place(h);
	struct statx st;

	if (fs_stat(&p, &st) == 0 && (st.stx_mode & S_ISGID) == 0 &&
	    time(NULL) - st.stx_ctime.tv_sec > SILLY_STALE / 2)
		(void)fs_chmod(&p, st.stx_mode & 07777);
}

void
silly_lock(struct silly *h)
{
	struct place p = silly_place(h);

	refresh(h);
	/*
	 * Sessions that look for stale files ask for a lock that conflicts with
	 * this one, even if the file is read-only.
	 */
	h->lock = fs_open(&p, O_RDONLY | O_NOFOLLOW, 0);
	if (h->lock >= 0)
		(void)fs_lock(h->lock, FS_LOCK_SHARED, LOCKED_BYTE, 1);
}

int
silly_lock_by(struct silly *h, int fd)
{
	int r;

	if (h->lock >= 0 && (!h->lent || h->lock == fd))
		return 0;
	/* The lock stays when the writer that lent its descriptor closes it. */
	if (h->lock >= 0) {
		if ((r = fs_dup(h->lock)) < 0)
			return r;
		h->lock = r;
		h->lent = false;
		return 0;
	}
	h->lock = fd;
	h->lent = true;
	r = fs_lock(fd, FS_LOCK_EXCLUSIVE, LOCKED_BYTE, 1);
	/*
	 * If another session has the lock, removing the file is up to that
	 * session.
	 */
	h->taken = r != -EAGAIN && r != -EACCES;
	return h->taken ? 0 : FX_LOCK_CONFLICT;
}

/* Closes the descriptor that holds the lock, unless it is a writer's. */
static int
close_lock(struct silly *h)
{
	int r = h->lock >= 0 && !h->lent ? fs_close(h->lock) : 0;

	h->lock = -1;
	h->lent = false;
	return r;
}

void
silly_closing(struct silly *h, int fd)
{
	if (h->lent && h->lock == fd)
		(void)silly_unlock(h, false);
}

int
silly_unlock(struct silly *h, bool rests)
{
	if (h->lock < 0)
		return 0;
	/* A new file that is about to be renamed cannot have become stale. */
	if (rests || time(NULL) - h->made > SILLY_STALE / 2)
		refresh(h);
	return close_lock(h);
}

static bool
is_at(const struct silly *h, const struct place *p)
{
	uint64_t dev = 0, ino = 0;

	return h->taken && fs_identify(p, &dev, &ino) == 0 &&
	    ino == h->ino && dev == h->dev;
}

bool
silly_is_there(const struct silly *h)
{
	struct place p = silly_place(h);

	return is_at(h, &p);
}

bool
silly_pin(struct silly *h, struct statx *st)
{
	struct place p = silly_place(h);

	fs_drop(&h->pin);
	/* Without a descriptor the file is still known by its name. */
	if ((h->pin = fs_open(&p, O_PATH | O_NOFOLLOW, 0)) >= 0)
		p = place_fd(h->pin, "");
	if (st == NULL)
		return is_at(h, &p);
	return h->taken && fs_stat(&p, st) == 0 && st->stx_ino == h->ino &&
	    fs_device(st) == h->dev;
}

void
silly_stays(struct silly *h, const struct place *old, int error)
{
	log_error("cannot give \"%s\" its name \"%s\" back: %s", h->name,
	    old->shown, strerror(-error));
	silly_lock(h);
}

/*
 * True if retrying is pointless, because only a change of the directory's
 * permissions would help.
 */
static bool
is_final(const struct place *p, int error)
{
	return (error == -EACCES || error == -EPERM) && !fs_may_rename(p);
}

/*
 * Tries to remove the file. If another try is due, keeps the name in the list
 * and returns the milliseconds until then; otherwise frees it and returns 0.
 */
static unsigned
try_to_remove(struct silly *h, uint64_t now)
{
	struct place p = silly_place(h);
	bool again = h->delay > 0;
	int r = again || silly_is_there(h) ? fs_unlink(&p) : 0;

	if (r == -ENOENT)
		r = 0;
	if (r != 0 && h->delay < LAST_DELAY && !is_final(&p, r)) {
		if (!again)
			LIST_INSERT_HEAD(h->list, h, leaving);
		h->delay = again ? 2 * h->delay : FIRST_DELAY;
		h->due = now + h->delay;
		return h->delay;
	}
	if (r != 0)
		log_error("cannot remove \"%s\": %s", h->name, strerror(-r));
	if (again)
		LIST_REMOVE(h, leaving);
	fs_drop(&h->pin);
	fs_close(h->dirfd);
	free(h);
	return 0;
}

void
silly_release(struct silly *h)
{
	if (--h->users > 0)
		return;
	/* Close it first: the file system may reject removing an open file. */
	(void)close_lock(h);
	(void)try_to_remove(h, clock_ms());
}

void
silly_leave(struct silly *h)
{
	h->taken = false;
	silly_release(h);
}

unsigned
silly_retry(struct silly_list *list, uint64_t now)
{
	struct silly *h, *next;
	unsigned wait, least = 0;

	for (h = LIST_FIRST(list); h != NULL; h = next) {
		next = LIST_NEXT(h, leaving);
		wait = now < h->due ? (unsigned)(h->due - now) :
		    try_to_remove(h, now);
		if (wait > 0 && (least == 0 || wait < least))
			least = wait;
	}
	return least;
}

void
silly_finish(struct silly_list *list)
{
	unsigned wait;

	while (!LIST_EMPTY(list) &&
	    (wait = silly_retry(list, clock_ms())) > 0)
		clock_wait(wait);
}

int
silly_discard(struct silly *h, bool left)
{
	struct place p = silly_place(h);
	int r = left ? silly_clear(&p, INT64_MIN, true) :
	    fs_set_mark(&p, NULL, false);

	/* Another session may have been faster, or continue the file. */
	if (r == -ENODATA || r == -ENOENT || r > 0)
		r = 0;
	if (r == 0)
		h->taken = false;
	return r;
}

/*
 * Makes a file with a silly name, gets its attributes if st is not NULL, and
 * removes it; later, if the file system takes it for open meanwhile. Returns 0
 * or -errno.
 */
static int
probe(struct silly_list *list, int dirfd, struct statx *st)
{
	const struct place beside = place_entry(dirfd, ".");
	struct place p;
	struct silly *h;
	int fd, r = 0;

	if ((h = silly_new(list, &beside, SILLY_TEMP, &p)) == NULL)
		return -ENOMEM;
	if ((fd = fs_open(&p, O_WRONLY | O_CREAT | O_EXCL, 0600)) < 0) {
		silly_release(h);
		return fd;
	}
	silly_taken(h);
	if (st != NULL)
		r = fs_stat(&p, st);
	(void)fs_close(fd);
	silly_release(h);
	return r;
}

int
silly_now(struct silly_list *list, int dirfd, int64_t *now)
{
	struct statx st;
	int r = probe(list, dirfd, &st);

	*now = r == 0 ? st.stx_ctime.tv_sec : 0;
	return r;
}

bool
silly_is_possible(const struct silly *h)
{
	int r = probe(h->list, h->dirfd, NULL);

	/* A lack of room or of descriptors says nothing of the name. */
	return r != -EACCES && r != -EPERM && r != -ENOENT && r != -EINVAL;
}

/* True for a file that sessions of this user could have left. */
static bool
is_own(const struct statx *st)
{
	return S_ISREG(st->stx_mode) && st->stx_uid == geteuid();
}

/* Compares without overflow for any time. */
static bool
is_old(const struct statx *st, int64_t now)
{
	return st->stx_ctime.tv_sec < now &&
	    (uint64_t)now - (uint64_t)st->stx_ctime.tv_sec >= SILLY_STALE;
}

bool
silly_seems_stale(const struct statx *st)
{
	return is_own(st) && is_old(st, time(NULL));
}

/*
 * Opens and locks a file of our own. The lock is taken and not only tested for:
 * GlusterFS lets one of its bricks answer the test, and a brick that was
 * restarted does not know the locks there are. The exclusive lock takes a
 * writable descriptor: if the mode forbids that, it is put back, and *changed
 * is set, since the ctime is that of now. Returns a descriptor, or -errno if
 * there are no locks or somebody has it.
 */
static int
open_locked(const struct place *p, mode_t mode, bool *changed)
{
	int r, fd = fs_open(p, O_RDWR | O_NOFOLLOW, 0);

	if (fd == -EACCES && fs_chmod(p, (mode & 07777) | 0600) == 0) {
		*changed = true;
		fd = fs_open(p, O_RDWR | O_NOFOLLOW, 0);
		(void)fs_chmod(p, mode & 07777);
	}
	if (fd < 0)
		return fd;
	if ((r = fs_lock(fd, FS_LOCK_EXCLUSIVE, LOCKED_BYTE, 1)) == 0)
		return fd;
	fs_close(fd);
	return r;
}

/* True if silly_clear() may remove the file, apart from its lock. */
static bool
may_clear(const struct place *p, int64_t now, bool kept, struct statx *st)
{
	char name[NAME_MAX + 1];
	bool used;

	if (fs_stat(p, st) != 0 || !is_own(st))
		return false;
	/* The mark is only read if it can make a difference. */
	if (!kept && !is_old(st, now))
		return false;
	if (fs_get_mark(p, name, &used) == 0 && (!kept || !used))
		return kept;
	return is_old(st, now);
}

int
silly_clear(const struct place *p, int64_t now, bool kept)
{
	struct statx was, st;
	bool changed = false;
	int fd, r = 1;

	if (!may_clear(p, now, kept, &was) ||
	    (fd = open_locked(p, was.stx_mode, &changed)) < 0)
		return 1;
	/* Check again: it may have been taken into use before it was locked. */
	if (changed && is_old(&was, now))
		now = INT64_MAX;
	if (may_clear(p, now, kept, &st) && fs_same_file(&st, &was))
		r = fs_unlink(p);
	fs_close(fd);
	if (r == 0)
		log_info("removed \"%s\", left behind by an earlier session",
		    p->name);
	return r;
}

/*
 * True if no session is writing to the file of an upload. The lock of one that
 * does is exclusive, so that a shared lock is enough to find out.
 */
static bool
is_free(const struct place *p)
{
	int fd = fs_open(p, O_RDONLY | O_NOFOLLOW, 0);
	bool is = fd >= 0 &&
	    fs_lock(fd, FS_LOCK_SHARED, LOCKED_BYTE, 1) == 0;

	fs_drop(&fd);
	return is;
}

/* Counts the silly names of a file. */
struct links {
	const struct statx *file;
	unsigned	 count;
};

static int
count_link(int dirfd, const char *name, void *arg)
{
	struct place p = place_entry(dirfd, name);
	struct links *l = arg;
	struct statx st;

	l->count += path_is_silly(name, strlen(name)) &&
	    fs_stat(&p, &st) == 0 && fs_same_file(&st, l->file);
	return 0;
}

unsigned
silly_links(const struct place *beside, const struct statx *file)
{
	struct links l = { .file = file };
	int fd;

	if ((fd = fs_open_parent(beside)) < 0)
		return 0;
	(void)fs_each_entry(fd, NULL, count_link, &l);
	(void)fs_close(fd);
	return l.count;
}

/* Searches for the file that is marked with a name. */
struct search {
	const char	*mark;
	char		 found[SILLY_LEN + 1];	/* or "" */
	bool		 left;
};

/*
 * Ends the search at a file whose session ended properly. Such a file need not
 * be opened; opening one that another session writes to might take that
 * session's write errors.
 */
static int
match_mark(int dirfd, const char *name, void *arg)
{
	struct place p = place_entry(dirfd, name);
	char mark[NAME_MAX + 1];
	struct search *s = arg;
	struct statx st;
	bool used;

	if (!path_is_silly(name, strlen(name)) ||
	    fs_get_mark(&p, mark, &used) != 0 || strcmp(mark, s->mark) != 0 ||
	    fs_stat(&p, &st) != 0 || !is_own(&st))
		return 0;
	if (used && (s->found[0] != '\0' || !is_free(&p)))
		return 0;
	memcpy(s->found, name, strlen(name) + 1);
	s->left = !used;
	return s->left;
}

struct silly *
silly_find(struct silly_list *list, const struct place *p,
    struct place *found, bool *left)
{
	struct search s = { .found = "" };
	struct silly *h;
	size_t len;

	s.mark = path_last(p->name, &len);
	if (len == 0 || len > NAME_MAX || s.mark[len] != '\0')
		return NULL;
	if ((h = silly_beside(list, p)) == NULL)
		return NULL;
	(void)fs_each_entry(h->dirfd, NULL, match_mark, &s);
	if (s.found[0] == '\0') {
		silly_leave(h);
		return NULL;
	}
	memcpy(h->name, s.found, sizeof(h->name));
	silly_taken(h);
	*found = silly_place(h);
	*left = s.left;
	return h;
}
