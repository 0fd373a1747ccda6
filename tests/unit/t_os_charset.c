/* SPDX-License-Identifier: ISC */
/*
 * Names in a charset that lacks a letter. The iconv(3) of this program writes
 * an asterisk for it and counts that, as the one of musl does; glibc's fails.
 */
#include "config.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "os/charset.h"
#include "tap.h"

static char a_charset;

iconv_t
iconv_open(const char *to, const char *from)
{
	(void)to;
	(void)from;
	return &a_charset;
}

int
iconv_close(iconv_t cd)
{
	(void)cd;
	return 0;
}

/* Converts a letter of two bytes to an asterisk, and keeps the others. */
size_t
iconv(iconv_t cd, char **in, size_t *in_left, char **out, size_t *room)
{
	size_t replaced = 0, len;

	(void)cd;
	while (in != NULL && *in_left > 0) {
		if (*room == 0) {
			errno = E2BIG;
			return (size_t)-1;
		}
		len = (**in & 0x80) != 0 ? 2 : 1;
		replaced += len == 2;
		*(*out)++ = len == 2 ? '*' : **in;
		--*room;
		*in += len;
		*in_left -= len;
	}
	return replaced;
}

static const struct {
	const char	*name;
	size_t		 size;
	int		 outcome;
} names[] = {
	{ "plain", 16, 0 },
	{ "", 1, 0 },
	{ "plain", 6, 0 },
	{ "plain", 5, -ENAMETOOLONG },
	{ "caf\xc3\xa9", 16, -EILSEQ },
	{ "\xc3\xa9t\xc3\xa9", 16, -EILSEQ },
	{ "\xc3\xa9t\xc3\xa9", 3, -ENAMETOOLONG },
};

int
main(void)
{
	struct charset *c = charset_open("X");
	char to[16];
	size_t i;
	int r;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = charset_to_disk(c, names[i].name, to, names[i].size);
		ok(r == names[i].outcome && (r != 0 ||
		    strcmp(to, names[i].name) == 0), "name %zu in %zu bytes: "
		    "%s", i, names[i].size, strerror(-r));
	}
	charset_close(c);
	return done();
}
