/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/ident.h"
#include "os/log.h"

#define MANY_GROUPS	256	/* if more, scan the database */
#define CACHE_SLOTS	256	/* ids that share a slot replace each other */

struct cached {
	bool	 valid;
	uint32_t id;
	char	*name;		/* NULL: the system has no name for it */
};

static const char *
cached_name(bool group, uint32_t id)
{
	static struct cached cache[2][CACHE_SLOTS];
	struct cached *c = &cache[group][id % CACHE_SLOTS];
	const struct passwd *pw;
	const struct group *gr;
	const char *name = NULL;

	if (c->valid && c->id == id)
		return c->name;
	if (group && (gr = getgrgid(id)) != NULL)
		name = gr->gr_name;
	if (!group && (pw = getpwuid(id)) != NULL)
		name = pw->pw_name;
	free(c->name);
	c->name = name == NULL ? NULL : strdup(name);
	c->id = id;
	c->valid = true;
	return c->name;
}

const char *
ident_user(uid_t uid)
{
	return cached_name(false, uid);
}

const char *
ident_group(gid_t gid)
{
	return cached_name(true, gid);
}

static int
ident_copy(struct ident *to, const struct passwd *pw)
{
	to->uid = pw->pw_uid;
	to->gid = pw->pw_gid;
	to->name = strdup(pw->pw_name);
	to->home = strdup(pw->pw_dir);
	to->shell = strdup(pw->pw_shell);
	return to->name == NULL || to->home == NULL || to->shell == NULL ?
	    -ENOMEM : 0;
}

/*
 * Returns -ENOENT if a lookup found nothing, which getpwnam(3) and its
 * relatives report by errno 0 or one of several values, else -errno.
 */
static int
ident_error(void)
{
	switch (errno) {
	case 0:
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM:
		return -ENOENT;
	default:
		return -errno;
	}
}

int
ident_self(struct ident *self)
{
	const char *name = getenv("LOGNAME");
	const struct passwd *pw;

	errno = 0;
	if ((pw = getpwuid(getuid())) == NULL)
		return ident_error();
	if (name != NULL && strcmp(name, pw->pw_name) != 0) {
		errno = 0;
		pw = getpwnam(name);
		if (pw == NULL && ident_error() != -ENOENT)
			return ident_error();
		if (pw == NULL || pw->pw_uid != getuid())
			pw = getpwuid(getuid());
	}
	return pw == NULL ? -ENOENT : ident_copy(self, pw);
}

int
ident_named(const char *name, struct ident *to)
{
	const struct passwd *pw;

	errno = 0;
	if ((pw = getpwnam(name)) == NULL)
		return ident_error();
	return ident_copy(to, pw);
}

/*
 * Gets the name of a group, or its number if it has none, from the database
 * itself: the cache cannot tell a group without a name from one that could not
 * be looked up. Returns NULL in the latter case, so that no rule that restricts
 * a group is missed.
 */
static char *
group_name(gid_t gid)
{
	const struct group *gr;
	char number[16];

	errno = 0;
	if ((gr = getgrgid(gid)) == NULL && ident_error() != -ENOENT)
		return NULL;
	snprintf(number, sizeof(number), "%u", gid);
	return strdup(gr == NULL ? number : gr->gr_name);
}

static int
by_gid(const void *a, const void *b)
{
	const gid_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Returns a group's place in a sorted list, or NULL. */
static gid_t *
find_gid(gid_t gid, gid_t *gids, int n)
{
	return bsearch(&gid, gids, (size_t)n, sizeof(gid), by_gid);
}

/*
 * Returns the *n groups, sorted, that the user would have after login, or those
 * of the process for NULL, each once. The caller frees them. Returns NULL when
 * memory runs out.
 */
static gid_t *
gids_of(const struct ident *user, int *n)
{
	gid_t *gids;
	int i, all;

	*n = 0;
	if (user == NULL)
		*n = getgroups(0, NULL);
	else
		(void)getgrouplist(user->name, user->gid, NULL, n);
	if (*n < 0 || (gids = calloc((size_t)*n + 1, sizeof(*gids))) == NULL)
		return NULL;
	if (user != NULL && getgrouplist(user->name, user->gid, gids, n) < 0)
		*n = -1;
	/* getgroups(2) need not include the primary group. */
	if (user == NULL && (*n = getgroups(*n, gids)) >= 0)
		gids[(*n)++] = getgid();
	if (*n < 0) {
		free(gids);
		return NULL;
	}
	qsort(gids, (size_t)*n, sizeof(*gids), by_gid);
	/* A gid may have several names, and come once for each. */
	all = *n;
	*n = 0;
	for (i = 0; i < all; i++)
		if (*n == 0 || gids[i] != gids[*n - 1])
			gids[(*n)++] = gids[i];
	return gids;
}

/*
 * Fills in the names that a scan of the whole group database finds. If the
 * database is a file, each single lookup would read it from the beginning. The
 * first name of a gid wins, as in getgrgid(3).
 */
static void
read_all_groups(gid_t *gids, int n, const char **names)
{
	const struct group *gr;
	const gid_t *gid;

	setgrent();
	while ((gr = getgrent()) != NULL)
		if ((gid = find_gid(gr->gr_gid, gids, n)) != NULL &&
		    names[gid - gids] == NULL)
			names[gid - gids] = strdup(gr->gr_name);
	endgrent();
}

const char *const *
ident_groups(const struct ident *user)
{
	int i, n;
	gid_t *gids = gids_of(user, &n);
	const char **names = gids == NULL ? NULL :
	    calloc((size_t)n + 1, sizeof(*names));

	if (names != NULL && n > MANY_GROUPS)
		read_all_groups(gids, n, names);
	for (i = 0; names != NULL && i < n; i++)
		if (names[i] == NULL &&
		    (names[i] = group_name(gids[i])) == NULL)
			names = NULL;
	free(gids);
	return names;
}

bool
ident_has_group(gid_t gid)
{
	static gid_t *own;
	static int n;

	if (own == NULL)
		own = gids_of(NULL, &n);
	return own != NULL && find_gid(gid, own, n) != NULL;
}

bool
ident_may_give(const struct ident *user, gid_t gid)
{
	gid_t *gids;
	bool found;
	int n;

	if (user == NULL)
		return geteuid() == 0 || ident_has_group(gid);
	if (user->uid == 0)
		return true;
	gids = gids_of(user, &n);
	found = gids != NULL && find_gid(gid, gids, n) != NULL;
	free(gids);
	return found;
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
	/* A name that was truncated here is too long for any user. */
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
