/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "os/fs.h"
#include "paths/resolve.h"
#include "paths/spelling.h"
#include "paths/trail.h"

static int
trail_append(struct trail *t, const char *name, size_t len)
{
	bool slash = t->path[t->len - 1] != '/';

	if (t->len + slash + len >= PATH_MAX)
		return -ENAMETOOLONG;
	if (slash)
		t->path[t->len++] = '/';
	memcpy(t->path + t->len, name, len);
	t->len += len;
	t->path[t->len] = '\0';
	return 0;
}

void
trail_close(struct trail *t)
{
	if (t->dirfd != -1 && t->dirfd != t->base)
		fs_close(t->dirfd);
	t->dirfd = -1;
}

static void
trail_up(struct trail *t)
{
	while (t->len > 1 && t->path[t->len - 1] != '/')
		t->len--;
	if (t->len > 1)
		t->len--;
	t->path[t->len] = '\0';
	trail_close(t);
}

/*
 * Replaces the trail's last component by the spelling that its directory has.
 */
static int
trail_spell(struct trail *t, size_t parent, const char *name)
{
	struct fs_dir dir = { .fd = t->dirfd };
	char spelled[NAME_MAX + 1];
	int r;

	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	if ((r = spelling_find(t->fs, &dir, name, false, spelled)) != 0)
		return r;
	t->path[t->len = parent] = '\0';
	return trail_append(t, spelled, strlen(spelled));
}

/*
 * Opens a component in the trail's directory. Returns a descriptor, and its
 * file type in *mode, or -errno. Without `pass` only directories are opened,
 * and -ENOTDIR is returned for the rest.
 */
static int
trail_look(struct trail *t, const char *name, mode_t *mode)
{
	struct place opened;
	struct statx st;
	int fd, r;

	*mode = S_IFDIR;
	if (t->opened++ >= TRAIL_OPENED)
		return -ENAMETOOLONG;
	if (t->pass == NULL)
		return fs_open_dir(t->dirfd, name, false);
	fd = fs_open_any(t->dirfd, name);
	opened = place_fd(fd, name);
	r = fd < 0 ? fd : fs_stat(&opened, &st);
	if ((r = t->pass(t, name, r, &st)) == 0) {
		*mode = st.stx_mode & S_IFMT;
		return fd;
	}
	fs_drop(&fd);
	return r;
}

/* Makes a directory in the trail's directory the trail's directory. */
static int
trail_descend(struct trail *t, const char *name)
{
	mode_t mode;
	int fd = trail_look(t, name, &mode);

	trail_close(t);
	if (fd < 0)
		return fd;
	t->dirfd = fd;
	return mode == S_IFDIR ? 0 : -ENOTDIR;
}

/*
 * Opens component by component. ".." is not used: it leads out of the root if a
 * directory was moved out.
 */
int
trail_open(struct trail *t, size_t len)
{
	const char *rest = t->path, *outer = t->rest;
	char name[NAME_MAX + 1];
	struct component c;
	int fd, r = 0;

	if (t->dirfd != -1)
		return 0;
	if ((fd = fs_open_dir(t->root, ".", false)) < 0)
		return fd;
	t->dirfd = fd;
	t->rest = NULL;
	for (; r == 0 && path_next(rest, &c) && c.rest <= t->path + len;
	    rest = c.rest) {
		snprintf(name, sizeof(name), "%.*s", (int)c.len, c.name);
		r = trail_descend(t, name);
	}
	t->rest = outer;
	return r;
}

int
trail_parent(const struct trail *t, const char **name)
{
	struct trail parent = { .root = t->root, .path = t->path,
	    .dirfd = -1, .base = -1 };
	int r;

	*name = strrchr(t->path, '/') + 1;
	if ((r = trail_open(&parent, (size_t)(*name - t->path))) == 0)
		return parent.dirfd;
	trail_close(&parent);
	return r;
}

/*
 * Reads the text of a link in the trail's directory, which may be open at `fd`.
 * Returns its length or -errno.
 */
