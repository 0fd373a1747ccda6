/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/hidden.h"
#include "system/log.h"
#include "wire/path.h"

struct hidden {
	int		 users;
	int		 dirfd;		/* O_PATH: goes with the directory */
	int		 guard;		/* its directory, locked; or -1 */
	int		 lock;		/* descriptor that holds it, or -1 */
	bool		 taken;
	uint64_t	 dev, ino;
	char		 name[HIDDEN_LEN + 1];
};

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

struct hidden *
hidden_new(const struct place *beside, struct place *p)
{
	struct hidden *h;
	char *to;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->users = 1;
	h->lock = -1;
	if ((h->dirfd = fs_open_parent(beside)) < 0) {
		free(h);
		return NULL;
	}
	h->guard = fs_guard(h->dirfd);
	to = mempcpy(h->name, HIDDEN_PREFIX, sizeof(HIDDEN_PREFIX) - 1);
	random_name(to);
	memcpy(to + HIDDEN_RANDOM, "-old", sizeof("-old"));
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
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET };

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

void
hidden_release(struct hidden *h)
{
	struct place p = hidden_place(h);
	struct statx st;
	int r;

	if (--h->users > 0)
		return;
	/* Closed first: the file system may refuse to remove what is open. */
	if (h->lock >= 0)
		close(h->lock);
	if (h->taken && fs_stat(&p, &st) == 0 && st.stx_ino == h->ino &&
	    fs_device(&st) == h->dev && (r = hidden_remove(&p)) != 0)
		log_error("cannot remove \"%s\": %s", h->name, strerror(-r));
	hidden_unguard(h);
	close(h->dirfd);
	free(h);
}

bool
hidden_clear(int dirfd, const char *name)
{
	struct place p = fs_place_entry(dirfd, name);
	struct statx st;
	int fd, held;

	if (!path_is_hidden(name, strlen(name)) ||
	    fs_stat(&p, &st) != 0 || st.stx_uid != geteuid() ||
	    !S_ISREG(st.stx_mode) || fs_guarded(dirfd))
		return false;
	if ((fd = fs_open(&p, O_RDONLY | O_NOFOLLOW, 0)) < 0)
		return false;
	held = lock_request(fd, F_OFD_GETLK, F_WRLCK);
	close(fd);
	if (held != F_UNLCK || fs_unlink(&p) != 0)
		return false;
	log_info("removed \"%s\", left behind by an earlier session", name);
	return true;
}

int
hidden_clear_all(const struct place *dir)
{
	struct dirent64 *e;
	char data[8192];
	ssize_t n, pos;
	int fd, count = 0;

	if ((fd = fs_opendir(dir)) < 0)
		return 0;
	while ((n = fs_getdents(fd, data, sizeof(data))) > 0) {
		for (pos = 0; pos < n; pos += e->d_reclen) {
			e = (void *)(data + pos);
			count += hidden_clear(fd, e->d_name);
		}
	}
	close(fd);
	return count;
}
