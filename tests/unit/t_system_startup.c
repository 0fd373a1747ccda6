/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "scratch.h"
#include "system/startup.h"
#include "tap.h"
#include "wire/buf.h"

static struct startup startup;
static struct fs fs;		/* that walks, from "/" */

static void
make_home(void)
{
	static const char *const dirs[] = {
		"up", "up/home", "up/home/.ssh", "up/home/sub",
		"up/home/sub/deep", "up/home/.zsh", "up/home/.zsh/more",
		"up/home/data", "up/home/data/dots", "up/elsewhere",
		"up/home/.local", "up/home/.local/share", "up/home/bare",
		"keys",
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
	/* As those have it who keep such files together. */
	if (symlink("data/dots/profile", "up/home/.profile") == -1 ||
	    symlink("bare/dangling", "up/home/.kshrc") == -1 ||
	    symlink("../../../keys/rc", "up/home/.ssh/rc") == -1 ||
	    symlink("up/home", "byway") == -1 ||
	    link("up/home/.bashrc", "up/elsewhere/innocent") == -1)
		exit(1);
}

static bool
protects_as(const char *path, enum startup_change change, unsigned how)
{
	char absolute[PATH_MAX];
	struct place p;
	bool is;
	int r;

	snprintf(absolute, sizeof(absolute), "%s/%s", scratch, path);
	if ((r = fs_locate(&fs, absolute, how, &p)) != 0) {
		printf("# %s: %s\n", path, strerror(-r));
		return false;
	}
	is = startup_protects(&startup, &p, change);
	fs_release(&p);
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
	{ "up/home/.pam_environment", true, true, true },
	/* Where links lead, and what they lead by. */
	{ "up/home/.profile", true, true, true },
	{ "up/home/data/dots/profile", true, true, true },
	{ "up/home/data/dots/other", false, false, false },
	{ "up/home/data/dots", false, true, true },
	{ "up/home/data", false, true, true },
	{ "up/home/bare/dangling", true, true, true },
	{ "up/home/bare", false, true, true },
	{ "up/elsewhere/innocent", true, true, true },
	{ "keys/rc", true, true, true },
	{ "keys/other", false, false, false },
	{ "keys", false, true, true },
	/* On the way there. */
	{ "up/home/.config", false, false, true },
	{ "up/home/.local", false, false, true },
	{ "up/home/.local/share", false, false, true },
	{ "up/home/.local/share/systemd", true, true, true },
	{ "up/home/.local/share/other", false, false, false },
	{ "up/home/.local/bin", false, false, false },
	/* Home, and what is above it. */
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
	    "also where links are followed");
}

/* As though it were long since others' changes were looked for. */
static bool
protects_later(const char *path)
{
	startup.noted = 0;
	return protects(path, STARTUP_ANY);
}

/* What was not there when the session began. */
static void
test_later(void)
{
	bool before = protects("up/home/.config", STARTUP_DIR);

	if (mkdir("up/home/.config", 0755) == -1)
		exit(1);
	ok(!before && protects("up/home/.config/fish", STARTUP_DIR) &&
	    protects("up/home/.config/systemd", STARTUP_ANY) &&
	    !protects("up/home/.config/other", STARTUP_ANY),
	    "below a directory that is new");
	if (rename("up/home/.config", "keys/config") == -1 ||
	    symlink("../../keys/config", "up/home/.config") == -1)
		exit(1);
	ok(protects_later("keys/config/fish") &&
	    !protects("keys/config/other", STARTUP_ANY) &&
	    protects("keys/config", STARTUP_ANY), "and where that goes");
	if (mkdir("up/home/.zsh.d", 0755) == -1)
		exit(1);
	ok(protects_later("up/home/.zsh.d/new") &&
	    !protects("up/home/sub/new", STARTUP_ANY),
	    "and one that fits a pattern");
}

/* Through what is open, as FSETSTAT comes. */
static void
test_handles(void)
{
	static const struct {
		const char	*path;
		bool		 is;
	} all[] = {
		{ "up/home/.bashrc", true }, { "up/elsewhere/innocent", true },
		{ "up/home/.ssh/authorized_keys", true },
		{ "up/home/.ssh", true }, { "up/home/.zsh/more", true },
		{ "up/home/sub/file", false }, { "up/home/sub", false },
		{ "up/home", false },
	};
	struct place p;
	size_t i;
	int fd;

	for (i = 0; i < nitems(all); i++) {
		fd = open(all[i].path, O_RDONLY);
		p = fs_place_fd(fd, "");
		ok(startup_protects(&startup, &p, STARTUP_ATTRS) == all[i].is,
		    "open: %s", all[i].path);
		close(fd);
	}
}

static void
test_full(void)
{
	char name[32], to[32];
	int i;

	for (i = 0; i < 2 * STARTUP_ENTRIES; i++) {
		snprintf(name, sizeof(name), "up/home/.zd%d", i);
		snprintf(to, sizeof(to), "up/home/.bashd%d", i);
		if (mkdir(name, 0755) == -1 || mkdir(to, 0755) == -1)
			exit(1);
	}
	ok(protects_later("up/home/sub/file"),
	    "when there is no room, all of it is protected");
}

int
main(void)
{
	char home[PATH_MAX];
	const char *culprit;

	scratch_enter();
	make_home();
	if (fs_confine(&fs, "/", 0, &culprit) != 0)
		return 1;
	snprintf(home, sizeof(home), "%s/up/none", scratch);
	startup_begin(&startup, home);
	ok(!startup.on && !protects("up/home/.ssh", STARTUP_ANY),
	    "no home, nothing to protect");
	snprintf(home, sizeof(home), "%s/up/../byway", scratch);
	startup_begin(&startup, home);
	ok(startup.on, "a home");
	test_names();
	test_later();
	test_handles();
	test_full();
	return done();
}
