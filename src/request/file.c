/* SPDX-License-Identifier: ISC */
/* OPEN, CLOSE, READ, WRITE and other requests on the data of a file. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "files/sum.h"
#include "files/suspend.h"
#include "files/temp.h"
#include "os/log.h"
#include "os/title.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "request/ahead.h"
#include "request/atomic.h"
#include "request/attrs.h"
#include "request/limit.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/publish.h"
#include "request/reply.h"
#include "request/stale.h"
#include "request/task.h"
#include "wire/sftp.h"

#define PIPED_READ	(16 * 1024)
#define MAX_RANGES	128	/* as in asyncssh; 2 KiB */

/* Returns the flags of open(2) for an OPEN. */
static int
open_flags(const struct request *q)
{
	bool reads = (q->access & ACE_READ_DATA) != 0;
	bool writes = (q->access & (ACE_WRITE_DATA | ACE_APPEND_DATA)) != 0;
	int flags = q->creation;

	flags |= writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY;
	if ((q->flags & FXF_APPEND_DATA) != 0)
		flags |= O_APPEND;
	if ((q->flags & FXF_NOFOLLOW) != 0)
		flags |= O_NOFOLLOW;
	if (q->ruling.must_exist)
		flags &= ~O_CREAT;
	if (q->ruling.must_not_exist)
		flags |= O_EXCL;
	if (q->ruling.write_only && (flags & O_ACCMODE) == O_RDWR)
		flags = (flags & ~O_ACCMODE) | O_WRONLY;
	/* A file that is to be locked is emptied once the lock is taken. */
	if ((q->flags & FXF_BLOCK) != 0)
		flags &= ~O_TRUNC;
	return flags;
}

/* Takes the lock that OPEN asks for, and only then truncates the file. */
static int
open_lock(struct session *s, const struct request *q, struct handle *h,
    const struct place *p)
{
	int r;

	if ((q->flags & FXF_BLOCK) == 0)
		return 0;
	r = lock_take_all(&s->handles, h,
	    (q->flags & FXF_BLOCK) == FXF_BLOCK_EXCLUSIVE);
	if (r != 0)
		return r == -EAGAIN || r == -EACCES ? FX_LOCK_CONFLICT : r;
	return (q->creation & O_TRUNC) != 0 ? fs_truncate(p, 0) : 0;
}

/*
 * Removes the file that was opened and not a link that led to it, which a
 * session that resolves paths has followed already.
 */
static int
delete_opened(struct session *s, const struct request *q)
{
	char real[PATH_MAX];
	struct place p;
	int r;

	if (q->object.temp != NULL) {
		if ((r = fs_unlink(&q->object.place)) == 0)
			temp_drop(q->object.temp);
		return r;
	}
	if ((q->object.place.flags & PLACE_FOLLOW) == 0)
		return fs_unlink(&q->object.place);
	if ((r = resolve_real(&s->fs, q->object.path, real)) != 0 ||
	    (r = locate_path(&s->fs, real, 0, &p)) != 0)
		return r;
	return fs_unlink(&p);
}

/*
 * Finishes an open file before the client learns of it. Returns 0 or the
 * outcome.
 */
static int
open_finish(struct session *s, struct request *q, struct handle *h,
    const struct making *m)
{
	struct place p = place_fd(h->fd, q->object.path);
	int r;

	h->text = (q->flags & FXF_TEXT_MODE) != 0;
	/* Version 3 has no status for that. */
	if (q->precise && fs_check_dir(&p) == 0)
		return FX_FILE_IS_A_DIRECTORY;
	r = open_lock(s, q, h, &p);
	if (r == 0 && m->made)
		r = make_finish(q, &p, false);
	if (r == 0 && m->made && h->temp == NULL && q->ruling.fsync)
		r = fs_sync_parent(&m->at);
	if (r != 0) {
		/* Another session may have replaced it. */
		if (m->made && fs_is_at(&m->at, h->fd))
			(void)fs_unlink(&m->at);
		return r;
	}
	if ((q->flags & FXF_DELETE_ON_CLOSE) != 0)
		return delete_opened(s, q);
	return 0;
}

/* Grants the handle its rights, with those that go with a new file. */
static void
open_grant(struct session *s, const struct request *q, struct handle *h,
    bool created)
{
	struct place p = place_fd(h->fd, q->object.path);

	handle_placed(h, &q->object.place);
	h->rights = q->ruling.granted;
	h->zero_copy = q->ruling.zero_copy && !handle_writes(h);
	if (!created)
		return;
	h->rights |= q->ruling.granted_new;
	h->keeps = h->rights;
	make_own(s, &p, q->ruling.own_rights);
}

