/* SPDX-License-Identifier: ISC */
/* Whole lines, compared with those of OpenSSH's ls_file(). */
#include "config.h"

#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "request/longname.h"
#include "tap.h"

#define NOBODY	4011111111u	/* an id that should be unused; checked */

static const struct {
	uint32_t	 mode, nlink, uid, gid;
	uint64_t	 size;
	int64_t		 mtime;
	const char	*name, *line;
} lines[] = {
	{ 0100644, 1, 0, 0, 5, 0, "name", "-rw-r--r--    1 root     root     "
	    "       5 Jan  1  1970 name" },
	{ 0040755, 12, 0, NOBODY, 4096, 951782400, "dir", "drwxr-xr-x   12 "
	    "root     4011111111     4096 Feb 29  2000 dir" },
	{ 0120777, 100, NOBODY, 0, 7, -1, "link", "lrwxrwxrwx  100 4011111111 "
	    "root            7 Dec 31  1969 link" },
	{ 0010600, 1000, 0, 0, 0, 0, "fifo", "prw-------  1000 root     root "
	    "           0 Jan  1  1970 fifo" },
	{ 0140000, 12345, 0, 0, 0, 0, "sock", "s---------  12345 root     "
	    "root            0 Jan  1  1970 sock" },
	{ 0020620, 4294967295u, 0, 0, 0, 0, "tty", "crw--w----  4294967295 "
	    "root     root            0 Jan  1  1970 tty" },
	{ 0060660, 1, 0, 0, 0, 0, "disk", "brw-rw----    1 root     root     "
	    "       0 Jan  1  1970 disk" },
	{ 0104755, 1, 0, 0, 99999999, 0, "suid", "-rwsr-xr-x    1 root     "
	    "root     99999999 Jan  1  1970 suid" },
	{ 0102070, 1, 0, 0, 100000000, 0, "sgid", "----rws---    1 root     "
	    "root     100000000 Jan  1  1970 sgid" },
	{ 0107000, 1, 0, 0, UINT64_MAX, 0, "SST", "---S--S--T    1 root     "
	    "root     18446744073709551615 Jan  1  1970 SST" },
	{ 0041777, 1, 0, 0, 0, 0, "tmp", "drwxrwxrwt    1 root     root     "
	    "       0 Jan  1  1970 tmp" },
	{ 0000000, 1, 0, 0, 0, 0, "odd", "?---------    1 root     root     "
	    "       0 Jan  1  1970 odd" },
	{ 0100644, 1, 0, 0, 5, INT64_MAX, "late", "-rw-r--r--    1 root     "
	    "root            5  late" },
	{ 0100644, 1, 0, 0, 5, 0, "a b\n\xff", "-rw-r--r--    1 root     "
	    "root            5 Jan  1  1970 a b\n\xff" },
	{ 0100644, 1, 0, 0, 5, 0, "", "-rw-r--r--    1 root     root     "
	    "       5 Jan  1  1970 " },

	/* Each differs from the first line in one of the four. */
	{ 0100600, 1, 0, 0, 5, 0, "name", "-rw-------    1 root     root     "
	    "       5 Jan  1  1970 name" },
	{ 0100644, 2, 0, 0, 5, 0, "name", "-rw-r--r--    2 root     root     "
	    "       5 Jan  1  1970 name" },
	{ 0100644, 1, NOBODY, 0, 5, 0, "name", "-rw-r--r--    1 4011111111 "
	    "root            5 Jan  1  1970 name" },
	{ 0100644, 1, 0, NOBODY, 5, 0, "name", "-rw-r--r--    1 root     "
	    "4011111111        5 Jan  1  1970 name" },
};

static void
put(struct longname *l, struct buf *b, size_t i, const char *name, size_t len)
{
	struct statx st = {
		.stx_mode = (uint16_t)lines[i].mode,
		.stx_nlink = lines[i].nlink,
		.stx_uid = lines[i].uid, .stx_gid = lines[i].gid,
		.stx_size = lines[i].size,
		.stx_mtime = { .tv_sec = lines[i].mtime },
	};

	longname_put(l, b, &st, name, len);
}

/* Formats a line and returns true if it is right. */
static bool
line_is_right(struct longname *l, size_t i)
{
	struct buf b = { 0 };
	size_t len = strlen(lines[i].line);
	bool right;

	put(l, &b, i, lines[i].name, strlen(lines[i].name));
	right = b.len == 4 + len && b.data[2] == 0 && b.data[3] == len &&
	    memcmp(b.data + 4, lines[i].line, len) == 0;
	if (!right)
		printf("# got %.*s\n", (int)b.len - 4, (char *)b.data + 4);
	buf_free(&b);
	return right;
}

static void
test_lines(void)
{
	size_t i;

	for (i = 0; i < nitems(lines); i++) {
		struct longname l = { 0 };

		ok(line_is_right(&l, i), "%.*s", lines[i].name[0] == 'a' ? 10 :
		    (int)strlen(lines[i].line), lines[i].line);
	}
}

/* No part of one line shows in the next. */
static void
test_pairs(void)
{
	size_t i, j;

	for (i = 0; i < nitems(lines); i++) {
		struct longname l = { 0 };
		bool right = true;

		for (j = 0; j < nitems(lines); j++)
			right &= line_is_right(&l, i) && line_is_right(&l, j);
		ok(right, "line %zu before and after each other one", i);
	}
}

/* OpenSSH's buffer has 1024 bytes with the NUL. */
static void
test_long_names(void)
{
	static char name[5000];
	const size_t before = strlen(lines[0].line) - strlen(lines[0].name);
	static const int over[] = { -1, 0, 1, 100, 3000 };
	size_t i;

	memset(name, 'n', sizeof(name));
	for (i = 0; i < nitems(over); i++) {
		size_t len = 1023 - before + (size_t)over[i];
		size_t want = over[i] > 0 ? 1023 : before + len;
		struct longname l = { 0 };
		struct buf b = { 0 };

		put(&l, &b, 0, name, len);
		ok(b.len == 4 + want && (size_t)(b.data[2] << 8 | b.data[3]) ==
		    want && memcmp(b.data + 4, lines[0].line, before) == 0 &&
		    b.data[b.len - 1] == 'n', "a line of %zu bytes has %zu",
		    before + len, want);
		buf_free(&b);
	}
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	if (getpwuid(NOBODY) != NULL || getgrgid(NOBODY) != NULL) {
		ok(true, "longnames # skip id %u has a name", NOBODY);
		return done();
	}
	test_lines();
	test_pairs();
	test_long_names();
	return done();
}
