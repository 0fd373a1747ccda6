/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>

#include "base/buf.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "policy/policy.h"
#include "scratch.h"
#include "tap.h"

/*
 * A tree, and the real names of paths in it. An @ stands for the directory that
 * contains the tree, where relative paths start.
 */
static const struct {
	const char	*name, *target;
} links[] = {
	{ "to_dir", "dir" },
	{ "to_file", "dir/file" },
	{ "to_dir_slash", "dir/" },
	{ "dir/sub/up", "../.." },
	{ "dir/sub/abs", "@/dir" },
	{ "root", "/" },
	{ "dot", "." },
	{ "twice", "to_dir" },
	{ "dangling", "nowhere" },
	{ "dangling_deep", "nowhere/at/all" },
	{ "dangling_slash", "nowhere/" },
	{ "self", "self" },
	{ "ping", "pong" },
	{ "pong", "ping" },
	{ "above", "../../../../../../../../../../../../../../../.." },
	{ "messy", ".//dir/./sub/../" },
};

static const struct {
	const char	*path, *real;
	int		 outcome;
} answers[] = {
	{ "/", "/", 0 },
	{ "//", "/", 0 },
	{ "/.", "/", 0 },
	{ "/..", "/", 0 },
	{ "/../../..//", "/", 0 },
	{ ".", "@", 0 },
	{ "./", "@", 0 },
	{ "./.", "@", 0 },
	{ "@", "@", 0 },
	{ "@/", "@", 0 },
	{ "@//dir", "@/dir", 0 },
	{ "dir", "@/dir", 0 },
	{ "dir/", "@/dir", 0 },
	{ "dir///sub", "@/dir/sub", 0 },
	{ "dir/..", "@", 0 },
	{ "dir/../dir/./sub/..", "@/dir", 0 },
	{ "dir/sub/../../dir", "@/dir", 0 },
	{ "dir/file", "@/dir/file", 0 },
	{ "to_dir", "@/dir", 0 },
	{ "to_dir/", "@/dir", 0 },
	{ "to_dir/file", "@/dir/file", 0 },
	{ "to_dir/..", "@", 0 },
	{ "to_dir_slash", "@/dir", 0 },
	{ "to_dir_slash/file", "@/dir/file", 0 },
	{ "to_file", "@/dir/file", 0 },
	{ "twice/sub", "@/dir/sub", 0 },
	{ "dir/sub/up", "@", 0 },
	{ "dir/sub/up/dir/sub/up/to_dir", "@/dir", 0 },
	{ "dir/sub/abs/file", "@/dir/file", 0 },
	{ "root", "/", 0 },
	{ "root/..", "/", 0 },
	{ "dot/dot/dot", "@", 0 },
	{ "above", "/", 0 },
	{ "messy/file", "@/dir/file", 0 },
	/* As in OpenSSH, the last component may be missing, and no other. */
	{ "nothing", "@/nothing", 0 },
	{ "dir/nothing", "@/dir/nothing", 0 },
	{ "to_dir/nothing", "@/dir/nothing", 0 },
	{ "dangling", "@/nowhere", 0 },
	{ "nothing/", NULL, -ENOENT },
	{ "nothing/.", NULL, -ENOENT },
	{ "nothing/..", NULL, -ENOENT },
	{ "nothing/below", NULL, -ENOENT },
	{ "dangling/", NULL, -ENOENT },
	{ "dangling/below", NULL, -ENOENT },
	{ "dangling_deep", NULL, -ENOENT },
	{ "dangling_slash", NULL, -ENOENT },
	/* As in OpenSSH, a slash or a dot after a file is accepted. */
	{ "dir/file/", "@/dir/file", 0 },
	{ "dir/file/.", "@/dir/file", 0 },
	{ "dir/file/..", "@/dir", 0 },
	{ "dir/file/below", NULL, -ENOTDIR },
	{ "self", NULL, -ELOOP },
	{ "self/", NULL, -ELOOP },
	{ "ping", NULL, -ELOOP },
	{ "ping/below", NULL, -ELOOP },
	/* Names that look like something else. */
	{ "...", "@/...", 0 },
	{ "dir/..sub", "@/dir/..sub", 0 },
	{ "~", "@/~", 0 },
};

