/* SPDX-License-Identifier: ISC */
/*
 * Bytes in and bytes out. A reader never runs past its end: it turns dry
 * and gives zeros, so that a decoder reads all fields and asks once. A
 * writer grows as it must.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define nitems(a)	(sizeof(a) / sizeof((a)[0]))

/* A stretch of somebody else's bytes; not terminated. */
struct slice {
	uint8_t	*p;
	size_t	 len;
};

struct reader {
	uint8_t	*p;
	uint8_t	*end;
	bool	 dry;		/* a field ran past the end; sticky */
};

void	 reader_init(struct reader *, uint8_t *, size_t);
size_t	 reader_left(const struct reader *);
uint8_t	 get_u8(struct reader *);
uint32_t get_u32(struct reader *);
uint64_t get_u64(struct reader *);

/* The protocol's `string`: u32 length and so many bytes, which stay there. */
struct slice get_str(struct reader *);

/* All that is left. */
struct slice get_rest(struct reader *);

/*
 * data[0..len) is what was written. Growing may move data, so keep offsets,
 * never pointers, across calls that write.
 */
struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 cap;
};

void	 buf_grow(struct buf *, size_t n);
void	 buf_free(struct buf *);

/*
 * Makes room for `n` more bytes and returns where they go; len is the
 * caller's to move. Out of memory ends the process through buf_no_memory.
 * There nearly always is room. This and the numbers stand here because an
 * entry of a listing writes up to twenty: calls were a tenth of what it takes.
 */
static inline uint8_t *
buf_room(struct buf *b, size_t n)
{
	if (n > b->cap - b->len)
		buf_grow(b, n);
	return b->data + b->len;
}

/*
 * Called when there is no memory, and must not return. main() sets it to
 * what logs the end of the session; until then it is abort().
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
void	 put_str(struct buf *, const void *, size_t);	/* u32 and the bytes */
void	 put_cstr(struct buf *, const char *);

/* Writes `v` at an offset that was written before, as a length found late. */
void	 set_u32(struct buf *, size_t off, uint32_t v);

#endif
