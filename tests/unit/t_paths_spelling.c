/* SPDX-License-Identifier: ISC */
/*
 * Tests of how a case-sensitive directory spells names. tests/wire/folding.py
 * has directories that fold case.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "base/buf.h"
#include "paths/locate.h"
#include "paths/spelling.h"
#include "policy/policy.h"
#include "scratch.h"
#include "tap.h"

static struct policy policy;
static struct fs fs = { .policy = &policy };

static const char *const entries[] = {
	"plain", "UPPER", "both", "BOTH", "linked", "2024", "dot.", "blank ",
	"short~1", "\xe6\x96\x87", "Caf\xc3\xa9", "\xff\xfe.",
};

/* Names that exist, and some that do not. */
static const char *const asked[] = {
	"plain", "UPPER", "both", "BOTH", "linked", "LINKED", "2024", "dot.",
	"blank ", "short~1", "\xe6\x96\x87", "Caf\xc3\xa9", "\xff\xfe.",
	"missing", "missing.", "PLAIN", "caf\xc3\xa9", "3000", "\xe6\x96\x88",
};

static struct fs_dir
open_dir(const char *path)
{
	return (struct fs_dir){
		.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };
}

static void
test_exact(const char *path, const char *what)
{
	struct fs_dir dir = open_dir(path);
	int creates;
	char to[NAME_MAX + 1];
	size_t i;

	for (i = 0; i < nitems(asked); i++)
		for (creates = 0; creates < 2; creates++)
			ok(spelling_find(&fs, &dir, asked[i], creates != 0,
			    to) == 0 && strcmp(to, asked[i]) == 0 &&
			    !fs.folds, "%s, %s, %d", what, asked[i],
			    creates);
	close(dir.fd);
}

static void
test_long(void)
{
	char name[NAME_MAX + 1], to[NAME_MAX + 1];
	struct fs_dir dir = open_dir(".");

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	ok(spelling_find(&fs, &dir, name, true, to) == 0 &&
	    strcmp(to, name) == 0, "a missing name of the greatest length");
	name[NAME_MAX - 1] = '.';
	scratch_file(name, "");
	ok(spelling_find(&fs, &dir, name, false, to) == 0 &&
	    strcmp(to, name) == 0,
	    "a name of the greatest length that ends in a dot");
	close(dir.fd);
}

/* Once a directory folds case, an unknown spelling is rejected. */
static void
test_folds(void)
{
	struct fs_dir dir = open_dir("dir");
	char to[NAME_MAX + 1];

	fs.folds = true;
	ok(spelling_find(&fs, &dir, "SHORT~1", true, to) == -EACCES,
	    "a short name is rejected");
	ok(spelling_find(&fs, &dir, "new. .", true, to) == 0 &&
	    strcmp(to, "new") == 0, "dots and blanks at the end are dropped");
	ok(spelling_find(&fs, &dir, "dot.", false, to) == 0 &&
	    strcmp(to, "dot.") == 0,
	    "dots and blanks at the end are kept if they are listed");
	fs.folds = false;
	close(dir.fd);
}

static void
test_remembered(void)
{
	struct fs_dir dir = open_dir("dir"), other = open_dir(".");
	int i;
	char name[16];

	ok(!spelling_is_known(&dir, "/dir"),
	    "no directory is known at first");
	spelling_remember(&dir, "/dir");
	ok(spelling_is_known(&dir, "/dir") &&
	    !spelling_is_known(&dir, "/DIR") &&
	    !spelling_is_known(&other, "/dir"),
	    "a directory is known by its remembered name only");
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		spelling_remember(&other, name);
	}
	ok(spelling_is_known(&other, "/99") && !spelling_is_known(&dir, "/dir"),
	    "the last few directories are known");
	close(dir.fd);
	close(other.fd);
}

int
main(void)
{
	char path[64];
	size_t i;

	scratch_enter();
	if (mkdir("dir", 0755) == -1 || mkdir("empty", 0755) == -1)
		return 1;
	for (i = 0; i < nitems(entries); i++) {
		snprintf(path, sizeof(path), "dir/%s", entries[i]);
		scratch_file(path, "");
	}
	if (link("dir/linked", "dir/LINKED") == -1)
		return 1;
	test_exact("dir", "a directory");
	test_exact("empty", "an empty directory");
	test_long();
	test_folds();
	test_remembered();
	return done();
}
