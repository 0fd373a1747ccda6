/* SPDX-License-Identifier: ISC */
/*
 * Memory that is given back all at once: for what lives as long as a policy.
 * Out of memory ends the process through buf_no_memory (base/buf.h).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct chunk;
struct arena {			/* all zero is an empty one */
	struct chunk	*chunks;
	char		*room;		/* in the last of them */
	size_t		 left;		/* ... so many bytes */
};

/* `size` bytes of zeroes, aligned for any type. */
void	*arena_get(struct arena *, size_t size);

/* A string; `len` bytes as one. */
char	*arena_copy(struct arena *, const char *);
char	*arena_text(struct arena *, const char *, size_t len);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Frees everything; the arena is empty again. */
void	arena_free(struct arena *);

#endif
