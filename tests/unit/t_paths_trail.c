/* SPDX-License-Identifier: ISC */
/*
 * Tests of the hook of a trail, what it is shown and what it can refuse; and of
 * the components that a path may take.
 */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "os/fs.h"
#include "paths/trail.h"
#include "scratch.h"
#include "tap.h"

/*
 * `seen` is the log of the hook: each component with its type (d, l, -) or !
 * for a missing one, and the rest of the path; * stands for the rest of a
 * component that is opened again.
 */
static const struct {
	const char	*path;
	const char	*refuse;	/* a component, or NULL */
	int		 outcome;
	const char	*seen;
	const char	*resolved;
} rows[] = {
	{ "a/b/file", NULL, 0, "a:d/b/file b:d/file file:-", "/a/b/file" },
	{ "/a//b/", NULL, 0, "a:d//b/ b:d/", "/a/b" },
	{ "a/link/file", NULL, 0, "a:d/link/file link:l/file b:d/file file:-",
	    "/a/b/file" },
	{ "top/a", NULL, 0, "top:l/a a:d", "/a" },
	{ "a/b/../b/file", NULL, 0, "a:d/b/../b/file b:d/../b/file a:d* "
	    "b:d/file file:-", "/a/b/file" },
	{ "a/none", NULL, 0, "a:d/none none:!", "/a/none" },
	{ "none/a", NULL, -ENOENT, "none:!/a", "/none" },
	{ "a/b/file/x", NULL, -ENOTDIR, "a:d/b/file/x b:d/file/x file:-/x a:d* "
	    "b:d* file:-*", "/a/b/file/x" },
	{ "a/b/file", "b", -EPERM, "a:d/b/file b:d/file", "/a/b" },
	{ "a/link/file", "link", -EPERM, "a:d/link/file link:l/file",
	    "/a/link" },
	{ "a/b/file", "file", -EPERM, "a:d/b/file b:d/file file:-",
	    "/a/b/file" },
	{ "a/none", "none", -EPERM, "a:d/none none:!", "/a/none" },
};

struct hook {
	const char	*refuse;
	char		 seen[256];
};

static int
record(struct trail *t, const char *name, int r, const struct statx *st)
{
	struct hook *h = t->arg;
	size_t len = strlen(h->seen);
	char type = r == -ENOENT ? '!' : S_ISDIR(st->stx_mode) ? 'd' :
	    S_ISLNK(st->stx_mode) ? 'l' : '-';

	snprintf(h->seen + len, sizeof(h->seen) - len, "%s%s:%c%s",
	    len > 0 ? " " : "", name, type, t->rest == NULL ? "*" : t->rest);
	return h->refuse != NULL && strcmp(name, h->refuse) == 0 ? -EPERM : r;
}

/*
 * Resolves a path that goes down 300 directories and then `turns` times up and
 * down the last.
 */
static int
resolve_turns(int root, int turns)
{
	char path[PATH_MAX] = "/", text[PATH_MAX] = "";
	struct trail t = { .root = root, .path = path, .len = 1,
	    .dirfd = root, .base = root, .max_links = KERNEL_LINKS };
	int i, r;

	for (i = 0; i < 300; i++)
		strcat(text, "d/");
	for (i = 0; i < turns; i++)
		strcat(text, "../d/");
	r = trail_resolve(&t, text);
	trail_close(&t);
	return r;
}

static void
test_turns(int root)
{
	int i;

	for (i = 0; i < 300; i++)
		if (mkdir("d", 0755) != 0 || chdir("d") != 0)
			break;
	if (fchdir(root) != 0)
		i = 0;
	ok(i == 300 && resolve_turns(root, 40) == 0,
	    "40 times up and down in a deep directory");
	ok(resolve_turns(root, 600) == -ENAMETOOLONG,
	    "600 times is too much work");
}

int
main(void)
{
	char path[PATH_MAX];
	size_t i;
	int r, root;

	scratch_enter();
	if (mkdir("a", 0755) != 0 || mkdir("a/b", 0755) != 0 ||
	    symlink("b", "a/link") != 0 || symlink("/", "top") != 0)
		return 1;
	scratch_file("a/b/file", "");
	root = fs_open_dir(AT_FDCWD, scratch, true);
	for (i = 0; i < nitems(rows); i++) {
		struct hook h = { .refuse = rows[i].refuse };
		struct trail t = { .root = root, .path = path, .len = 1,
		    .dirfd = root, .base = root, .max_links = KERNEL_LINKS,
		    .pass = record, .arg = &h };

		strcpy(path, "/");
		r = trail_resolve(&t, rows[i].path);
		trail_close(&t);
		ok(r == rows[i].outcome && strcmp(h.seen, rows[i].seen) == 0 &&
		    strcmp(path, rows[i].resolved) == 0,
		    "%s, refusing %s: %d, %s (%s)", rows[i].path,
		    h.refuse == NULL ? "nothing" : h.refuse, r, path, h.seen);
	}
	test_turns(root);
	return done();
}
