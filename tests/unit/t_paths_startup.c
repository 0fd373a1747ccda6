/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "paths/locate.h"
#include "paths/startup.h"
#include "scratch.h"
#include "tap.h"

static struct startup startup;
static struct fs fs;		/* that resolves paths, from "/" */

static void
make_home(void)
{
	static const char *const dirs[] = {
		"up", "up/home", "up/home/.ssh", "up/home/sub",
		"up/home/sub/deep", "up/home/.zsh", "up/home/.zsh/more",
		"up/home/data", "up/home/data/dots", "up/elsewhere",
		"up/home/.local", "up/home/.local/share", "up/home/bare",
		"keys", "more", "more/deep",
	};
	size_t i;

	for (i = 0; i < nitems(dirs); i++)
		if (mkdir(dirs[i], 0755) == -1)
			exit(1);
	scratch_file("up/home/.bashrc", "");
	scratch_file("up/home/.ssh/authorized_keys", "");
	scratch_file("up/home/.zsh/more/plugin", "");
	scratch_file("up/home/data/dots/profile", "");
	scratch_file("up/home/sub/file", "");
	scratch_file("keys/rc", "");
	/* As users have it who keep such files in one directory. */
	if (symlink("data/dots/profile", "up/home/.profile") == -1 ||
	    symlink("bare/dangling", "up/home/.kshrc") == -1 ||
	    symlink("../../../keys/rc", "up/home/.ssh/rc") == -1 ||
	    symlink("../../more/.", "up/home/.zfunc") == -1 ||
	    symlink("up/home", "byway") == -1 ||
	    link("up/home/.bashrc", "up/elsewhere/innocent") == -1)
		exit(1);
}

static bool
refuses(const struct place *p, enum startup_change change)
{
	const struct startup_target target = { *p, change };

	return startup_refuses(&startup, &fs, &target, 1) == 0;
}

static bool
protects_as(const char *path, enum startup_change change, unsigned how)
{
	char absolute[PATH_MAX];
	struct place p;
	bool is;
	int r;

	snprintf(absolute, sizeof(absolute), "%s/%s", scratch, path);
	if ((r = locate_path(&fs, absolute, how, &p)) != 0) {
		printf("# %s: %s\n", path, strerror(-r));
		return false;
	}
	is = refuses(&p, change);
	locate_release(&p);
	return is;
}

static bool
protects(const char *path, enum startup_change change)
{
	return protects_as(path, change, 0);
}

static const struct {
	const char	*path;
	bool		 attrs, dir, any;
} names[] = {
	{ "up/home/.ssh", true, true, true },
	{ "up/home/.SSH", true, true, true },
	{ "up/home/.ssh/.", true, true, true },
	{ "up/home/sub/../.ssh/new", true, true, true },
	{ "byway/.ssh/new", true, true, true },
	{ "up/home//.ssh//authorized_keys", true, true, true },
	{ "up/home/.bashrc", true, true, true },
	{ "up/home/.bash_something", true, true, true },
	{ "up/home/.zshrc", true, true, true },
	{ "up/home/.ba\xc5\xbfhrc", true, true, true },
	{ "up/home/\xc2\xad.ssh", true, true, true },
	{ "up/home/\xe2\x84\xaashrc", false, false, false },
	{ "up/home/.\xe2\x84\xaashrc", true, true, true },
	{ "up/home/.zsh/more/plugin", true, true, true },
	{ "up/home/.zsh/new", true, true, true },
	{ "up/home/.profile.", true, true, true },
	{ "up/home/.local/SHARE", false, false, true },
	{ "up/home/.pam_environment", true, true, true },
	/* The targets of links, and the directories they lead through. */
	{ "up/home/.profile", true, true, true },
	{ "up/home/data/dots/profile", true, true, true },
	{ "up/home/data/dots/other", false, false, false },
	{ "up/home/data/dots", false, true, true },
	{ "up/home/data", false, true, true },
	{ "up/home/bare/dangling", true, true, true },
	{ "up/home/bare", false, true, true },
	{ "more", true, true, true },
	{ "more/deep/new", true, true, true },
	{ "keys/rc", true, true, true },
	{ "keys/other", false, false, false },
	{ "keys", false, true, true },
	/* Directories on the way to a protected path. */
	{ "up/home/.config", false, false, true },
	{ "up/home/.local", false, false, true },
	{ "up/home/.local/share", false, false, true },
	{ "up/home/.local/share/systemd", true, true, true },
	{ "up/home/.local/share/other", false, false, false },
	{ "up/home/.local/bin", false, false, false },
	/* The home directory and its parents. */
	{ "up/home", false, true, true },
	{ "up", false, true, true },
	{ "byway", false, true, true },
	{ "up/other", false, false, false },
	{ "up/home/sub", false, false, false },
	{ "up/home/sub/.ssh", false, false, false },
	{ "up/home/sub/file", false, false, false },
	{ "up/home/sub/deep/new", false, false, false },
	{ "up/home/new", false, false, false },
	{ "up/home/\xc3\xa9t\xc3\xa9", false, false, false },
	{ "up/elsewhere/.bashrc", false, false, false },
	/* Names count, and not the file. */
	{ "up/elsewhere/innocent", false, false, false },
	{ ".bashrc", false, false, false },
};

