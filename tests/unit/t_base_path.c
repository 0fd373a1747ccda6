/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "tap.h"

static const struct {
	const char	*cwd, *path, *absolute;
} absolutes[] = {
	{ "/home/me", "", "/home/me" },
	{ "/home/me", ".", "/home/me" },
	{ "/home/me", "x", "/home/me/x" },
	{ "/home/me", "./x/", "/home/me/x" },
	{ "/home/me", "x//y///", "/home/me/x/y" },
	{ "/home/me", "../you", "/home/you" },
	{ "/home/me", "../../../..", "/" },
	{ "/home/me", "../../../../x", "/x" },
	{ "/home/me", "/", "/" },
	{ "/home/me", "//", "/" },
	{ "/home/me", "/x/./y/../z", "/x/z" },
	{ "/home/me", "/..", "/" },
	{ "/home/me", "/../x/..", "/" },
	{ "/home/me", "/a/b/c/../../..", "/" },
	{ "/home/me", "...", "/home/me/..." },
	{ "/home/me", ".x", "/home/me/.x" },
	{ "/home/me", "..x", "/home/me/..x" },
	{ "/", "", "/" },
	{ "/", "x", "/x" },
	{ "/", "..", "/" },
};

static const struct {
	const char	*path, *components;	/* each with a bar behind it */
} splits[] = {
	{ "", "" }, { "/", "" }, { "///", "" }, { "a", "a|" },
	{ "/a", "a|" }, { "a/", "a|" }, { "//a//b/", "a|b|" },
	{ "/a/./../b", "a|.|..|b|" },
};

static void
test_next(void)
{
	const char *rest;
	struct component c;
	char found[64];
	size_t i, n;

	for (i = 0; i < nitems(splits); i++) {
		found[n = 0] = '\0';
		for (rest = splits[i].path; path_next(rest, &c); rest = c.rest)
			n += (size_t)snprintf(found + n, sizeof(found) - n,
			    "%.*s|", (int)c.len, c.name);
		ok(strcmp(found, splits[i].components) == 0 && c.len == 0 &&
		    c.rest[0] == '\0', "\"%s\" is %s", splits[i].path,
		    found);
	}
}

static void
test_absolute(void)
{
	char to[PATH_MAX];
	size_t i, room;

	for (i = 0; i < nitems(absolutes); i++) {
		size_t len = strlen(absolutes[i].absolute);
		bool fits = path_absolute(absolutes[i].cwd, absolutes[i].path,
		    to, sizeof(to));

		ok(fits && strcmp(to, absolutes[i].absolute) == 0,
		    "\"%s\" in %s is %s (%s)", absolutes[i].path,
		    absolutes[i].cwd, absolutes[i].absolute, to);
		/* A buffer that is too small is rejected and never overrun. */
		for (room = 2; room < len + 1; room++) {
			memset(to, '#', sizeof(to));
			fits &= !path_absolute(absolutes[i].cwd,
			    absolutes[i].path, to, room) && to[room] == '#';
		}
		ok(fits, "... which needs %zu bytes", len + 1);
	}
}

static const struct {
	const char	*path, *top;
	bool		 below;
} belows[] = {
	{ "/a", "/a", true }, { "/a/b", "/a", true }, { "/ab", "/a", false },
	{ "/a", "/a/b", false }, { "/", "/", true }, { "/a", "/", true },
	{ "/a/b/c", "/", true }, { "/", "/a", false }, { "/b", "/a", false },
	{ "/a\1", "/a", false },
};

static void
test_below(void)
{
	size_t i;

	for (i = 0; i < nitems(belows); i++)
		ok(path_is_below(belows[i].path, belows[i].top) ==
		    belows[i].below, "%s is %sbelow %s", belows[i].path,
		    belows[i].below ? "" : "not ", belows[i].top);
}

/* In order: paths beneath a path follow it directly. */
static const char *const ordered[] = {
	"/", "/a", "/a/\1", "/a/b", "/a/b/c", "/a/c", "/a\1", "/a\1/x",
	"/a ", "/a!", "/a-b", "/a.", "/ab", "/a\x7f", "/a\x80", "/a\xff",
	"/b",
};

