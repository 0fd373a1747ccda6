/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "capture.h"
#include "os/ident.h"
#include "os/log.h"
#include "tap.h"

#define CACHE_SLOTS	256	/* ids this far apart share a slot */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Returns an id that nobody has, in this slot of the cache, or 0. */
static uid_t
nobody_has(uid_t slot)
{
	uid_t uid;

	for (uid = slot + 3000000 / CACHE_SLOTS * CACHE_SLOTS;
	    uid < 3000000000u; uid += CACHE_SLOTS * 1000)
		if (getpwuid(uid) == NULL)
			return uid;
	return 0;
}

/* The cache must agree with the system, whatever was in a slot before. */
static void
test_names(void)
{
	const uid_t unknown = nobody_has(0);
	const uid_t ids[] = {
		0, 0, unknown, 0, unknown, unknown, 0, unknown, 1, 0,
	};
	size_t i;

	for (i = 0; i < nitems(ids); i++) {
		const char *want = ids[i] == unknown ? NULL :
		    ids[i] == 0 ? "root" : getpwuid(ids[i]) == NULL ? NULL :
		    getpwuid(ids[i])->pw_name;
		char copy[256];

		if (want != NULL)
			want = strcpy(copy, want);
		ok(same(ident_user(ids[i]), want), "question %zu: user %u is "
		    "%s", i, ids[i], want == NULL ? "nobody" : want);
	}
	ok(same(ident_group(0), "root") && same(ident_user(0), "root") &&
	    ident_group(unknown) == NULL && same(ident_group(0), "root"),
	    "groups have a cache of their own");
	ok(ident_user(UINT_MAX) == NULL && ident_group(UINT_MAX) == NULL,
	    "the largest id has no name");
}

static void
test_self(void)
{
	const struct passwd *pw = getpwuid(getuid());
	struct ident self;

	if (pw == NULL) {
		ok(ident_self(&self) == -ENOENT,
		    "a uid without an entry is unknown");
		return;
	}
	ok(ident_self(&self) == 0 && self.uid == getuid(),
	    "ident_self() is this user");
	pw = getpwuid(getuid());
	ok(same(self.name, pw->pw_name) && same(self.home, pw->pw_dir),
	    "it has a name and a home directory");
	free((char *)(uintptr_t)self.name);
	free((char *)(uintptr_t)self.home);
	free((char *)(uintptr_t)self.shell);
}

/* A home directory, a path, and its expansion. */
static const struct {
	const char	*home, *path, *answer;
	int		 outcome;
} tildes[] = {
	{ "/home/me", "", "", 0 },
	{ "/home/me", "plain", "plain", 0 },
	{ "/home/me", "/abs/~", "/abs/~", 0 },
	{ "/home/me", "a~", "a~", 0 },
	{ "/home/me", "~", "/home/me/", 0 },
	{ "/home/me", "~/", "/home/me/", 0 },
	{ "/home/me", "~/x/y", "/home/me/x/y", 0 },
	{ "/home/me", "~//x", "/home/me/x", 0 },
	{ "/home/me", "~/~", "/home/me/~", 0 },
	{ "/home/me/", "~/x", "/home/me/x", 0 },
	{ "/", "~", "/", 0 },
	{ "/", "~/x", "/x", 0 },
	{ "/home/me", "~no such user", NULL, -ENOENT },
	{ "/home/me", "~no such user/x", NULL, -ENOENT },
};

static void
test_tildes(void)
{
	char to[PATH_MAX];
	size_t i;

	capture_start();
	for (i = 0; i < nitems(tildes); i++) {
		struct ident self = { .uid = 1, .name = "me",
		    .home = tildes[i].home };
		int r = ident_expand_tilde(&self, tildes[i].path, to);

		ok(r == tildes[i].outcome && (r != 0 ||
		    same(to, tildes[i].answer)), "\"%s\" with home %s is %s",
		    tildes[i].path, tildes[i].home, r == 0 ? to :
		    strerror(-r));
	}
	ok(same(capture_end(), "tilde_expand: No such user no such user\r\n"
	    "tilde_expand: No such user no such user\r\n"),
	    "an unknown user is logged");
}

static void
test_homes(void)
{
	const struct passwd *pw = getpwuid(0);
	struct ident self = { .home = "/home/me" };
	char to[PATH_MAX], want[PATH_MAX], path[300];
	int r;

	snprintf(want, sizeof(want), "%s/x", pw->pw_dir);
	ok(ident_expand_tilde(&self, "~root//x", to) == 0 && same(to, want),
	    "~root is root's home: %s", to);
	ok(ident_home("root", to, sizeof(to)) && same(to, pw->pw_dir),
	    "the home directory of root is %s", to);
	ok(!ident_home("root", to, strlen(pw->pw_dir)),
	    "a home directory that does not fit is an error");
	ok(ident_home("root", to, strlen(pw->pw_dir) + 1),
	    "a home directory that just fits is returned");
	ok(!ident_home("no such user", to, sizeof(to)) &&
	    !ident_home("", to, sizeof(to)),
	    "an unknown user has no home directory");
	memset(path, 'u', sizeof(path) - 1);
	path[0] = '~';
	path[sizeof(path) - 1] = '\0';
	capture_start();
	r = ident_expand_tilde(&self, path, to);
	(void)capture_end();
	ok(r == -ENOENT, "a user with a name of 298 bytes is unknown");
}

/* The result may use all PATH_MAX bytes. */
static void
test_lengths(void)
{
	struct ident self = { .home = "/h" };
	char path[PATH_MAX + 8], to[PATH_MAX];
	static const struct { size_t len; bool tilde; int outcome; } rows[] = {
		{ PATH_MAX - 1, false, 0 },
		{ PATH_MAX, false, -ENAMETOOLONG },
		{ PATH_MAX - 2, true, 0 },		/* ~ becomes /h */
		{ PATH_MAX - 1, true, -ENAMETOOLONG },
	};
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		memset(path, 'p', sizeof(path));
		if (rows[i].tilde)
			memcpy(path, "~/", 2);
		path[rows[i].len] = '\0';
		ok(ident_expand_tilde(&self, path, to) == rows[i].outcome,
		    "%zu bytes%s: %s", rows[i].len, rows[i].tilde ?
		    " with a tilde" : "", strerror(-rows[i].outcome));
	}
}

int
main(void)
{
	log_init("test", LOG_LEVEL_ERROR, LOG_AUTH, true);
	test_names();
	test_self();
	test_tildes();
	test_homes();
	test_lengths();
	return done();
}
