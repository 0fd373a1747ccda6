/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/path.h"
#include "os/fs_impl.h"
#include "paths/locate.h"
#include "paths/spelling.h"

/*
 * The result of testing if a directory ignores (folds) case. A test can also
 * return -errno.
 */
enum folds { FOLDS_NOT, FOLDS, FOLDS_UNKNOWN };

/*
 * The last few directories that were tested: those in `exact` do not ignore
 * case, and `name` is unused; for those in `spelled`, `name` is the path.
 */
struct asked {
	struct {
		struct fs_id id;
		char	 *name;
	}	 dir[16];
	size_t	 next;
};
static struct asked exact, spelled;

/* A directory that is being read. */
struct listing {
	int	 fd;
	ssize_t	 len, pos;
	char	 data[32 * 1024];
};

static bool
has_letter(const char *name)
{
	while (*name != '\0' && !isalpha((unsigned char)*name))
		name++;
	return *name != '\0';
}

static bool
has_other_letter(const char *name)
{
	while (*name != '\0' && (*name & 0x80) == 0)
		name++;
	return *name != '\0';
}

/* True if the name ends in a dot or a blank, which some file systems drop. */
static bool
has_odd_end(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && (name[len - 1] == '.' || name[len - 1] == ' ');
}

static int
look(int dirfd, const char *name, struct statx *st)
{
	struct place p = place_entry(dirfd, name);

	return fs_stat(&p, st);
}

static int
listing_begin(struct listing *l, int dirfd)
{
	l->len = l->pos = 0;
	l->fd = fs_open_entries(dirfd);
	return l->fd < 0 ? l->fd : 0;
}

