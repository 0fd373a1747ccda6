/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/path.h"
#include "os/clock.h"
#include "paths/locate.h"
#include "paths/spelling.h"
#include "paths/startup.h"
#include "paths/trail.h"

#define MAX_DEPTH	(PATH_MAX / 2)	/* of names of usual length */
#define MAX_PARTS	20000	/* of home's listing: ten million names */
#define LOOK_EVERY	1000	/* ms */

/*
 * Paths beneath home. Everything beneath one of them is protected too. Paths
 * beneath another one are listed because they may be links.
 */
static const char paths[][32] = {
	".ssh", ".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/rc",
	".ssh/environment", ".profile", ".bash*", ".bashrc", ".bash_profile",
	".bash_login", ".bash_logout", ".bash_aliases", ".z*", ".zshenv",
	".zprofile", ".zshrc", ".zlogin", ".zlogout", ".login", ".logout",
	".cshrc", ".tcshrc", ".kshrc", ".mkshrc", ".shrc",
	".pam_environment", ".rhosts", ".shosts", ".k5login", ".k5users",
	".config/fish", ".config/fish/config.fish", ".config/systemd",
	".config/environment.d", ".local/share/fish", ".local/share/systemd",
};

/* A change's target, and the way up from the directory that contains it. */
struct ascent {
	struct fs	*fs;
	const struct place *place;
	const char	*name;		/* in that directory */
	int		 given, fd;	/* the place's descriptor; a directory
					 * on the way */
	size_t		 above;		/* levels of the next one above fd */
	char		 whole[PATH_MAX + NAME_MAX + 1]; /* path of the target
							  * from "/"; "" until
							  * needed */
};

/*
 * Gets the identity of the directory that contains the target. A resolved place
 * knows it already.
 */
static bool
identify_own(const struct ascent *a, struct fs_id *id)
{
	struct fs_dir opened = { .fd = a->fd }, *d = locate_dir(a->place);

	if (d == NULL || d->fd != a->fd)
		d = &opened;
	if (fs_dir_identify(d) != 0)
		return false;
	*id = d->id;
	return true;
}

/* Returns true, with the identity, if the name exists. */
static bool
look(int dirfd, const char *name, unsigned flags, struct statx *st,
    struct fs_id *id)
{
	const struct place p = { .dirfd = dirfd, .name = name, .flags = flags };

	if (fs_stat(&p, st) != 0)
		return false;
	*id = fs_id(st);
	return true;
}

/*
 * True if some file system may find the entry under this name, because it
 * ignores case or treats Unicode characters as others or as nothing.
 */
static bool
may_be_name(const char *entry, const char *name)
{
	char glob[2 * NAME_MAX + 1], *to = glob;

	for (; *name != '\0'; name++)
		if ((*name & 0x80) != 0) {
			*to++ = '*';
		} else {
			/* FNM_PERIOD of musl does not see an escaped dot. */
			if (strchr("*?[\\", *name) != NULL)
				*to++ = '\\';
			*to++ = *name;
		}
	*to = '\0';
	/* Ignored characters may precede the leading dot. */
	to = glob + strspn(glob, "*");
	to = *to == '.' ? to : glob;
	return fnmatch(to, entry, FNM_CASEFOLD | FNM_PERIOD) == 0;
}

/*
 * Copies the first component of a path without dots and blanks at its end,
 * which some file systems ignore. Returns the rest of the path.
 */
static const char *
first_component(const char *path, char name[NAME_MAX + 1])
{
	struct component c;
	size_t n;

	(void)path_next(path, &c);
	for (n = c.len; n > 1 && strchr(". ", c.name[n - 1]) != NULL; n--)
		continue;
	snprintf(name, NAME_MAX + 1, "%.*s", (int)n, c.name);
	return c.rest + strspn(c.rest, "/");
}

/*
 * False if no protected path can begin as this path does: with neither a dot
 * nor an alias.
 */
static bool
may_begin_path(const char *path)
{
	return path[0] == '.' || (path[0] & 0x80) != 0 ||
	    path_has_alias(path, strcspn(path, "/"));
}

