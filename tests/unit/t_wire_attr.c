/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wire/attr.h"
#include "wire/sftp.h"

#define BYTES(text)	(text), sizeof(text) - 1
#define STR(text)	{ (uint8_t *)(uintptr_t)(text), sizeof(text) - 1 }

/* An attribute of each kind, all with different values. */
static const struct attr specimen = {
	.type = TYPE_REGULAR,
	.size = 0x0102030405060708ULL, .alloc = 0x1112131415161718ULL,
	.uid = 1000, .gid = 2000,
	.owner = STR("alice"), .group = STR("crew"),
	.mode = S_IFREG | 04755,
	.atime = 1111111111, .btime = -2, .mtime = 1222222222,
	.ctime = 1333333333,
	.atime_ns = 1, .btime_ns = 999999999, .mtime_ns = 3, .ctime_ns = 4,
	.acl_flags = 3, .acl = STR("\0\0\0\0"),
	.bits = 0x84, .bits_valid = 0x8f,
	.text_hint = 3, .mime = STR("text/plain"), .nlink = 7,
	.raw_name = STR("\xff\xfe"),
};

/*
 * The drafts once more, for this test only: the flag, the versions that have
 * it, and how many bytes of the specimen it adds, alone and per nanoseconds
 * field with SUBSECOND_TIMES.
 */
static const struct known {
	int		since, until;
	uint32_t	flag, has;
	size_t		bytes, times;
} known[] = {
	{ 3, 6, 0x00000001, HAS_SIZE, 8, 0 },
	{ 3, 3, 0x00000002, HAS_IDS, 8, 0 },
	{ 3, 6, 0x00000004, HAS_MODE, 4, 0 },
	{ 3, 3, 0x00000008, HAS_ATIME | HAS_MTIME, 8, 0 },
	{ 4, 6, 0x00000008, HAS_ATIME, 8, 1 },
	{ 4, 6, 0x00000010, HAS_BTIME, 8, 1 },
	{ 4, 6, 0x00000020, HAS_MTIME, 8, 1 },
	{ 4, 5, 0x00000040, HAS_ACL, 4 + 4, 0 },
	{ 6, 6, 0x00000040, HAS_ACL, 4 + 4 + 4, 0 },
	{ 4, 6, 0x00000080, HAS_OWNER, 4 + 5 + 4 + 4, 0 },
	{ 4, 6, 0x00000100, HAS_SUBSEC, 0, 0 },
	{ 5, 5, 0x00000200, HAS_BITS, 4, 0 },
	{ 6, 6, 0x00000200, HAS_BITS, 8, 0 },
	{ 6, 6, 0x00000400, HAS_ALLOC, 8, 0 },
	{ 6, 6, 0x00000800, HAS_TEXT_HINT, 1, 0 },
	{ 6, 6, 0x00001000, HAS_MIME, 4 + 10, 0 },
	{ 6, 6, 0x00002000, HAS_NLINK, 4, 0 },
	{ 6, 6, 0x00004000, HAS_RAW_NAME, 4 + 2, 0 },
	{ 6, 6, 0x00008000, HAS_CTIME, 8, 1 },
	{ 6, 6, 0x80000000, HAS_EXTENDED, 4, 0 },
};

/* The masks of the drafts: 02 5, 04 5.1, 05 5.1, 13 7.1. */
static const uint32_t valid[] = {
	[3] = 0x8000000f, [4] = 0x800001fd, [5] = 0x800003fd,
	[6] = 0x8000fffd,
};

/* Returns which members of `has` the version carries, with flags and length. */
static uint32_t
carried(int v, uint32_t has, uint32_t *flags, size_t *len)
{
	uint32_t got = 0;
	size_t i;

	*flags = 0;
	*len = v > 3 ? 5 : 4;
	for (i = 0; i < nitems(known); i++) {
		if (v < known[i].since || v > known[i].until ||
		    (has & known[i].has) == 0)
			continue;
		got |= known[i].has;
		*flags |= known[i].flag;
		*len += known[i].bytes +
		    ((has & HAS_SUBSEC) != 0 ? 4 * known[i].times : 0);
	}
	return got;
}

