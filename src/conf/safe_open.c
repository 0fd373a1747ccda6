/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "conf/safe_open.h"
#include "os/fs.h"
#include "paths/trail.h"

/* The state of the resolution. */
struct approach {
	size_t		 own;		/* a component that fewer bytes follow
					 * is not from the text of a link */
	int		 file;		/* open for reading, or -1 */
	struct statx	*st;		/* of the file */
	char		 name[NAME_MAX + 1];	/* the component reached */
	bool		 missing;	/* it does not exist */
	bool		 absent;	/* ... and is not from a link's text */
	bool		 said;		/* *error has its text already */
	struct error	*error;
};

/* Sets the error's text to the system's error, with advice on permissions. */
static int
say_errno(struct error *e, const char *name, int r)
{
	if (r == -EACCES)
		return error_say(e, "\"%s\" cannot be read by uid %u (every "
		    "user reads the policy: mode 644, and 755 for "
		    "directories)", name, (unsigned)geteuid());
	return error_say(e, "\"%s\": %s", name, r == -ELOOP ?
	    "too many links" : strerror(-r));
}

static int
check_owner(const char *name, const struct statx *st, struct error *e)
{
	if (st->stx_uid != 0 && st->stx_uid != fs_program_owner())
		return error_say(e, "\"%s\" belongs to uid %u (it must "
		    "belong to root%s)", name, (unsigned)st->stx_uid,
		    fs_program_owner() == 0 ? "" :
		    ", or to the owner of this program");
	if (S_ISLNK(st->stx_mode) ||
	    (S_ISDIR(st->stx_mode) && (st->stx_mode & S_ISVTX) != 0))
		return 0;
	if ((st->stx_mode & (S_IWGRP | S_IWOTH)) != 0)
		return error_say(e, "\"%s\" can be written by others than "
		    "its owner (mode %03o; try chmod go-w)", name,
		    (unsigned)st->stx_mode & 0777);
	return 0;
}

static int
check_file(const char *name, const struct statx *st, struct error *e)
{
	if (!S_ISREG(st->stx_mode))
		return error_say(e, "\"%s\" is not a regular file", name);
	return check_owner(name, st, e);
}

/* Opens a component that is a file, and checks the file that was opened. */
static int
open_file(struct approach *w, int dirfd, const char *name)
{
	const struct place entry = place_entry(dirfd, name);
	struct place opened;
	int fd, r;

	if ((fd = fs_open(&entry, O_RDONLY | O_NOFOLLOW, 0)) < 0)
		return say_errno(w->error, name, fd);
	opened = place_fd(fd, name);
	if ((r = fs_stat(&opened, w->st)) != 0)
		r = say_errno(w->error, name, r);
	else
		r = check_file(name, w->st, w->error);
	if (r != 0) {
		fs_close(fd);
		return -1;
	}
	w->file = fd;
	return 0;
}

/*
 * Checks a component as it was opened, and opens the file at the end of the
 * path. Is the `pass` of the trail.
 */
static int
pass_component(struct trail *t, const char *name, int r,
    const struct statx *st)
{
	struct approach *w = t->arg;
	size_t behind = t->rest == NULL ? SIZE_MAX : strlen(t->rest);

	strlcpy(w->name, name, sizeof(w->name));
	w->missing = r == -ENOENT;
	w->absent = w->missing && behind < w->own;
	if (r != 0)
		return r;
	w->said = check_owner(name, st, w->error) != 0;
	if (w->said)
		return -EPERM;
	if (S_ISLNK(st->stx_mode))
		w->own = MIN(w->own, behind);
	if (S_ISLNK(st->stx_mode) || S_ISDIR(st->stx_mode))
		return 0;
	if (behind > 0)
		return -ENOTDIR;
	w->said = check_file(name, st, w->error) != 0 ||
	    open_file(w, t->dirfd, name) != 0;
	return w->said ? -EPERM : 0;
}

/*
 * Copies a path, made absolute by the working directory. Returns 0, or -1 with
 * the error's text.
 */
static int
make_absolute(const char *path, char whole[PATH_MAX], struct error *e)
{
	int r;

	whole[0] = '\0';
	if (path[0] != '/' && (r = fs_get_cwd(whole)) != 0)
		return say_errno(e, ".", r);
	if ((path[0] != '/' && strlcat(whole, "/", PATH_MAX) >= PATH_MAX) ||
	    strlcat(whole, path, PATH_MAX) >= PATH_MAX)
		return error_say(e, "has too long a name");
	return 0;
}

/* Checks the root, and resolves the path from there. Returns 0 or -errno. */
static int
resolve(struct approach *w, int root, const char *path)
{
	char resolved[PATH_MAX] = "/";
	struct trail t = { .root = root, .path = resolved, .len = 1,
	    .dirfd = root, .base = root, .max_links = KERNEL_LINKS,
	    .pass = pass_component, .arg = w };
	const struct place top = place_fd(root, "/");
	struct statx st;
	int r;

	strlcpy(w->name, "/", sizeof(w->name));
	if ((r = fs_stat(&top, &st)) != 0)
		return r;
	if (check_owner("/", &st, w->error) != 0) {
		w->said = true;
		return -EPERM;
	}
	r = trail_resolve(&t, path);
	trail_close(&t);
	return r == 0 && w->missing ? -ENOENT : r;
}

int
safe_open(const char *path, struct statx *st, struct error *e)
{
	struct approach w = { .own = PATH_MAX, .file = -1, .st = st,
	    .error = e };
	char whole[PATH_MAX];
	int root, r;

	if (make_absolute(path, whole, e) != 0)
		return -1;
	if ((root = fs_open_dir(AT_FDCWD, "/", true)) < 0)
		return say_errno(e, "/", root);
	r = resolve(&w, root, whole);
	fs_close(root);
	if (w.file >= 0)
		return w.file;
	if (w.absent)
		return SAFE_OPEN_ABSENT;
	if (w.said)
		return -1;
	return r != 0 ? say_errno(e, w.name, r) :
	    error_say(e, "is a directory");
}
