/* SPDX-License-Identifier: ISC */
/*
 * From a client's path to a struct place. No other file makes places of paths,
 * so this is the file to read for where a session can go.
 *
 * If paths are not resolved, the place is the path. Otherwise it is a directory
 * opened beneath the root and a name in it that no system call follows. A final
 * link that is to be followed is followed here, by its text, so that the path
 * that rules and handlers see is the one that system calls act on.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "paths/spelling.h"
#include "paths/trail.h"
#include "policy/policy.h"
#include "policy/subtree.h"

/* Returns a free slot for a resolved place, or NULL if all are taken. */
static struct hold *
hold_take(struct fs *fs)
{
	struct hold *h;

	for (h = fs->holds; h < fs->holds + nitems(fs->holds); h++)
		if (!h->taken) {
			h->taken = true;
			h->dir = NULL;
			h->resolved[0] = '\0';
			return h;
		}
	return NULL;
}

/* Closes the directory of a place, unless another place has it too. */
static void
dir_leave(struct hold *h)
{
	if (h->dir != NULL && --h->dir->users == 0)
		fs_close(h->dir->open.fd);
	h->dir = NULL;
}

void
locate_release(struct place *p)
{
	if (p->hold == NULL)
		return;
	dir_leave(p->hold);
	p->hold->taken = false;
	p->hold = NULL;
}

struct fs_dir *
locate_dir(const struct place *p)
{
	return p->hold != NULL && p->hold->dir->open.fd == p->dirfd ?
	    &p->hold->dir->open : NULL;
}

/*
 * Appends a path to a directory, or takes the path alone if it is absolute.
 * Writes at most PATH_MAX bytes to `to`, which may overlap `path`.
 */
