/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/safe_open.h"
#include "os/fs.h"

#define LINKS_MAX	40

/*
 * The state of the resolution. Few paths are relative or have links; a buffer
 * for those would cost each session two pages of stack.
 */
struct walk {
	off_t		*size;
	int		 dirfd;		/* directory reached, checked */
	const char	*rest;		/* components to come */
	char		*made;		/* memory of `rest`, or NULL */
	size_t		 own;		/* a shorter `rest` has no link text */
	int		 links;
	struct mistake	*mistake;
};

/* Sets the error's text to the system's error, with advice on permissions. */
static int
say_errno(struct walk *w, const char *name)
{
	if (errno == EACCES)
		return mistake_say(w->mistake, "\"%s\" cannot be read by uid "
		    "%u (every user reads the policy: mode 644, and 755 for "
		    "directories)", name, (unsigned)geteuid());
	return mistake_say(w->mistake, "\"%s\": %s", name, strerror(errno));
}

static int
check_owner(struct walk *w, const char *name, const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != fs_program_owner())
		return mistake_say(w->mistake, "\"%s\" belongs to uid %u "
		    "(it must belong to root%s)", name, (unsigned)st->st_uid,
		    fs_program_owner() == 0 ? "" :
		    ", or to the owner of this program");
	if (S_ISLNK(st->st_mode) ||
	    (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0))
		return 0;
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return mistake_say(w->mistake, "\"%s\" can be written by "
		    "others than its owner (mode %03o; try chmod go-w)", name,
		    (unsigned)st->st_mode & 0777);
	return 0;
}

/* Makes a checked directory the current one. */
static void
enter(struct walk *w, int fd)
{
	if (w->dirfd >= 0)
		close(w->dirfd);
	w->dirfd = fd;
}

static int
enter_root(struct walk *w)
{
	struct stat st;

	enter(w, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (w->dirfd < 0 || fstat(w->dirfd, &st) < 0)
		return say_errno(w, "/");
	return check_owner(w, "/", &st);
}

/* Prepends text to the components to come. */
static void
put_in_front(struct walk *w, const char *text, const char *sign)
{
	char *made;

	if (asprintf(&made, "%s%s%s", text, sign, w->rest) < 0)
		buf_no_memory();
	free(w->made);
	w->rest = w->made = made;
}

/* Prepends the target of a link to the components to come. */
static int
follow(struct walk *w, int fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t n;

	if (strlen(w->rest) < w->own)
		w->own = strlen(w->rest);
	n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return say_errno(w, name);
	target[n] = '\0';
	put_in_front(w, target, "");
	if (++w->links > LINKS_MAX || strlen(w->rest) >= PATH_MAX)
		return mistake_say(w->mistake, "\"%s\": too many links", name);
	return target[0] == '/' ? enter_root(w) : 0;
}

/* Opens a component that is a file, and checks the file that was opened. */
static int
open_file(struct walk *w, const char *name)
{
	struct stat st;
	int fd;

	if (w->rest[0] != '\0') {
		errno = ENOTDIR;
		return say_errno(w, name);
	}
	fd = openat(w->dirfd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return say_errno(w, name);
	if (fstat(fd, &st) < 0) {
		say_errno(w, name);
	} else if (!S_ISREG(st.st_mode)) {
		mistake_say(w->mistake, "\"%s\" is not a regular file", name);
	} else if (check_owner(w, name, &st) == 0) {
		*w->size = st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

/*
 * Takes the first of the components to come. Returns its length, or 0 at the
 * end.
 */
static size_t
next_name(struct walk *w, char name[NAME_MAX + 2])
{
	size_t len;

	w->rest += strspn(w->rest, "/");
	len = strcspn(w->rest, "/");
	/* A name that is too long stays too long. */
	strlcpy(name, w->rest, MIN(len, NAME_MAX + 1) + 1);
	w->rest += len;
	return len;
}

/* Resolves the path. Returns as trust_open(). */
static int
walk(struct walk *w)
{
	char name[NAME_MAX + 2];
	struct stat st;
	int fd, r;

	while (next_name(w, name) > 0) {
		fd = openat(w->dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && strlen(w->rest) < w->own)
			return TRUST_ABSENT;
		if (fd < 0 || fstat(fd, &st) < 0)
			return say_errno(w, name);
		r = check_owner(w, name, &st);
		if (r == 0 && S_ISDIR(st.st_mode)) {
			enter(w, fd);
			fd = -1;
		} else if (r == 0 && S_ISLNK(st.st_mode)) {
			r = follow(w, fd, name);
		} else if (r == 0) {
			close(fd);
			return open_file(w, name);
		}
		if (fd >= 0)
			close(fd);
		if (r < 0)
			return -1;
	}
	return mistake_say(w->mistake, "is a directory");
}

/* A relative path begins at the working directory. */
static int
make_absolute(struct walk *w)
{
	char cwd[PATH_MAX];

	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return say_errno(w, ".");
	put_in_front(w, cwd, "/");
	return 0;
}

int
trust_open(const char *path, off_t *size, struct mistake *m)
{
	struct walk w = { .size = size, .dirfd = -1, .rest = path,
	    .own = PATH_MAX, .mistake = m };
	int fd = -1;

	if (path[0] != '/' && make_absolute(&w) < 0)
		return -1;
	if (strlen(w.rest) >= PATH_MAX)
		mistake_say(m, "has too long a name");
	else if (enter_root(&w) == 0)
		fd = walk(&w);
	if (w.dirfd >= 0)
		close(w.dirfd);
	free(w.made);
	return fd;
}
