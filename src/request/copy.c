/* SPDX-License-Identifier: ISC */
/* copy-data and copy-file. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "files/sum.h"
#include "files/temp.h"
#include "os/log.h"
#include "request/atomic.h"
#include "request/limit.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/publish.h"
#include "request/task.h"
#include "wire/sftp.h"

/* Refuses to copy a file onto itself, with OpenSSH's line in the log. */
static int
refuse_same(const struct handle *from, const struct handle *to)
{
	struct place pa = place_fd(from->fd, ""),
	    pb = place_fd(to->fd, "");
	struct statx a = { 0 }, b = { 0 };

	(void)fs_stat(&pa, &a);
	(void)fs_stat(&pb, &b);
	log_error("process_extended_copy_data: refusing to read/write same "
	    "file: read \"%s\" dev %llu ino %llu, write \"%s\" dev %llu "
	    "ino %llu", from->name, (unsigned long long)fs_device(&a),
	    (unsigned long long)a.stx_ino, to->name,
	    (unsigned long long)fs_device(&b), (unsigned long long)b.stx_ino);
	return FX_FAILURE;
}

/* Returns the offset at which a copy-data continues after `done` bytes. */
static uint64_t
copy_target(const struct request *q, uint64_t done)
{
	const struct handle *to = q->target.handle;

	return handle_appends(to) ? fs_size(to->fd) : q->target_offset + done;
}

/*
 * Refuses to copy a file onto itself: in version 3 always, as OpenSSH means to,
 * and by inode, for a file can have several names. Later versions allow ranges
 * that do not meet. Appended bytes go to the end, whatever offset the client
 * names, and a range that reaches it would never end.
 *
 * A temporary file may take the data of the file that it will replace. sftp(1)
 * truncates the target of its cp first, so that a refusal would leave a file
 * empty that was copied onto itself.
 */
static int
check_same(const struct request *q)
{
	const struct handle *from = q->object.handle, *to = q->target.handle;
	uint64_t a = q->offset, len = q->length, b = copy_target(q, 0);

	if (!fs_same(from->fd, to->fd))
		return !q->precise && to->temp == NULL &&
		    strcmp(from->name, to->name) == 0 ?
		    refuse_same(from, to) : 0;
	if (!q->precise)
		return refuse_same(from, to);
	/* To the end, or beyond the largest offset. */
	if (len == 0 || len > UINT64_MAX - MAX(a, b))
		len = UINT64_MAX - MAX(a, b);
	return a < b + len && b < a + len ? FX_INVALID_PARAMETER : 0;
}

/* State of a copy-data between two steps. */
struct transfer {
	struct task	 task;
	uint64_t	 done;		/* bytes */
	struct fs_copying copying;
};

/*
 * Checks that the file size limit has room for the whole copy before its first
 * step, and shortens each step to it. Bytes that the source does not have need
 * no room. Returns 0 or the outcome.
 */
static int
copy_limit(struct request *q, uint64_t done, uint64_t *step)
{
	const struct handle *from = q->object.handle;
	uint64_t off = q->offset + done, size, at;
	int r;

	if (q->ruling.max_size == 0)
		return 0;
	at = copy_target(q, done);
	size = fs_size(from->fd);
	size = size > off ? size - off : 0;
	if (done == 0 && (r = limit_range(q, at,
	    q->length == 0 ? size : MIN(q->length, size))) != 0)
		return r;
	return limit_step(q, from->fd, off, at, step);
}

/* Copies a step. A file shorter than an explicit length gives EOF. */
static int
copy_data_step(struct session *s, struct request *q)
{
	struct transfer *t = (struct transfer *)q->task;
	struct handle *from = q->object.handle, *to = q->target.handle;
	struct place source = place_fd(from->fd, from->name);
	uint64_t step = UINT64_MAX;
	int64_t n;
	int r;

	if (q->length != 0)
		step = q->length - t->done;
	if ((r = copy_limit(q, t->done, &step)) != 0) {
		temp_failed(to, r);
		return r;
	}
	n = fs_copy(from->fd, q->offset + t->done, to->fd,
	    q->target_offset + t->done, step, handle_appends(to), &t->copying);
	if (n < 0) {
		(void)late_told(&s->handles, &source, (int)n);
		temp_failed(to, (int)n);
		log_error("process_extended_copy_data: %s failed: %s",
		    t->copying.writing ? "write" : "read", strerror((int)-n));
		return (int)n;
	}
	if (n == 0)
		return q->length == 0 ? 0 : FX_EOF;
	from->bytes_read += (uint64_t)n;
	sum_drop(to);
	to->bytes_written += (uint64_t)n;
	to->dirty = true;
	t->done += (uint64_t)n;
	return t->done == q->length ? 0 : PENDING;
}

/*
 * copy-data: read handle, offset and length, write handle and offset. A length
 * of 0 means to the end.
 */
