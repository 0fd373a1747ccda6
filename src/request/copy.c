/* SPDX-License-Identifier: ISC */
/* copy-data: protocol 8.3.1. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <string.h>

#include "request/ops.h"
#include "request/reply.h"
#include "system/log.h"
#include "wire/sftp.h"

#define COPY_STEP	(1024 * 1024)	/* bytes between looks at the client */

/*
 * Are both handles one file? Version 3 refuses that, as OpenSSH means to;
 * by inode, for a file has more names than one.
 */
static bool
same_file(const struct handle *a, const struct handle *b)
{
	struct place pa = fs_place_fd(a->fd, a->name);
	struct place pb = fs_place_fd(b->fd, b->name);
	struct statx sa, sb;

	if (a == b || strcmp(a->name, b->name) == 0)
		return true;
	return fs_stat(&pa, &sa) == 0 && fs_stat(&pb, &sb) == 0 &&
	    sa.stx_ino == sb.stx_ino &&
	    sa.stx_dev_major == sb.stx_dev_major &&
	    sa.stx_dev_minor == sb.stx_dev_minor;
}

static int
copy_failed(int error, bool writing)
{
	log_error("process_extended_copy_data: %s failed: %s",
	    writing ? "write" : "read", strerror(-error));
	return error;
}

/*
 * One step: read handle, offset and length, write handle and offset, where
 * a length of 0 means to the end. An explicit length that the file does not
 * have is EOF.
 */
int
op_copy_data(struct session *s, struct request *q)
{
	struct handle *from = q->handle[0], *to = q->handle[1];
	uint64_t len = q->u64[1];
	size_t step = COPY_STEP;
	bool writing;
	ssize_t n;

	(void)s;
	if (q->done == 0 && same_file(from, to))
		return FX_FAILURE;
	if (q->u64[0] > INT64_MAX || (!handle_appends(to) &&
	    q->u64[2] > INT64_MAX)) {
		log_error("process_extended_copy_data: %s_seek failed",
		    q->u64[0] > INT64_MAX ? "read" : "write");
		return -EINVAL;
	}
	if (len != 0)
		step = (size_t)MIN(len - q->done, COPY_STEP);
	n = fs_copy(from->fd, q->u64[0] + q->done, to->fd,
	    q->u64[2] + q->done, step, handle_appends(to),
	    &writing);
	if (n < 0)
		return copy_failed((int)n, writing);
	if (n == 0)
		return len == 0 ? 0 : FX_EOF;
	from->bytes_read += (uint64_t)n;
	to->bytes_written += (uint64_t)n;
	to->dirty = true;
	q->done += (uint64_t)n;
	return q->done == len ? 0 : PENDING;
}
