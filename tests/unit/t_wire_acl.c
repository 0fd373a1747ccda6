/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wire/acl.h"
#include "wire/sftp.h"

/* An attribute encoded by hand after draft-13 7.8. */
static const char golden[] =
	"\0\0\0\3"		/* ace-count */
	"\0\0\0\0"		/* ACCESS_ALLOWED */
	"\0\0\0\0"		/* no flag */
	"\0\x16\1\x87"		/* read, write; attributes and ACL; wait */
	"\0\0\0\6OWNER@"
	"\0\0\0\1"		/* ACCESS_DENIED */
	"\0\0\0\x4b"		/* a group; inherited by all, inherit only */
	"\0\0\0\x26"		/* write, append, execute */
	"\0\0\0\5staff"
	"\0\0\0\3"		/* SYSTEM_ALARM */
	"\xff\xff\xff\xff"	/* undefined bits */
	"\x80\0\0\1"
	"\0\0\0\0";		/* an empty who */

#define LEN	(sizeof(golden) - 1)

static const struct ace entries[] = {
	{ .type = ACE_ALLOWED, .flag = 0, .mask = ACE_READ_DATA |
	    ACE_WRITE_DATA | ACE_APPEND_DATA | ACE_READ_ATTRIBUTES |
	    ACE_WRITE_ATTRIBUTES | ACE_READ_ACL | ACE_WRITE_ACL |
	    ACE_SYNCHRONIZE, .who = { (uint8_t *)(uintptr_t)"OWNER@", 6 } },
	{ .type = ACE_DENIED, .flag = ACE_IDENTIFIER_GROUP |
	    ACE_FILE_INHERIT | ACE_DIRECTORY_INHERIT | ACE_INHERIT_ONLY,
	    .mask = ACE_WRITE_DATA | ACE_APPEND_DATA | ACE_EXECUTE,
	    .who = { (uint8_t *)(uintptr_t)"staff", 5 } },
	{ .type = ACE_ALARM, .flag = 0xffffffff, .mask = 0x80000001,
	    .who = { (uint8_t *)(uintptr_t)"", 0 } },
};

/* Allocates each text exactly, so that ASan detects a read beyond its end. */
static int
get(const void *p, size_t len, struct aces *aces, uint8_t **copy)
{
	*copy = malloc(len > 0 ? len : 1);
	if (len > 0)
		memcpy(*copy, p, len);
	return acl_get((struct slice){ *copy, len }, aces);
}

static bool
same_ace(const struct ace *a, const struct ace *b)
{
	return a->type == b->type && a->flag == b->flag &&
	    a->mask == b->mask && a->who.len == b->who.len &&
	    memcmp(a->who.p, b->who.p, a->who.len) == 0;
}

static void
test_golden(void)
{
	struct buf b = { 0 };
	struct aces aces;
	uint8_t *copy;
	bool same;
	size_t i;

	put_u32(&b, nitems(entries));
	for (i = 0; i < nitems(entries); i++)
		acl_put(&b, &entries[i]);
	ok(b.len == LEN && memcmp(b.data, golden, LEN) == 0,
	    "entries are encoded as in the draft");
	buf_free(&b);

	if (!ok(get(golden, LEN, &aces, &copy) == 0 &&
	    aces.n == nitems(entries), "the entries are decoded"))
		return;
	for (i = 0, same = true; i < nitems(entries); i++)
		same &= same_ace(&aces.ace[i], &entries[i]);
	ok(same, "the decoded entries equal the encoded ones");
	acl_free(&aces);
	free(copy);
}

static void
test_lengths(void)
{
	bool refused = true;
	struct aces aces;
	uint8_t *copy;
	size_t len;

	for (len = 0; len < LEN; len++) {
		refused &= get(golden, len, &aces, &copy) == FX_BAD_MESSAGE &&
		    aces.ace == NULL;
		free(copy);
	}
	ok(refused, "a truncated ACL is rejected and leaves no entries");
	ok(get(golden, sizeof(golden), &aces, &copy) == FX_BAD_MESSAGE,
	    "an ACL with an additional byte is rejected");
	free(copy);
	ok(get("\0\0\0\0", 4, &aces, &copy) == 0 && aces.n == 0,
	    "an ACL may have no entries");
	acl_free(&aces);
	free(copy);
}

/* A count, followed by as many bytes as it needs or fewer. */
static int
get_count(uint32_t count, size_t behind)
{
	struct buf b = { 0 };
	struct aces aces;
	uint8_t *copy;
	int r;

	put_u32(&b, count);
	memset(buf_room(&b, behind), 0, behind);
	b.len += behind;
	r = get(b.data, b.len, &aces, &copy);
	if (r == 0)
		acl_free(&aces);
	free(copy);
	buf_free(&b);
	return r;
}

static void
test_counts(void)
{
	static const uint32_t lies[] = {
		2, 0x10000000, 0x10000001, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	size_t i;

	for (i = 0; i < nitems(lies); i++)
		ok(get_count(lies[i], 16) == FX_BAD_MESSAGE,
		    "%u entries do not fit in 16 bytes", lies[i]);
	ok(get_count(1, 16) == 0, "one entry fits in 16 bytes");
	ok(get_count(2, 31) == FX_BAD_MESSAGE,
	    "two entries do not fit in 31 bytes");
	ok(get_count(ACES_MAX, ACES_MAX * 16) == 0, "%d entries are decoded",
	    ACES_MAX);
	ok(get_count(ACES_MAX + 1, (ACES_MAX + 1) * 16) == FX_OP_UNSUPPORTED,
	    "one more is rejected");
}

int
main(void)
{
	test_golden();
	test_lengths();
	test_counts();
	return done();
}
