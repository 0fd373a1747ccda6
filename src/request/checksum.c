/* SPDX-License-Identifier: ISC */
/* check-file and md5-hash, by name and by handle. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "os/digest.h"
#include "request/ops.h"
#include "request/reply.h"
#include "request/task.h"
#include "wire/sftp.h"

#define STEP		(2 * 1024 * 1024) /* bytes in one step */
#define BUFFER		(256 * 1024)
#define MIN_BLOCK	256
#define QUICK_CHECK	2048
#define MAX_HASHES	(SFTP_MAX_PACKET - 64)	/* leaves room for the
						 * reply's head */

/* State of a hash between two steps. */
struct digesting {
	struct task	 task;
	const struct digest_kind *kind;
	struct digest	*digest;
	int		 fd;
	bool		 ours;		/* the descriptor, to close */
	uint64_t	 at, end;	/* the rest of the range */
	uint32_t	 block;		/* bytes a hash; 0 is one for all */
	uint64_t	 filled;	/* bytes of the block that has begun */
	struct buf	 hashes;
	uint8_t		 data[BUFFER];
};

/*
 * Ends a hash with the outcome `r`. The session may have written to the file:
 * an error that its close tells becomes the outcome if `r` is 0.
 */
static int
digesting_end(struct session *s, struct request *q, int r)
{
	struct digesting *d = (struct digesting *)q->task;
	int closed = d->ours ? late_close(&s->handles, d->fd) : 0;

	digest_free(d->digest);
	buf_free(&d->hashes);
	return r != 0 ? r : closed;
}

static int
too_many_blocks(struct request *q)
{
	q->message = "too many blocks for one reply";
	return FX_FAILURE;
}

/*
 * Checks that the source is a regular file, and that the hashes of its blocks
 * fit into a reply as far as its size tells. Returns 0 or the outcome.
 */
static int
check_source(struct request *q, const struct digesting *d)
{
	struct place p = place_fd(d->fd, "");
	struct statx st;
	uint64_t end;
	int r;

	if ((r = fs_stat(&p, &st)) != 0)
		return r;
	if (S_ISDIR(st.stx_mode))
		return FX_FILE_IS_A_DIRECTORY;
	if (!S_ISREG(st.stx_mode)) {
		q->message = "not a regular file";
		return FX_FAILURE;
	}
	end = MIN(d->end, st.stx_size);
	if (d->block != 0 && end > d->at && (end - d->at - 1) / d->block >=
	    MAX_HASHES / digest_len(d->kind))
		return too_many_blocks(q);
	return 0;
}

static int
open_source(struct request *q, struct digesting *d)
{
	const struct handle *h = q->object.handle;

	if (h != NULL) {
		d->fd = h->fd;
		return handle_reads(h) ? 0 : FX_PERMISSION_DENIED;
	}
	if ((d->fd = fs_open(&q->object.place, O_RDONLY, 0)) < 0)
		return d->fd;
	d->ours = true;
	return 0;
}

static int
take_hash(struct request *q, struct digesting *d)
{
	size_t len = digest_len(d->kind);

	/* The file may have grown since its size was read. */
	if (d->hashes.len + len > MAX_HASHES)
		return too_many_blocks(q);
	digest_take(d->digest, buf_room(&d->hashes, len));
	d->hashes.len += len;
	d->filled = 0;
	return 0;
}

/* Hashes the first `len` bytes of d->data, block by block. */
static int
add_data(struct request *q, struct digesting *d, size_t len)
{
	const uint8_t *p = d->data;
	size_t n;
	int r;

	for (; len > 0; len -= n, p += n) {
		n = d->block == 0 ? len :
		    (size_t)MIN(len, d->block - d->filled);
		digest_add(d->digest, p, n);
		d->filled += n;
		if (d->filled == d->block && (r = take_hash(q, d)) != 0)
			return r;
	}
	return 0;
}

/* Hashes a part of the range. Returns PENDING, 0 at its end, or the outcome. */
static int
digest_part(const struct session *s, struct request *q)
{
	struct digesting *d = (struct digesting *)q->task;
	size_t left = STEP;
	ssize_t n;
	bool end;
	int r;

	if (s->ending)
		return FX_FAILURE;
	for (; left > 0 && d->at < d->end; left -= MIN(left, (size_t)n)) {
		n = fs_read(d->fd, d->data,
		    (size_t)MIN(BUFFER, d->end - d->at), d->at, &end);
		if (n < 0)
			return (int)n;
		if ((r = add_data(q, d, (size_t)n)) != 0)
			return r;
		d->at += (uint64_t)n;
		d->end = end ? d->at : d->end;
	}
	if (d->at < d->end)
		return PENDING;
	/*
	 * A single hash is sent even of no bytes, but none of an empty block.
	 */
	return d->block == 0 || d->filled > 0 ? take_hash(q, d) : 0;
}

