/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "system/clock.h"
#include "system/startup.h"
#include "wire/buf.h"

#define MAX_LINKS	40
#define MAX_DEPTH	1024
#define LOOK_EVERY	1000	/* ms */

/* Below home. Where one ends in a directory, all that is in it counts. */
static const char paths[][32] = {
	".ssh", ".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/rc",
	".ssh/environment", ".profile", ".bashrc", ".bash_profile",
	".bash_login", ".bash_logout", ".bash_aliases", ".zshenv",
	".zprofile", ".zshrc", ".zlogin", ".zlogout", ".login", ".logout",
	".cshrc", ".tcshrc", ".kshrc", ".mkshrc", ".shrc",
	".pam_environment", ".rhosts", ".shosts", ".k5login", ".k5users",
	".config/fish", ".config/fish/config.fish", ".config/systemd",
	".config/environment.d", ".local/share/fish", ".local/share/systemd",
};

/* By their beginnings, in home itself. */
static const char *const patterns[] = { ".bash*", ".z*" };

/* Where something new may be one of the paths. */
static const char *const looked_into[STARTUP_DIRS] = {
	".", ".config", ".local", ".local/share",
};

static bool
look(int dirfd, const char *name, int flags, struct statx *st)
{
	return statx(dirfd, name, flags, STATX_BASIC_STATS, st) == 0;
}

static struct startup_id
id_of(const struct statx *st)
{
	return (struct startup_id){ fs_device(st), st->stx_ino };
}

static bool
same_id(const struct startup_id *a, const struct startup_id *b)
{
	return a->ino == b->ino && a->dev == b->dev;
}

/* Is it a directory in which new names are found when they appear? */
static bool
is_looked_into(const struct startup *s, const struct startup_id *dir)
{
	int i;

	for (i = 0; i < STARTUP_DIRS; i++)
		if (same_id(&s->seen[i].id, dir))
			return true;
	return false;
}

static void
add_entry(struct startup *s, const struct startup_id *dir, const char *name,
    size_t len, bool way, bool linked)
{
	struct startup_entry *e = &s->entry[s->entries];

	if (s->entries == STARTUP_ENTRIES || len > NAME_MAX) {
		s->full = true;
		return;
	}
	e->dir = *dir;
	e->way = way;
	e->open = way && !linked && is_looked_into(s, dir);
	memcpy(e->name, name, len);
	e->name[len] = '\0';
	s->entries++;
}

static void
add_final(struct startup *s, const struct startup_id *id)
{
	if (s->finals == STARTUP_ENTRIES)
		s->full = true;
	else
		s->final[s->finals++] = *id;
}

/*
 * Goes on behind a link: its text stands before what is left. Returns the
 * directory from where, or -1.
 */
static int
follow(int dir, int link, char *left, const char *rest)
{
	char text[PATH_MAX], behind[PATH_MAX];
	ssize_t n = readlinkat(link, "", text, sizeof(text) - 1);

	if (n <= 0 || strlcpy(behind, rest, sizeof(behind)) >= sizeof(behind))
		return -1;
	text[n] = '\0';
	if (snprintf(left, PATH_MAX, "%s/%s", text, behind) >= PATH_MAX)
		return -1;
	return text[0] == '/' ? open("/", O_PATH | O_CLOEXEC) : dir;
}

static void
leave(const struct startup *s, int dir)
{
	if (dir != -1 && dir != s->home)
		close(dir);
}

