/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/ident.h"
#include "system/log.h"

#define CACHE_SLOTS	256	/* power of two; ids that share one take turns */

struct cached {
	bool	 valid;
	uint32_t id;
	char	*name;		/* NULL: the system knows none */
};

static struct cached users[CACHE_SLOTS], groups[CACHE_SLOTS];

static const char *
find_user(uint32_t id)
{
	const struct passwd *pw = getpwuid(id);

	return pw == NULL ? NULL : pw->pw_name;
}

static const char *
find_group(uint32_t id)
{
	const struct group *gr = getgrgid(id);

	return gr == NULL ? NULL : gr->gr_name;
}

static const char *
cached_name(struct cached *cache, uint32_t id,
    const char *(*find)(uint32_t))
{
	struct cached *c = &cache[id % CACHE_SLOTS];
	const char *name;

	if (c->valid && c->id == id)
		return c->name;
	name = find(id);
	free(c->name);
	c->name = name == NULL ? NULL : strdup(name);
	c->id = id;
	c->valid = true;
	return c->name;
}

const char *
ident_user(uid_t uid)
{
	return cached_name(users, uid, find_user);
}

const char *
ident_group(gid_t gid)
{
	return cached_name(groups, gid, find_group);
}

int
ident_self(struct ident *self)
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw == NULL)
		return -ENOENT;
	self->uid = pw->pw_uid;
	self->name = strdup(pw->pw_name);
	self->home = strdup(pw->pw_dir);
	return self->name == NULL || self->home == NULL ? -ENOMEM : 0;
}

bool
ident_find_user(const char *name, uint32_t *id)
{
	const struct passwd *pw = getpwnam(name);

	if (pw != NULL)
		*id = pw->pw_uid;
	return pw != NULL;
}

bool
ident_find_group(const char *name, uint32_t *id)
{
	const struct group *gr = getgrnam(name);

	if (gr != NULL)
		*id = gr->gr_gid;
	return gr != NULL;
}

bool
ident_number(const char *text, uint32_t *id)
{
	const char *error;
	long long v;

	if (text[0] < '0' || text[0] > '9')
		return false;
	v = strtonum(text, 0, (long long)UINT32_MAX - 1, &error);
	if (error == NULL)
		*id = (uint32_t)v;
	return error == NULL;
}

bool
ident_home(const char *user, char *to, size_t size)
{
	const struct passwd *pw = getpwnam(user);

	return pw != NULL && strlcpy(to, pw->pw_dir, size) < size;
}

int
ident_expand_tilde(const struct ident *self, const char *path, char *to)
{
	char user[256], home[PATH_MAX];
	size_t n;
	int len;

	if (path[0] != '~')
		return strlcpy(to, path, PATH_MAX) < PATH_MAX ? 0 :
		    -ENAMETOOLONG;
	n = strcspn(++path, "/");
	/* A name that is cut off is no user's either. */
	snprintf(user, sizeof(user), "%.*s", (int)n, path);
	if (n == 0) {
		strlcpy(home, self->home, sizeof(home));
	} else if (n >= sizeof(user) || !ident_home(user, home, sizeof(home))) {
		log_error("tilde_expand: No such user %s", user);
		return -ENOENT;
	}
	path += n + strspn(path + n, "/");
	n = strlen(home);
	len = snprintf(to, PATH_MAX, "%s%s%s", home,
	    n > 0 && home[n - 1] == '/' ? "" : "/", path);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}
