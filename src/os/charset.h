/* SPDX-License-Identifier: ISC */
/*
 * Names on disk in another charset than UTF-8, for clients of version 4 and
 * later
 */
#ifndef OS_CHARSET_H
#define OS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

struct charset;

/* NULL when the system does not know a charset of that name. */
struct charset *charset_open(const char *name);
void	 charset_close(struct charset *);

/* Does it, and can names be written in it, so that a slash is one? */
bool	 charset_suits(const char *name);

/*
 * A name of a client's as it is on disk. Returns 0, -EILSEQ when the charset
 * has no such letters, or -ENAMETOOLONG.
 */
int	 charset_to_disk(struct charset *, const char *utf8, char *to,
	    size_t size);

/*
 * A name on disk as UTF-8. Bytes without a meaning become question marks;
 * then it returns false.
 */
bool	 charset_to_wire(struct charset *, const char *name, char *to,
	    size_t size);

#endif
