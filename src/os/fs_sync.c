/* SPDX-License-Identifier: ISC */
/* To stable storage: data, files, and the names of files. */
#include "config.h"

#include <unistd.h>

#include "os/fs_impl.h"

int
fs_fsync(int fd)
{
	return outcome(fsync(fd));
}

int
fs_fdatasync(int fd)
{
	return outcome(fdatasync(fd));
}

/* The directory of a place, to be read, as fsync(2) wants it. */
static int
open_parent(const struct place *p)
{
	int dir, fd;

	if ((dir = fs_open_parent(p)) < 0)
		return dir;
	fd = outcome(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	close(dir);
	return fd;
}

/* What a place is, without ever waiting for it or following it. */
static int
open_itself(const struct place *p)
{
	return fs_open(p, O_RDONLY | O_NOFOLLOW, 0);
}

/*
 * The file system that a descriptor is on, or, for want of one, all there
 * are: sync(2) is the one call that takes nothing that could be forbidden.
 */
static int
sync_around(int fd)
{
	int r;

	if (fd < 0) {
		sync();
		return 0;
	}
	r = outcome(syncfs(fd));
	close(fd);
	return r;
}

static int
sync_and_close(int fd)
{
	int r = fs_fsync(fd), closed = fs_close(fd);

	return r != 0 ? r : closed;
}

int
fs_sync(const struct place *p)
{
	struct statx st;
	int fd;

	if (fs_stat(p, &st) != 0 || !S_ISREG(st.stx_mode))
		return 0;
	if ((fd = open_itself(p)) >= 0)
		return sync_and_close(fd);
	return sync_around(open_parent(p));
}

int
fs_sync_parent(const struct place *p)
{
	int fd = open_parent(p);

	if (fd >= 0)
		return sync_and_close(fd);
	return sync_around(open_itself(p));
}