static void
test_names(void)
{
	size_t i;
	bool attrs, dir, any;

	for (i = 0; i < nitems(names); i++) {
		attrs = protects(names[i].path, STARTUP_ATTRS);
		dir = protects(names[i].path, STARTUP_DIR);
		any = protects(names[i].path, STARTUP_ANY);
		ok(attrs == names[i].attrs && dir == names[i].dir &&
		    any == names[i].any, "%s: attributes %d, as a directory "
		    "%d, all else %d", names[i].path, attrs, dir, any);
	}
	ok(protects_as("byway/.ssh", STARTUP_ANY, PLACE_FOLLOW) &&
	    protects_as("up/home/.profile", STARTUP_ANY, PLACE_FOLLOW),
	    "the same if links are followed");
}

/* Judges a path as if the changes of others had not been looked for lately. */
static bool
protects_later(const char *path)
{
	startup.noted = 0;
	return protects(path, STARTUP_ANY);
}

static void
make_directory(const char *path)
{
	if (mkdir(path, 0755) == -1)
		exit(1);
}

static void
move(const char *from, const char *to)
{
	if (rename(from, to) == -1)
		exit(1);
}

/* Names that were created after the session began. */
static void
test_later(void)
{
	bool before = protects("up/home/.config", STARTUP_DIR);

	make_directory("up/home/.config");
	ok(!before && protects("up/home/.config/fish", STARTUP_DIR) &&
	    protects("up/home/.config/systemd", STARTUP_ANY) &&
	    !protects("up/home/.config/other", STARTUP_ANY),
	    "a file in a new directory");
	move("up/home/.config", "keys/config");
	if (symlink("../../keys/config", "up/home/.config") == -1)
		exit(1);
	ok(protects_later("keys/config/fish") &&
	    !protects("keys/config/other", STARTUP_ANY) &&
	    protects("keys/config", STARTUP_ANY), "the target of a new link");
	make_directory("up/home/.zsh.d");
	ok(protects("up/home/.zsh.d/new", STARTUP_ANY) &&
	    !protects("up/home/sub/new", STARTUP_ANY),
	    "a file in a new directory that matches a pattern");
	before = protects("up/elsewhere/new", STARTUP_ANY);
	if (symlink("../elsewhere", "up/home/.zelse") == -1)
		exit(1);
	ok(!before && protects_later("up/elsewhere/new"),
	    "a file in a directory that a new link leads to");
	if (unlink("up/home/.zelse") == -1)
		exit(1);
	ok(!protects_later("up/elsewhere/new"),
	    "the target of a link that was removed");
}

/*
 * A file that was read at login and has another name now is not protected.
 */