/* Replaces an @ by the directory. */
static const char *
expand(const char *path)
{
	static char to[2][PATH_MAX];
	static int turn;
	char *p = to[turn = !turn];

	snprintf(p, PATH_MAX, "%s%s", path[0] == '@' ? scratch : "",
	    path + (path[0] == '@'));
	return p;
}

static void
make_tree(void)
{
	size_t i;

	if (mkdir("dir", 0700) == -1 || mkdir("dir/sub", 0700) == -1)
		exit(1);
	scratch_file("dir/file", "");
	for (i = 0; i < nitems(links); i++)
		if (symlink(expand(links[i].target), links[i].name) == -1)
			exit(1);
}

static struct fs plain;

static void
check(const char *title, const char *path, const char *real, int outcome)
{
	char to[PATH_MAX] = "";
	int r = resolve_real(&plain, path, to);

	ok(r == outcome && (r != 0 || strcmp(to, real) == 0),
	    "%s is %s (%s, %d)", title, real == NULL ? strerror(-outcome) :
	    real, r == 0 ? to : strerror(-r), r);
}

static void
test_answers(void)
{
	size_t i;

	for (i = 0; i < nitems(answers); i++)
		check(answers[i].path, expand(answers[i].path),
		    answers[i].real == NULL ? NULL : expand(answers[i].real),
		    answers[i].outcome);
}

/* A chain of n links, of which the last leads to `dir`. */
static void
test_chain(void)
{
	char name[32], next[32];
	int n;

	for (n = 1; n <= 34; n++) {
		snprintf(name, sizeof(name), "chain%d", n);
		snprintf(next, sizeof(next), "chain%d", n - 1);
		if (symlink(n == 1 ? "dir" : next, name) == -1)
			exit(1);
	}
	check("a chain of 33 links", "chain33", expand("@/dir"), 0);
	check("a chain of 34 links", "chain34", NULL, -ELOOP);
}

static void
test_lengths(void)
{
	char name[300], path[2 * PATH_MAX], want[PATH_MAX];
	size_t n;

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	snprintf(want, sizeof(want), "%s/%s", scratch, name);
	check("a missing name of 255 bytes", name, want, 0);
	scratch_file(name, "");
	check("a name of 255 bytes", name, want, 0);
	memset(name, 'n', 256);
	name[256] = '\0';
	check("a name of 256 bytes", name, NULL, -ENAMETOOLONG);

	for (n = 0; n < PATH_MAX - 2; n += 2)
		memcpy(path + n, "./", 2);
	memcpy(path + n, ".", 2);
	check("PATH_MAX - 1 bytes of dots", path, scratch, 0);
	memcpy(path + n, "./", 3);
	check("PATH_MAX bytes of dots", path, NULL, -ENAMETOOLONG);
}

/* Nests directories until less than 200 bytes of a path are left. */
static void
test_deep(void)
{
	char name[201], to[PATH_MAX];
	size_t here;

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (here = strlen(scratch); here + 2 * sizeof(name) < PATH_MAX;
	    here += sizeof(name))
		if (mkdir(name, 0700) == -1 || chdir(name) == -1)
			exit(1);
	ok(resolve_real(&plain, ".", to) == 0 && strlen(to) == here,
	    "a directory with a path of %zu bytes", here);
	memset(name, 'e', sizeof(name) - 1);
	ok(resolve_real(&plain, name, to) == 0 &&
	    strlen(to) == here + sizeof(name),
	    "one more component fits");
	name[100] = '/';
	if (chdir("..") == -1 || mkdir("x", 0700) == -1 || chdir("x") == -1)
		exit(1);
	ok(resolve_real(&plain, name, to) == -ENOENT,
	    "a component in the middle is missing");
	if (chdir(scratch) == -1)
		exit(1);
}

