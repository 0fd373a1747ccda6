/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dlfcn.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if HAVE_NETTLE
#include <nettle/nettle-meta.h>
#include <nettle/version.h>
#endif

#include "base/buf.h"
#include "os/digest.h"
#include "os/log.h"

/* Before version 4, nettle's digest functions took the length of the result. */
#if HAVE_NETTLE && NETTLE_VERSION_MAJOR >= 4
#define LEN(len)
#else
#define LEN(len)	len,
#endif

#if HAVE_NETTLE
/*
 * Records in the program's file that it may open nettle: the "ELF dlopen
 * metadata" of uapi-group.org, from which packaging tools derive dependencies.
 */
#define NOTE	"[{\"feature\":\"checksums\",\"description\":\"Checksums " \
		"other than crc32\",\"priority\":\"recommended\"," \
		"\"soname\":[\"" NETTLE_SONAME "\"]}]"
__attribute__((used, section(".note.dlopen"), aligned(4)))
static const struct {
	uint32_t	 owner_size, text_size, type;
	char		 owner[4];
	_Alignas(4) char json[sizeof(NOTE)];
} note = { 4, sizeof(NOTE), 0x407c0c0a, "FDO", NOTE };
#else
/* Same layout as nettle's description of an algorithm. */
struct nettle_hash {
	const char	*name;
	unsigned	 context_size, digest_size, block_size;
	void		(*init)(void *state);
	void		(*update)(void *state, size_t, const uint8_t *);
	void		(*digest)(void *state, size_t, uint8_t *to);
};
#endif

struct digest_kind {
	const char	*name;
	const struct nettle_hash *hash;	/* NULL: not found in nettle so far */
};

struct digest {
	const struct nettle_hash *hash;
	_Alignas(max_align_t) uint8_t state[];
};

/*
 * The CRC-32 of ISO 3309 with reflected bits, which nettle lacks. The table
 * serves four bits at a time.
 */
static void
crc32_begin(void *state)
{
	*(uint32_t *)state = UINT32_MAX;
}

static void
crc32_add(void *state, size_t len, const uint8_t *p)
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
crc32_end(void *state, LEN(__attribute__((unused)) size_t len) uint8_t *to)
{
	uint32_t crc = htobe32(~*(uint32_t *)state);

	memcpy(to, &crc, sizeof(crc));
}

static const struct nettle_hash crc32 = {
	.name = "crc32", .context_size = sizeof(uint32_t),
	.digest_size = sizeof(uint32_t), .init = crc32_begin,
	.update = crc32_add, .digest = crc32_end,
};

static struct digest_kind kinds[] = {
#if HAVE_NETTLE
	{ "md5", NULL }, { "sha1", NULL }, { "sha224", NULL },
	{ "sha256", NULL }, { "sha384", NULL }, { "sha512", NULL },
#endif
	{ "crc32", &crc32 },
};

#if HAVE_NETTLE
/*
 * Returns nettle's description of an algorithm, or NULL. Most sessions use
 * none, and mapping and binding a library costs 50 to 130 us of each start, of
 * which OpenSSH's server takes 770 in all: the library is opened when it is
 * first needed. A failure is logged once.
 */
static const struct nettle_hash *
find_in_nettle(const char *name)
{
	static void *library;
	static bool failed;
	char symbol[sizeof("nettle_sha512")];

	if (library == NULL && !failed &&
	    (library = dlopen(NETTLE_SONAME, RTLD_NOW)) == NULL) {
		log_error("cannot open a library: %s", dlerror());
		failed = true;
	}
	snprintf(symbol, sizeof(symbol), "nettle_%s", name);
	return library == NULL ? NULL : dlsym(library, symbol);
}
#endif

static const struct digest_kind *
kind_named(const char *name, size_t len)
{
	struct digest_kind *kind = kinds;

	while (strlen(kind->name) != len || memcmp(kind->name, name, len) != 0)
		if (++kind == kinds + nitems(kinds))
			return NULL;
#if HAVE_NETTLE
	if (kind->hash == NULL)
		kind->hash = find_in_nettle(kind->name);
#endif
	return kind->hash != NULL ? kind : NULL;
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
	return kind->hash->digest_size;
}

struct digest *
digest_new(const struct digest_kind *kind)
{
	struct digest *d = malloc(sizeof(*d) + kind->hash->context_size);

	if (d == NULL)
		return NULL;
	d->hash = kind->hash;
	d->hash->init(d->state);
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
	d->hash->update(d->state, len, data);
}

void
digest_take(struct digest *d, uint8_t *to)
{
	d->hash->digest(d->state, LEN(d->hash->digest_size) to);
	d->hash->init(d->state);
}
