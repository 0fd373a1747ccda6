/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/trust.h"

#define LINKS_MAX	40

/* Where the walk stands. */
struct walk {
	uid_t		 owner;
	int		 dirfd;		/* checked */
	char		 rest[PATH_MAX]; /* not yet walked */
	size_t		 own;		/* rest shorter: it is all the path's,
					 * nothing from a link */
	int		 links;
	struct mistake	*mistake;
};

/* The system's reason, and what to do about the commonest. */
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
	const char *hint = w->owner == 0 ? "root" :
	    "root, or to the owner of this program";

	if (st->st_uid != 0 && st->st_uid != w->owner)
		return mistake_say(w->mistake, "\"%s\" belongs to uid %u "
		    "(it must belong to %s)", name, (unsigned)st->st_uid, hint);
	if (S_ISLNK(st->st_mode) ||
	    (S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0))
		return 0;
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return mistake_say(w->mistake, "\"%s\" can be written by "
		    "others than its owner (mode %03o; try chmod go-w)", name,
		    (unsigned)st->st_mode & 0777);
	return 0;
}

/* Makes a directory that was checked the one where the walk stands. */
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

/* Puts a link's target in front of what is left to walk. */
static int
follow(struct walk *w, int fd, const char *name)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n;
	int len;

	if (strlen(w->rest) < w->own)
		w->own = strlen(w->rest);
	n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return say_errno(w, name);
	target[n] = '\0';
	memcpy(rest, w->rest, sizeof(rest));
	len = snprintf(w->rest, sizeof(w->rest), "%s%s", target, rest);
	if (++w->links > LINKS_MAX || len >= (int)sizeof(w->rest))
		return mistake_say(w->mistake, "\"%s\": too many links", name);
	return target[0] == '/' ? enter_root(w) : 0;
}

/* Opens what was found to be a file, and checks what was opened. */
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
	if (fstat(fd, &st) < 0)
		say_errno(w, name);
	else if (!S_ISREG(st.st_mode))
		mistake_say(w->mistake, "\"%s\" is not a regular file", name);
	else if (check_owner(w, name, &st) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Takes the first component off what is left; false when none is. */
static bool
next_name(struct walk *w, char *name, size_t size)
{
	size_t skip = strspn(w->rest, "/");
	size_t len = strcspn(w->rest + skip, "/");

	snprintf(name, size, "%.*s", (int)len, w->rest + skip);
	memmove(w->rest, w->rest + skip + len,
	    strlen(w->rest + skip + len) + 1);
	return len > 0;
}

/* Walks to the file. As trust_open(). */
static int
walk(struct walk *w)
{
	char name[PATH_MAX];
	struct stat st;
	int fd, r;

	while (next_name(w, name, sizeof(name))) {
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

int
trust_open(const char *path, uid_t owner, struct mistake *m)
{
	struct walk w = { .owner = owner, .dirfd = -1, .own = PATH_MAX,
	    .mistake = m };
	char cwd[PATH_MAX] = "";
	int fd, len;

	if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return say_errno(&w, ".");
	len = snprintf(w.rest, sizeof(w.rest), "%s/%s", cwd, path);
	if (len >= (int)sizeof(w.rest))
		return mistake_say(m, "has too long a name");
	fd = enter_root(&w) < 0 ? -1 : walk(&w);
	if (w.dirfd >= 0)
		close(w.dirfd);
	return fd;
}
