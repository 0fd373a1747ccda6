/* SPDX-License-Identifier: ISC */
/*
 * Translation of file names between UTF-8, which versions 4 to 6 use on the
 * wire, and another charset in which they are stored on disk.
 */
#ifndef OS_CHARSET_H
#define OS_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

struct charset;

/*
 * Opens a charset by the name that iconv_open(3) knows. Returns NULL if the
 * system does not know it or memory ran out.
 */
struct charset *charset_open(const char *name);
void	 charset_close(struct charset *);

/*
 * True if the charset exists and leaves ASCII as it is, so that a slash on disk
 * is always a separator.
 */
bool	 charset_suits(const char *name);

/*
 * Translates a client's name to the bytes on disk, at most `size` of them with
 * the NUL. Returns 0, -EILSEQ if the charset lacks a character, or
 * -ENAMETOOLONG.
 */
int	 charset_to_disk(struct charset *, const char *utf8, char *to,
	    size_t size);

/*
 * Translates a name on disk to UTF-8. Each byte that is not valid in the
 * charset becomes a question mark; the result is cut off at `size`. Returns
 * false if either happened.
 */
bool	 charset_to_wire(struct charset *, const char *name, char *to,
	    size_t size);

#endif
