/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/uio.h>

#include "request/ahead.h"
#include "request/reply.h"
#include "wire/sftp.h"

#define MAX_AHEAD	64		/* requests in one call */
#define MAX_READ_AHEAD	(264 * 1024)	/* bytes: 64 of 4 KiB, and headers */
#define SMALL_READ	(32 * 1024)	/* READs of this size gain nothing by
					 * merging */

/*
 * Makes `fields` a reader of the next request, behind its offset. It is dry
 * unless that request has the type, the handle and the offset.
 */
static void
next_request(struct reader *r, uint8_t type, const struct handles *hs,
    const struct handle *h, uint64_t off, struct reader *fields)
{
	uint32_t len = get_u32(r);
	struct slice id;

	fields->dry = true;
	if (r->dry || len > reader_left(r))
		return;
	reader_init(fields, r->p, len);
	r->p += len;
	if (get_u8(fields) != type)
		fields->dry = true;
	(void)get_u32(fields);
	id = get_str(fields);
	if (handle_find(hs, id.p, id.len) != h || get_u64(fields) != off)
		fields->dry = true;
}

/*
 * True if the bytes of the request were read or written together with those of
 * an earlier one.
 */
static bool
is_done(struct ahead *a, const struct handle *h, uint64_t off, size_t len)
{
	if (a->h == h && len > 0 && a->off == off && a->end - off >= len) {
		a->off += len;
		return true;
	}
	a->h = NULL;
	return false;
}

/*
 * Collects in iov the data of the WRITEs that follow, as long as each continues
 * the one before. A WRITE beyond `max` is left to be refused by itself. Returns
 * how many there are.
 */
static int
gather_writes(struct session *s, const struct handle *h, uint64_t off,
    uint64_t max, struct iovec *iov)
{
	struct reader r, fields;
	struct slice data;
	int n = 0;

	for (reader_init(&r, s->behind.p, s->behind.len); n < MAX_AHEAD;
	    n++) {
		next_request(&r, FXP_WRITE, &s->handles, h, off, &fields);
		data = get_str(&fields);
		if (fields.dry || data.len == 0 ||
		    (max != 0 && data.len > max - off))
			break;
		iov[n] = (struct iovec){ data.p, data.len };
		off += data.len;
	}
	return n;
}

int
ahead_write(struct session *s, const struct request *q)
{
	struct handle *h = q->object.handle;
	struct slice data = q->data;
	struct iovec iov[MAX_AHEAD + 1];
	uint64_t off = q->offset;
	ssize_t done;
	int n;

	if (is_done(&s->written_ahead, h, off, data.len))
		return 0;
	iov[0] = (struct iovec){ data.p, data.len };
	n = data.len == 0 ? 0 : gather_writes(s, h, off + data.len,
	    q->ruling.max_size, iov + 1);
	if (n == 0)
		return fs_write(h->fd, data.p, data.len, off);
	done = fs_writev(h->fd, iov, n + 1, off);
	/*
	 * After a short or failed write, write this request alone for its own
	 * result.
	 */
	if (done < (ssize_t)data.len)
		return fs_write(h->fd, data.p, data.len, off);
	s->written_ahead = (struct ahead){ h, off + data.len,
	    off + (uint64_t)done };
	return 0;
}

/*
 * Collects in iov the lengths of the READs that follow, and in *total the room
 * that their replies need. Returns how many there are.
 */
static int
gather_reads(struct session *s, const struct handle *h, uint64_t off,
    size_t len, struct iovec *iov, size_t *total)
{
	struct reader r, fields;
	uint32_t next;
	int n = 0;

	*total = len;
	off += len;
	for (reader_init(&r, s->behind.p, s->behind.len); n < MAX_AHEAD;
	    n++) {
		next_request(&r, FXP_READ, &s->handles, h, off, &fields);
		next = get_u32(&fields);
		*total += REPLY_DATA_HEADER + next;
		if (fields.dry || next == 0 || next >= SMALL_READ ||
		    *total > MAX_READ_AHEAD)
			break;
		iov[n].iov_len = next;
		off += next;
	}
	return n;
}

static void
place_reads(uint8_t *to, struct iovec *iov, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		iov[i].iov_base = to;
		to += iov[i].iov_len + REPLY_DATA_HEADER;
	}
}

ssize_t
ahead_read(struct session *s, const struct request *q, uint32_t len, bool *end)
{
	struct handle *h = q->object.handle;
	struct iovec iov[MAX_AHEAD + 1];
	uint64_t off = q->offset;
	uint8_t *to;
	size_t total;
	ssize_t done;
	int n = 0;

	*end = false;
	if (is_done(&s->read_ahead, h, off, len))
		return (ssize_t)len;
	if (len > 0 && len < SMALL_READ)
		n = gather_reads(s, h, off, len, iov + 1, &total);
	if (n == 0)
		return fs_read(h->fd, reply_data_room(s, len), len, off, end);
	to = reply_data_room(s, total);
	iov[0].iov_len = len;
	place_reads(to, iov, n + 1);
	done = fs_readv(h->fd, iov, n + 1, off);
	if (done < (ssize_t)len)
		return fs_read(h->fd, to, len, off, end);
	s->read_ahead = (struct ahead){ h, off + len, off + (uint64_t)done };
	return (ssize_t)len;
}

bool
ahead_waits(const struct session *s)
{
	return s->read_ahead.h != NULL && s->read_ahead.off < s->read_ahead.end;
}

void
ahead_forget(struct session *s)
{
	s->read_ahead.h = NULL;
}
