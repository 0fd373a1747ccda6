/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/arena.h"
#include "wire/buf.h"

struct chunk {
	struct chunk	*next;
	max_align_t	 memory[];
};

void *
arena_get(struct arena *a, size_t size)
{
	struct chunk *c;

	if ((c = calloc(1, sizeof(*c) + size)) == NULL)
		buf_no_memory();
	c->next = a->chunks;
	a->chunks = c;
	return c->memory;
}

char *
arena_copy(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(arena_get(a, size), s, size);
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
	s = arena_get(a, size);
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
}
