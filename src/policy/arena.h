/* SPDX-License-Identifier: ISC */
/* Memory that is given back all at once: for what lives as long as a policy. */
#ifndef POLICY_ARENA_H
#define POLICY_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct chunk;
struct arena {
	struct chunk	*chunks;	/* NULL is an empty arena */
};

/* `size` bytes of zeroes, aligned for any type; NULL when out of memory. */
void	*arena_get(struct arena *, size_t size);

/* Strings; NULL when out of memory. */
char	*arena_copy(struct arena *, const char *);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty again. */
void	arena_free(struct arena *);

#endif
