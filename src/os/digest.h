/* SPDX-License-Identifier: ISC */
/*
 * Hashes of the contents of files. They touch nothing outside the process,
 * but come from a library that may be missing, and what depends on the
 * machine lives in this room. It is opened for the first of them.
 */
#ifndef OS_DIGEST_H
#define OS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Is there anything but crc32? */
#define DIGEST_HAS_MD5	HAVE_NETTLE

#define DIGEST_MAX_LEN	64	/* bytes of the longest result */

struct digest;			/* one computation, begun */
struct digest_kind;		/* an algorithm */

/*
 * The first name in a list, separated by commas, of an algorithm that is
 * there: md5, sha1, sha224, sha256, sha384, sha512, crc32. NULL if none is.
 * ext-00 3.
 */
const struct digest_kind *digest_find(const char *list);
const char *digest_name(const struct digest_kind *);

/* Bytes of a result. */
size_t	 digest_len(const struct digest_kind *);

/* Begins; NULL when there is no memory. */
struct digest *digest_new(const struct digest_kind *);
void	 digest_free(struct digest *);
void	 digest_add(struct digest *, const void *, size_t);

/* Writes the result of what was added, raw, and begins anew. */
void	 digest_take(struct digest *, uint8_t *to);

#endif
