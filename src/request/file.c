/* SPDX-License-Identifier: ISC */
/* OPEN, CLOSE, READ, WRITE and fsync. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "request/ops.h"
#include "request/reply.h"
#include "system/log.h"
#include "wire/sftp.h"

/* open(2)'s flags for what OPEN asks; protocol 4.2 and 4.3. */
static int
open_flags(const struct request *q)
{
	static const int disposition[] = {
		[FXF_CREATE_NEW] = O_CREAT | O_EXCL,
		[FXF_CREATE_TRUNCATE] = O_CREAT | O_TRUNC,
		[FXF_OPEN_EXISTING] = 0,
		[FXF_OPEN_OR_CREATE] = O_CREAT,
		[FXF_TRUNCATE_EXISTING] = O_TRUNC,
	};
	bool reads = (q->access & ACE_READ_DATA) != 0;
	bool writes = (q->access & (ACE_WRITE_DATA | ACE_APPEND_DATA)) != 0;
	int flags = disposition[q->flags & FXF_ACCESS_DISPOSITION];

	flags |= writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY;
	if ((q->flags & FXF_APPEND_DATA) != 0)
		flags |= O_APPEND;
	return flags;
}

int
op_open(struct session *s, struct request *q)
{
	mode_t mode = (q->attr.has & HAS_MODE) != 0 ?
	    q->attr.mode & 07777 : 0666;
	int flags = open_flags(q), fd;
	struct handle *h;

	if (q->ruling.create_mode >= 0)
		fd = fs_open_exact(&q->place[0], flags,
		    (mode_t)q->ruling.create_mode);
	else
		fd = fs_open(&q->place[0], flags, mode);
	if (fd < 0)
		return fd;
	h = handle_new(&s->handles, HANDLE_FILE, fd, flags, q->path[0]);
	if (h == NULL) {
		(void)fs_close(fd);
		return -ENOMEM;
	}
	reply_handle(s, q, h);
	return 0;
}

int
op_close(struct session *s, struct request *q)
{
	return handle_close(&s->handles, q->handle[0]);
}

/*
 * OpenSSH's error line. It seeks before it reads or writes, so what cannot
 * be sought fails there.
 */
static int
transfer_failed(const char *function, const char *verb, const struct handle *h,
    int error)
{
	if (error == -EINVAL || error == -ESPIPE)
		verb = "seek";
	log_error("%s: %s \"%.100s\": %s", function, verb, h->name,
	    strerror(-error));
	return error;
}

int
op_read(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	uint32_t max = s->policy.protocol.max_read;
	uint32_t len = q->u32[0];
	ssize_t n;
	bool end;

	if (len > max) {
		log_debug2("read change len %u to %u", len, max);
		len = max;
	}
	n = fs_read(h->fd, reply_data_room(s, len), len, q->u64[0], &end);
	if (n < 0)
		return transfer_failed("process_read", "read", h, (int)n);
	if (n == 0 && len > 0)
		return FX_EOF;
	h->bytes_read += (uint64_t)n;
	reply_data(s, q, (size_t)n, end);
	return 0;
}

int
op_write(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	const struct slice *data = &q->str[0];
	int r;

	(void)s;
	/* The offset of an append means nothing, not even an error. */
	r = fs_write(h->fd, data->p, data->len, handle_appends(h) ? 0 : q->u64[0]);
	if (r < 0)
		return transfer_failed("process_write", "write", h, r);
	h->bytes_written += data->len;
	h->dirty = true;
	return 0;
}

int
op_fsync(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	int r;

	if (h->error != 0)
		return h->error;
	/* What was let go was written out then. */
	if (h->state == HANDLE_SUSPENDED ||
	    (h->state == HANDLE_LET_GO && !h->refused))
		return 0;
	if (h->state != HANDLE_OPEN)
		return FX_FAILURE;
	if ((r = fs_fsync(h->fd)) == 0)
		h->dirty = false;
	(void)s;
	return r;
}
