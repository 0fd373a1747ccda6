/* SPDX-License-Identifier: ISC */
/*
 * Reading and writing the wire's integers and strings. A reader never runs past
 * its end: it becomes dry, stays dry and returns zeros, so that a decoder reads
 * all its fields and checks `dry` once. A writer grows as needed; when memory
 * runs out, it ends the process through buf_no_memory.
 *
 * All integers on the wire are big-endian.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define nitems(a)	(sizeof(a) / sizeof((a)[0]))

/* Bytes in memory that somebody else owns; not NUL-terminated. */
struct slice {
	uint8_t	*p;
	size_t	 len;
};

struct reader {
	uint8_t	*p;
	uint8_t	*end;
	bool	 dry;		/* a field ran past the end; never reset */
};

/*
 * Starts reading at the first of `len` bytes. The reader keeps the pointer and
 * copies nothing, so the bytes must outlive it and every slice it returns. This
 * function and those below are inline because each request calls up to ten.
 */
static inline void
reader_init(struct reader *r, uint8_t *p, size_t len)
{
	/* A field that was absent has p NULL; adding 0 to NULL is undefined. */
	*r = (struct reader){ .p = p, .end = len == 0 ? p : p + len };
}

/* Returns how many bytes have not been read. */
static inline size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* Returns the next n bytes, or NULL after which the reader is dry. */
static inline uint8_t *
reader_take(struct reader *r, size_t n)
{
	uint8_t *p = r->p;

	if (r->dry || reader_left(r) < n) {
		r->dry = true;
		return NULL;
	}
	r->p += n;
	return p;
}

/* Read an integer and advance; return 0 once the reader is dry. */
static inline uint8_t
get_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p == NULL ? 0 : *p;
}

static inline uint32_t
get_u32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);
	uint32_t v;

	if (p == NULL)
		return 0;
	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static inline uint64_t
get_u64(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);
	uint64_t v;

	if (p == NULL)
		return 0;
	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/*
 * Reads a `string` of the protocol: a u32 length and that many bytes. The slice
 * points into the reader's bytes; it is empty, with p NULL, when the reader is
 * dry.
 */
static inline struct slice
get_str(struct reader *r)
{
	size_t len = get_u32(r);
	uint8_t *p = reader_take(r, len);

	return (struct slice){ p, p == NULL ? 0 : len };
}

/* Reads all remaining bytes, without a length. */
struct slice get_rest(struct reader *);

/*
 * A growing byte array; data[0..len) has been written. Growing may move data,
 * so callers keep offsets, never pointers, across calls that write. All zero is
 * an empty buf.
 */
struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 cap;
};

/*
 * Enlarges the allocation so that at least `n` more bytes fit. Only buf_room()
 * calls this.
 */
void	 buf_grow(struct buf *, size_t n);

/* Frees the bytes and leaves an empty buf. */
void	 buf_free(struct buf *);

/*
 * Makes room for `n` more bytes and returns a pointer to them. The caller
 * writes them and adds to len. This function and the put_u*() are inline
 * because an entry of a listing writes up to twenty integers, and calls took a
 * tenth of the time.
 */
static inline uint8_t *
buf_room(struct buf *b, size_t n)
{
	if (n > b->cap - b->len)
		buf_grow(b, n);
	return b->data + b->len;
}

/*
 * Called when memory runs out; must not return. main() sets it to a function
 * that logs the end of the session. The default is abort(3).
 */
extern void (*buf_no_memory)(void);

static inline void
put_u8(struct buf *b, uint8_t v)
{
	*buf_room(b, 1) = v;
	b->len++;
}

static inline void
put_u16(struct buf *b, uint16_t v)
{
	v = htobe16(v);
	memcpy(buf_room(b, sizeof(v)), &v, sizeof(v));
	b->len += sizeof(v);
}

static inline void
put_u32(struct buf *b, uint32_t v)
{
	v = htobe32(v);
	memcpy(buf_room(b, sizeof(v)), &v, sizeof(v));
	b->len += sizeof(v);
}

static inline void
put_u64(struct buf *b, uint64_t v)
{
	v = htobe64(v);
	memcpy(buf_room(b, sizeof(v)), &v, sizeof(v));
	b->len += sizeof(v);
}

static inline void
put_bytes(struct buf *b, const void *p, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_room(b, len), p, len);
	b->len += len;
}

/* Puts a u32 length, then the bytes. */
static inline void
put_str(struct buf *b, const void *p, size_t len)
{
	put_u32(b, (uint32_t)len);
	put_bytes(b, p, len);
}

static inline void
put_cstr(struct buf *b, const char *s)
{
	put_str(b, s, strlen(s));
}

/*
 * Overwrites the four bytes at offset `off`, which must be below len: for
 * lengths and counts that are known only after what follows them.
 */
static inline void
set_u32(struct buf *b, size_t off, uint32_t v)
{
	v = htobe32(v);
	memcpy(b->data + off, &v, sizeof(v));
}

#endif