int
op_copy_data(struct session *s, struct request *q)
{
	int r;

	if ((r = check_same(q)) != 0)
		return r;
	if (q->offset > INT64_MAX || (!handle_appends(q->target.handle) &&
	    q->target_offset > INT64_MAX)) {
		log_error("process_extended_copy_data: %s_seek failed",
		    q->offset > INT64_MAX ? "read" : "write");
		return -EINVAL;
	}
	if (task_begin(q, sizeof(struct transfer), copy_data_step) == NULL)
		return -ENOMEM;
	return copy_data_step(s, q);
}

/* State of a copy-file between two steps. */
struct copying {
	struct task	 task;
	int		 from, to;
	bool		 beside;	/* to a temporary file that no handle
					 * has, which must be published */
	uint64_t	 done;		/* bytes */
	struct fs_copying copying;
	struct making	 target;	/* removed if the copy fails */
};

/* True if the place already leads to the file of that statx. */
static bool
same_place(const struct statx *st, struct place p)
{
	struct statx other;

	p.flags |= PLACE_FOLLOW;
	return fs_stat(&p, &other) == 0 && fs_same_file(&other, st);
}

/*
 * Opens the target as an OPEN that empties it would: see files.atomic. A target
 * that is written in place is not emptied yet.
 */
static int
copy_file_open(struct session *s, struct request *q, struct copying *c,
    mode_t mode)
{
	int flags = O_WRONLY | (q->ruling.must_exist ? 0 : O_CREAT) |
	    (q->ruling.replace ? 0 : O_EXCL);

	c->to = atomic_open(s, q, 1, flags | O_TRUNC, mode, &c->target);
	if (c->to == ATOMIC_IN_PLACE)
		c->to = make_open(s, q, 1, flags, mode, &c->target);
	c->beside = c->to >= 0 && q->target.temp != NULL &&
	    q->target.temp->writers == 0;
	return c->to < 0 ? c->to : 0;
}

/*
 * Opens source and target. The target is emptied only when it is known not to
 * be the source under another name or link.
 */
static int
copy_file_begin(struct session *s, struct request *q, struct copying *c)
{
	struct place from, to;
	struct statx st;
	int r;

	if ((c->from = fs_open(&q->object.place, O_RDONLY, 0)) < 0)
		return c->from;
	from = place_fd(c->from, q->object.path);
	if ((r = fs_stat(&from, &st)) != 0)
		return r;
	if (S_ISDIR(st.stx_mode))
		return FX_FILE_IS_A_DIRECTORY;
	/* The source must not be opened for writing either. */
	if (same_place(&st, q->target.place))
		return FX_FAILURE;
	if ((r = limit_range(q, 0, st.stx_size)) != 0)
		return r;
	if ((r = copy_file_open(s, q, c, st.stx_mode & 0777)) != 0)
		return r;
	if (fs_same(c->from, c->to))
		return FX_FAILURE;
	to = place_fd(c->to, q->target.path);
	sum_other_writer(&s->handles, &to);
	if (!c->target.made)
		return fs_truncate(&to, 0);
	make_own(s, &to, q->ruling.own_rights);
	return make_finish(q, &to, false);
}

/*
 * Ends a copy with the outcome `r`, or with the error of a close, which may
 * tell of data that did not arrive.
 */
static int
copy_file_end(struct session *s, struct request *q, int r)
{
	const struct copying *c = (struct copying *)q->task;
	int closed;
	/* Another session may have replaced what was made here. */
	bool ours = c->to >= 0 && c->target.made &&
	    fs_is_at(&c->target.at, c->to);

	if (c->from >= 0 && (closed = late_close(&s->handles, c->from)) != 0)
		r = r != 0 ? r : closed;
	if (r == 0 && q->ruling.fsync && (r = fs_fsync(c->to)) == 0 &&
	    !c->beside)
		r = fs_sync_parent(&c->target.at);
	if (c->to >= 0 && (closed = late_close(&s->handles, c->to)) != 0)
		r = r != 0 ? r : closed;
	/* Not every file system removes a file that is open. */
	if (r != 0 && ours)
		(void)fs_unlink(&c->target.at);
	return r == 0 && c->beside ? publish_copy(s, q) : r;
}

static int
copy_file_step(struct session *s, struct request *q)
{
	struct copying *c = (struct copying *)q->task;
	struct place source = place_fd(c->from, "");
	uint64_t step = UINT64_MAX;
	int64_t n;
	int r;

	if (s->ending)
		return copy_file_end(s, q, FX_FAILURE);
	if ((r = limit_step(q, c->from, c->done, c->done, &step)) != 0)
		return copy_file_end(s, q, r);
	n = fs_copy(c->from, c->done, c->to, c->done, step, false,
	    &c->copying);
	if (n <= 0)
		return copy_file_end(s, q, late_told(&s->handles, &source,
		    (int)n));
	c->done += (uint64_t)n;
	return PENDING;
}

int
op_copy_file(struct session *s, struct request *q)
{
	struct copying *c = task_begin(q, sizeof(*c), copy_file_step);
	int r;

	if (c == NULL)
		return -ENOMEM;
	c->from = c->to = -1;
	if ((r = copy_file_begin(s, q, c)) != 0)
		return copy_file_end(s, q, r);
	return copy_file_step(s, q);
}
