/* SPDX-License-Identifier: ISC */
/*
 * From a client's path to a struct place. Nothing else makes places, so this
 * is the file to read when the question is where a session can go.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "system/fs.h"
#include "wire/path.h"

#define MAX_LINKS	32	/* as OpenSSH's; the kernel itself has 40 */

int
fs_locate(const char *path, unsigned flags, struct place *p)
{
	const char *name;
	size_t len;

	*p = (struct place){ AT_FDCWD, path, flags, path };
	if ((flags & PLACE_CREATES) == 0)
		return 0;
	name = path_last(path, &len);
	return path_is_hidden(name, len) ? -EACCES : 0;
}

struct place
fs_place_fd(int fd, const char *shown)
{
	return (struct place){ fd, "", PLACE_FD, shown };
}

struct place
fs_place_entry(int dirfd, const char *name)
{
	return (struct place){ dirfd, name, 0, name };
}

int
fs_open_parent(const struct place *p)
{
	char dir[PATH_MAX];
	size_t len, n;
	int fd;

	n = (size_t)(path_last(p->name, &len) - p->name);
	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, p->name, n);
	memcpy(dir + n, n == 0 ? "." : "", n == 0 ? 2 : 1);
	fd = openat(p->dirfd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd == -1 ? -errno : fd;
}

/* A path under construction: absolute, and how much of it is there. */
struct trail {
	char	*path;		/* PATH_MAX bytes */
	size_t	 len;
};

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

static void
trail_up(struct trail *t)
{
	while (t->len > 1 && t->path[t->len - 1] != '/')
		t->len--;
	if (t->len > 1)
		t->len--;
	t->path[t->len] = '\0';
}

/*
 * If the trail now ends in a link, puts its text and what was left of the
 * path into `left`, and takes the link off the trail. Returns 1 for that, 0
 * if it is no link.
 */
static int
trail_follow(struct trail *t, char *left, const char *rest, bool last)
{
	char text[PATH_MAX];
	ssize_t n;

	n = readlink(t->path, text, sizeof(text));
	if (n == -1)
		return errno == EINVAL ? 0 : -errno;
	if ((size_t)n + strlen(rest) + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(left + n + 1, rest, strlen(rest) + 1);
	memcpy(left, text, (size_t)n);
	/* The slash behind a link, even a trailing one, stays behind it. */
	left[n] = last ? '\0' : '/';
	if (text[0] == '/') {
		t->path[1] = '\0';
		t->len = 1;
	} else {
		trail_up(t);
	}
	return 1;
}

/* One component. Returns as trail_follow does. */
static int
trail_step(struct trail *t, const char *name, size_t len, char *left,
    const char *rest, bool last)
{
	int r;

	if (len == 0 || (len == 1 && name[0] == '.'))
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		trail_up(t);
		return 0;
	}
	if ((r = trail_append(t, name, len)) != 0)
		return r;
	r = trail_follow(t, left, rest, last);
	return r == -ENOENT && last ? 0 : r;
}

int
fs_realpath(const char *path, char *to)
{
	struct trail t = { to, 1 };
	char left[2 * PATH_MAX], *p = left;
	int r, links = 0;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(to, "/", 2);
	if (path[0] != '/') {
		if (getcwd(to, PATH_MAX) == NULL)
			return -errno;
		t.len = strlen(to);
	}
	memcpy(left, path, strlen(path) + 1);
	while (*p != '\0') {
		size_t n = strcspn(p, "/");
		const char *rest = p + n + (p[n] == '/');

		r = trail_step(&t, p, n, left, rest, p[n] == '\0');
		if (r < 0)
			return r;
		if (r > 0 && ++links > MAX_LINKS + 1)
			return -ELOOP;
		p = r > 0 ? left : left + (rest - left);
	}
	return 0;
}
