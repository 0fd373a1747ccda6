/* SPDX-License-Identifier: ISC */
/* Declarations that only the fs*.c files and posix_acl.c share. */
#ifndef OS_FS_IMPL_H
#define OS_FS_IMPL_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "os/fs.h"

/* Old kernel headers lack it. */
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* Converts the result of a system call: returns -errno for -1, else `r`. */
static inline int
outcome(int r)
{
	return r == -1 ? -errno : r;
}

/* Closes a descriptor. Returns `r`, or else the error of its close(2). */
static inline int
close_after(int fd, int r)
{
	int closed = fs_close(fd);

	return r != 0 ? r : closed;
}

static inline int
at_flags(const struct place *p)
{
	if ((p->flags & PLACE_FD) != 0)
		return AT_EMPTY_PATH;
	return (p->flags & PLACE_FOLLOW) != 0 && p->hold == NULL ? 0 :
	    AT_SYMLINK_NOFOLLOW;
}

/* Returns a file system's type as in statfs(2), or 0 if it is unknown. */
unsigned long fs_type(int fd);

/* The path of an open descriptor in /proc. */
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
 * A path to a place, for system calls that take no directory descriptor. Unless
 * the place is a followed path relative to the working directory, the path goes
 * through /proc/self/fd, so that the call acts on exactly the file that was
 * resolved. After fs_find_way() returned 0, call fs_leave_way().
 */
struct way {
	const char	*path;
	struct proc_path by_fd;
	int		 fd;		/* to be closed, or -1 */
};

int	 fs_find_way(const struct place *, struct way *);
void	 fs_leave_way(const struct way *);

#endif
