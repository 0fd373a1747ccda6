/* SPDX-License-Identifier: ISC */
/* What the files of the door to the file system share, and nobody else. */
#ifndef OS_FS_IMPL_H
#define OS_FS_IMPL_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "os/fs.h"

/* What a system call that returns -1 and errno says in our terms. */
static inline int
outcome(int r)
{
	return r == -1 ? -errno : r;
}

static inline int
at_flags(const struct place *p)
{
	if ((p->flags & PLACE_FD) != 0)
		return AT_EMPTY_PATH;
	return (p->flags & PLACE_FOLLOW) != 0 && p->walked == NULL ? 0 :
	    AT_SYMLINK_NOFOLLOW;
}

/* The name by which /proc knows an open descriptor. */
struct proc_path {
	char	text[32];
};

static inline struct proc_path
proc_path(int fd)
{
	struct proc_path p;

	snprintf(p.text, sizeof(p.text), "/proc/self/fd/%d", fd);
	return p;
}

/*
 * A path to what a place is, for calls that take nothing else: a place other
 * than the plainest goes by what /proc calls a descriptor of it, so that what
 * was resolved is what is acted on. fs_find_way() returns 0, and then
 * fs_leave_way() is due, or -errno.
 */
struct way {
	const char	*path;
	struct proc_path by_fd;
	int		 fd;		/* to be closed, or -1 */
};

int	 fs_find_way(const struct place *, struct way *);
void	 fs_leave_way(const struct way *);

#endif
