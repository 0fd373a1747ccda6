/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/hidden.h"
#include "system/log.h"
#include "wire/path.h"
#include "wire/sftp.h"

struct hidden {
	int		 users;
	int		 dirfd;		/* O_PATH: goes with the directory */
	int		 guard;		/* its directory, locked; or -1 */
	int		 lock;		/* descriptor that holds it, or -1 */
	bool		 taken;
	uint64_t	 dev, ino;
	char		 name[HIDDEN_LEN + 1];
};

/*
 * The byte that is locked is the last there can be: clients lock those before
 * it, on the same descriptor too.
 */
#define LOCKED_BYTE	INT64_MAX

static void
random_name(char *to)
{
	static const char letters[] = "0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	int i;

	for (i = 0; i < HIDDEN_RANDOM; i++)
		to[i] = letters[arc4random_uniform(sizeof(letters) - 1)];
}

static struct place
hidden_place(const struct hidden *h)
{
	return fs_place_entry(h->dirfd, h->name);
}

static struct hidden *
hidden_beside(const struct place *beside)
{
	struct hidden *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->users = 1;
	h->lock = h->guard = -1;
	if ((h->dirfd = fs_open_parent(beside)) < 0) {
		free(h);
		return NULL;
	}
	return h;
}

struct hidden *
hidden_new(const struct place *beside, const char *suffix, struct place *p)
{
	struct hidden *h;
	char *to;

	if ((h = hidden_beside(beside)) == NULL)
		return NULL;
	h->guard = fs_guard(h->dirfd);
	to = mempcpy(h->name, HIDDEN_PREFIX, sizeof(HIDDEN_PREFIX) - 1);
	random_name(to);
	memcpy(to + HIDDEN_RANDOM, suffix, strlen(suffix) + 1);
	*p = hidden_place(h);
	return h;
}

struct hidden *
hidden_keep(struct hidden *h)
{
	h->users++;
	return h;
}

/* A lock that readers can hold: whoever looks only asks, never locks. */
static int
lock_request(int fd, int cmd, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET,
	    .l_start = LOCKED_BYTE, .l_len = 1 };

	if (fcntl(fd, cmd, &fl) == -1)
		return -errno;
	return fl.l_type;
}

void
hidden_taken(struct hidden *h)
{
	struct place p = hidden_place(h);
	struct statx st;

	if (fs_stat(&p, &st) != 0)
		return;
	h->taken = true;
	h->dev = fs_device(&st);
	h->ino = st.stx_ino;
}

static void
hidden_unguard(struct hidden *h)
{
	if (h->guard >= 0)
		close(h->guard);
	h->guard = -1;
}

void
hidden_lock(struct hidden *h)
{
	struct place p = hidden_place(h);

	h->lock = fs_open(&p, O_RDONLY | O_NOFOLLOW, 0);
	if (h->lock >= 0)
		(void)lock_request(h->lock, F_OFD_SETLK, F_RDLCK);
	hidden_unguard(h);
}

int
hidden_lock_by(struct hidden *h, int fd)
{
	int r;

	if (h->lock >= 0)
		return 0;
	if ((h->lock = fcntl(fd, F_DUPFD_CLOEXEC, 0)) == -1)
		return -errno;
	r = lock_request(h->lock, F_OFD_SETLK, F_WRLCK);
	/* Then it is that session's to remove. */
	h->taken = r != -EAGAIN && r != -EACCES;
	hidden_unguard(h);
	return h->taken ? 0 : FX_LOCK_CONFLICT;
}

void
hidden_lay_open(struct hidden *h)
{
	hidden_unguard(h);
}

int
hidden_unlock(struct hidden *h)
{
	int r;

	if (h->lock < 0)
		return 0;
	if (h->guard < 0)
		h->guard = fs_guard(h->dirfd);
	r = fs_close(h->lock);
	h->lock = -1;
	return r;
}

bool
hidden_is_there(const struct hidden *h)
{
	struct place p = hidden_place(h);
	struct statx st;

	return h->taken && fs_stat(&p, &st) == 0 && st.stx_ino == h->ino &&
	    fs_device(&st) == h->dev;
}

void
hidden_restore(struct hidden *h, const struct place *to)
{
	struct place p = hidden_place(h);
	int delay, r;

	for (delay = 10; (r = fs_rename(&p, to, false)) != 0 &&
	    r != -EEXIST && delay <= 160; delay *= 2)
		(void)poll(NULL, 0, delay);
	if (r == 0)
		return;
	log_error("cannot give \"%s\" its name \"%s\" back: %s", h->name,
	    to->shown, strerror(-r));
	hidden_lock(h);
}

/*
 * Removes the file. What was open a moment ago may still count as open: FUSE
 * and SMB close behind our back, so a refusal is not taken for an answer
 * before some tries of 10, 20, 40 ... ms.
 */
static int
hidden_remove(const struct place *p)
{
	int delay, r;

	for (delay = 10; (r = fs_unlink(p)) != 0 && r != -ENOENT &&
	    delay <= 160; delay *= 2)
		(void)poll(NULL, 0, delay);
	return r;
}

