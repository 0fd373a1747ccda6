/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

/* The read that a test makes: a fixed width, a string or all that is left. */
enum ask { A8, A32, A64, ASTR, AREST };

/* Returns the integer, or the length of a string. */
static uint64_t
ask_reader(struct reader *r, enum ask what)
{
	switch (what) {
	case A8:
		return get_u8(r);
	case A32:
		return get_u32(r);
	case A64:
		return get_u64(r);
	case ASTR:
		return get_str(r).len;
	default:
		return get_rest(r).len;
	}
}

/*
 * Reads in sequence, their results, and the index of the read that runs dry (-1
 * for none). Lengths and bytes are written by hand, big-endian.
 */
static const struct {
	const char	*title, *bytes;
	size_t		 len;
	int		 n;
	enum ask	 ask[4];
	uint64_t	 answer[4];
	int		 dry_at;
	size_t		 left;
} reads[] = {
	{ "numbers are big-endian", "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
	    "\x0b\x0c\x0d", 13, 3, { A8, A32, A64 },
	    { 0x01, 0x02030405, 0x060708090a0b0c0dULL }, -1, 0 },
	{ "the top bit is not a sign",
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff", 13, 3, { A8, A32, A64 },
	    { 0xff, 0xffffffff, UINT64_MAX }, -1, 0 },
	{ "an empty reader", "", 0, 1, { A8 }, { 0 }, 0, 0 },
	{ "one byte is too short for a u32", "\x09", 1, 1, { A32 }, { 0 }, 0,
	    1 },
	{ "three bytes are too short for a u32", "\x09\x09\x09", 3, 1, { A32 },
	    { 0 }, 0, 3 },
	{ "seven bytes are too short for a u64", "\x09\x09\x09\x09\x09\x09\x09",
	    7, 1, { A64 }, { 0 }, 0, 7 },
	{ "a dry reader stays dry although a byte is left", "\x09\x09\x09", 3,
	    4, { A32, A8, AREST, ASTR }, { 0, 0, 0, 0 }, 0, 3 },
	{ "a string", "\0\0\0\2ab\7", 7, 2, { ASTR, A8 }, { 2, 7 }, -1, 0 },
	{ "an empty string", "\0\0\0\0\7", 5, 2, { ASTR, A8 }, { 0, 7 }, -1,
	    0 },
	{ "an empty string at the end", "\0\0\0\0", 4, 1, { ASTR }, { 0 }, -1,
	    0 },
	{ "a string with a truncated length", "\0\0\0", 3, 1, { ASTR }, { 0 },
	    0, 3 },
	{ "a string one byte short", "\0\0\0\3ab", 6, 1, { ASTR }, { 0 }, 0,
	    2 },
	{ "a string of 2^31 bytes", "\x80\0\0\0ab", 6, 1, { ASTR }, { 0 }, 0,
	    2 },
	{ "a string of 2^32-1 bytes", "\xff\xff\xff\xff" "ab", 6, 1, { ASTR },
	    { 0 }, 0, 2 },
	{ "a string of 2^32-4 bytes", "\xff\xff\xff\xfc" "ab", 6, 2,
	    { ASTR, ASTR }, { 0, 0 }, 0, 2 },
	{ "the rest", "\1ab", 3, 3, { A8, AREST, AREST }, { 1, 2, 0 }, -1, 0 },
	{ "an empty rest does not make the reader dry", "", 0, 1, { AREST },
	    { 0 }, -1, 0 },
};

static void
test_reads(void)
{
	size_t i;

	for (i = 0; i < nitems(reads); i++) {
		/*
		 * Allocate exactly this size so that ASan detects a read beyond
		 * the end.
		 */
		uint8_t *bytes = malloc(reads[i].len);
		struct reader r;
		bool right = true;
		int n, dry_at = -1;

		memcpy(bytes, reads[i].bytes, reads[i].len);
		reader_init(&r, bytes, reads[i].len);
		for (n = 0; n < reads[i].n; n++) {
			right &= ask_reader(&r, reads[i].ask[n]) ==
			    reads[i].answer[n];
			if (r.dry && dry_at == -1)
				dry_at = n;
		}
		ok(right && dry_at == reads[i].dry_at &&
		    reader_left(&r) == reads[i].left, "read: %s",
		    reads[i].title);
		free(bytes);
	}
}

