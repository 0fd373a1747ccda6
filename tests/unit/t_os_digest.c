/* SPDX-License-Identifier: ISC */
/* The published test vectors: RFC 1321 A.5, FIPS 180-2 A to C, RFC 3874 3. */
#include "config.h"

#include <sys/wait.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "capture.h"
#include "os/digest.h"
#include "os/log.h"
#include "tap.h"

#define TWO_BLOCKS	"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnop" \
			"nopq"
#define TWO_LONG_BLOCKS	"abcdefghbcdefghicdefghijdefghijkefghijklfghijklm" \
			"ghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs" \
			"mnopqrstnopqrstu"
#define MILLION_A	NULL

static const struct {
	const char	*kind, *data, *result;
} vectors[] = {
	{ "crc32", "", "00000000" },
	{ "crc32", "123456789", "cbf43926" },
	{ "crc32", MILLION_A, "dc25bfbc" },
#if HAVE_NETTLE
	{ "md5", "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "md5", "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "md5", "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "md5", "abcdefghijklmnopqrstuvwxyz",
	    "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "md5", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "md5", "1234567890123456789012345678901234567890"
	    "1234567890123456789012345678901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a" },
	{ "sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha1", TWO_BLOCKS, "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	{ "sha1", MILLION_A, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
	{ "sha224", "abc",
	    "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ "sha224", TWO_BLOCKS,
	    "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525" },
	{ "sha224", MILLION_A,
	    "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67" },
	{ "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "sha256", TWO_BLOCKS, "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
	{ "sha256", MILLION_A, "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0" },
	{ "sha384", "abc",
	    "cb00753f45a35e8bb5a03d699ac65007"
	    "272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
	},
	{ "sha384", TWO_LONG_BLOCKS, "09330c33f71147e83d192fc782cd1b47"
	    "53111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039"
	},
	{ "sha384", MILLION_A, "9d0e1809716474cb086e834e310a4a1c"
	    "ed149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985"
	},
	{ "sha512", "abc", "ddaf35a193617abacc417349ae204131"
	    "12e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
	    "454d4423643ce80e2a9ac94fa54ca49f" },
	{ "sha512", TWO_LONG_BLOCKS, "8e959b75dae313da8cf4f72814fc143f"
	    "8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433a"
	    "c7d329eeb6dd26545e96e55b874be909" },
	{ "sha512", MILLION_A, "e718483d0ce769644e2e42c7bc15b463"
	    "8e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31b"
	    "eb009c5c2c49aa2e4eadb217ad8cc09b" },
#endif
};

/* The algorithm that each list selects, with nettle and with crc32 only. */
static const struct {
	const char	*list, *all, *bare;
} lists[] = {
	{ "md5", "md5", NULL },
	{ "crc32", "crc32", "crc32" },
	{ "sha256,md5", "sha256", NULL },
	{ "whirlpool,sha1,md5", "sha1", NULL },
	{ "sha512,crc32,md5", "sha512", "crc32" },
	{ "sha3@example.org,crc32", "crc32", "crc32" },
	{ ",,crc32", "crc32", "crc32" },
	{ "crc32,", "crc32", "crc32" },
	{ "crc3", NULL, NULL },
	{ "crc323", NULL, NULL },
	{ "CRC32", NULL, NULL },
	{ " crc32", NULL, NULL },
	{ "crc32;md5", NULL, NULL },
	{ "", NULL, NULL },
	{ ",", NULL, NULL },
	{ "blake2,tiger", NULL, NULL },
};

static void
add_vector(struct digest *d, const char *data)
{
	int i;

	if (data != MILLION_A) {
		digest_add(d, data, strlen(data));
		return;
	}
	for (i = 0; i < 100000; i++)
		digest_add(d, "aaaaaaaaaa", 10);
}

static bool
result_is(struct digest *d, const struct digest_kind *kind, const char *hex)
{
	uint8_t result[DIGEST_MAX_LEN + 1];
	char text[2 * DIGEST_MAX_LEN + 1] = "";
	size_t len = digest_len(kind), i;

	result[len] = 0xee;
	digest_take(d, result);
	for (i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", result[i]);
	return result[len] == 0xee && strcmp(text, hex) == 0;
}

static void
test_vectors(void)
{
	const struct digest_kind *kind;
	struct digest *d;
	const char *data;
	size_t i, j;

	for (i = 0; i < nitems(vectors); i++) {
		kind = digest_find(vectors[i].kind);
		data = vectors[i].data;
		d = digest_new(kind);
		add_vector(d, data);
		ok(result_is(d, kind, vectors[i].result), "%s of \"%.30s\"",
		    vectors[i].kind, data == MILLION_A ? "a million a" : data);
		/*
		 * digest_take() starts again, and the sizes of the pieces do
		 * not matter.
		 */
		for (j = 0; data != MILLION_A && data[j] != '\0'; j++)
			digest_add(d, data + j, 1);
		if (data == MILLION_A)
			add_vector(d, data);
		digest_add(d, "", 0);
		ok(result_is(d, kind, vectors[i].result),
		    "%s again, byte by byte", vectors[i].kind);
		digest_free(d);
	}
}

static void
test_lists(void)
{
	const struct digest_kind *kind;
	const char *want;
	size_t i;

	for (i = 0; i < nitems(lists); i++) {
		want = DIGEST_HAS_MD5 ? lists[i].all : lists[i].bare;
		kind = digest_find(lists[i].list);
		ok(want == NULL ? kind == NULL :
		    kind != NULL && strcmp(digest_name(kind), want) == 0,
		    "\"%s\" finds %s", lists[i].list,
		    want == NULL ? "nothing" : want);
	}
}

#if HAVE_NETTLE
static bool missing;		/* nettle is not installed */
static int opened;		/* calls of dlopen(3) */

/* Stands before the C library's, and opens another library if `missing`. */
void *
dlopen(const char *name, int flags)
{
	void *next = dlsym(RTLD_NEXT, "dlopen");
	void *(*real)(const char *, int);

	memcpy(&real, &next, sizeof(real));
	opened++;
	return real(missing ? "libno-such.so.0" : name, flags);
}

/* Runs in a process of its own, since a library is asked for once. */
static int
use_missing(void)
{
	bool named, found;

	missing = true;
	capture_start();
	found = digest_find("md5,sha256") != NULL;
	named = strstr(capture_end(), "libno-such.so.0") != NULL;
	capture_start();
	found |= digest_find("sha1") != NULL;
	return found | !named << 1 | (capture_end()[0] != '\0') << 2 |
	    (digest_find("sha1,crc32") == NULL) << 3;
}

static void
test_missing(void)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	if ((child = fork()) == 0)
		_exit(use_missing());
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		abort();
	status = WEXITSTATUS(status);
	ok((status & 1) == 0, "a missing library has no algorithms");
	ok((status & 2) == 0, "a missing library is logged by name");
	ok((status & 4) == 0, "it is logged once");
	ok((status & 8) == 0, "crc32 needs no library");
}

static void
test_once(void)
{
	opened = 0;
	ok(digest_find("crc32") != NULL && opened == 0,
	    "crc32 opens no library");
	ok(digest_find("md5") != NULL && digest_find("sha1") != NULL &&
	    opened == 1, "nettle is opened when it is needed, once");
}
#endif

int
main(void)
{
	log_init("t_os_digest", LOG_LEVEL_ERROR, LOG_AUTH, true);
#if HAVE_NETTLE
	test_missing();
	test_once();
#endif
	test_vectors();
	test_lists();
	return done();
}