/*
 * Returns the mildest change of a name beneath home that is refused. A
 * directory on the way to a protected path may be created, and removed if
 * empty.
 */
static enum startup_change
refused_below_home(const char *name)
{
	enum startup_change from = STARTUP_NOTHING;
	char is[NAME_MAX + 1], entry[NAME_MAX + 1];
	const char *n, *p;
	size_t i;

	for (i = 0; may_begin_path(name) && i < nitems(paths); i++) {
		n = name;
		p = paths[i];
		do {
			n = first_component(n, is);
			p = first_component(p, entry);
			if (!may_be_name(entry, is) &&
			    fnmatch(entry, is, FNM_CASEFOLD) != 0)
				break;
			if (*p == '\0')
				return STARTUP_ATTRS;
			if (*n == '\0')
				from = STARTUP_ANY;
		} while (*n != '\0');
	}
	return from;
}

/* Adds a name, unless it is known already. */
static void
note_name(struct startup *s, int dirfd, const char *name,
    enum startup_change from)
{
	struct startup_name *n;
	struct statx st;
	struct fs_id dir;

	if (!look(dirfd, "", PLACE_FD, &st, &dir))
		return;
	for (n = s->name; n < s->name + s->names; n++)
		if (fs_is_same(&n->dir, &dir) && strcmp(n->name, name) == 0) {
			n->from = MIN(n->from, from);
			return;
		}
	if (s->names == STARTUP_NAMES) {
		s->full = true;
		return;
	}
	n->dir = dir;
	n->from = from;
	strlcpy(n->name, name, sizeof(n->name));
	s->names++;
}

/*
 * Notes the names on the way to home, and those that links beneath it lead
 * through.
 */
static int
pass(struct trail *t, const char *name, int r, const struct statx *st)
{
	(void)st;
	if (t->base == -1 || t->links > 0)
		note_name(t->arg, t->dirfd, name, STARTUP_DIR);
	return r;
}

/* Notes an error that leaves it unknown what to protect. */
static void
note_failure(struct startup *s, int r)
{
	if (fs_ran_out(r) || r == -ENAMETOOLONG)
		s->failed = r;
}

/* Resolves a path from home. Notes the end of the path if a link led there. */
static void
note_path(struct startup *s, const struct trail *home, const char *path)
{
	char name[PATH_MAX];
	const char *last;
	struct trail t = *home;
	int fd, r;

	t.path = memcpy(name, home->path, home->len + 1);
	t.base = t.dirfd;
	t.links = 0;
	t.dirs = false;
	r = trail_resolve(&t, path);
	if (r == 0 && t.links > 0 && (r = fd = trail_parent(&t, &last)) >= 0) {
		note_name(s, fd, last, STARTUP_ATTRS);
		fs_close(fd);
	}
	note_failure(s, r);
	trail_close(&t);
}

/* Does the same for each link in home that matches the pattern. */
static void
note_pattern(struct startup *s, const struct trail *home, const char *pattern)
{
	char data[16 * 1024];
	struct dirent64 *e;
	int fd = fs_open_entries(home->dirfd);
	int parts = 0;
	ssize_t n = fd, pos;

	while (fd >= 0 && parts++ < MAX_PARTS &&
	    (n = fs_getdents(fd, data, sizeof(data))) > 0)
		for (pos = 0; pos < n; pos += e->d_reclen) {
			e = (void *)(data + pos);
			if ((e->d_type == DT_LNK || e->d_type == DT_UNKNOWN) &&
			    fnmatch(pattern, e->d_name, FNM_CASEFOLD) == 0)
				note_path(s, home, e->d_name);
		}
	s->full |= parts > MAX_PARTS;
	note_failure(s, (int)n);
	fs_drop(&fd);
}

