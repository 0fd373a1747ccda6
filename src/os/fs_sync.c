/* SPDX-License-Identifier: ISC */
/* Writing data, files and the names of files to stable storage. */
#include "config.h"

#include <unistd.h>

#include "os/fs_impl.h"

/*
 * Returns the outcome of fsync(2) or fdatasync(2). A file system that knows
 * files by their names, such as gocryptfs, finds none for an open file that has
 * lost its own; nothing of such a file would be left after a crash anyway.
 */
static int
sync_outcome(int r)
{
	r = outcome(r);
	return r == -ENOENT ? 0 : r;
}

int
fs_fsync(int fd)
{
	return sync_outcome(fsync(fd));
}

int
fs_fdatasync(int fd)
{
	return sync_outcome(fdatasync(fd));
}

/*
 * Opens the directory that contains a place for reading, which fsync(2)
 * requires.
 */
static int
open_parent(const struct place *p)
{
	int dir, fd;

	if ((dir = fs_open_parent(p)) < 0)
		return dir;
	fd = fs_open_entries(dir);
	close(dir);
	return fd;
}

/*
 * Writes the file system that `fd` is on, and closes `fd`. If `fd` is negative,
 * all file systems are written, since sync(2) needs no descriptor.
 */
static int
sync_whole_and_close(int fd)
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

int
fs_sync(const struct place *p)
{
	struct statx st;
	int fd;

	if (fs_stat(p, &st) != 0 || !S_ISREG(st.stx_mode))
		return 0;
	if ((fd = fs_open(p, O_RDONLY | O_NOFOLLOW, 0)) >= 0)
		return close_after(fd, fs_fsync(fd));
	return sync_whole_and_close(open_parent(p));
}

int
fs_sync_parent(const struct place *p)
{
	int fd = open_parent(p);

	if (fd >= 0)
		return close_after(fd, fs_fsync(fd));
	return sync_whole_and_close(fs_open(p, O_RDONLY | O_NOFOLLOW, 0));
}
