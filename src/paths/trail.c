/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

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
 * Opens the directory of a path without links, component by component. ".." is
 * not used: it leads out of the root if a directory was moved out.
 */
static int
reopen(int root, const char *path, size_t len)
{
	char copy[PATH_MAX], *rest = copy, *name;
	int fd = fs_open_dir(root, ".", false), next;

	memcpy(copy, path, len);
	copy[len] = '\0';
	while (fd >= 0 && (name = strsep(&rest, "/")) != NULL) {
		if (*name == '\0')
			continue;
		next = fs_open_dir(fd, name, false);
		fs_close(fd);
		fd = next;
	}
	return fd;
}

/*
 * Replaces the trail's last component by the spelling that its directory has.
 */
static int
trail_spell(struct trail *t, const char *name)
{
	size_t at = (size_t)(name - t->path);
	char spelled[NAME_MAX + 1];
	int r;

	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	if ((r = spelling_find(t->fs, t->dirfd, name, false, spelled)) != 0)
		return r;
	t->path[t->len = at] = '\0';
	if (at + strlen(spelled) >= PATH_MAX)
		return -ENAMETOOLONG;
	t->len += strlcpy(t->path + at, spelled, PATH_MAX - at);
	return 0;
}

int
trail_open(struct trail *t, size_t len)
{
	int fd;

	if (t->dirfd != -1)
		return 0;
	if ((fd = reopen(t->root, t->path, len)) < 0)
		return fd;
	t->dirfd = fd;
	return 0;
}

int
trail_parent(const struct trail *t, const char **name)
{
	*name = strrchr(t->path, '/') + 1;
	return reopen(t->root, t->path, (size_t)(*name - t->path));
}

/*
 * Enters the trail's last component, `name`, which was just appended: opens it
 * if it is a directory. For a link, returns the length of its text in `text`.
 * Returns -EINVAL if it is not a link, or another -errno.
 */
static ssize_t
trail_enter(struct trail *t, size_t parent, const char *name, char *text)
{
	struct place link;
	int fd, r;
	ssize_t n;

	if ((r = trail_open(t, parent)) != 0)
		return r;
	if (t->fs != NULL && t->fs->names && (r = trail_spell(t, name)) != 0)
		return r;
	if (t->fs != NULL && resolve_hides(t->fs, t->path))
		return -ENOENT;
	if (t->pass != NULL)
		t->pass(t, name);
	if ((fd = fs_open_dir(t->dirfd, name, false)) >= 0) {
		trail_close(t);
		t->dirfd = fd;
		return -EINVAL;
	}
	if (fd != -ENOTDIR)
		return fd;
	link = place_entry(t->dirfd, name);
	if ((n = fs_readlink(&link, text, PATH_MAX)) >= 0)
		return t->fs == NULL || (r = resolve_may_follow(t->fs,
		    t->dirfd, name)) == 0 ? n : r;
	trail_close(t);
	return t->dirs && n == -EINVAL ? -ENOTDIR : n;
}

/*
 * If the trail's last component is a link, removes it from the trail and puts
 * its text, followed by the rest of the path, into `left`. Returns 1 for a
 * link, 0 for anything else, or -errno.
 */
static int
trail_follow(struct trail *t, size_t parent, char *left, const char *rest,
    bool last)
{
	const struct place whole = place_entry(AT_FDCWD, t->path);
	char text[PATH_MAX];
	ssize_t n;

	n = t->root == -1 ? fs_readlink(&whole, text, sizeof(text)) :
	    trail_enter(t, parent, strrchr(t->path, '/') + 1, text);
	if (n < 0)
		return n == -EINVAL ? 0 : (int)n;
	if ((size_t)n + strlen(rest) + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(left + n + 1, rest, strlen(rest) + 1);
	memcpy(left, text, (size_t)n);
	/*
	 * The slash that follows a link in the path follows its text as well.
	 */
	left[n] = last ? '\0' : '/';
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
trail_step(struct trail *t, const char *name, size_t len, char *left,
    const char *rest, bool last)
{
	size_t parent = t->len;
	int r;

	if (len == 0 || (len == 1 && name[0] == '.'))
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		trail_up(t);
		return 0;
	}
	if ((r = trail_append(t, name, len)) != 0)
		return r;
	return trail_follow(t, parent, left, rest, last);
}

int
trail_resolve(struct trail *t, const char *path)
{
	char left[2 * PATH_MAX], *p = left;
	int r;

	memcpy(left, path, strlen(path) + 1);
	while (*p != '\0') {
		size_t n = strcspn(p, "/");
		const char *rest = p + n + (p[n] == '/');
		bool last = p[n] == '\0';

		r = trail_step(t, p, n, left, rest, last);
		if (r == -ENOENT && last && !t->dirs)
			return 0;
		if (r < 0)
			return r;
		if (r > 0 && ++t->links > t->max_links)
			return -ELOOP;
		p = r > 0 ? left : left + (rest - left);
	}
	return 0;
}