static void
test_inodes(void)
{
	move("up/home/.bashrc", "up/elsewhere/once");
	ok(!protects("up/elsewhere/once", STARTUP_ANY),
	    "a file that lost its protected name");
	ok(protects("up/home/.bashrc", STARTUP_ANY),
	    "a protected name that lost its file");
	move("up/elsewhere/once", "up/home/.bashrc");
}

/* Another directory in place of home. */
static void
test_moved_home(void)
{
	move("up/home", "up/moved");
	ok(protects("up/home", STARTUP_ANY) &&
	    !protects("up/home", STARTUP_DIR),
	    "a home directory that others moved");
	make_directory("up/home");
	ok(protects("up/home/.bashrc", STARTUP_ATTRS) &&
	    protects("up/home", STARTUP_DIR),
	    "the home directory created in its place");
	if (rmdir("up/home") == -1)
		exit(1);
	move("up/moved", "up/home");
}

/* Protection through open files, as FSETSTAT needs it. */
static void
test_handles(void)
{
	static const struct {
		const char	*path;
		bool		 is;
	} all[] = {
		{ "up/home/.bashrc", true }, { "keys/rc", true },
		{ "up/elsewhere/innocent", false }, { "keys", false },
		{ "up/home/.ssh/authorized_keys", true },
		{ "up/home/.ssh", true }, { "up/home/.zsh/more", true },
		{ "up/home/sub/file", false }, { "up/home/sub", false },
		{ "up/home", false }, { "up", false }, { "/", false },
	};
	struct place p;
	size_t i;
	int fd;

	for (i = 0; i < nitems(all); i++) {
		fd = open(all[i].path, O_RDONLY);
		p = place_fd(fd, "");
		ok(refuses(&p, STARTUP_ATTRS) == all[i].is, "open: %s",
		    all[i].path);
		close(fd);
	}
}

/* A file that has no name any more is not read at login. */
static void
test_removed(void)
{
	struct place p;

	scratch_file("up/home/.zremoved", "");
	p = place_fd(open("up/home/.zremoved", O_RDONLY), "");
	unlink("up/home/.zremoved");
	/* Has the name that the kernel shows for the removed file. */
	scratch_file("up/home/.zremoved (deleted)", "");
	ok(!refuses(&p, STARTUP_ATTRS),
	    "open: a file that was removed");
	close(p.dirfd);
}

/* Permits this number of descriptors more than are open; -1 all that may be. */
static void
permit_descriptors(int n)
{
	int next = dup(STDOUT_FILENO);
	struct rlimit l;

	close(next);
	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		exit(1);
	l.rlim_cur = n < 0 ? l.rlim_max : (rlim_t)(next + n);
	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		exit(1);
}

/*
 * A client can open so many files that links in home cannot be looked at when
 * it makes its first change: then nothing may be changed.
 */
static void
test_out_of_descriptors(void)
{
	static const struct {
		const char	*path;
		bool		 is;
	} all[] = {
		{ "keys/rc", true }, { "more/new", true },
		{ "up/home/data/dots/profile", true },
		{ "up/home/bare/dangling", true }, { "up/home/.bashrc", true },
		{ "up", true }, { "up/home", true },
		{ "keys/other", false }, { "up/home/data/new", false },
	};
	const char *home = startup.home;
	struct place p;
	bool few, many;
	size_t i;
	int n;

	for (i = 0; i < nitems(all); i++)
		for (n = 0; n < 8; n++) {
			char path[PATH_MAX];

			snprintf(path, sizeof(path), "%s/%s", scratch,
			    all[i].path);
			if (locate_path(&fs, path, 0, &p) != 0)
				exit(1);
			startup_begin(&startup, home);
			permit_descriptors(n);
			few = refuses(&p, STARTUP_ANY);
			permit_descriptors(-1);
			many = refuses(&p, STARTUP_ANY);
			ok((few || !all[i].is) && many == all[i].is,
			    "%s, first asked with %d descriptors left",
			    all[i].path, n);
			locate_release(&p);
		}
}

