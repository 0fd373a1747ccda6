/* SPDX-License-Identifier: ISC */
/* Copies between open files. Holes stay holes. */
#include "config.h"

#include <sys/param.h>

#include <fcntl.h>
#include <unistd.h>

#include "os/fs_impl.h"

/*
 * Returns how many of the `len` bytes at `off` are a hole. If none are, *data
 * is the number of bytes of data that follow, at most `len`.
 */
static uint64_t
find_hole(int fd, uint64_t off, uint64_t len, uint64_t *data)
{
	uint64_t at = off, end = off, size;
	int r = fs_next_data(fd, &at, &end);

	*data = len;
	/* A device has no size, and no holes. */
	if (r == -ENXIO && (size = fs_size(fd)) > off)
		return MIN(len, size - off);
	if (r != 0)
		return 0;
	if (at == off)
		*data = MIN(len, end - off);
	return MIN(len, at - off);
}

/*
 * Makes those bytes zeros without writing them. Returns false if that cannot be
 * done: the file may be a pipe, or on a file system that makes no holes.
 */
static bool
make_hole(int fd, uint64_t off, uint64_t len)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	return off >= (uint64_t)st.st_size || fallocate(fd,
	    FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)off,
	    (off_t)len) == 0;
}

/* Copies as much data as one call does. Returns as fs_copy(). */
static int64_t
copy_data(int from, uint64_t from_off, int to, uint64_t to_off, size_t len,
    bool append, bool *writing)
{
	static char buf[256 * 1024];
	off_t in = (off_t)from_off, out = (off_t)to_off;
	ssize_t n;
	bool end;
	int r;

	/* The call refuses O_APPEND, other file systems and devices. */
	n = append ? 0 : copy_file_range(from, &in, to, &out, len, 0);
	if (n > 0)
		return n;
	/* The kernel does not report an error of earlier writes again. */
	if (n == -1 && (errno == EIO || errno == ENOSPC || errno == EDQUOT)) {
		*writing = errno != EIO;
		return -errno;
	}
	n = fs_read(from, buf, MIN(len, sizeof(buf)), from_off, &end);
	if (n <= 0)
		return n;
	*writing = true;
	r = fs_write(to, buf, (size_t)n, append ? 0 : to_off);
	return r == 0 ? n : r;
}

int64_t
fs_copy(int from, uint64_t from_off, int to, uint64_t to_off, uint64_t len,
    bool append, struct fs_copying *c)
{
	uint64_t hole = 0, data = len;
	int r;

	c->writing = false;
	/* Appended zeros are written: others may append meanwhile. */
	if (from_off < c->data_end)
		data = MIN(len, c->data_end - from_off);
	else if (!append)
		hole = find_hole(from, from_off, len, &data);
	if (hole == 0 && !append)
		c->data_end = MAX(c->data_end, from_off + data);
	if (hole == 0 || !make_hole(to, to_off, hole))
		return copy_data(from, from_off, to, to_off,
		    (size_t)MIN(data, FS_COPY_STEP), append, &c->writing);
	c->writing = true;
	/*
	 * A hole that ends the file takes a last byte: setting the size could
	 * cut off what somebody else appends meanwhile.
	 */
	if ((hole == len || from_off + hole == fs_size(from)) &&
	    fs_size(to) < to_off + hole &&
	    (r = fs_write(to, "", 1, to_off + hole - 1)) != 0)
		return r;
	return (int64_t)hole;
}
