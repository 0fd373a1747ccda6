/* SPDX-License-Identifier: ISC */
/*
 * Tests which name a user gets when several share a uid. The user database is
 * this test's own, since hosts do not have such users.
 */
#include "config.h"

#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/ident.h"
#include "tap.h"

static struct passwd users[] = {
	{ .pw_name = "first", .pw_dir = "/first", .pw_shell = "/bin/sh" },
	{ .pw_name = "alias", .pw_dir = "/alias", .pw_shell = "/bin/sh" },
	{ .pw_name = "other", .pw_dir = "/other", .pw_shell = "/bin/sh" },
};

struct passwd *
getpwuid(uid_t uid)
{
	size_t i;

	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (users[i].pw_uid == uid)
			return &users[i];
	return NULL;
}

struct passwd *
getpwnam(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if (strcmp(users[i].pw_name, name) == 0)
			return &users[i];
	return NULL;
}

int
main(void)
{
	static const struct {
		const char	*logname, *name;
	} rows[] = {
		{ "alias", "alias" }, { "first", "first" },
		{ "other", "first" },	/* another uid */
		{ "nobody-here", "first" }, { "", "first" }, { NULL, "first" },
	};
	struct ident self = { 0 };
	char home[64];
	size_t i;

	users[0].pw_uid = users[1].pw_uid = getuid();
	users[2].pw_uid = getuid() + 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].logname == NULL)
			unsetenv("LOGNAME");
		else
			setenv("LOGNAME", rows[i].logname, 1);
		snprintf(home, sizeof(home), "/%s", rows[i].name);
		ok(ident_self(&self) == 0 &&
		    strcmp(self.name, rows[i].name) == 0 &&
		    strcmp(self.home, home) == 0 && self.uid == getuid(),
		    "a user who logs in as %s is %s", rows[i].logname == NULL ?
		    "nobody" : rows[i].logname, rows[i].name);
		free((char *)(uintptr_t)self.name);
		free((char *)(uintptr_t)self.home);
		free((char *)(uintptr_t)self.shell);
	}
	return done();
}
