/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "policy/rights.h"
#include "request/table.h"
#include "tap.h"
#include "wire/sftp.h"

/* OpenSSH's names, in the order of its -Q requests. */
static const char *const openssh[] = {
	"open", "close", "read", "write", "lstat", "fstat", "setstat",
	"fsetstat", "opendir", "readdir", "remove", "mkdir", "rmdir",
	"realpath", "stat", "rename", "readlink", "symlink", "posix-rename",
	"statvfs", "fstatvfs", "hardlink", "fsync", "lsetstat", "limits",
	"expand-path", "copy-data", "home-directory", "users-groups-by-id",
};

/* Which letters of a shape fill which array of a struct request. */
static const struct {
	const char	*letters, *what;
	size_t		 room;
} arrays[] = {
	{ "PpcxR", "paths", nitems(((struct request *)0)->path) },
	{ "PpcxRltdr", "strings", nitems(((struct request *)0)->str) },
	{ "hFDe", "handles", nitems(((struct request *)0)->handle) },
	{ "o", "u64", nitems(((struct request *)0)->u64) },
	{ "n", "u32", nitems(((struct request *)0)->u32) },
	{ "a", "attrs", 1 },
	{ "b", "bytes", 1 },
};
static const char letters[] = "PpcxRhFDetldaonbr?";

/* What a template may print, and the letters one of which it takes. */
static const struct {
	char		 letter;
	const char	*from;
	int		 nth;
} prints[] = {
	{ 'p', "PpcxR", 1 }, { 'q', "PpcxR", 2 }, { 't', "PpcxRlt", 1 },
	{ 'h', "hFDe", 1 }, { 'n', "hFDe", 1 }, { 'u', "hFDe", 1 },
	{ 'H', "hFDe", 2 }, { 'N', "hFDe", 2 }, { 'o', "o", 1 },
	{ 'l', "o", 2 }, { 'w', "o", 3 }, { 'c', "n", 1 }, { 'i', "n", 1 },
	{ 's', "d", 1 }, { 'f', "n", 1 }, { 'm', "a", 1 },
};

/* How many letters of the shape are among these? */
static size_t
count(const char *shape, const char *among)
{
	size_t n = 0;

	for (; *shape != '\0'; shape++)
		n += strchr(among, *shape) != NULL;
	return n;
}

static bool
fits(const char *shape)
{
	size_t i;

	if (count(shape, letters) != strlen(shape))
		return false;
	for (i = 0; i < nitems(arrays); i++)
		if (count(shape, arrays[i].letters) > arrays[i].room)
			return false;
	return true;
}

/* Does each letter of a template stand for a field of the shape? */
static bool
template_fits(const char *p, const char *shape)
{
	size_t i;

	for (; *p != '\0'; p++) {
		if (*p != '%')
			continue;
		p++;
		for (i = 0; i < nitems(prints) && prints[i].letter != *p; i++)
			;
		if (i == nitems(prints) || count(shape, prints[i].from) <
		    (size_t)prints[i].nth)
			return false;
	}
	return true;
}

static bool
same_key(const struct request_row *a, const struct request_row *b)
{
	if (a->type != b->type || (a->wire == NULL) != (b->wire == NULL))
		return false;
	return a->wire == NULL || strcmp(a->wire, b->wire) == 0;
}

static void
test_row(const struct request_row *row)
{
	const struct request_row *other;
	bool alone = true;

	ok(row->name != NULL && row->name[0] != '\0' && row->run != NULL &&
	    row->shape != NULL, "%s has a handler and a shape", row->name);
	ok(row->since >= 3 && row->until <= 6 && row->since <= row->until,
	    "%s is of versions %d to %d", row->name, row->since, row->until);
	ok((row->wire != NULL) == (row->type == FXP_EXTENDED),
	    "%s is an extension if it has an extension's name", row->name);
	ok(row->pair == NULL || (row->wire != NULL && row->pair[0] != '\0' &&
	    row->late_pair == NULL), "%s is announced with data if at all",
	    row->name);
	ok(fits(row->shape), "the fields of %s, \"%s\", have room", row->name,
	    row->shape);
	ok((row->rights[0] | row->rights[1]) <= RIGHTS_ALL &&
	    (row->rights[1] == 0 || count(row->shape, "PpcxRlhFDe") > 1),
	    "%s takes rights of what it names", row->name);
	ok(row->trace == NULL || (strchr("13", row->trace[0]) != NULL &&
	    template_fits(row->trace + 1, row->shape)),
	    "the trace of %s prints its fields", row->name);
	ok(row->line == NULL || strcmp(row->line, "C") == 0 ||
	    (strchr("IV", row->line[0]) != NULL &&
	    template_fits(row->line + 1, row->shape)),
	    "the line of %s prints its fields", row->name);
	for (other = table_rows; other < row; other++)
		alone &= !same_key(row, other) || row->since > other->until ||
		    row->until < other->since;
	ok(alone, "%s is the only row of its kind in its versions",
	    row->name);
}

/* OpenSSH's names, each for the first time, in OpenSSH's order. */
static void
test_names(void)
{
	size_t i, n = 0;
	bool right = true;

	for (i = 0; i < table_len; i++) {
		const struct request_row *row = &table_rows[i];

		right &= strcmp(table_named(row->name)->name, row->name) == 0
		    && table_named(row->name) <= row;
		if (n < nitems(openssh) && table_named(row->name) == row)
			n += strcmp(row->name, openssh[n]) == 0;
	}
	ok(n == nitems(openssh), "all %zu names of OpenSSH, in its order "
	    "(stuck at %s)", nitems(openssh),
	    n < nitems(openssh) ? openssh[n] : "none");
	ok(right, "a name leads to its first row");
}

/* Every packet type that there is, in each version: its row or none. */
static void
test_find(void)
{
	int v, type;
	bool right = true;
	size_t i;

	for (v = 3; v <= 6; v++)
		for (type = 0; type < 256; type++) {
			const struct request_row *row =
			    table_find((uint8_t)type, v);

			right &= row == NULL || (row->type == type &&
			    row->wire == NULL && row->since <= v &&
			    v <= row->until);
		}
	ok(right, "a type is found only where it is spoken");
	for (i = 0, right = true; i < table_len; i++)
		for (v = 3; v <= 6; v++) {
			const struct request_row *row = &table_rows[i];
			struct slice name = { (uint8_t *)(uintptr_t)row->wire,
			    row->wire == NULL ? 0 : strlen(row->wire) };

			if (row->wire == NULL || !table_speaks(row, v))
				continue;
			right &= table_find_extended(name, v) == row;
			name.len--;
			right &= table_find_extended(name, v) != row;
		}
	ok(right, "an extension is found by the whole of its name");
	ok(table_find(FXP_EXTENDED, 3) == NULL && table_find(FXP_INIT, 3) ==
	    NULL && table_find(FXP_STATUS, 3) == NULL,
	    "what has no row of its own is not found");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < table_len; i++)
		test_row(&table_rows[i]);
	test_names();
	test_find();
	return done();
}