/*
 * Sends the hashes. md5-hash, which has no list of algorithms, sends one, which
 * is empty if the quick check failed: draft-05 8.1.
 */
static void
digesting_reply(struct session *s, const struct request *q)
{
	const struct digesting *d = (struct digesting *)q->task;
	size_t start = reply_begin(s, q, FXP_EXTENDED_REPLY);

	if (q->algorithms != NULL) {
		put_cstr(&s->out, digest_name(d->kind));
		put_bytes(&s->out, d->hashes.data, d->hashes.len);
	} else {
		put_cstr(&s->out, "md5-hash");
		put_str(&s->out, d->hashes.data, d->hashes.len);
	}
	reply_end(s, start);
}

static int
digesting_step(struct session *s, struct request *q)
{
	int r;

	if ((r = digest_part(s, q)) == PENDING)
		return PENDING;
	if (r == 0)
		digesting_reply(s, q);
	return digesting_end(s, q, r);
}

/*
 * Begins a hash of `length` bytes, or of as many as the file has. Returns 0, or
 * the outcome, and then there is nothing to end.
 */
static int
digesting_begin(struct session *s, struct request *q,
    const struct digest_kind *kind, uint64_t length)
{
	struct digesting *d;
	int r;

	if (kind == NULL)
		return FX_OP_UNSUPPORTED;
	if (q->block_size != 0 && q->block_size < MIN_BLOCK)
		return FX_INVALID_PARAMETER;
	if (q->offset > INT64_MAX)
		return -EINVAL;
	if ((d = task_begin(q, sizeof(*d), digesting_step)) == NULL)
		return -ENOMEM;
	d->kind = kind;
	d->at = q->offset;
	d->end = d->at + MIN(length, INT64_MAX - d->at);
	d->block = q->block_size;
	if ((d->digest = digest_new(kind)) == NULL)
		return digesting_end(s, q, -ENOMEM);
	if ((r = open_source(q, d)) != 0 || (r = check_source(q, d)) != 0)
		return digesting_end(s, q, r);
	return 0;
}

/*
 * Uses the first algorithm of the client's list that is known, and answers with
 * a hash of each block of the range. A length of 0 means to the end.
 */
int
op_check_file(struct session *s, struct request *q)
{
	int r = digesting_begin(s, q, digest_find(q->algorithms),
	    q->length == 0 ? UINT64_MAX : q->length);

	return r != 0 ? r : digesting_step(s, q);
}

/*
 * Compares the hash of the beginning of the range with the client's. A client
 * that sends none asks for no comparison. Returns 0 or -errno.
 */
static int
quick_check(struct request *q, bool *differs)
{
	const struct slice *known = &q->data;
	struct digesting *d = (struct digesting *)q->task;
	uint8_t hash[DIGEST_MAX_LEN];
	ssize_t n;
	bool end;

	if (known->len == 0)
		return 0;
	n = fs_read(d->fd, d->data, (size_t)MIN(QUICK_CHECK, d->end - d->at),
	    d->at, &end);
	if (n < 0)
		return (int)n;
	digest_add(d->digest, d->data, (size_t)n);
	digest_take(d->digest, hash);
	*differs = known->len != digest_len(d->kind) ||
	    memcmp(known->p, hash, known->len) != 0;
	return 0;
}

/*
 * An offset and a length of 0 mean the whole file; a length of 0 at another
 * offset is no bytes.
 */
int
op_md5_hash(struct session *s, struct request *q)
{
	uint64_t length = q->offset == 0 && q->length == 0 ? UINT64_MAX :
	    q->length;
	bool differs = false;
	int r;

	if ((r = digesting_begin(s, q, digest_find("md5"), length)) != 0)
		return r;
	if ((r = quick_check(q, &differs)) == 0 && !differs)
		return digesting_step(s, q);
	if (r == 0)
		digesting_reply(s, q);
	return digesting_end(s, q, r);
}
