/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/fs_impl.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "paths/spelling.h"
#include "policy/policy.h"

/* What asking a directory whether it folds case brought. */
enum folds { FOLDS_NOT, FOLDS, FOLDS_UNKNOWN };

/*
 * The last few directories that were asked: of those in `exact` it is known
 * that they do not fold case, of those in `spelled` what they are called.
 */
struct asked {
	struct {
		uint64_t dev, ino;
		char	 *name;
	}	 dir[16];
	size_t	 next;
};
static struct asked exact, spelled;

/* A listing under way. */
struct listing {
	int	 fd;
	ssize_t	 len, pos;
	char	 data[32 * 1024];
};

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_letter(char c)
{
	return is_capital((char)(c & ~0x20));
}

static bool
has_letter(const char *name)
{
	while (*name != '\0' && !is_letter(*name))
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

/* True for what DOS would call another name. */
static bool
is_short_name(const char *name)
{
	for (; (name = strchr(name, '~')) != NULL; name++)
		if (name[1] >= '0' && name[1] <= '9')
			return true;
	return false;
}

/* True if the name ends in what some file systems leave out. */
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

static bool
is_same(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && fs_device(a) == fs_device(b);
}

static bool
listing_begin(struct listing *l, int dirfd)
{
	l->len = l->pos = 0;
	l->fd = fs_open_entries(dirfd);
	return l->fd >= 0;
}

/* The next entry but "." and "..", or NULL at the end. */
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

static void
listing_end(struct listing *l)
{
	fs_close(l->fd);
}

/*
 * Both names are there. Two entries are two files, or a file with two links;
 * one entry has two names. A directory that cannot be listed has only inodes
 * to go by, which by FUSE may be others for each name.
 */
static enum folds
ask_listing(int dirfd, const char *name, const char *swapped)
{
	const struct dirent64 *e;
	struct statx st, there;
	struct listing l;
	int found = 0;

	if (!listing_begin(&l, dirfd))
		return look(dirfd, name, &st) == 0 &&
		    look(dirfd, swapped, &there) == 0 &&
		    is_same(&st, &there) ? FOLDS : FOLDS_UNKNOWN;
	while (found < 2 && (e = listing_next(&l)) != NULL)
		found += strcmp(e->d_name, name) == 0 ||
		    strcmp(e->d_name, swapped) == 0;
	listing_end(&l);
	return found == 2 ? FOLDS_NOT : FOLDS;
}

/*
 * Asks for a name, which has letters, with capitals for small ones: what is
 * missing then is there by its own name alone, if it is there.
 */
static enum folds
ask_swapped(int dirfd, const char *name)
{
	char swapped[NAME_MAX + 1];
	struct statx st;
	size_t i;
	int r;

	for (i = 0; name[i] != '\0' && i < NAME_MAX; i++)
		swapped[i] = (char)(name[i] ^ (is_letter(name[i]) ? 0x20 : 0));
	swapped[i] = '\0';
	if ((r = look(dirfd, swapped, &st)) != 0)
		return r == -ENOENT ? FOLDS_NOT : FOLDS_UNKNOWN;
	if (look(dirfd, name, &st) != 0)
		return FOLDS_NOT;
	return ask_listing(dirfd, name, swapped);
}

/* True if that directory, of that name where it has one, is among them. */
static bool
asked_has(const struct asked *a, const struct statx *st, const char *name)
{
	size_t i;

	for (i = 0; i < nitems(a->dir); i++)
		if (a->dir[i].name != NULL && a->dir[i].ino == st->stx_ino &&
		    a->dir[i].dev == fs_device(st) &&
		    strcmp(a->dir[i].name, name) == 0)
			return true;
	return false;
}

/* Puts it in the place of the one that was asked first. */
static void
asked_add(struct asked *a, const struct statx *st, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return;
	free(a->dir[a->next].name);
	a->dir[a->next].name = copy;
	a->dir[a->next].dev = fs_device(st);
	a->dir[a->next].ino = st->stx_ino;
	a->next = (a->next + 1) % nitems(a->dir);
}

void
spelling_remember(int fd, const char *name)
{
	struct place p = place_fd(fd, "");
	struct statx st;

	if (fs_stat(&p, &st) == 0)
		asked_add(&spelled, &st, name);
}

bool
spelling_is_known(int fd, const char *name)
{
	struct place p = place_fd(fd, "");
	struct statx st;

	return fs_stat(&p, &st) == 0 && asked_has(&spelled, &st, name);
}

/*
 * Asks with the first of the entries that has letters. One that has none
 * leaves only the type of the file system to go by.
 */
static enum folds
ask_entries(int dirfd)
{
	enum folds folds = FOLDS_UNKNOWN;
	const struct dirent64 *e;
	struct listing l;

	if (listing_begin(&l, dirfd)) {
		while (folds == FOLDS_UNKNOWN &&
		    (e = listing_next(&l)) != NULL)
			if (has_letter(e->d_name))
				folds = ask_swapped(dirfd, e->d_name);
		listing_end(&l);
	}
	return folds == FOLDS_UNKNOWN && fs_folds_case(dirfd) ? FOLDS : folds;
}

/*
 * Asks a directory whether it folds case, by that name if it has letters and
 * is there. Of another name it is asked by its entries, but only if it must
 * be. The last few that do not are not asked again: where the file system is
 * on another host, to look for what is missing takes a way there and back.
 */
static enum folds
ask_directory(int dirfd, const char *name, bool must)
{
	struct place p = place_fd(dirfd, "");
	enum folds folds = FOLDS_UNKNOWN;
	struct statx dir, st;

	if (fs_stat(&p, &dir) != 0)
		return FOLDS_UNKNOWN;
	if (asked_has(&exact, &dir, ""))
		return FOLDS_NOT;
	if (has_letter(name) && (folds = ask_swapped(dirfd, name)) ==
	    FOLDS_NOT && look(dirfd, name, &st) != 0)
		folds = FOLDS_UNKNOWN;
	if (folds == FOLDS_UNKNOWN && must)
		folds = ask_entries(dirfd);
	if (folds == FOLDS_NOT)
		asked_add(&exact, &dir, "");
	return folds;
}

/* What a new name of this kind is made as, where that is left out. */
static void
cut_odd_end(char *name)
{
	size_t len = strlen(name);

	while (len > 1 && has_odd_end(name))
		name[--len] = '\0';
}

/* True if two names differ at most in capitals, and in what is left out. */
static bool
is_like(const char *a, const char *b)
{
	char one[NAME_MAX + 1], other[NAME_MAX + 1];

	strlcpy(one, a, sizeof(one));
	strlcpy(other, b, sizeof(other));
	cut_odd_end(one);
	cut_odd_end(other);
	return strcasecmp(one, other) == 0;
}

/*
 * True if that entry could be what was asked for by another name. The inode
 * numbers of a listing are not to be relied on everywhere: `any` looks at each
 * entry.
 */
static bool
is_entry(int dirfd, const struct dirent64 *e, const char *name,
    const struct statx *st, bool any)
{
	struct statx other;

	if (is_like(e->d_name, name))
		return true;
	return (any || e->d_ino == st->stx_ino) &&
	    look(dirfd, e->d_name, &other) == 0 && is_same(&other, st);
}

/*
 * Reads the directory for how it spells the name of what is there: exactly so,
 * or else but for capitals, or else by what it is. Returns how many entries
 * it could be.
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

/* How the directory spells it, by its listing; `to` has the name itself. */
static int
list_spelling(struct fs *fs, int dirfd, const char *name, char *to)
{
	bool folds = fs->folds;
	struct listing l;
	struct statx st;
	int found = 0, any;

	if (look(dirfd, name, &st) != 0) {
		if (folds)
			cut_odd_end(to);
		return 0;
	}
	for (any = 0; any < 2 && found == 0; any++) {
		if (!listing_begin(&l, dirfd))
			return folds ? -EACCES : 0;
		found = read_spelling(&l, dirfd, name, &st, any != 0, to);
		listing_end(&l);
	}
	/* With several links in it nobody knows which one is meant. */
	return found == 1 || (found > 1 && is_like(to, name)) ? 0 : -EACCES;
}

int
spelling_find(struct fs *fs, int dirfd, const char *name, bool creates,
    char *to)
{
	bool other = has_other_letter(name);

	strlcpy(to, name, NAME_MAX + 1);
	if (!fs->folds && (creates || other || has_letter(name)))
		fs->folds = ask_directory(dirfd, name, creates || other) == FOLDS;
	if (fs->folds && is_short_name(name))
		return -EACCES;
	return has_odd_end(name) || (fs->folds && other) ?
	    list_spelling(fs, dirfd, name, to) : 0;
}
