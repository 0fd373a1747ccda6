/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <stdlib.h>

#include "base/buf.h"

void (*buf_no_memory)(void) = abort;

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
