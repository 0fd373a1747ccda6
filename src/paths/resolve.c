/* SPDX-License-Identifier: ISC */
/*
 * Resolving paths. In a session with a root or rules on names, the kernel does
 * it by openat2(2) with RESOLVE_IN_ROOT. Where that call is missing, or the
 * links on the way matter, each component is opened by itself and none through
 * a link; this also makes real names.
 */
#include "config.h"


#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "paths/spelling.h"
#include "policy/subtree.h"

#define MAX_TRIES	64	/* unrelated renames disturb openat2(2) */

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

bool
resolve_hides(struct fs *fs, const char *name)
{
	return fs->hides && subtree_hides(fs->policy, fs->folds, name);
}

int
resolve_may_follow(struct fs *fs, int dirfd, const char *name)
{
	struct place link = place_entry(dirfd, name);
	struct place dir = place_fd(dirfd, name);
	const mode_t shared = S_ISVTX | S_IWOTH;
	struct statx st, above;

	if (fs->no_links || fs_is_proc(dirfd))
		return -ELOOP;
	if (fs_stat(&link, &st) != 0 || fs_stat(&dir, &above) != 0)
		return -ENOENT;
	/*
	 * In a directory like /tmp, follow only our own links and those of the
	 * directory's owner.
	 */
	return (above.stx_mode & shared) == shared &&
	    st.stx_uid != geteuid() && st.stx_uid != above.stx_uid ?
	    -EACCES : 0;
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

/* Walks one component. Returns as trail_follow(). */
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
trail_walk(struct trail *t, const char *path)
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

int
resolve_real(struct fs *fs, const char *path, char *to)
{
	struct trail t = { .fs = fs, .root = fs->walks ? fs->root : -1,
	    .path = to, .len = 1, .dirfd = -1, .base = -1,
	    .max_links = OPENSSH_LINKS };
	int r;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(to, "/", 2);
	if (path[0] != '/') {
		if (fs->walks)
			strlcpy(to, fs->cwd, PATH_MAX);
		else if ((r = fs_get_cwd(to)) != 0)
			return r;
		t.len = strlen(to);
	}
	r = trail_walk(&t, path);
	trail_close(&t);
	return r;
}

int
resolve_real_partly(struct fs *fs, const char *path, char *to, int *why)
{
	char head[PATH_MAX], top[PATH_MAX];
	size_t len = strlen(path);
	int r = 0;

	*why = 0;
	if (len >= sizeof(head))
		return -ENAMETOOLONG;
	for (; len > 0; len = path_above(path, len)) {
		memcpy(head, path, len);
		head[len] = '\0';
		if ((r = resolve_real(fs, head, top)) == 0)
			break;
		*why = *why == 0 ? r : *why;
	}
	if (len > 0)
		path += len + strspn(path + len, "/");
	return path_absolute(len > 0 ? top : fs->cwd, path, to, PATH_MAX) ?
	    0 : -ENAMETOOLONG;
}

static int
resolve_by_component(struct fs *fs, const char *path, char *resolved)
{
	struct trail t = { .fs = fs, .root = fs->root, .path = resolved,
	    .len = 1, .dirfd = -1, .base = -1, .max_links = KERNEL_LINKS,
	    .dirs = true };
	int r;

	memcpy(resolved, "/", 2);
	if ((r = trail_walk(&t, path)) == 0 &&
	    (r = trail_open(&t, t.len)) == 0)
		return t.dirfd;
	trail_close(&t);
	return r;
}

/*
 * Rejects a directory on procfs, which holds magic links and files that give
 * access to other objects.
 */
static int
refuse_proc(int fd)
{
	if (fd < 0 || !fs_is_proc(fd))
		return fd;
	fs_close(fd);
	return -EACCES;
}

static int
open_beneath(struct fs *fs, const char *path, unsigned flags)
{
	int fd, tries = 0;

	flags |= fs->no_links || fs->hides ? FS_NO_SYMLINKS : 0;
	do {
		fd = fs_open_beneath(fs->root, path, flags);
	} while (fd == -EAGAIN && ++tries < MAX_TRIES);
	return fd;
}

/*
 * Tries first without leaving the root's file system: no procfs is reached that
 * way, so the check for one, a tenth of the cost of STAT, is not needed.
 */
static int
resolve_by_openat2(struct fs *fs, const char *path)
{
	int fd = open_beneath(fs, path, FS_NO_XDEV);

	return fd != -EXDEV ? fd : refuse_proc(open_beneath(fs, path, 0));
}

bool
resolve_has_openat2(struct fs *fs)
{
	int fd = resolve_by_openat2(fs, "/");

	if (fd >= 0)
		fs_close(fd);
	return fd >= 0;
}

bool
resolve_name(struct fs *fs, int fd, char *to)
{
	size_t top = strlen(fs->outside);
	char text[PATH_MAX];

	if (!fs_proc_name(fd, text) || strncmp(text, fs->outside, top) != 0 ||
	    (text[top] != '\0' && text[top] != '/'))
		return false;
	strlcpy(to, text[top] == '\0' ? "/" : text + top, PATH_MAX);
	return true;
}

/*
 * True if each component must be checked. When names are hidden, a path may
 * pass through a hidden one by a link or `..`, so the kernel may resolve only
 * paths without either.
 */
static bool
walks_by_component(struct fs *fs, const char *path)
{
	return fs->by_component || (fs->hides && strstr(path, "..") != NULL);
}

/*
 * True if the kernel's result is final. It is not if the kernel met a link, or
 * for an error that must not be revealed of a hidden name.
 */
static bool
is_settled(struct fs *fs, int fd)
{
	return fd >= 0 || (fd != -EAGAIN && (!fs->hides || fd == -ENOENT));
}

/*
 * True if the directory's path from /proc has the spelling that its parents
 * list, which is known if it was found when the same directory was last walked
 * to. /proc shows the spelling that was asked for.
 */
static bool
knows_spelling(struct fs *fs, int fd, char *name)
{
	return !fs->names ||
	    (resolve_name(fs, fd, name) && spelling_is_known(fd, name));
}

static int
walk_and_remember(struct fs *fs, const char *path, char *resolved)
{
	int fd = refuse_proc(resolve_by_component(fs, path, resolved));
	char name[PATH_MAX];

	if (fd >= 0 && fs->names && !fs->by_component &&
	    resolve_name(fs, fd, name) && strcmp(name, resolved) == 0)
		spelling_remember(fd, name);
	return fd;
}

int
resolve_open(struct fs *fs, const char *path, char *resolved)
{
	int fd = -EAGAIN;

	if (!walks_by_component(fs, path))
		fd = resolve_by_openat2(fs, path);
	if (fd >= 0 && !knows_spelling(fs, fd, resolved)) {
		fs_close(fd);
		fd = -EAGAIN;
	}
	return is_settled(fs, fd) ? fd : walk_and_remember(fs, path, resolved);
}