static int
join(const char *dir, const char *path, char *to)
{
	size_t n = path[0] == '/' ? 0 : strlen(dir);
	bool slash = n > 0 && dir[n - 1] != '/';

	if (path[0] == '\0')
		return -ENOENT;
	if (n + slash + strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	/* `path` may be a part of `to`. */
	memmove(to + n + slash, path, strlen(path) + 1);
	memmove(to, dir, n);
	if (slash)
		to[n] = '/';
	return 0;
}

/*
 * True if the last component is not a name (empty, "." or ".."), or must be a
 * directory because a slash follows it.
 */
static bool
is_whole(const char *name, size_t len, unsigned flags)
{
	if (len == 0 || (len == 1 && name[0] == '.') ||
	    (len == 2 && name[0] == '.' && name[1] == '.'))
		return true;
	return name[len] == '/' &&
	    (flags & (PLACE_CREATES | PLACE_NAME)) == 0;
}

/* Takes over the directory of another place, with its resolved path. */
static void
dir_share(struct hold *h, const struct hold *other)
{
	h->dir = other->dir;
	h->dir->users++;
	h->resolved_len = other->resolved_len;
	memcpy(h->resolved, other->resolved, h->resolved_len);
	h->resolved[h->resolved_len] = '\0';
}

/* Opens the directory h->path for a place. */
static int
dir_open(struct fs *fs, struct hold *h)
{
	struct held_dir *d = fs->dirs;
	int r;

	/* There are as many directories as places. */
	while (d->users > 0)
		d++;
	h->resolved[0] = '\0';
	if ((r = resolve_open(fs, h->path, &d->open, h->resolved)) != 0)
		return r;
	h->dir = d;
	h->dir->users = 1;
	h->resolved_len = strlen(h->resolved);
	return 0;
}

/*
 * Gives the place the directory that is the part of h->path before `end`: that
 * of `first`, which can be NULL, if it was opened by the same path.
 */
static int
open_directory(struct fs *fs, struct hold *h, char *end,
    const struct hold *first)
{
	char at = *end;
	int r = 0;

	dir_leave(h);
	h->path_len = (size_t)(end - h->path);
	*end = '\0';
	if (first != NULL && first->path_len == h->path_len &&
	    memcmp(first->path, h->path, h->path_len) == 0)
		dir_share(h, first);
	else
		r = dir_open(fs, h);
	*end = at;
	return r;
}

/*
 * If the last component is a link, replaces h->path by the path that it leads
 * to. Returns 1 for a link, 0 if it is none, or -errno.
 */
static int
follow_link(struct fs *fs, struct hold *h, char *name)
{
	const struct place link = place_entry(h->dir->open.fd, name);
	char text[PATH_MAX], spelled[NAME_MAX + 1];
	ssize_t n;
	int r;

	if ((n = fs_readlink(&link, text, sizeof(text))) < 0)
		return n == -EINVAL || n == -ENOENT ? 0 : (int)n;
	if ((r = resolve_may_follow(fs, h->dir->open.fd, name)) != 0)
		return r;
	if (fs->hides && ((r = spelling_find(fs, &h->dir->open, name, false,
	    spelled)) != 0 || (r = join(h->resolved, spelled,
	    h->resolved)) != 0 || resolve_hides(fs, h->resolved)))
		return r != 0 ? r : -ENOENT;
	*name = '\0';
	r = join(h->path, text, h->path);
	return r == 0 ? 1 : r;
}

/*
 * Opens the directory and determines the last name. Returns 1 if a link was
 * followed, so that resolving must begin again, 0 when done, or -errno.
 */
static int
take_step(struct fs *fs, struct hold *h, unsigned flags,
    const struct hold *first, struct place *p)
{
	size_t len;
	char *name = h->path + (path_last(h->path, &len) - h->path);
	int r;

	p->flags &= ~PLACE_DIR;
	if (is_whole(name, len, flags)) {
		if ((r = open_directory(fs, h, h->path + strlen(h->path),
		    first)) != 0)
			return r;
		p->flags |= PLACE_FD;
		p->name = "";
		return 0;
	}
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if ((r = open_directory(fs, h, name, first)) != 0)
		return r;
	if (name[len] == '/')
		p->flags |= PLACE_DIR;
	name[len] = '\0';
	p->name = name;
	/*
	 * With a trailing slash, a link is not followed: creating it fails
	 * wherever it leads.
	 */
	return (flags & PLACE_FOLLOW) != 0 && (p->flags & PLACE_DIR) == 0 ?
	    follow_link(fs, h, name) : 0;
}

/*
 * Gets the path that rules judge, and checks that they do not hide it. If case
 * is ignored, it has no capitals, because handles are found by this path.
 */
static int
set_resolved(struct fs *fs, struct place *p)
{
	char name[NAME_MAX + 1], *at;
	int r;

	if (!fs->names)
		return 0;
	if ((p->flags & PLACE_FD) == 0 && ((r = spelling_find(fs,
	    &p->hold->dir->open, p->name, (p->flags & PLACE_CREATES) != 0,
	    name)) != 0 || (r = join(p->hold->resolved, name,
	    p->hold->resolved)) != 0))
		return r;
	if (fs->folds)
		for (at = p->hold->resolved; *at != '\0'; at++)
			*at = (char)tolower((unsigned char)*at);
	p->resolved = p->hold->resolved;
	if (!resolve_hides(fs, p->resolved))
		return 0;
	return (p->flags & PLACE_CREATES) != 0 ? -EACCES : -ENOENT;
}

static int
resolve(struct fs *fs, const char *path, const struct hold *first,
    struct place *p)
{
	struct hold *h = hold_take(fs);
	unsigned flags = p->flags;
	int r, links = 0;

	if (h == NULL)
		return -ENOMEM;
	p->hold = h;
	p->flags &= ~PLACE_FOLLOW;
	r = join(fs->cwd, path, h->path);
	while (r == 0 && (r = take_step(fs, h, flags, first, p)) == 1)
		r = ++links > KERNEL_LINKS ? -ELOOP : 0;
	if (r == 0) {
		p->dirfd = h->dir->open.fd;
		r = set_resolved(fs, p);
	}
	if (r != 0)
		locate_release(p);
	return r;
}

bool
locate_hides(struct fs *fs, const char *dir, const char *entry)
{
	char path[PATH_MAX];

	if (!fs->hides || strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0)
		return false;
	return join(dir, entry, path) != 0 || resolve_hides(fs, path);
}

/*
 * Refuses new silly names in sessions that create such names themselves. In
 * others the client may be a server of this kind that has one of our
 * directories mounted.
 */
static int
check_new(struct fs *fs, const struct place *p)
{
	const char *name;
	size_t len;

	if (!fs->reserves)
		return 0;
	name = path_last(p->name, &len);
	return path_is_silly(name, len) ? -EACCES : 0;
}

int
locate_second(struct fs *fs, const char *path, unsigned flags,
    const struct place *first, struct place *p)
{
	int r = 0;

	*p = (struct place){ .dirfd = AT_FDCWD, .name = path, .flags = flags,
	    .shown = path };
	if (fs->resolves && (r = resolve(fs, path, first->hold, p)) != 0)
		return r;
	if ((p->flags & PLACE_CREATES) != 0 && (r = check_new(fs, p)) != 0)
		locate_release(p);
	return r;
}

int
locate_path(struct fs *fs, const char *path, unsigned flags, struct place *p)
{
	static const struct place none;

	return locate_second(fs, path, flags, &none, p);
}

int
locate_entry(struct fs *fs, int dirfd, const char *name, unsigned flags,
    struct place *p)
{
	char path[PATH_MAX];
	int r;

	if (!fs->resolves) {
		*p = place_entry(dirfd, name);
		return 0;
	}
	if (!resolve_name(fs, dirfd, path))
		return -ENOENT;
	if ((r = join(path, name, path)) != 0 ||
	    (r = locate_path(fs, path, flags, p)) != 0)
		return r;
	p->shown = name;
	if (fs_same(dirfd, p->dirfd))
		return 0;
	/* Another directory has taken the name meanwhile. */
	locate_release(p);
	return -ENOENT;
}

bool
locate_name(struct fs *fs, const struct place *p, char *to)
{
	const struct hold *h = p->hold;
	int n;

	if (fs_proc_name(p->dirfd, to))
		return true;
	if (h == NULL || h->resolved[0] == '\0')
		return false;
	n = snprintf(to, PATH_MAX, "%s%s", fs->outside, h->resolved);
	/* If there are rules on names, `resolved` includes the name. */
	if (p->resolved != NULL && (p->flags & PLACE_FD) == 0)
		*strrchr(to, '/') = '\0';
	return n < PATH_MAX;
}

/*
 * Opens the root. Links in the first `fixed` bytes, which the administrator
 * wrote, are followed; links after them are not, since the user may have made
 * them.
 */
static int
open_root(const char *root, size_t fixed, char *culprit)
{
	const char *rest = root + fixed;
	struct component c;
	int fd, next;

	snprintf(culprit, PATH_MAX, "%.*s", (int)fixed, root);
	fd = fs_open_dir(AT_FDCWD, fixed == 0 ? "/" : culprit, true);
	for (; fd >= 0 && path_next(rest, &c); rest = c.rest) {
		snprintf(culprit, PATH_MAX, "%.*s", (int)(c.rest - root), root);
		next = fs_open_dir(fd, culprit + (c.name - root), false);
		fs_close(fd);
		fd = next;
	}
	return fd;
}

int
locate_confine(struct fs *fs, const char *root, size_t fixed, char *culprit)
{
	bool named;
	int fd;

	if (strlen(root) >= PATH_MAX)
		return -ENAMETOOLONG;
	if ((fd = open_root(root, fixed, culprit)) < 0)
		return fd;
	if (fs_is_proc(fd)) {
		fs_close(fd);
		return -EACCES;
	}
	fs->resolves = true;
	fs->root = fd;
	if (!(named = fs_proc_name(fd, fs->outside)))
		strlcpy(fs->outside, root, PATH_MAX);
	strlcpy(fs->cwd, "/", PATH_MAX);
	fs->confined = strcmp(fs->outside, "/") != 0;
	if (!fs->confined) {
		fs->outside[0] = '\0';
		(void)fs_get_cwd(fs->cwd);
	}
	/*
	 * The path of a directory comes from /proc, or from resolving each
	 * component.
	 */
	fs->by_component = !named || !resolve_has_openat2(fs);
	return 0;
}

void
locate_obey(struct fs *fs, const struct policy *p)
{
	fs->policy = p;
	fs->hides = subtree_hides_any(p);
	fs->names = fs->hides || p->paths != NULL;
	fs->no_links = p->files.symlinks == SYMLINKS_NO_FOLLOW;
	fs->reserves = subtree_makes_silly_names(p);
}

/*
 * True if the error says that a name leads nowhere, or nowhere that the session
 * can go.
 */
static bool
leads_nowhere(int error)
{
	return error == 0 || error == -ENOENT || error == -ENOTDIR ||
	    error == -EACCES || error == -ELOOP || error == -ENAMETOOLONG;
}

/* True if the path names a symbolic link. */
static bool
is_link(struct fs *fs, const char *path)
{
	struct statx st;
	struct place p;
	int r;

	if (locate_path(fs, path, 0, &p) != 0)
		return false;
	r = fs_stat(&p, &st);
	locate_release(&p);
	return r == 0 && S_ISLNK(st.stx_mode);
}

int
locate_rule(struct fs *fs, char *path, size_t fixed)
{
	char head[PATH_MAX], real[PATH_MAX];
	const char *rest = path + fixed;
	struct component c;
	int r, why = 0;

	if (fixed + 2 > sizeof(head))
		return -ENAMETOOLONG;
	snprintf(head, sizeof(head), "/%.*s", (int)fixed, path);
	if ((r = resolve_real_partly(fs, head, real, &why)) != 0 ||
	    !leads_nowhere(why))
		return r != 0 ? r : why;
	for (; r == 0 && path_next(rest, &c); rest = c.rest) {
		snprintf(head, sizeof(head), "%.*s", (int)c.len, c.name);
		if ((r = join(real, head, real)) == 0 && is_link(fs, real))
			r = -ELOOP;
	}
	strlcpy(path, real, PATH_MAX);
	return r;
}

int
locate_enter(struct fs *fs, const char *dir)
{
	char path[PATH_MAX];
	struct place p;
	int r;

	if (!fs->resolves) {
		r = dir != NULL ? fs_set_cwd(dir) : 0;
		return r != 0 ? r : fs_get_cwd(fs->cwd);
	}
	if (dir == NULL)
		return 0;
	/*
	 * An empty path from a client means the current directory; chdir(2)
	 * rejects it.
	 */
	if (dir[0] == '\0')
		return -ENOENT;
	if ((r = resolve_real(fs, dir, path)) != 0 ||
	    (r = locate_path(fs, path, PLACE_FOLLOW, &p)) != 0)
		return r;
	r = fs_check_dir(&p);
	locate_release(&p);
	if (r == 0)
		strlcpy(fs->cwd, path, PATH_MAX);
	return r;
}
