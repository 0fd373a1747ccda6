/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#if HAVE_NETTLE
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#endif

#include "system/digest.h"
#include "wire/buf.h"

struct digest_kind {
	const char	*name;
	size_t		 len, state;	/* bytes of a result, of the state */
	void		(*begin)(void *state);
	void		(*add)(void *state, const uint8_t *, size_t);
	void		(*end)(void *state, uint8_t *to);
};

struct digest {
	const struct digest_kind *kind;
	_Alignas(max_align_t) uint8_t state[];
};

/* ISO 3309, bits reflected; nettle has none. The table is for half a byte. */
static void
crc32_begin(void *state)
{
	*(uint32_t *)state = UINT32_MAX;
}

static void
crc32_add(void *state, const uint8_t *p, size_t len)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = *(uint32_t *)state;

	for (; len > 0; len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	*(uint32_t *)state = crc;
}

static void
crc32_end(void *state, uint8_t *to)
{
	uint32_t crc = htobe32(~*(uint32_t *)state);

	memcpy(to, &crc, sizeof(crc));
}

#if HAVE_NETTLE
/* Until version 4 nettle wanted to be told how long a result is. */
#if NETTLE_VERSION_MAJOR >= 4
#define RESULT(len, to)	(to)
#else
#define RESULT(len, to)	(len), (to)
#endif

/* nettle's functions take a state of their own type each. */
#define NETTLE(algorithm, len)						\
static void								\
algorithm##_begin(void *state)						\
{									\
	algorithm##_init(state);					\
}									\
static void								\
algorithm##_add(void *state, const uint8_t *p, size_t n)		\
{									\
	algorithm##_update(state, n, p);				\
}									\
static void								\
algorithm##_end(void *state, uint8_t *to)				\
{									\
	algorithm##_digest(state, RESULT(len, to));			\
}

NETTLE(md5, MD5_DIGEST_SIZE)
NETTLE(sha1, SHA1_DIGEST_SIZE)
NETTLE(sha224, SHA224_DIGEST_SIZE)
NETTLE(sha256, SHA256_DIGEST_SIZE)
NETTLE(sha384, SHA384_DIGEST_SIZE)
NETTLE(sha512, SHA512_DIGEST_SIZE)
#endif

#define KIND(algorithm, len, state)					\
	{ #algorithm, (len), sizeof(state), algorithm##_begin,		\
	    algorithm##_add, algorithm##_end }

static const struct digest_kind kinds[] = {
#if HAVE_NETTLE
	KIND(md5, MD5_DIGEST_SIZE, struct md5_ctx),
	KIND(sha1, SHA1_DIGEST_SIZE, struct sha1_ctx),
	KIND(sha224, SHA224_DIGEST_SIZE, struct sha224_ctx),
	KIND(sha256, SHA256_DIGEST_SIZE, struct sha256_ctx),
	KIND(sha384, SHA384_DIGEST_SIZE, struct sha384_ctx),
	KIND(sha512, SHA512_DIGEST_SIZE, struct sha512_ctx),
#endif
	KIND(crc32, sizeof(uint32_t), uint32_t),
};

static const struct digest_kind *
kind_named(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nitems(kinds); i++)
		if (strlen(kinds[i].name) == len &&
		    memcmp(kinds[i].name, name, len) == 0)
			return &kinds[i];
	return NULL;
}

const struct digest_kind *
digest_find(const char *list)
{
	const struct digest_kind *kind;
	size_t len = strcspn(list, ",");

	while ((kind = kind_named(list, len)) == NULL && list[len] != '\0') {
		list += len + 1;
		len = strcspn(list, ",");
	}
	return kind;
}

const char *
digest_name(const struct digest_kind *kind)
{
	return kind->name;
}

size_t
digest_len(const struct digest_kind *kind)
{
	return kind->len;
}

struct digest *
digest_new(const struct digest_kind *kind)
{
	struct digest *d = malloc(sizeof(*d) + kind->state);

	if (d == NULL)
		return NULL;
	d->kind = kind;
	kind->begin(d->state);
	return d;
}

void
digest_free(struct digest *d)
{
	free(d);
}

void
digest_add(struct digest *d, const void *data, size_t len)
{
	d->kind->add(d->state, data, len);
}

void
digest_take(struct digest *d, uint8_t *to)
{
	d->kind->end(d->state, to);
	d->kind->begin(d->state);
}
