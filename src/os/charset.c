/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "os/charset.h"

struct charset {
	iconv_t	 to_disk, to_wire;
};

struct charset *
charset_open(const char *name)
{
	struct charset *c = malloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->to_disk = iconv_open(name, "UTF-8");
	c->to_wire = iconv_open("UTF-8", name);
	if (c->to_disk == (iconv_t)-1 || c->to_wire == (iconv_t)-1) {
		free(c);
		return NULL;
	}
	return c;
}

void
charset_close(struct charset *c)
{
	iconv_close(c->to_disk);
	iconv_close(c->to_wire);
	free(c);
}

int
charset_to_disk(struct charset *c, const char *utf8, char *to, size_t size)
{
	char *in = (char *)(uintptr_t)utf8, *out = to;
	size_t left = strlen(utf8), room = size - 1, replaced;

	(void)iconv(c->to_disk, NULL, NULL, NULL, NULL);
	replaced = iconv(c->to_disk, &in, &left, &out, &room);
	if (replaced != (size_t)-1 &&
	    iconv(c->to_disk, NULL, NULL, &out, &room) == (size_t)-1)
		replaced = (size_t)-1;
	*out = '\0';
	if (replaced == (size_t)-1)
		return errno == E2BIG ? -ENAMETOOLONG : -EILSEQ;
	/*
	 * iconv(3) replaced characters by similar ones, or by asterisks as in
	 * musl, which would name another file.
	 */
	return replaced > 0 ? -EILSEQ : 0;
}

bool
charset_to_wire(struct charset *c, const char *name, char *to, size_t size)
{
	char *in = (char *)(uintptr_t)name, *out = to;
	size_t left = strlen(name), room = size - 1;
	bool exact = true;

	(void)iconv(c->to_wire, NULL, NULL, NULL, NULL);
	while (iconv(c->to_wire, &in, &left, &out, &room) == (size_t)-1) {
		exact = false;
		if (errno == E2BIG || left == 0 || room == 0)
			break;
		in++;
		left--;
		*out++ = '?';
		room--;
	}
	*out = '\0';
	return exact;
}

/*
 * True if ASCII characters, first of all slashes and dots, are stored as their
 * own bytes and those bytes mean nothing else. UTF-16 and EBCDIC fail this
 * test, and so do UTF-7 and ISO-2022 because of the plus sign and the escape
 * sequence in it.
 */
static bool
keeps_ascii(struct charset *c)
{
	static const char ascii[] = "/.-_09AZaz+\033(B/\016/";
	char to[4 * sizeof(ascii)];

	return charset_to_disk(c, ascii, to, sizeof(to)) == 0 &&
	    strcmp(to, ascii) == 0 &&
	    charset_to_wire(c, ascii, to, sizeof(to)) &&
	    strcmp(to, ascii) == 0;
}

bool
charset_suits(const char *name)
{
	struct charset *c;
	bool suits;

	/*
	 * A suffix such as //TRANSLIT would make two names on disk look the
	 * same.
	 */
	if (strchr(name, '/') != NULL)
		return false;
	c = charset_open(name);
	suits = c != NULL && keeps_ascii(c);

	if (c != NULL)
		charset_close(c);
	return suits;
}