static void
test_order(void)
{
	size_t i, k;

	for (i = 0; i < nitems(ordered); i++)
		for (k = 0; k < nitems(ordered); k++) {
			int r = path_compare(ordered[i], ordered[k]);

			ok((r > 0) - (r < 0) == (i > k) - (i < k),
			    "order of number %zu and %zu", i, k);
		}
}

static const struct {
	const char	*path, *last;
} lasts[] = {
	{ "", "" }, { "/", "" }, { "///", "" }, { "a", "a" }, { "/a", "a" },
	{ "a/", "a" }, { "/a/b", "b" }, { "/a/b//", "b" }, { "a/..", ".." },
	{ "//a", "a" },
};

static void
test_last(void)
{
	size_t i, len;

	for (i = 0; i < nitems(lasts); i++) {
		const char *last = path_last(lasts[i].path, &len);

		ok(len == strlen(lasts[i].last) &&
		    memcmp(last, lasts[i].last, len) == 0,
		    "the last component of \"%s\" is \"%s\"", lasts[i].path,
		    lasts[i].last);
	}
}

static void
test_above(void)
{
	static const struct {
		const char	*path, *above;
	} rows[] = {
		{ "/a/b", "/a" }, { "/a", "/" }, { "/", "" }, { "", "" },
		{ "a", "" }, { "a/b", "a" }, { "a//b", "a" }, { "a/b//", "a" },
		{ "//a", "/" }, { "/a/..", "/a" },
	};
	size_t i, len;

	for (i = 0; i < nitems(rows); i++) {
		len = path_above(rows[i].path, strlen(rows[i].path));
		ok(len == strlen(rows[i].above), "above \"%s\" is \"%.*s\"",
		    rows[i].path, (int)len, rows[i].path);
	}
}

#define RANDOM	"abcdefghijKLMNOP012345"

static const struct {
	const char	*name;
	bool		 silly;
} names[] = {
	{ ".slipway-" RANDOM "-old", true },
	{ ".slipway-" RANDOM "-part", true },
	{ ".slipway-" RANDOM "-new", false },
	{ ".slipway-" RANDOM "-oldx", false },
	{ ".slipway-" RANDOM "-par", false },
	{ ".slipway-" RANDOM "x-old", false },
	{ ".slipway-" RANDOM, false },
	{ ".slipway-abcdefghij-LMNOP012345-old", false },
	{ ".slipway-abcdefghij/LMNOP012345-old", false },
	{ ".slipway-abcdefghij\xe4LMNOP012345-old", false },
	{ ".slipway-" "abcdefghij-old", false },
	{ "slipway-" RANDOM "-old", false },
	{ ".Slipway-" RANDOM "-old", false },
	{ "x.slipway-" RANDOM "-old", false },
	{ ".slipway-", false },
	{ "", false },
};

static void
test_alias(void)
{
	static const struct {
		const char	*path;
		bool		 is;
	} all[] = {
		{ "PROGRA~1", true }, { "a/2024-0~2/b", true }, { "~1", true },
		{ "A~1.TXT", true }, { "", false }, { "~", false },
		{ "a~", false }, { "a~b", false }, { "1~/1", false },
	};
	size_t i;

	for (i = 0; i < nitems(all); i++)
		ok(path_has_alias(all[i].path, strlen(all[i].path)) ==
		    all[i].is, "alias: \"%s\"", all[i].path);
	ok(!path_has_alias("a~1", 2), "alias: the first bytes of a path");
}

static void
test_hidden(void)
{
	size_t i;

	for (i = 0; i < nitems(names); i++)
		ok(path_is_silly(names[i].name, strlen(names[i].name)) ==
		    names[i].silly, "\"%s\" is %sours", names[i].name,
		    names[i].silly ? "" : "not ");
	for (i = 0; i < nitems(names); i++)
		ok(path_is_temp(names[i].name, strlen(names[i].name)) ==
		    (i == 1), "\"%s\" is %sthat of an upload", names[i].name,
		    i == 1 ? "" : "not ");
	ok(!path_is_silly(names[0].name, strlen(names[0].name) - 1) &&
	    SILLY_LEN >= strlen(names[1].name),
	    "bytes after the length are ignored");
}

int
main(void)
{
	test_next();
	test_absolute();
	test_below();
	test_order();
	test_last();
	test_above();
	test_alias();
	test_hidden();
	return done();
}