/* Returns the next entry except "." and "..", or NULL at the end. */
static const struct dirent64 *
listing_next(struct listing *l)
{
	const struct dirent64 *e;

	do {
		if (l->pos >= l->len) {
			l->pos = 0;
			l->len = fs_getdents(l->fd, l->data, sizeof(l->data));
			if (l->len <= 0)
				return NULL;
		}
		e = (const void *)(l->data + l->pos);
		l->pos += e->d_reclen;
	} while (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
	return e;
}

/*
 * Decides by the listing, when both names exist: two entries are two files, or
 * one file with two links; a single entry has two names. If the directory
 * cannot be listed, equal inodes mean that it folds, unless a client may have
 * made a link. Different ones prove nothing, since FUSE may make up inodes.
 */
static int
ask_listing(int dirfd, const char *name, const char *swapped)
{
	const struct dirent64 *e;
	struct statx st, there;
	struct listing l;
	int r, found = 0;

	if ((r = listing_begin(&l, dirfd)) != 0)
		return look(dirfd, name, &st) == 0 &&
		    look(dirfd, swapped, &there) == 0 &&
		    fs_same_file(&st, &there) && (S_ISDIR(st.stx_mode) ||
		    st.stx_nlink == 1) ? FOLDS : r;
	while (found < 2 && (e = listing_next(&l)) != NULL)
		found += strcmp(e->d_name, name) == 0 ||
		    strcmp(e->d_name, swapped) == 0;
	fs_close(l.fd);
	return found == 2 ? FOLDS_NOT : FOLDS;
}

/*
 * Looks up the name, which has letters, with their case swapped. If that is
 * missing, the name exists under its own spelling only, if at all.
 */
static int
ask_swapped(int dirfd, const char *name)
{
	char swapped[NAME_MAX + 1];
	struct statx st;
	size_t i;
	int r;

	for (i = 0; name[i] != '\0' && i < NAME_MAX; i++)
		swapped[i] = (char)(name[i] ^
		    (isalpha((unsigned char)name[i]) ? 0x20 : 0));
	swapped[i] = '\0';
	if ((r = look(dirfd, swapped, &st)) != 0)
		return r == -ENOENT ? FOLDS_NOT : FOLDS_UNKNOWN;
	if (look(dirfd, name, &st) != 0)
		return FOLDS_NOT;
	return ask_listing(dirfd, name, swapped);
}

/* True if this directory, with this name, was remembered. */
static bool
asked_has(const struct asked *a, const struct fs_dir *d, const char *name)
{
	size_t i;

	for (i = 0; i < nitems(a->dir); i++)
		if (a->dir[i].name != NULL &&
		    fs_is_same(&a->dir[i].id, &d->id) &&
		    strcmp(a->dir[i].name, name) == 0)
			return true;
	return false;
}

/* Remembers a directory in place of the oldest one. */
static void
asked_add(struct asked *a, const struct fs_dir *d, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return;
	free(a->dir[a->next].name);
	a->dir[a->next].name = copy;
	a->dir[a->next].id = d->id;
	a->next = (a->next + 1) % nitems(a->dir);
}

void
spelling_remember(struct fs_dir *d, const char *name)
{
	if (fs_dir_identify(d) == 0)
		asked_add(&spelled, d, name);
}

bool
spelling_is_known(struct fs_dir *d, const char *name)
{
	return fs_dir_identify(d) == 0 && asked_has(&spelled, d, name);
}

/*
 * Tests with the first entry that has letters. If there is none, the type of
 * the file system decides.
 */
static int
ask_entries(int dirfd)
{
	int r, folds = FOLDS_UNKNOWN;
	const struct dirent64 *e;
	struct listing l;

	if ((r = listing_begin(&l, dirfd)) == 0) {
		while (folds == FOLDS_UNKNOWN &&
		    (e = listing_next(&l)) != NULL)
			if (has_letter(e->d_name))
				folds = ask_swapped(dirfd, e->d_name);
		fs_close(l.fd);
	}
	if (folds != FOLDS_UNKNOWN)
		return folds;
	if (!fs_ran_out(r))
		r = fs_folds_case(dirfd);
	if (r < 0)
		return r;
	return r > 0 ? FOLDS : FOLDS_UNKNOWN;
}

/*
 * Tests if a directory folds case, with this name if it has letters and exists.
 * Otherwise, and only if `must`, its entries are tried. The last few
 * directories that do not fold are remembered, because looking up a missing
 * name is a round trip on network file systems.
 */
static int
ask_directory(struct fs_dir *d, const char *name, bool must)
{
	int r, folds = FOLDS_UNKNOWN;
	struct statx st;

	if ((r = fs_dir_identify(d)) != 0)
		return r;
	if (asked_has(&exact, d, ""))
		return FOLDS_NOT;
	if (has_letter(name) && (folds = ask_swapped(d->fd, name)) ==
	    FOLDS_NOT && look(d->fd, name, &st) != 0)
		folds = FOLDS_UNKNOWN;
	if (folds == FOLDS_UNKNOWN && must)
		folds = ask_entries(d->fd);
	if (folds == FOLDS_NOT)
		asked_add(&exact, d, "");
	return folds;
}

/* Copies a name without dots and blanks at its end, which may be dropped. */
static void
cut_odd_end(const char *name, char to[NAME_MAX + 1])
{
	size_t len;

	strlcpy(to, name, NAME_MAX + 1);
	for (len = strlen(to); len > 1 && has_odd_end(to); len--)
		to[len - 1] = '\0';
}

/* True if two names differ at most in case and in dots or blanks at the end. */
static bool
is_like(const char *a, const char *b)
{
	char one[NAME_MAX + 1], other[NAME_MAX + 1];

	cut_odd_end(a, one);
	cut_odd_end(b, other);
	return strcasecmp(one, other) == 0;
}

/*
 * True if the entry may be the file that was found by another name. Inode
 * numbers in listings are not reliable everywhere: `any` compares each entry
 * itself.
 */
static bool
is_entry(int dirfd, const struct dirent64 *e, const char *name,
    const struct statx *st, bool any)
{
	struct statx other;

	if (is_like(e->d_name, name))
		return true;
	return (any || e->d_ino == st->stx_ino) &&
	    look(dirfd, e->d_name, &other) == 0 && fs_same_file(&other, st);
}

/*
 * Finds the entry for a name that exists: the same spelling first, then one
 * that is like it, then the same inode. Returns the number of candidates.
 */
static int
read_spelling(struct listing *l, int dirfd, const char *name,
    const struct statx *st, bool any, char *to)
{
	const struct dirent64 *e;
	int found = 0;

	while ((e = listing_next(l)) != NULL) {
		if (strcmp(e->d_name, name) == 0)
			return strlcpy(to, name, NAME_MAX + 1) > 0;
		if (!is_entry(dirfd, e, name, st, any))
			continue;
		if (found++ == 0 || is_like(e->d_name, name))
			strlcpy(to, e->d_name, NAME_MAX + 1);
	}
	return found;
}

/*
 * True if a name in a directory that cannot be listed may be that of an entry
 * without the dots and blanks at its end.
 */
static bool
may_be_cut(int dirfd, const char *name)
{
	char cut[NAME_MAX + 1];
	struct statx st;

	cut_odd_end(name, cut);
	return strcmp(cut, name) != 0 && look(dirfd, cut, &st) == 0;
}

/* Gets the spelling of a name from the listing. `to` holds the name already. */
static int
list_spelling(struct fs *fs, int dirfd, const char *name, char *to)
{
	bool folds = fs->folds;
	struct listing l;
	struct statx st;
	int r, found = 0, any;

	if (look(dirfd, name, &st) != 0) {
		if (folds)
			cut_odd_end(name, to);
		return 0;
	}
	for (any = 0; any < 2 && found == 0; any++) {
		if ((r = listing_begin(&l, dirfd)) != 0)
			return folds || fs_ran_out(r) ||
			    may_be_cut(dirfd, name) ? r : 0;
		found = read_spelling(&l, dirfd, name, &st, any != 0, to);
		fs_close(l.fd);
	}
	/* Of several links to the file, it is unknown which is meant. */
	return found == 1 || (found > 1 && is_like(to, name)) ? 0 : -EACCES;
}

int
spelling_may_differ(struct fs_dir *d)
{
	int r = ask_directory(d, "", true);

	return r < 0 ? r : r == FOLDS;
}

int
spelling_find(struct fs *fs, struct fs_dir *d, const char *name,
    bool creates, char *to)
{
	bool other = has_other_letter(name);
	bool alias = path_has_alias(name, strlen(name));
	bool must = creates || other || alias;
	int r;

	strlcpy(to, name, NAME_MAX + 1);
	if (!fs->folds && (must || has_letter(name))) {
		if ((r = ask_directory(d, name, must)) < 0)
			return r;
		fs->folds = r == FOLDS;
	}
	if (fs->folds && alias)
		return -EACCES;
	return has_odd_end(name) || (fs->folds && other) ?
	    list_spelling(fs, d->fd, name, to) : 0;
}
