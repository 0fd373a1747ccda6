/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void (*buf_no_memory)(void) = abort;

void
reader_init(struct reader *r, uint8_t *p, size_t len)
{
	/* A field that was absent has p NULL; adding 0 to NULL is undefined. */
	*r = (struct reader){ .p = p, .end = len == 0 ? p : p + len };
}

size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* Returns the next n bytes, or NULL after which the reader is dry. */
static uint8_t *
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

uint8_t
get_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p == NULL ? 0 : *p;
}

uint32_t
get_u32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);
	uint32_t v;

	if (p == NULL)
		return 0;
	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

uint64_t
get_u64(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);
	uint64_t v;

	if (p == NULL)
		return 0;
	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

struct slice
get_str(struct reader *r)
{
	size_t len = get_u32(r);
	uint8_t *p = reader_take(r, len);

	return (struct slice){ p, p == NULL ? 0 : len };
}

struct slice
get_rest(struct reader *r)
{
	size_t len = reader_left(r);

	return (struct slice){ reader_take(r, len), r->dry ? 0 : len };
}

void
buf_grow(struct buf *b, size_t n)
{
	size_t cap = MAX(b->cap * 2, b->len + n);
	uint8_t *data;

	if (cap < n || (data = realloc(b->data, cap)) == NULL) {
		buf_no_memory();
		abort();
	}
	b->data = data;
	b->cap = cap;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void
put_bytes(struct buf *b, const void *p, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_room(b, len), p, len);
	b->len += len;
}

void
put_str(struct buf *b, const void *p, size_t len)
{
	put_u32(b, (uint32_t)len);
	put_bytes(b, p, len);
}

void
put_cstr(struct buf *b, const char *s)
{
	put_str(b, s, strlen(s));
}

void
set_u32(struct buf *b, size_t off, uint32_t v)
{
	v = htobe32(v);
	memcpy(b->data + off, &v, sizeof(v));
}