/* Depth is neither a reason to refuse nor a way out. */
static void
test_deep(void)
{
	enum { DEPTH = 1200 };
	static const char *const tops[] = { "up/home/sub", "up/home/.zsh",
	    "up/elsewhere" };
	char path[64 + 2 * DEPTH];
	size_t i, n;
	int depth;

	for (i = 0; i < nitems(tops); i++) {
		n = strlcpy(path, tops[i], sizeof(path));
		for (depth = 0; depth < DEPTH; depth++, n += 2) {
			strcpy(path + n, "/d");
			make_directory(path);
		}
		ok(protects(path, STARTUP_ANY) == (i == 1), "%s/d/d/...",
		    tops[i]);
	}
}

/*
 * A home directory whose path is missing, or leads nowhere, and is created
 * later.
 */
static void
test_missing(const char *home, const char *first, const char *top)
{
	char path[PATH_MAX], absolute[PATH_MAX];

	snprintf(absolute, sizeof(absolute), "%s/%s", scratch, home);
	startup_begin(&startup, absolute);
	ok(protects(first, STARTUP_ANY) && !protects(first, STARTUP_DIR),
	    "%s is missing: %s may be created as a directory", home, first);
	make_directory(first);
	if (strcmp(first, top) != 0) {
		ok(protects(top, STARTUP_ANY) && !protects(top, STARTUP_DIR),
		    "... and %s", top);
		make_directory(top);
	}
	ok(protects(top, STARTUP_DIR) && protects(first, STARTUP_DIR) &&
	    !protects(top, STARTUP_ATTRS),
	    "the new directory may not be removed");
	snprintf(path, sizeof(path), "%s/.bashrc", top);
	ok(protects(path, STARTUP_ATTRS),
	    "files in it that are read at login are protected");
	snprintf(path, sizeof(path), "%s/other", top);
	ok(!protects(path, STARTUP_ANY), "other files in it are not protected");
}

/* The kernel may follow a link that is too much work for the server. */
static void
test_long_link(void)
{
	char text[PATH_MAX] = "sub/";
	int i;

	for (i = 0; i < 60; i++)
		strcat(text, "d/");
	for (i = 0; i < 780; i++)
		strcat(text, "../d/");
	if (symlink(text, "up/home/.login") == -1)
		exit(1);
	ok(protects_later("up/home/sub/file"),
	    "while a link is too long everything is protected");
	(void)unlink("up/home/.login");
	ok(!protects_later("up/home/sub/file"), "without it, the file is not");
}

static void
test_full(void)
{
	char name[32];
	int i;

	for (i = 0; i < STARTUP_NAMES; i++) {
		snprintf(name, sizeof(name), "up/home/.zd%d", i);
		if (symlink("x", name) == -1)
			exit(1);
	}
	ok(!protects_later("up/home/sub/file") &&
	    protects("up/home/x", STARTUP_ATTRS), "many links to one name");
	for (i = 0; i < STARTUP_NAMES; i++) {
		snprintf(name, sizeof(name), "up/home/.ze%d", i);
		if (symlink(name + strlen("up/home/."), name) == -1)
			exit(1);
	}
	ok(protects_later("up/home/sub/file"),
	    "with too many names everything is protected");
}

int
main(void)
{
	char home[PATH_MAX];
	char culprit[PATH_MAX];

	scratch_enter();
	make_home();
	if (locate_confine(&fs, "/", 0, culprit) != 0)
		return 1;
	if (symlink("up/nowhere", "dangling") == -1 ||
	    symlink("../homes", "up/far") == -1)
		return 1;
	test_missing("up/none", "up/none", "up/none");
	test_missing("up/none2/deep", "up/none2", "up/none2/deep");
	test_missing("dangling", "up/nowhere", "up/nowhere");
	test_missing("up/far/user", "homes", "homes/user");
	snprintf(home, sizeof(home), "%s/up/../byway", scratch);
	startup_begin(&startup, home);
	test_names();
	test_later();
	test_inodes();
	test_moved_home();
	test_handles();
	test_removed();
	test_out_of_descriptors();
	test_deep();
	test_long_link();
	test_full();
	return done();
}