int
op_open(struct session *s, struct request *q)
{
	int flags = open_flags(q), fd, r;
	struct making m;
	struct handle *h;
	mode_t mode;

	/* An existing file keeps its attributes. */
	if ((flags & O_CREAT) == 0)
		q->attr.has &= HAS_EXTENDED;
	if ((r = attrs_check_new(q, false)) != 0)
		return r;
	mode = (q->attr.has & HAS_MODE) != 0 ? q->attr.mode & 07777 : 0666;
	fd = atomic_open(s, q, 0, flags, mode, &m);
	if (fd == ATOMIC_IN_PLACE)
		fd = make_open(s, q, 0, flags, mode, &m);
	if (fd < 0)
		return fd;
	h = handle_new(&s->handles, HANDLE_FILE, fd, flags, q->object.path);
	if (h == NULL) {
		(void)late_close(&s->handles, fd);
		return -ENOMEM;
	}
	open_grant(s, q, h, m.made);
	if (q->object.temp != NULL && handle_writes(h))
		r = temp_join(q->object.temp, h,
		    q->ruling.atomic == ATOMIC_KEEP);
	if (r != 0 || (r = open_finish(s, q, h, &m)) != 0) {
		late_discard(&s->handles, h);
		return r;
	}
	if (h->temp != NULL)
		stale_note(s, h->temp);
	if (s->policy.log.checksum != CHECKSUM_NONE)
		sum_begin(&s->handles, h);
	reply_handle(s, q, h);
	return 0;
}

/* Writes to stable storage what the handle wrote. Returns 0 or -errno. */
static int
close_synced(const struct handle *h)
{
	int r;

	if (h->kind != HANDLE_FILE || h->state != HANDLE_OPEN ||
	    h->error != 0 || !handle_writes(h))
		return 0;
	r = fs_fsync(h->fd);
	/* A device or pipe stores nothing. */
	return r == -EINVAL || r == -EROFS ? 0 : r;
}

int
op_close(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	int synced = q->ruling.fsync ? close_synced(h) : 0;
	int r;

	if (h->temp == NULL) {
		r = handle_close(&s->handles, h);
		return synced != 0 ? synced : r;
	}
	if (synced != 0)
		temp_failed(h, synced);
	return publish_close(s, q);
}

/*
 * Logs OpenSSH's error line. OpenSSH seeks before it reads or writes, unless
 * `appends`, so an offset that is out of range fails there, whatever the file
 * was opened for. Returns the error.
 */
static int
transfer_failed(const char *function, const char *verb,
    const struct request *q, bool appends, int error)
{
	const struct handle *h = q->object.handle;
	int r;

	if ((error == -EINVAL || error == -ESPIPE || error == -EBADF) &&
	    !appends && (r = fs_seek(h->fd, q->offset)) != 0) {
		verb = "seek";
		error = r;
	}
	log_error("%s: %s \"%.100s\": %s", function, verb, h->name,
	    strerror(-error));
	return error;
}

/*
 * Moves the data of a READ into the pipe. The first READ of a file is copied,
 * for a small file has no other and would need a second call to find its end;
 * and below 16 KiB the pipe costs more than it saves. Returns how many bytes
 * are in the pipe: fewer than `len` at the end of the file.
 */
static size_t
fill_pipe(struct session *s, const struct request *q, uint32_t len)
{
	const struct handle *h = q->object.handle;

	if (!h->zero_copy || len < PIPED_READ || h->bytes_read == 0 || h->text)
		return 0;
	return pipe_fill(&s->piped, h->fd, len, q->offset);
}

int
op_read(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	uint32_t max = s->policy.protocol.max_read, len = q->count;
	size_t piped = 0;
	bool end = true;
	ssize_t n;

	title_transfer(h, false, h->name);
	if (len > max) {
		log_debug2("read change len %u to %u", len, max);
		len = max;
	}
	if (s->piped.usable)
		piped = fill_pipe(s, q, len);
	if (piped == len && len > 0) {
		h->bytes_read += len;
		h->position += len;
		reply_data_piped(s, q);
		return 0;
	}
	if (piped > 0 && pipe_take(&s->piped, reply_data_room(s, len)))
		n = (ssize_t)piped;
	else if (h->text)
		n = fs_read(h->fd, reply_data_room(s, len), len, h->position,
		    &end);
	else
		n = ahead_read(s, q, len, &end);
	if (len == 0)
		n = fs_seek(h->fd, q->offset);
	if (n < 0)
		return transfer_failed("process_read", "read", q, false,
		    (int)n);
	if (n == 0 && len > 0)
		return FX_EOF;
	h->bytes_read += (uint64_t)n;
	h->position += (uint64_t)n;
	reply_data(s, q, (size_t)n, end);
	return 0;
}

/* Returns the offset at which a WRITE puts its bytes. */
static uint64_t
write_start(const struct request *q, const struct handle *h)
{
	if (handle_appends(h))
		return fs_size(h->fd);
	return h->text ? h->position : q->offset;
}