/* Decodes a copy that has exactly the length of the message. */
static int
get_copy(const uint8_t *p, size_t len, int v, struct attr *a,
    struct reader *r, uint8_t **copy)
{
	*copy = malloc(len);
	memcpy(*copy, p, len);
	reader_init(r, *copy, len);
	return attr_get(r, v, a);
}

static bool
same_slice(struct slice a, struct slice b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/*
 * True if the members in `has` equal the specimen's and all others are unset.
 */
static bool
same_as_specimen(const struct attr *a, int v, uint32_t has)
{
	const struct attr *b = &specimen;
	static const struct attr none;

#define WANT(bit)	((has & (bit)) != 0 ? b : &none)
#define NS(bit)		((has & HAS_SUBSEC) != 0 ? WANT(bit) : &none)
	return a->has == has &&
	    a->type == (v > 3 ? b->type : TYPE_UNKNOWN) &&
	    a->size == WANT(HAS_SIZE)->size &&
	    a->alloc == WANT(HAS_ALLOC)->alloc &&
	    a->uid == WANT(HAS_IDS)->uid && a->gid == WANT(HAS_IDS)->gid &&
	    same_slice(a->owner, WANT(HAS_OWNER)->owner) &&
	    same_slice(a->group, WANT(HAS_OWNER)->group) &&
	    a->mode == (WANT(HAS_MODE)->mode & (v > 3 ? 07777u : ~0u)) &&
	    a->atime == WANT(HAS_ATIME)->atime &&
	    a->btime == WANT(HAS_BTIME)->btime &&
	    a->mtime == WANT(HAS_MTIME)->mtime &&
	    a->ctime == WANT(HAS_CTIME)->ctime &&
	    a->atime_ns == NS(HAS_ATIME)->atime_ns &&
	    a->btime_ns == NS(HAS_BTIME)->btime_ns &&
	    a->mtime_ns == NS(HAS_MTIME)->mtime_ns &&
	    a->ctime_ns == NS(HAS_CTIME)->ctime_ns &&
	    same_slice(a->acl, WANT(HAS_ACL)->acl) &&
	    a->acl_flags == WANT(HAS_ACL)->acl_flags &&
	    a->bits == WANT(HAS_BITS)->bits &&
	    /* Version 5 has no mask: all bits are valid. */
	    a->bits_valid == (v == 5 && (has & HAS_BITS) != 0 ? UINT32_MAX :
	    WANT(HAS_BITS)->bits_valid) &&
	    a->text_hint == WANT(HAS_TEXT_HINT)->text_hint &&
	    same_slice(a->mime, WANT(HAS_MIME)->mime) &&
	    a->nlink == WANT(HAS_NLINK)->nlink &&
	    same_slice(a->raw_name, WANT(HAS_RAW_NAME)->raw_name) &&
	    a->extended == 0;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Encodes, compares with the drafts, decodes, and encodes again. */
static bool
round_trip(int v, uint32_t has)
{
	struct buf b = { 0 }, again = { 0 };
	struct attr a = specimen;
	uint32_t flags, want;
	uint8_t *copy;
	size_t len;
	struct reader r;
	bool right;

	a.has = has;
	want = carried(v, has, &flags, &len);
	attr_put(&b, v, &a);
	right = b.len == len && be32(b.data) == flags;
	right &= get_copy(b.data, b.len, v, &a, &r, &copy) == 0 && !r.dry &&
	    reader_left(&r) == 0 && same_as_specimen(&a, v, want);
	attr_put(&again, v, &a);
	right &= same_slice((struct slice){ again.data, again.len },
	    (struct slice){ b.data, b.len });
	free(copy);
	buf_free(&b);
	buf_free(&again);
	return right;
}

/* True if each prefix of a message leaves the reader dry. */
static bool
each_truncation_is_dry(int v, uint32_t has)
{
	struct buf b = { 0 };
	struct attr a = specimen;
	uint8_t *copy;
	struct reader r;
	bool right = true;
	size_t len;

	a.has = has;
	attr_put(&b, v, &a);
	for (len = 0; len < b.len; len++) {
		(void)get_copy(b.data, len, v, &a, &r, &copy);
		right &= r.dry;
		free(copy);
	}
	buf_free(&b);
	return right;
}

/* All combinations of the 17 members in each version. */
static void
test_round_trips(void)
{
	const uint32_t all = HAS_EXTENDED * 2 - 1;
	uint32_t has;
	int v;

	for (v = 3; v <= 6; v++) {
		unsigned bad = 0, wet = 0;

		for (has = 0; has <= all; has++) {
			bad += !round_trip(v, has);
			/* One, two and all members. */
			if (__builtin_popcount(has) <= 2 || has == all)
				wet += !each_truncation_is_dry(v, has);
		}
		ok(bad == 0, "version %d: all %u subsets are decoded as "
		    "encoded (%u are not)", v, all + 1, bad);
		ok(wet == 0,
		    "version %d: a truncated message is dry (%u are not)", v,
		    wet);
	}
}

/*
 * Encoded by hand: version 3 after draft-02 5, version 4 after draft-04 5,
 * version 5 after draft-05 5, version 6 after draft-13 7, in the order of their
 * lists.
 */
static const struct {
	const char	*title;
	int		 version;
	struct attr	 attr;
	const char	*bytes;
	size_t		 len;
} golden[] = {
	{ "draft-02 5: nothing", 3, { .has = 0 }, BYTES("\0\0\0\0") },
	{ "draft-02 5: size, ids, mode with the type, both times", 3,
	    { .has = HAS_SIZE | HAS_IDS | HAS_MODE | HAS_ATIME | HAS_MTIME,
	    .size = 0x100000002, .uid = 3, .gid = 4, .mode = 0100644,
	    .atime = 0x5a, .mtime = 0xffffffff },
	    BYTES("\0\0\0\x0f" "\0\0\0\1\0\0\0\2" "\0\0\0\3" "\0\0\0\4"
	    "\0\0\x81\xa4" "\0\0\0\x5a" "\xff\xff\xff\xff") },
	{ "draft-02 5: version 3 has no owner, no subseconds, no ctime", 3,
	    { .has = HAS_OWNER | HAS_SUBSEC | HAS_CTIME | HAS_NLINK |
	    HAS_BTIME, .type = TYPE_DIRECTORY }, BYTES("\0\0\0\0") },
	{ "draft-04 5: the type alone, which is always present", 4,
	    { .type = TYPE_UNKNOWN }, BYTES("\0\0\0\0\5") },
	{ "draft-04 5: owner and group before permissions, times of 64 bits",
	    4, { .has = HAS_SIZE | HAS_OWNER | HAS_MODE | HAS_ATIME |
	    HAS_MTIME | HAS_SUBSEC, .type = TYPE_DIRECTORY, .size = 9,
	    .owner = STR("a"), .group = STR("bc"), .mode = 040755,
	    .atime = -1, .atime_ns = 500000000, .mtime = 2, .mtime_ns = 3 },
	    BYTES("\0\0\1\xad" "\2" "\0\0\0\0\0\0\0\x09" "\0\0\0\1a"
	    "\0\0\0\2bc" "\0\0\1\xed" "\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\x1d\xcd\x65\0" "\0\0\0\0\0\0\0\2" "\0\0\0\3") },
	{ "draft-04 5: no nanoseconds without SUBSECOND_TIMES", 4,
	    { .has = HAS_BTIME, .type = TYPE_REGULAR, .btime = 1,
	    .btime_ns = 7 }, BYTES("\0\0\0\x10" "\1" "\0\0\0\0\0\0\0\1") },
	{ "draft-04 5: SUBSECOND_TIMES adds nothing to an absent time",
	    4, { .has = HAS_SUBSEC, .type = TYPE_REGULAR },
	    BYTES("\0\0\1\0" "\1") },
	{ "draft-04 5.7: an ACL is one string", 4, { .has = HAS_ACL,
	    .type = TYPE_REGULAR, .acl_flags = 3, .acl = STR("\0\0\0\0") },
	    BYTES("\0\0\0\x40" "\1" "\0\0\0\4" "\0\0\0\0") },
	{ "draft-13 7.8: acl-flags are the first word of that string", 6,
	    { .has = HAS_ACL, .type = TYPE_REGULAR, .acl_flags = 1,
	    .acl = STR("\0\0\0\0") },
	    BYTES("\0\0\0\x40" "\1" "\0\0\0\x8" "\0\0\0\1"
	    "\0\0\0\0") },
	{ "draft-05 5.8: the bits are one word", 5, { .has = HAS_BITS,
	    .type = TYPE_REGULAR, .bits = 4, .bits_valid = 0xff },
	    BYTES("\0\0\2\0" "\1" "\0\0\0\4") },
	{ "draft-13 7.9: bits and which of them are valid", 6,
	    { .has = HAS_BITS, .type = TYPE_REGULAR, .bits = 4,
	    .bits_valid = 0xff },
	    BYTES("\0\0\2\0" "\1" "\0\0\0\4" "\0\0\0\xff") },
	{ "draft-13 7: allocation size before owner, ctime after mtime, hint, "
	    "type, links, raw name", 6, { .has = HAS_SIZE | HAS_ALLOC |
	    HAS_OWNER | HAS_MTIME | HAS_CTIME | HAS_TEXT_HINT | HAS_MIME |
	    HAS_NLINK | HAS_RAW_NAME, .type = TYPE_FIFO, .size = 1,
	    .alloc = 2, .owner = STR(""), .group = STR("g"), .mtime = 3,
	    .ctime = 4, .text_hint = 1, .mime = STR("a/b"), .nlink = 5,
	    .raw_name = STR("\xff") },
	    BYTES("\0\0\xfc\xa1" "\x09" "\0\0\0\0\0\0\0\1" "\0\0\0\0\0\0\0\2"
	    "\0\0\0\0" "\0\0\0\1g" "\0\0\0\0\0\0\0\3" "\0\0\0\0\0\0\0\4"
	    "\1" "\0\0\0\3a/b" "\0\0\0\5" "\0\0\0\1\xff") },
	{ "draft-13 7: the four times in turn", 6, { .has = HAS_ATIME |
	    HAS_BTIME | HAS_MTIME | HAS_CTIME | HAS_SUBSEC, .type = 1,
	    .atime = 1, .atime_ns = 2, .btime = 3, .btime_ns = 4, .mtime = 5,
	    .mtime_ns = 6, .ctime = 7, .ctime_ns = 8 },
	    BYTES("\0\0\x81\x38" "\1" "\0\0\0\0\0\0\0\1" "\0\0\0\2"
	    "\0\0\0\0\0\0\0\3" "\0\0\0\4" "\0\0\0\0\0\0\0\5" "\0\0\0\6"
	    "\0\0\0\0\0\0\0\7" "\0\0\0\x08") },
};

static void
test_golden(void)
{
	size_t i;

	for (i = 0; i < nitems(golden); i++) {
		struct buf b = { 0 };

		attr_put(&b, golden[i].version, &golden[i].attr);
		ok(b.len == golden[i].len &&
		    memcmp(b.data, golden[i].bytes, b.len) == 0,
		    "version %d, %s", golden[i].version, golden[i].title);
		buf_free(&b);
	}
}

/*
 * Messages of a client: the outcome, whether the reader is dry, how many bytes
 * remain, and the members that were read.
 */
static const struct {
	const char	*title;
	int		 version;
	const char	*bytes;
	size_t		 len;
	int		 outcome;
	bool		 dry;
	size_t		 left;
	uint32_t	 has;
} messages[] = {
	{ "bytes after ATTRS are left unread", 3, BYTES("\0\0\0\0zz"), 0,
	    false, 2, 0 },
	{ "bit 2 carries no field in version 4", 4,
	    BYTES("\0\0\0\2\1z"), 0, false, 1, 0 },
	{ "bit 2 carries no field in version 5", 5,
	    BYTES("\0\0\0\2\1z"), 0, false, 1, 0 },
	{ "bit 2 carries no field in version 6", 6,
	    BYTES("\0\0\0\2\1z"), 0, false, 1, 0 },
	{ "bit 2 beside a size", 6,
	    BYTES("\0\0\0\3\1\0\0\0\0\0\0\0\x08"), 0, false, 0,
	    HAS_SIZE },
	{ "version 3 ignores undefined bits", 3,
	    BYTES("\x7f\xff\xff\xf0z"), 0, false, 1, 0 },
	{ "any type byte is accepted", 4, BYTES("\0\0\0\0\0"), 0, false, 0, 0 },
	{ "any type byte is accepted", 6, BYTES("\0\0\0\0\xff"), 0, false, 0,
	    0 },
	{ "no pairs", 3, BYTES("\x80\0\0\0\0\0\0\0"), 0, false, 0,
	    0 },
	{ "one pair, followed by a byte", 3,
	    BYTES("\x80\0\0\0\0\0\0\1\0\0\0\1n\0\0\0\2vvz"), 0, false, 1,
	    0 },
	{ "two empty pairs", 6, BYTES("\x80\0\0\0\1\0\0\0\2"
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, false, 0,
	    HAS_EXTENDED },
	{ "a missing pair", 3, BYTES("\x80\0\0\0\0\0\0\1"), 0, true, 0,
	    0 },
	{ "half a pair", 3, BYTES("\x80\0\0\0\0\0\0\1\0\0\0\1n"), 0, true, 5,
	    0 },
	{ "a count of 2^32-1", 3, BYTES("\x80\0\0\0\xff\xff\xff\xff"
	    "\0\0\0\0\0\0\0\0"), 0, true, 8, 0 },
	{ "a count of 2^29, whose size overflows 32 bits", 6,
	    BYTES("\x80\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\0"), 0, true, 8,
	    HAS_EXTENDED },
	{ "a pair that claims 2^32-1 bytes", 3, BYTES("\x80\0\0\0\0\0\0\1"
	    "\xff\xff\xff\xff\0\0\0\0"), 0, true, 4, 0 },
	{ "an owner that claims 2^32-1 bytes", 4, BYTES("\0\0\0\x80\1"
	    "\xff\xff\xff\xff\0\0\0\0"), 0, true, 4, HAS_OWNER },
};

static void
test_messages(void)
{
	size_t i;

	for (i = 0; i < nitems(messages); i++) {
		struct reader r;
		struct attr a;
		uint8_t *copy;
		int outcome = get_copy((const uint8_t *)messages[i].bytes,
		    messages[i].len, messages[i].version, &a, &r, &copy);

		ok(outcome == messages[i].outcome && r.dry == messages[i].dry &&
		    reader_left(&r) == messages[i].left &&
		    a.has == messages[i].has, "version %d: %s (outcome %d, "
		    "left %zu)", messages[i].version, messages[i].title,
		    outcome, reader_left(&r));
		free(copy);
	}
}

/* The field of an undefined flag cannot be measured (protocol 3.9). */
static void
test_unknown_flags(void)
{
	uint8_t bytes[64] = { 0 };
	struct reader r;
	struct attr a;
	int v, bit;

	for (v = 4; v <= 6; v++)
		for (bit = 0; bit < 32; bit++) {
			uint32_t flag = 1u << bit;
			int want = flag == 2 || (valid[v] & flag) != 0 ? 0 :
			    FX_BAD_MESSAGE;

			for (int i = 0; i < 4; i++)
				bytes[i] = (uint8_t)(flag >> (24 - 8 * i));
			reader_init(&r, bytes, sizeof(bytes));
			ok(attr_get(&r, v, &a) == want,
			    "version %d: flag %#010x is %s", v, flag,
			    want == 0 ? "known" : "a bad message");
		}
}

/* Version 3 has 32 bits, which clients read as signed or unsigned (trap 12). */
static const struct {
	int64_t		time;
	uint32_t	wire;
} times[] = {
	{ 0, 0 }, { 1, 1 }, { -1, 0xffffffff }, { INT32_MAX, 0x7fffffff },
	{ INT32_MAX + INT64_C(1), 0x80000000 }, { UINT32_MAX, 0xffffffff },
	{ UINT32_MAX + INT64_C(1), 0xffffffff }, { INT64_MAX, 0xffffffff },
	{ INT32_MIN, 0x80000000 }, { INT32_MIN - INT64_C(1), 0x80000000 },
	{ INT64_MIN, 0x80000000 },
};

static void
test_times(void)
{
	size_t i;

	for (i = 0; i < nitems(times); i++) {
		struct attr a = { .has = HAS_ATIME | HAS_MTIME,
		    .atime = times[i].time, .mtime = times[i].time };
		struct buf b = { 0 };
		struct reader r;
		uint32_t wire[2];

		attr_put(&b, 3, &a);
		wire[0] = be32(b.data + 4);
		wire[1] = be32(b.data + 8);
		reader_init(&r, b.data, b.len);
		attr_get(&r, 3, &a);
		ok(wire[0] == times[i].wire && wire[1] == times[i].wire &&
		    a.atime == times[i].wire && a.mtime == times[i].wire,
		    "version 3: %lld is sent as %#x and read as unsigned",
		    (long long)times[i].time, times[i].wire);
		buf_free(&b);

		a = (struct attr){ .has = HAS_MTIME, .mtime = times[i].time };
		attr_put(&b, 6, &a);
		reader_init(&r, b.data, b.len);
		attr_get(&r, 6, &a);
		ok(a.mtime == times[i].time,
		    "version 6: %lld is sent unchanged",
		    (long long)times[i].time);
		buf_free(&b);
	}
}

/* draft-04 5.2 ends at type 5, draft-13 7.2 at 9. */
static void
test_types(void)
{
	static const uint8_t v4[] = { 0, 1, 2, 3, 4, 5, 4, 4, 4, 4 };
	uint8_t type;
	int v;

	for (type = 1; type <= 9; type++)
		for (v = 4; v <= 6; v++) {
			struct attr a = { .type = type };
			struct buf b = { 0 };

			attr_put(&b, v, &a);
			ok(b.data[4] == (v == 4 ? v4[type] : type),
			    "version %d: type %u is sent as %u", v, type,
			    b.data[4]);
			buf_free(&b);
		}
}

/* Version 3 carries all mode bits, later ones no type bits. */
static void
test_modes(void)
{
	static const uint32_t types[] = {
		0, S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR,
		S_IFBLK,
	};
	size_t i;
	int v;

	for (v = 3; v <= 6; v++) {
		bool right = true;

		for (i = 0; i < nitems(types); i++) {
			struct attr a = { .has = HAS_MODE,
			    .mode = types[i] | 07777 };
			struct buf b = { 0 };

			attr_put(&b, v, &a);
			right &= be32(b.data + b.len - 4) ==
			    (v == 3 ? types[i] | 07777 : 07777);
			buf_free(&b);
		}
		ok(right, "version %d %s the file type in the mode", v,
		    v == 3 ? "has" : "does not have");
	}
}

/* protocol 8.1: neither times of creation and change, nor link counts. */
static void
test_settable(void)
{
	static const uint32_t masks[] = {
		[3] = 0x0f, [4] = 0x1ed, [5] = 0x3ed, [6] = 0x7ed,
	};
	int v;

	for (v = 3; v <= 6; v++)
		ok(attr_settable(v) == masks[v],
		    "version %d: settable is %#x, not %#x", v,
		    attr_settable(v), masks[v]);
}

int
main(void)
{
	test_round_trips();
	test_golden();
	test_messages();
	test_unknown_flags();
	test_times();
	test_types();
	test_modes();
	test_settable();
	return done();
}