static void
note_names(struct startup *s)
{
	char path[PATH_MAX] = "/";
	struct trail t = {
		.root = fs_open_dir(AT_FDCWD, "/", true),
		.path = path, .len = 1, .dirfd = -1, .base = -1,
		.max_links = KERNEL_LINKS, .dirs = true,
		.pass = pass, .arg = s,
	};
	size_t i;
	int r;

	s->names = 0;
	s->full = false;
	s->failed = 0;
	note_failure(s, t.root);
	memset(s->free, 0, sizeof(s->free));
	s->noted = clock_ms();
	r = trail_resolve(&t, s->home);
	/* The directory that is missing may be created. */
	if (r == -ENOENT && s->names > 0)
		s->name[s->names - 1].from = STARTUP_ANY;
	if (r == 0 && (r = trail_open(&t, t.len)) == 0)
		for (i = 0; i < nitems(paths); i++)
			(strchr(paths[i], '*') != NULL ? note_pattern :
			    note_path)(s, &t, paths[i]);
	note_failure(s, r);
	trail_close(&t);
	fs_close(t.root);
}

/*
 * Determines where home is now. Names are noted again only after a change by
 * somebody else or while home is missing: the changes that this session may
 * make add no names.
 */
static void
look_home(struct startup *s)
{
	struct fs_id now = { 0 };
	struct statx st = { 0 };
	bool same = false;

	if (look(AT_FDCWD, s->home, PLACE_FOLLOW, &st, &now) &&
	    fs_is_same(&now, &s->at)) {
		same = memcmp(&st.stx_ctime, &s->changed,
		    sizeof(s->changed)) == 0;
		if (s->failed == 0 && ((same && s->settled) ||
		    clock_ms() - s->noted < LOOK_EVERY))
			return;
	}
	/* Two changes within a tick of the clock have the same ctime. */
	s->settled = same;
	s->at = now;
	s->changed = st.stx_ctime;
	note_names(s);
}

void
startup_begin(struct startup *s, const char *home)
{
	*s = (struct startup){ .on = strlen(home) < PATH_MAX,
	    .home = home[0] != '\0' ? home : "/" };
}

static const char ups[] = "../../../../../../../../../../../../../..";

/* Returns the path to the directory `levels` above, 14 at most. */
static const char *
up(size_t levels)
{
	return levels == 0 ? "." : ups + sizeof(ups) - levels * 3;
}

/*
 * Returns the target's path beneath the directory `above` levels above its own,
 * or NULL if it is unknown.
 */
static const char *
name_below(struct ascent *a, int above)
{
	const char *at = a->name;
	size_t len;

	if (above > 0 && a->whole[0] == '\0') {
		if (!locate_name(a->fs, a->place, a->whole))
			return NULL;
		len = strlen(a->whole);
		snprintf(a->whole + len, sizeof(a->whole) - len, "/%s",
		    a->name);
	}
	if (above > 0)
		at = a->whole + strlen(a->whole) - strlen(a->name);
	for (; above > 0 && at > a->whole; above--)
		for (at--; at > a->whole && at[-1] != '/'; at--)
			continue;
	return above == 0 ? at : NULL;
}

/*
 * Gets the identity of the next directory on the way up. Many levels take one
 * system call.
 */
static bool
ascend(struct ascent *a, struct fs_id *id)
{
	struct statx st;
	int fd;

	if (a->above * 3 > sizeof(ups)) {
		fd = fs_open_dir(a->fd, ups, true);
		if (fd < 0)
			return false;
		if (a->fd != a->given)
			fs_close(a->fd);
		a->fd = fd;
		a->above = 1;
	}
	return look(a->fd, up(a->above++), PLACE_FOLLOW, &st, id);
}

/*
 * True if a path beneath the directory that was identified last may be that of
 * another one, because names in it can have aliases.
 */
static bool
may_be_alias(const struct ascent *a, const char *path)
{
	struct fs_dir dir = { .fd = -1 };
	bool may;

	if (!path_has_alias(path, strlen(path)))
		return false;
	dir.fd = fs_open_dir(a->fd, up(a->above - 1), true);
	may = dir.fd < 0 || spelling_may_differ(&dir) != 0;
	fs_drop(&dir.fd);
	return may;
}

/*
 * Returns the mildest change of the target that is refused because of its name
 * beneath one directory on the way.
 */