int
op_write(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	const struct slice *data = &q->data;
	int r;

	title_transfer(h, true, h->name);
	if (q->ruling.max_size != 0 &&
	    (r = limit_range(q, write_start(q, h), data->len)) != 0) {
		temp_failed(h, r);
		return r;
	}
	/* The offset of an append is not even checked. */
	if (h->text || handle_appends(h))
		r = fs_write(h->fd, data->p, data->len,
		    h->text ? h->position : 0);
	else
		r = ahead_write(s, q);
	if (r < 0) {
		sum_drop(h);
		temp_failed(h, r);
		return transfer_failed("process_write", "write", q,
		    handle_appends(h), r);
	}
	if (h->sums)
		sum_add(h, q->offset, data->p, data->len);
	h->bytes_written += data->len;
	h->position += data->len;
	if (h->text && handle_appends(h))
		h->position = fs_size(h->fd);
	h->dirty = true;
	return 0;
}

int
op_fsync(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	int r;

	if (h->error != 0)
		return h->error;
	/* A file that was let go was written out at that moment. */
	if (h->state == HANDLE_SUSPENDED ||
	    (h->state == HANDLE_LET_GO && !h->refused))
		return 0;
	if (h->state != HANDLE_OPEN)
		return FX_FAILURE;
	if ((r = fs_fsync(h->fd)) == 0)
		h->dirty = false;
	else if (h->temp != NULL)
		temp_failed(h, r);
	(void)s;
	return r;
}

/* State of a text-seek between two steps. */
struct seeking {
	struct task	 task;
	uint64_t	 lines;		/* newlines that remain */
	uint64_t	 at;		/* bytes */
};

/* Skips the newlines in a part of the file. */
static int
seek_step(struct session *s, struct request *q)
{
	struct seeking *k = (struct seeking *)q->task;
	struct handle *h = q->object.handle;
	char data[64 * 1024], *p = data, *end;
	ssize_t n;
	bool eof;

	(void)s;
	if (k->lines == 0) {
		h->position = k->at;
		return 0;
	}
	n = fs_read(h->fd, data, sizeof(data), k->at, &eof);
	if (n <= 0)
		return n < 0 ? (int)n : FX_EOF;
	end = data + n;
	while (k->lines > 0 && (p = memchr(p, '\n',
	    (size_t)(end - p))) != NULL) {
		p++;
		k->lines--;
	}
	k->at += p == NULL ? (uint64_t)n : (uint64_t)(p - data);
	return PENDING;
}

/* Sets `position` to the start of a line, counted from 0. */
int
op_text_seek(struct session *s, struct request *q)
{
	struct seeking *k = task_begin(q, sizeof(*k), seek_step);

	if (k == NULL)
		return -ENOMEM;
	k->lines = q->line;
	return seek_step(s, q);
}

/*
 * Tells which parts of a range are data; the rest are holes. A reply has at
 * most MAX_RANGES parts, and the client asks again behind the last.
 */
int
op_ranges(struct session *s, struct request *q)
{
	const struct handle *h = q->object.handle;
	uint64_t at = q->offset, end = at + q->length, to = at;
	uint32_t count = 0;
	size_t start, counted;
	int r = 0;

	if (!handle_reads(h))
		return FX_PERMISSION_DENIED;
	if (end < at || end > INT64_MAX)
		end = INT64_MAX;
	start = reply_begin(s, q, FXP_EXTENDED_REPLY);
	counted = s->out.len;
	put_u32(&s->out, 0);
	while (count < MAX_RANGES && at < end &&
	    (r = fs_next_data(h->fd, &at, &to)) == 0 && at < end) {
		to = MIN(to, end);
		put_u64(&s->out, at);
		put_u64(&s->out, to - at);
		at = to;
		count++;
	}
	if (r != 0 && r != -ENXIO)
		return r;
	if (count == 0)
		return FX_EOF;
	set_u32(&s->out, counted, count);
	put_u8(&s->out, r == -ENXIO || at >= end);
	reply_end(s, start);
	return 0;
}

/*
 * The mask names the access that others are denied: writing, which makes a
 * shared lock, or reading too. A lock that denies nothing is only remembered.
 */
int
op_block(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	uint32_t mask = q->lock_mask;
	enum fs_lock how;

	if ((mask & ~FXF_BLOCK) != 0)
		return FX_INVALID_PARAMETER;
	if (mask == 0)
		how = FS_UNLOCK;
	else if (mask == FXF_BLOCK_SHARED)
		how = FS_LOCK_SHARED;
	else if (mask == FXF_BLOCK_EXCLUSIVE)
		how = FS_LOCK_EXCLUSIVE;
	else
		return FX_OP_UNSUPPORTED;
	if (h->kind == HANDLE_DIR)
		return FX_OP_UNSUPPORTED;
	if (suspend_wake(&s->fs, &s->handles, h) != 0)
		return FX_FAILURE;
	if (s->handles.locks >= LOCKS_MAX) {
		q->message = "too many locks";
		return FX_FAILURE;
	}
	return lock_take(&s->handles, h, how, q->offset, q->length);
}

int
op_unblock(struct session *s, struct request *q)
{
	if (q->object.handle->kind == HANDLE_DIR)
		return FX_NO_MATCHING_BYTE_RANGE_LOCK;
	return lock_drop(&s->handles, q->object.handle, q->offset, q->length);
}
