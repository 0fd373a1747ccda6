/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/arena.h"

struct chunk {
	struct chunk	*next;
	max_align_t	 memory[];
};

void *
arena_get(struct arena *a, size_t size)
{
	struct chunk *c;

	if ((c = calloc(1, sizeof(*c) + size)) == NULL)
		return NULL;
	c->next = a->chunks;
	a->chunks = c;
	return c->memory;
}

char *
arena_copy(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = arena_get(a, size);

	return copy == NULL ? NULL : memcpy(copy, s, size);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (s = arena_get(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
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
