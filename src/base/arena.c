/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define CHUNK_SIZE	1000	/* a session without rules needs one chunk */
#define LARGE		(CHUNK_SIZE / 4)	/* needs its own chunk */
#define ALIGNMENT	_Alignof(max_align_t)

struct chunk {
	struct chunk	*next;
	max_align_t	 memory[];
};

static char *
chunk_new(struct arena *a, size_t size)
{
	struct chunk *c;

	if ((c = calloc(1, sizeof(*c) + size)) == NULL)
		buf_no_memory();
	c->next = a->chunks;
	a->chunks = c;
	return (char *)c->memory;
}

/*
 * Cuts `size` bytes off the newest chunk and adds a chunk when they do not fit.
 * One malloc(3) for each object took a third of the time of a start with 100
 * rules.
 */
static char *
cut(struct arena *a, size_t size, size_t alignment)
{
	size_t pad = -(uintptr_t)a->room % alignment;
	char *p;

	if (size >= LARGE)
		return chunk_new(a, size);
	if (size + pad > a->left) {
		a->room = chunk_new(a, CHUNK_SIZE);
		a->left = CHUNK_SIZE;
		pad = 0;
	}
	p = a->room + pad;
	a->room += pad + size;
	a->left -= pad + size;
	return p;
}

void *
arena_get(struct arena *a, size_t size)
{
	return cut(a, size, ALIGNMENT);
}

char *
arena_copy(struct arena *a, const char *s)
{
	size_t len = strlen(s);

	return memcpy(cut(a, len + 1, 1), s, len);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char text[256], *s;
	size_t size;

	va_start(ap, fmt);
	size = (size_t)vsnprintf(text, sizeof(text), fmt, ap) + 1;
	va_end(ap);
	s = cut(a, size, 1);
	if (size <= sizeof(text))
		return memcpy(s, text, size);
	va_start(ap, fmt);
	vsnprintf(s, size, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_free(struct arena *a)
{
	struct chunk *c;

	while ((c = a->chunks) != NULL) {
		a->chunks = c->next;
		free(c);
	}
	*a = (struct arena){ 0 };
}