/* A slice points to where it was read, which decoding in place relies on. */
static void
test_slices(void)
{
	uint8_t bytes[] = { 0, 0, 0, 2, 'a', 'b', 0, 0, 0, 9 };
	struct reader r;
	struct slice s;

	reader_init(&r, bytes, sizeof(bytes));
	s = get_str(&r);
	ok(s.p == bytes + 4 && s.len == 2, "a string is a slice of the packet");
	s = get_str(&r);
	ok(s.p == NULL && s.len == 0, "a string that runs dry is NULL");
	reader_init(&r, NULL, 0);
	ok(reader_left(&r) == 0 && get_rest(&r).len == 0 && !r.dry &&
	    get_u8(&r) == 0 && r.dry,
	    "a reader of no bytes is empty, also at NULL");
}

static void
test_writes(void)
{
	static const uint8_t expected[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a,
		0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 'x', 'y', 0, 0, 0, 3, 'a', 0,
		'b', 0, 0, 0, 0, 0, 0, 0, 2, 'h', 'i',
	};
	struct buf b = { 0 };

	put_u8(&b, 0x01);
	put_u16(&b, 0x0203);
	put_u32(&b, 0xffffffff);
	put_u64(&b, 0x08090a0b0c0d0e0fULL);
	set_u32(&b, 3, 0x04050607);
	put_bytes(&b, "xy", 2);
	put_bytes(&b, NULL, 0);
	put_str(&b, "a\0b", 3);
	put_str(&b, NULL, 0);
	put_cstr(&b, "hi");
	ok(b.len == sizeof(expected) && memcmp(b.data, expected, b.len) == 0,
	    "writes are big-endian, and a length precedes strings");
	buf_free(&b);
	ok(b.data == NULL && b.len == 0 && b.cap == 0,
	    "a freed buffer is empty");
}

/* Grows by each step that could allocate one byte too few. */
static void
test_growth(void)
{
	static const size_t steps[] = { 1, 2, 3, 7, 8, 31, 4096, 65537 };
	size_t i, k, j;

	for (i = 0; i < nitems(steps); i++) {
		struct buf b = { 0 };
		bool right = true;

		for (k = 0; k < 50; k++) {
			uint8_t *to = buf_room(&b, steps[i]);

			right &= b.cap - b.len >= steps[i] &&
			    to == b.data + b.len;
			memset(to, (int)k, steps[i]);
			b.len += steps[i];
		}
		for (j = 0; j < b.len; j++)
			right &= b.data[j] == j / steps[i];
		ok(right, "50 times %zu bytes: all fit and none is lost",
		    steps[i]);
		buf_free(&b);
	}
}

static jmp_buf no_memory;

static void
on_no_memory(void)
{
	longjmp(no_memory, 1);
}

/* True if asking for so much room ends in buf_no_memory. */
static bool
room_ends(struct buf *b, size_t n)
{
	if (setjmp(no_memory) != 0)
		return true;
	(void)buf_room(b, n);
	return false;
}

/* A size that no machine has must end there and not overflow. */
static void
test_no_memory(void)
{
	static const size_t sizes[] = {
		SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX - 16,
		SIZE_MAX / 2 + 1, SIZE_MAX / 4 * 3,
	};
	static const size_t before[] = { 0, 1, 16 };
	size_t i, k;

	buf_no_memory = on_no_memory;
	for (i = 0; i < nitems(sizes); i++)
		for (k = 0; k < nitems(before); k++) {
			struct buf b = { 0 };

			put_bytes(&b, "0123456789abcdef", before[k]);
			ok(room_ends(&b, sizes[i]) && b.len == before[k],
			    "room for %zx more after %zu bytes: out of memory",
			    sizes[i], before[k]);
			buf_free(&b);
		}
	buf_no_memory = abort;
}

/* ASan's allocator aborts on huge sizes unless it is told to return NULL. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=4096";
}

int
main(void)
{
	test_reads();
	test_slices();
	test_writes();
	test_growth();
	test_no_memory();
	return done();
}
