/* SPDX-License-Identifier: ISC */
/*
 * Checksums and cryptographic hashes of file contents. All but crc32 come from
 * nettle, which is optional and opened when a client first asks for a hash;
 * this is why the module is in this room.
 */
#ifndef OS_DIGEST_H
#define OS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Nonzero if built with nettle, that is with more than crc32. */
#define DIGEST_HAS_MD5	HAVE_NETTLE

#define DIGEST_MAX_LEN	64	/* bytes of the longest result */

struct digest;			/* a computation */
struct digest_kind;		/* an algorithm */

/*
 * Returns the first algorithm in a comma-separated list that is available, or
 * NULL if none is. Names are those of draft-ietf-secsh-filexfer-extensions-00
 * 3: md5, sha1, sha224, sha256, sha384, sha512, crc32. May open nettle.
 */
const struct digest_kind *digest_find(const char *list);

/* Returns the algorithm's name, a static string. */
const char *digest_name(const struct digest_kind *);

/* Returns the length of a result in bytes, at most DIGEST_MAX_LEN. */
size_t	 digest_len(const struct digest_kind *);

/*
 * Starts a computation, which the caller frees. Returns NULL when memory runs
 * out.
 */
struct digest *digest_new(const struct digest_kind *);
void	 digest_free(struct digest *);

/* Adds `len` bytes to the computation. */
void	 digest_add(struct digest *, const void *, size_t);

/* Writes the result, digest_len() raw bytes, and starts a new computation. */
void	 digest_take(struct digest *, uint8_t *to);

#endif