/*
 * Absolute names longer than PATH_MAX do not fit, even if the relative name is
 * short.
 */
static void
test_no_room(void)
{
	char name[201], to[PATH_MAX];
	size_t here;

	memset(name, 'f', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (here = strlen(scratch); here + sizeof(name) < PATH_MAX - 1;
	    here += sizeof(name))
		if (mkdir(name, 0700) == -1 || chdir(name) == -1)
			exit(1);
	ok(resolve_real(&plain, name, to) == -ENAMETOOLONG,
	    "200 bytes do not fit after %zu", here);
	/* Uses the last byte; the sanitizer would detect one more. */
	name[PATH_MAX - 2 - here] = '\0';
	ok(resolve_real(&plain, name, to) == 0 && strlen(to) == PATH_MAX - 1,
	    "%zu bytes fit", strlen(name));
	name[PATH_MAX - 2 - here] = 'f';
	name[PATH_MAX - 1 - here] = '\0';
	ok(resolve_real(&plain, name, to) == -ENAMETOOLONG,
	    "%zu bytes do not fit",
	    strlen(name));
	ok(resolve_real(&plain, "..", to) == 0 &&
	    strlen(to) == here - sizeof(name), "the parent is still found");
	if (chdir(scratch) == -1)
		exit(1);
}

/* locate_path() makes the place of a session that does not resolve paths. */
static void
test_places(void)
{
	struct place p, fd;

	ok(locate_path(&plain, "a/b", PLACE_FOLLOW, &p) == 0 &&
	    p.dirfd == AT_FDCWD &&
	    strcmp(p.name, "a/b") == 0 && p.flags == PLACE_FOLLOW &&
	    strcmp(p.shown, "a/b") == 0,
	    "a path is used as it is in a session without a root");
	fd = place_fd(7, "shown");
	ok(fd.dirfd == 7 && fd.name[0] == '\0' && fd.flags == PLACE_FD &&
	    strcmp(fd.shown, "shown") == 0, "a place of a descriptor");
}

/*
 * An entry of an open directory is found where the directory is now: beneath
 * the root, or not at all.
 */
static void
test_entries(void)
{
	static struct fs fs;
	char culprit[PATH_MAX];
	struct place p;
	int fd;

	if (mkdir("jail", 0700) == -1 || mkdir("jail/in", 0700) == -1 ||
	    (fd = open("jail/in", O_PATH | O_DIRECTORY)) == -1 ||
	    locate_confine(&fs, "jail", strlen("jail"), culprit) != 0)
		exit(1);
	fs.names = true;
	fs.policy = &(struct policy){ 0 };
	ok(locate_entry(&plain, fd, "x", 0, &p) == 0 && p.dirfd == fd &&
	    strcmp(p.name, "x") == 0, "an entry in a session without a root");
	ok(locate_entry(&fs, fd, "x", 0, &p) == 0 &&
	    strcmp(p.resolved, "/in/x") == 0 && fs_same(p.dirfd, fd),
	    "an entry in a session with a root");
	locate_release(&p);
	(void)rename("jail/in", "jail/now");
	ok(locate_entry(&fs, fd, "x", PLACE_CREATES, &p) == 0 &&
	    strcmp(p.resolved, "/now/x") == 0,
	    "an entry of a directory that was renamed");
	locate_release(&p);
	(void)rename("jail/now", "out");
	ok(locate_entry(&fs, fd, "x", 0, &p) == -ENOENT,
	    "an entry of a directory that was moved out of the root");
	/* The name in /proc then belongs to another file. */
	(void)rename("out", "jail/now");
	(void)rmdir("jail/now");
	(void)mkdir("jail/now (deleted)", 0700);
	ok(locate_entry(&fs, fd, "x", 0, &p) == -ENOENT,
	    "an entry of a directory whose name another one has");
	close(fd);
	close(fs.root);
}

int
main(void)
{
	scratch_enter();
	make_tree();
	test_answers();
	test_chain();
	test_lengths();
	test_deep();
	test_no_room();
	test_places();
	test_entries();
	return done();
}
