/* SPDX-License-Identifier: ISC */
/*
 * Resolving paths. In a session with a root or rules on names, the kernel does
 * it by openat2(2) with RESOLVE_IN_ROOT. Where that call is missing, or the
 * links on the way matter, each component is opened by itself and none through
 * a link; this also makes real names.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "paths/spelling.h"
#include "paths/trail.h"
#include "policy/subtree.h"

#define MAX_TRIES	64	/* unrelated renames disturb openat2(2) */

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

int
resolve_real(struct fs *fs, const char *path, char *to)
{
	struct trail t = { .fs = fs, .root = fs->resolves ? fs->root : -1,
	    .path = to, .len = 1, .dirfd = -1, .base = -1,
	    .max_links = OPENSSH_LINKS };
	int r;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(to, "/", 2);
	if (path[0] != '/') {
		if (fs->resolves)
			strlcpy(to, fs->cwd, PATH_MAX);
		else if ((r = fs_get_cwd(to)) != 0)
			return r;
		t.len = strlen(to);
	}
	r = trail_resolve(&t, path);
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
	if ((r = trail_resolve(&t, path)) == 0 &&
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
open_in_root(struct fs *fs, const char *path, unsigned flags)
{
	int fd, tries = 0;

	flags |= fs->no_links || fs->hides ? FS_NO_SYMLINKS : 0;
	do {
		fd = fs_open_in_root(fs->root, path, flags);
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
	int fd = open_in_root(fs, path, FS_NO_XDEV);

	return fd != -EXDEV ? fd : refuse_proc(open_in_root(fs, path, 0));
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
resolves_by_component(struct fs *fs, const char *path)
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
 * list, which is known if it was found when the directory was resolved last.
 * /proc shows the spelling that was asked for.
 */
static bool
knows_spelling(struct fs *fs, struct fs_dir *d, char *name)
{
	return !fs->names ||
	    (resolve_name(fs, d->fd, name) && spelling_is_known(d, name));
}

static void
resolve_and_remember(struct fs *fs, const char *path, struct fs_dir *d,
    char *resolved)
{
	char name[PATH_MAX];

	d->fd = refuse_proc(resolve_by_component(fs, path, resolved));
	if (d->fd >= 0 && fs->names && !fs->by_component &&
	    resolve_name(fs, d->fd, name) && strcmp(name, resolved) == 0)
		spelling_remember(d, name);
}

int
resolve_open(struct fs *fs, const char *path, struct fs_dir *to,
    char *resolved)
{
	struct fs_dir d = { .fd = -EAGAIN };

	if (!resolves_by_component(fs, path))
		d.fd = resolve_by_openat2(fs, path);
	if (d.fd >= 0 && !knows_spelling(fs, &d, resolved)) {
		fs_close(d.fd);
		d = (struct fs_dir){ .fd = -EAGAIN };
	}
	if (!is_settled(fs, d.fd))
		resolve_and_remember(fs, path, &d, resolved);
	if (d.fd < 0)
		return d.fd;
	*to = d;
	return 0;
}
