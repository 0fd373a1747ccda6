/* SPDX-License-Identifier: ISC */
/* Ours or the C library's: they are to do the same. */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

static const struct {
	mode_t		 mode;
	const char	*text;
} modes[] = {
	{ S_IFREG | 0644, "-rw-r--r-- " }, { S_IFDIR | 0755, "drwxr-xr-x " },
	{ S_IFLNK | 0777, "lrwxrwxrwx " }, { S_IFIFO | 0600, "prw------- " },
	{ S_IFSOCK | 0, "s--------- " }, { S_IFCHR | 0620, "crw--w---- " },
	{ S_IFBLK | 0066, "b---rw-rw- " }, { 0111, "?--x--x--x " },
	{ S_IFREG | 07777, "-rwsrwsrwt " }, { S_IFREG | 07000, "---S--S--T " },
	{ S_IFDIR | 01777, "drwxrwxrwt " }, { S_IFREG | 02750, "-rwxr-s--- " },
	{ 0170000 | 04700, "?rws------ " },
};

static const struct {
	const char	*text;
	long long	 min, max, n;
	const char	*error;		/* the words differ a little */
} numbers[] = {
	{ "0", 0, 10, 0, NULL }, { "10", 0, 10, 10, NULL },
	{ "-3", -3, 0, -3, NULL }, { "11", 0, 10, 0, "too large" },
	{ "-1", 0, 10, 0, "too small" },
	{ "", 0, 10, 0, "invalid" },
	{ "1x", 0, 10, 0, "invalid" },
	{ "x", 0, 10, 0, "invalid" },
	{ "1 ", 0, 10, 0, "invalid" },
	{ "5", 10, 0, 0, "no such number" },
	{ "9223372036854775807", 0, LLONG_MAX, LLONG_MAX, NULL },
	{ "9223372036854775808", 0, LLONG_MAX, 0, "too large" },
	{ "-9223372036854775808", LLONG_MIN, 0, LLONG_MIN, NULL },
	{ "-9223372036854775809", LLONG_MIN, 0, 0, "too small" },
};

static void
test_numbers(void)
{
	const char *error;
	long long n;
	size_t i;

	for (i = 0; i < nitems(numbers); i++) {
		n = strtonum(numbers[i].text, numbers[i].min, numbers[i].max,
		    &error);
		ok(n == numbers[i].n &&
		    (error == NULL) == (numbers[i].error == NULL),
		    "\"%s\" from %lld to %lld is %lld, %s", numbers[i].text,
		    numbers[i].min, numbers[i].max, n,
		    error == NULL ? "right" : error);
	}
	ok(strtonum("7", 0, 10, NULL) == 7, "nobody need ask what is wrong");
}

static void
test_copies(void)
{
	char to[4] = "xyz";

	ok(strlcpy(to, "longer", 0) == 6 && strcmp(to, "xyz") == 0,
	    "no room, nothing written");
	ok(strlcpy(to, "longer", sizeof(to)) == 6 && strcmp(to, "lon") == 0,
	    "what fits is copied, and ended");
	ok(strlcpy(to, "abc", sizeof(to)) == 3 && strcmp(to, "abc") == 0,
	    "all of it, if that just fits");
	ok(strlcpy(to, "", sizeof(to)) == 0 && to[0] == '\0', "nothing at all");
	ok(strlcat(to, "a", sizeof(to)) == 1 &&
	    strlcat(to, "bc", sizeof(to)) == 3 && strcmp(to, "abc") == 0,
	    "put behind what is there");
	ok(strlcat(to, "de", sizeof(to)) == 5 && strcmp(to, "abc") == 0,
	    "as far as there is room");
	ok(strlcat(to, "de", 2) == 4 && strcmp(to, "abc") == 0,
	    "what does not end within its room is left alone");
}

int
main(void)
{
	char text[12];
	size_t i;

	for (i = 0; i < nitems(modes); i++) {
		strmode(modes[i].mode, text);
		ok(strcmp(text, modes[i].text) == 0, "%o is \"%s\"",
		    modes[i].mode, text);
	}
	test_numbers();
	test_copies();
	ok(strcmp(getprogname(), "t_base_compat") == 0, "it knows its name");
	return done();
}