static void
hidden_end(struct hidden *h, bool remove)
{
	struct place p = hidden_place(h);
	int r;

	if (--h->users > 0)
		return;
	/* Closed first: the file system may refuse to remove what is open. */
	if (h->lock >= 0)
		close(h->lock);
	h->lock = -1;
	if (remove && hidden_is_there(h) && (r = hidden_remove(&p)) != 0)
		log_error("cannot remove \"%s\": %s", h->name, strerror(-r));
	hidden_unguard(h);
	close(h->dirfd);
	free(h);
}

void
hidden_release(struct hidden *h)
{
	hidden_end(h, true);
}

void
hidden_leave(struct hidden *h)
{
	hidden_end(h, false);
}

/*
 * A file of ours with a hidden name that no session uses, open to be looked
 * at; or -1.
 */
static int
open_free(int dirfd, const char *name)
{
	struct place p = fs_place_entry(dirfd, name);
	struct statx st;
	int fd;

	if (!path_is_hidden(name, strlen(name)) ||
	    fs_stat(&p, &st) != 0 || st.stx_uid != geteuid() ||
	    !S_ISREG(st.stx_mode) ||
	    (fd = fs_open(&p, O_RDONLY | O_NOFOLLOW, 0)) < 0)
		return -1;
	if (lock_request(fd, F_OFD_GETLK, F_WRLCK) == F_UNLCK)
		return fd;
	close(fd);
	return -1;
}

/*
 * The guard is asked before the lock, for one that is being made, and behind
 * it, for one that is being given its name.
 */
static bool
clear(int dirfd, const char *name, bool kept)
{
	struct place p = fs_place_entry(dirfd, name);
	bool stays;
	int fd;

	if (!path_is_hidden(name, strlen(name)) || fs_guarded(dirfd) ||
	    (fd = open_free(dirfd, name)) == -1)
		return false;
	stays = (!kept && fs_has_mark(&p, NULL)) || fs_guarded(dirfd);
	close(fd);
	if (stays || fs_unlink(&p) != 0)
		return false;
	log_info("removed \"%s\", left behind by an earlier session", name);
	return true;
}

bool
hidden_clear(int dirfd, const char *name)
{
	return clear(dirfd, name, false);
}

/*
 * Calls `each` for the entries of a directory until it returns something
 * other than 0, which is the answer.
 */
static int
each_entry(int dirfd, int (*each)(int, const char *, void *), void *arg)
{
	struct place p = fs_place_entry(dirfd, ".");
	struct dirent64 *e;
	char data[32 * 1024];
	ssize_t n, pos;
	int fd, r = 0;

	if ((fd = fs_opendir(&p)) < 0)
		return 0;
	while (r == 0 && (n = fs_getdents(fd, data, sizeof(data))) > 0) {
		for (pos = 0; r == 0 && pos < n; pos += e->d_reclen) {
			e = (void *)(data + pos);
			r = each(fd, e->d_name, arg);
		}
	}
	close(fd);
	return r;
}

static int
is_visible(int dirfd, const char *name, void *arg)
{
	(void)dirfd, (void)arg;
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	    !path_is_hidden(name, strlen(name));
}

static int
clear_one(int dirfd, const char *name, void *count)
{
	*(int *)count += clear(dirfd, name, true);
	return 0;
}

int
hidden_clear_all(const struct place *dir)
{
	struct place inside;
	int fd, count = 0;

	if ((fd = fs_open(dir, O_PATH | O_DIRECTORY, 0)) < 0)
		return 0;
	inside = fs_place_entry(fd, ".");
	if (each_entry(inside.dirfd, is_visible, NULL) == 0)
		(void)each_entry(inside.dirfd, clear_one, &count);
	close(fd);
	return count;
}

/* What is looked for: the mark, and the name it was found under. */
struct kept {
	const char	*mark;
	struct hidden	*h;
};

static int
is_kept(int dirfd, const char *name, void *arg)
{
	struct place p = fs_place_entry(dirfd, name);
	struct kept *k = arg;
	int fd;

	if (!path_is_hidden(name, strlen(name)) || !fs_has_mark(&p, k->mark) ||
	    (fd = open_free(dirfd, name)) == -1)
		return 0;
	close(fd);
	memcpy(k->h->name, name, strlen(name) + 1);
	return 1;
}

struct hidden *
hidden_find(const struct place *p, struct place *found)
{
	char mark[NAME_MAX + 1];
	struct kept k = { .mark = mark };
	const char *name;
	size_t len;

	name = path_last(p->name, &len);
	if (len == 0 || len > NAME_MAX || name[len] != '\0')
		return NULL;
	memcpy(mark, name, len + 1);
	if ((k.h = hidden_beside(p)) == NULL)
		return NULL;
	if (!each_entry(k.h->dirfd, is_kept, &k)) {
		hidden_leave(k.h);
		return NULL;
	}
	hidden_taken(k.h);
	*found = hidden_place(k.h);
	return k.h;
}