static ssize_t
trail_read_link(const struct trail *t, int fd, const char *name, char *text)
{
	const struct place link = fd >= 0 ? place_entry(fd, "") :
	    place_entry(t->dirfd, name);
	ssize_t n;
	int r;

	if ((n = fs_readlink(&link, text, PATH_MAX)) < 0 || t->fs == NULL)
		return n;
	r = resolve_may_follow(t->fs, t->dirfd, name);
	return r == 0 ? n : r;
}

/*
 * Enters the trail's last component, `name`, which was just appended: opens it
 * if it is a directory. For a link, returns the length of its text in `text`.
 * Returns -EINVAL if it is not a link, or another -errno.
 */
static ssize_t
trail_enter(struct trail *t, size_t parent, const char *name, char *text)
{
	mode_t mode;
	int fd, r;
	ssize_t n = -EINVAL;

	if ((r = trail_open(t, parent)) != 0)
		return r;
	if (t->fs != NULL && t->fs->names &&
	    (r = trail_spell(t, parent, name)) != 0)
		return r;
	if (t->fs != NULL && resolve_hides(t->fs, t->path))
		return -ENOENT;
	fd = trail_look(t, name, &mode);
	if (fd < 0 && (fd != -ENOTDIR || t->pass != NULL))
		return fd;
	if (fd >= 0 && mode == S_IFDIR) {
		trail_close(t);
		t->dirfd = fd;
		return -EINVAL;
	}
	if (fd < 0 || mode == S_IFLNK)
		n = trail_read_link(t, fd, name, text);
	fs_drop(&fd);
	if (n >= 0)
		return n;
	trail_close(t);
	return t->dirs && n == -EINVAL ? -ENOTDIR : n;
}

/*
 * If the trail's last component is a link, removes it from the trail and puts
 * its text, followed by the rest of the path, into `left`. Returns 1 for a
 * link, 0 for anything else, or -errno.
 */
static int
trail_follow(struct trail *t, size_t parent, char *left)
{
	const struct place whole = place_entry(AT_FDCWD, t->path);
	char text[PATH_MAX];
	ssize_t n;

	n = t->root == -1 ? fs_readlink(&whole, text, sizeof(text)) :
	    trail_enter(t, parent, strrchr(t->path, '/') + 1, text);
	if (n < 0)
		return n == -EINVAL ? 0 : (int)n;
	if ((size_t)n + strlen(t->rest) + 1 > PATH_MAX)
		return -ENAMETOOLONG;
	/* The slash that follows a link, even the last, follows its text. */
	memmove(left + n, t->rest, strlen(t->rest) + 1);
	memcpy(left, text, (size_t)n);
	if (text[0] != '/') {
		t->path[t->len = parent] = '\0';
		return 1;
	}
	t->path[t->len = 1] = '\0';
	trail_close(t);
	return 1;
}

/* Resolves one component. Returns as trail_follow(). */
static int
trail_step(struct trail *t, const struct component *c, char *left)
{
	size_t parent = t->len;
	int r;

	if (c->len == 1 && c->name[0] == '.')
		return 0;
	if (c->len == 2 && memcmp(c->name, "..", 2) == 0) {
		trail_up(t);
		return 0;
	}
	if ((r = trail_append(t, c->name, c->len)) != 0)
		return r;
	t->rest = c->rest;
	return trail_follow(t, parent, left);
}

int
trail_resolve(struct trail *t, const char *path)
{
	char left[2 * PATH_MAX];
	struct component c;
	int r;

	memcpy(left, path, strlen(path) + 1);
	for (path = left; path_next(path, &c); path = r > 0 ? left : c.rest) {
		r = trail_step(t, &c, left);
		if (r == -ENOENT && c.rest[0] == '\0' && !t->dirs)
			return 0;
		if (r < 0)
			return r;
		if (r > 0 && ++t->links > t->max_links)
			return -ELOOP;
	}
	return 0;
}
