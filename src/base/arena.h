/* SPDX-License-Identifier: ISC */
/*
 * Memory that is freed as a whole: used for objects that live as long as a
 * policy. None of these functions fails; when memory runs out they end the
 * process through buf_no_memory (base/buf.h).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct chunk;
struct arena {			/* zero-initialised: an empty arena */
	struct chunk	*chunks;
	char		*room;		/* free space in the newest chunk */
	size_t		 left;		/* its size in bytes */
};

/*
 * Returns `size` zeroed bytes, aligned for any type. They live until
 * arena_free().
 */
void	*arena_get(struct arena *, size_t size);

/* Copy text into the arena: a string, or the output of printf(3). */
char	*arena_copy(struct arena *, const char *);
char	*arena_printf(struct arena *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Frees everything that was taken from the arena, which is empty afterwards. */
void	arena_free(struct arena *);

#endif