static enum startup_change
refused_in(const struct startup *s, const struct fs_id *dir, struct ascent *a,
    int above)
{
	enum startup_change from = STARTUP_NOTHING;
	const struct startup_name *n;
	char is[NAME_MAX + 1];
	const char *name;

	if (fs_is_same(dir, &s->at)) {
		if ((name = name_below(a, above)) == NULL)
			return STARTUP_ATTRS;
		if (may_begin_path(name) && may_be_alias(a, name))
			return STARTUP_ATTRS;
		from = refused_below_home(name);
	}
	for (n = s->name; n < s->name + s->names; n++) {
		if ((above > 0 && n->from != STARTUP_ATTRS) ||
		    n->from >= from || !fs_is_same(dir, &n->dir))
			continue;
		if ((name = name_below(a, above)) == NULL)
			return STARTUP_ATTRS;
		first_component(name, is);
		if ((n->from == STARTUP_ATTRS ? may_be_name(n->name, is) :
		    strcasecmp(n->name, is) == 0) || may_be_alias(a, is))
			from = n->from;
	}
	return from;
}

/* True if the directory was found to be unrelated a moment ago. */
static bool
is_free(const struct startup *s, const struct fs_id *dir)
{
	const struct startup_free *f;

	for (f = s->free; f < s->free + nitems(s->free); f++)
		if (fs_is_same(dir, &f->dir) &&
		    clock_ms() - f->since < LOOK_EVERY)
			return true;
	return false;
}

/*
 * True if the change is refused on the way up to home or to the root. The last
 * directories that have nothing to protect in or beneath them are remembered.
 */
static bool
refused_on_way(struct startup *s, struct ascent *a, enum startup_change change)
{
	struct fs_id dir, id, last;
	int above;

	if (!identify_own(a, &dir) || change >= refused_in(s, &dir, a, 0))
		return true;
	if (fs_is_same(&dir, &s->at) || is_free(s, &dir))
		return false;
	for (above = 1, last = dir; above < MAX_DEPTH; above++, last = id) {
		if (!ascend(a, &id) || change >= refused_in(s, &id, a, above))
			return true;
		if (fs_is_same(&id, &last) || fs_is_same(&id, &s->at))
			break;
	}
	if (above == MAX_DEPTH)
		return true;
	if (fs_is_same(&id, &s->at) && may_begin_path(name_below(a, above)))
		return false;
	s->free[s->next_free] = (struct startup_free){ dir, clock_ms() };
	s->next_free = (s->next_free + 1) % (int)nitems(s->free);
	return false;
}

/*
 * Starts an ascent at the directory that contains an open file. Returns 0 or
 * -errno: -ENOENT if the file has no name, because it was removed or is the
 * root.
 */
static int
start_above(struct ascent *a)
{
	struct fs_id is, named;
	struct statx st;
	char *slash;

	if (!locate_name(a->fs, a->place, a->whole) ||
	    !look(a->given, "", PLACE_FD, &st, &is))
		return -EACCES;
	slash = strrchr(a->whole, '/');
	a->name = slash + 1;
	*slash = '\0';
	a->fd = fs_open_dir(AT_FDCWD, slash == a->whole ? "/" : a->whole,
	    true);
	*slash = '/';
	if (a->fd < 0)
		return a->fd;
	return look(a->fd, a->name, 0, &st, &named) &&
	    fs_is_same(&is, &named) ? 0 : -ENOENT;
}

/* True if the change of a target must be refused, by where home is now. */
static bool
is_refused(struct startup *s, struct fs *fs, const struct place *p,
    enum startup_change change)
{
	struct ascent a = { .fs = fs, .place = p, .name = p->name,
	    .given = p->dirfd, .fd = p->dirfd, .above = 1 };
	int r = 0;
	bool is;

	if ((p->flags & PLACE_FD) != 0)
		r = start_above(&a);
	is = s->full || s->failed != 0 ||
	    (r != 0 ? r != -ENOENT : refused_on_way(s, &a, change));
	if (a.fd != a.given && a.fd >= 0)
		fs_close(a.fd);
	return is;
}

int
startup_refuses(struct startup *s, struct fs *fs,
    const struct startup_target *target, int n)
{
	int i;

	if (!s->on || n == 0)
		return -1;
	look_home(s);
	for (i = 0; i < n; i++)
		if (is_refused(s, fs, &target[i].place, target[i].change))
			return i;
	return -1;
}