/* Opens the component that `name` begins with, and looks at it. */
static int
enter(int dir, char *name, size_t len, struct statx *st)
{
	char behind = name[len];
	int fd;

	name[len] = '\0';
	fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	name[len] = behind;
	if (fd != -1 && !look(fd, "", AT_EMPTY_PATH, st)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/*
 * Walks a path from a directory, which it leaves, and notes each name that it
 * leads by, as far as there is something.
 */
static void
note_path(struct startup *s, int dir, const char *path, bool way)
{
	char left[PATH_MAX], *name = left, *rest;
	struct startup_id id = s->at;
	struct statx st;
	int fd, from, links = 0;
	size_t len;

	strlcpy(left, path, sizeof(left));
	if (dir != s->home && look(dir, "", AT_EMPTY_PATH, &st))
		id = id_of(&st);
	while (*(name += strspn(name, "/")) != '\0') {
		len = strcspn(name, "/");
		rest = name + len + strspn(name + len, "/");
		add_entry(s, &id, name, len, way || *rest != '\0', links > 0);
		if ((fd = enter(dir, name, len, &st)) == -1)
			break;
		name = rest;
		from = fd;
		if (S_ISLNK(st.stx_mode)) {
			from = ++links > MAX_LINKS ? -1 :
			    follow(dir, fd, left, rest);
			close(fd);
			name = left;
			if (from == dir)
				continue;
		} else if (*rest == '\0' && !way) {
			id = id_of(&st);
			add_final(s, &id);
		}
		leave(s, dir);
		if ((dir = from) == -1 || !look(dir, "", AT_EMPTY_PATH, &st))
			break;
		id = id_of(&st);
	}
	leave(s, dir);
}

/*
 * Has any of the directories changed in which names could appear? What this
 * session can do to them makes another directory of one; what others do to
 * what is in them is looked at once a second.
 */
static bool
is_stale(struct startup *s)
{
	struct startup_seen now[STARTUP_DIRS] = { 0 };
	bool same = true, other = false;
	struct statx st;
	int i;

	for (i = 0; i < STARTUP_DIRS; i++)
		if (look(s->home, looked_into[i], 0, &st))
			now[i] = (struct startup_seen){ id_of(&st),
			    st.stx_ctime.tv_sec, st.stx_ctime.tv_nsec };
	for (i = 0; i < STARTUP_DIRS; i++) {
		other |= !same_id(&now[i].id, &s->seen[i].id);
		same &= memcmp(&now[i], &s->seen[i], sizeof(now[i])) == 0;
	}
	if (same || (!other && clock_ms() - s->noted < LOOK_EVERY))
		return false;
	memcpy(s->seen, now, sizeof(now));
	s->noted = clock_ms();
	return true;
}

static void
note_all(struct startup *s)
{
	size_t i;

	s->entries = s->above;
	s->finals = 0;
	s->full = false;
	s->scanned = (struct startup_seen){ 0 };
	for (i = 0; i < nitems(paths); i++)
		note_path(s, s->home, paths[i], false);
}

void
startup_begin(struct startup *s, const char *home)
{
	struct statx st;

	*s = (struct startup){ .home = open(home,
	    O_PATH | O_DIRECTORY | O_CLOEXEC) };
	if (s->home == -1 || !look(s->home, "", AT_EMPTY_PATH, &st))
		return;
	s->on = true;
	s->at = id_of(&st);
	note_path(s, open("/", O_PATH | O_CLOEXEC), home, true);
	s->above = s->entries;
}

static bool
matches_pattern(const char *name)
{
	size_t i;

	for (i = 0; i < nitems(patterns); i++)
		if (fnmatch(patterns[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

/*
 * Directories in home whose names match a pattern: what is in them counts.
 * Listed when something below home is to change, and home has.
 */
static void
scan_home(struct startup *s)
{
	struct startup_id id;
	struct dirent64 *e;
	struct statx st;
	char data[32 * 1024];
	ssize_t n, pos;
	int fd;

	if (memcmp(&s->scanned, &s->seen[0], sizeof(s->scanned)) == 0)
		return;
	s->scanned = s->seen[0];
	if ((fd = openat(s->home, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) ==
	    -1)
		return;
	while ((n = fs_getdents(fd, data, sizeof(data))) > 0)
		for (pos = 0; pos < n; pos += e->d_reclen) {
			e = (void *)(data + pos);
			if (e->d_name[0] != '.' ||
			    !matches_pattern(e->d_name) ||
			    !look(fd, e->d_name, 0, &st) ||
			    !S_ISDIR(st.stx_mode))
				continue;
			id = id_of(&st);
			add_final(s, &id);
		}
	close(fd);
}

/*
 * Could it be that name where a file system thinks that some letters of
 * Unicode are others, or nothing?
 */
static bool
may_be_name(const char *entry, const char *name)
{
	char glob[2 * NAME_MAX + 2], *to = glob;
	size_t i;

	for (i = 0; i < NAME_MAX && name[i] != '\0'; i++)
		if ((name[i] & 0x80) == 0) {
			*to++ = '\\';
			*to++ = name[i];
		} else {
			*to++ = '*';
		}
	*to = '\0';
	/* What is nothing may stand before the dot. */
	to = glob + strspn(glob, "*");
	to = strncmp(to, "\\.", 2) == 0 ? to : glob;
	return fnmatch(to, entry, FNM_CASEFOLD | FNM_PERIOD) == 0;
}

static bool
is_final(const struct startup *s, const struct startup_id *id)
{
	int i;

	for (i = 0; i < s->finals; i++)
		if (same_id(&s->final[i], id))
			return true;
	return false;
}

static bool
is_ascii(const char *name)
{
	while (*name != '\0' && (*name & 0x80) == 0)
		name++;
	return *name == '\0';
}

static bool
is_named(const struct startup_entry *e, const char *name, bool ascii)
{
	return strcasecmp(e->name, name) == 0 || (!ascii &&
	    (!e->way || e->open) && may_be_name(e->name, name));
}

static bool
is_entry(const struct startup *s, const struct startup_id *dir,
    const char *name, enum startup_change change)
{
	const struct startup_entry *e;
	bool ascii = is_ascii(name);

	if (same_id(dir, &s->at) && matches_pattern(name))
		return true;
	for (e = s->entry; e < s->entry + s->entries; e++)
		if (same_id(&e->dir, dir) && is_named(e, name, ascii) &&
		    (!e->way || change == STARTUP_ANY ||
		    (change == STARTUP_DIR && !e->open)))
			return true;
	return false;
}

/* Is that directory, or one above it as far as home, one that is read? */
static bool
is_below_final(struct startup *s, int dirfd, const struct startup_id *dir)
{
	char up[3 * MAX_DEPTH + 1] = "..";
	struct startup_id id = *dir, last = { 0 };
	struct statx st;
	int depth;

	for (depth = 1; depth < MAX_DEPTH && !same_id(&id, &last); depth++) {
		if (is_final(s, &id))
			return true;
		if (same_id(&id, &s->at)) {
			/* Only now it is known to matter what last is. */
			scan_home(s);
			return s->full || is_final(s, &last);
		}
		if (!look(dirfd, up, 0, &st))
			return true;
		last = id;
		id = id_of(&st);
		memcpy(up + 3 * depth - 1, "/..", 4);
	}
	return depth == MAX_DEPTH;
}

bool
startup_protects(struct startup *s, const struct place *p,
    enum startup_change change)
{
	struct startup_id id, dir;
	struct statx st;
	bool exists;

	if (!s->on)
		return false;
	if (is_stale(s))
		note_all(s);
	if (s->full)
		return true;
	if ((exists = fs_stat(p, &st) == 0)) {
		id = id_of(&st);
		if (is_final(s, &id))
			return true;
	}
	if ((p->flags & PLACE_FD) != 0)
		return exists && S_ISDIR(st.stx_mode) &&
		    is_below_final(s, p->dirfd, &id);
	if (!look(p->dirfd, "", AT_EMPTY_PATH, &st))
		return true;
	dir = id_of(&st);
	return is_entry(s, &dir, p->name, change) ||
	    is_below_final(s, p->dirfd, &dir);
}
