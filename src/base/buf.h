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
 * copies nothing, so the bytes must outlive it and every slice it returns.
 */
void	 reader_init(struct reader *, uint8_t *, size_t);

/* Returns how many bytes have not been read. */
size_t	 reader_left(const struct reader *);

/* Read an integer and advance; return 0 once the reader is dry. */
uint8_t	 get_u8(struct reader *);
uint32_t get_u32(struct reader *);
uint64_t get_u64(struct reader *);

/*
 * Reads a `string` of the protocol: a u32 length and that many bytes. The slice
 * points into the reader's bytes; it is empty, with p NULL, when the reader is
 * dry.
 */
struct slice get_str(struct reader *);

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

void	 put_bytes(struct buf *, const void *, size_t);
/* u32 length, then the bytes */
void	 put_str(struct buf *, const void *, size_t);
void	 put_cstr(struct buf *, const char *);

/*
 * Overwrites the four bytes at offset `off`, which must be below len: for
 * lengths and counts that are known only after what follows them.
 */
void	 set_u32(struct buf *, size_t off, uint32_t v);

#endif
