/* SPDX-License-Identifier: ISC */
/* The index of handles: finds them by name and by inode. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/path.h"
#include "files/handle.h"
#include "os/fs.h"
#include "policy/rights.h"

/* A name of a handle, in one of the two trees of names. */
struct indexed_name {
	struct handle	*h;
	char		**path;		/* where the name is stored */
	RB_ENTRY(indexed_name) entry;
	SLIST_ENTRY(indexed_name) moved;
};

/* The index entry of a handle. */
struct indexed {
	struct handle	*h;
	char		*now;		/* absolute; "" for none */
	struct indexed_name name;	/* for `now` */
	struct indexed_name ruled;	/* for h->resolved, if there is one */
	bool		 has_inode;	/* is in that tree, not in the list */
	uint64_t	 dev, ino;
	RB_ENTRY(indexed) by_inode;
	LIST_ENTRY(indexed) no_inode;
};

/* Orders handles of the same name or inode by slot. */
static int
compare_slots(const struct handle *a, const struct handle *b)
{
	return (a->slot > b->slot) - (a->slot < b->slot);
}

static int
compare_names(const struct indexed_name *a, const struct indexed_name *b)
{
	int r = path_compare(*a->path, *b->path);

	return r != 0 ? r : compare_slots(a->h, b->h);
}

static int
compare_inodes(const struct indexed *a, const struct indexed *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return compare_slots(a->h, b->h);
}

/* libbsd's RB_GENERATE_STATIC needs a macro that glibc lacks. */
#define UNUSED_STATIC	__attribute__((__unused__)) static
RB_GENERATE_INTERNAL(name_tree, indexed_name, entry, compare_names,
    UNUSED_STATIC)
RB_GENERATE_INTERNAL(handles_by_inode, indexed, by_inode, compare_inodes,
    UNUSED_STATIC)

void
index_remove(struct handles *hs, struct handle *h)
{
	struct indexed *x = h->indexed;

	if (!h->is_indexed) {
		LIST_REMOVE(h, unindexed);
		return;
	}
	RB_REMOVE(name_tree, &hs->by_name, &x->name);
	if (h->resolved != NULL)
		RB_REMOVE(name_tree, &hs->by_ruled_name, &x->ruled);
	if (x->has_inode)
		RB_REMOVE(handles_by_inode, &hs->by_inode, x);
	else
		LIST_REMOVE(x, no_inode);
	free(x->now);
	free(x);
	h->is_indexed = false;
}

static struct indexed *
index_new(struct handle *h, const char *cwd)
{
	struct indexed *x = calloc(1, sizeof(*x));
	char path[PATH_MAX];

	/* An unindexed handle would keep rights that it must lose. */
	if (x == NULL)
		buf_no_memory();
	/* A name that is too long matches nothing. */
	if (!path_absolute(cwd, h->name, path, sizeof(path)))
		path[0] = '\0';
	if ((x->now = strdup(path)) == NULL)
		buf_no_memory();
	x->h = h;
	x->name = (struct indexed_name){ .h = h, .path = &x->now };
	x->ruled = (struct indexed_name){ .h = h, .path = &h->resolved };
	return x;
}

static void
index_names(struct handles *hs)
{
	struct indexed *x;
	struct handle *h;

	while ((h = LIST_FIRST(&hs->unindexed)) != NULL) {
		x = index_new(h, hs->cwd);
		LIST_REMOVE(h, unindexed);
		h->indexed = x;
		h->is_indexed = true;
		RB_INSERT(name_tree, &hs->by_name, &x->name);
		if (h->resolved != NULL)
			RB_INSERT(name_tree, &hs->by_ruled_name, &x->ruled);
		LIST_INSERT_HEAD(&hs->no_inode, x, no_inode);
	}
}

/*
 * Looks up inodes, which takes a system call per handle. This is therefore not
 * done before a rename was rejected.
 */
static void
index_inodes(struct handles *hs)
{
	struct indexed *x;
	struct statx st;

	index_names(hs);
	while ((x = LIST_FIRST(&hs->no_inode)) != NULL) {
		struct place p = place_fd(x->h->fd, x->h->name);

		LIST_REMOVE(x, no_inode);
		if (fs_stat(&p, &st) == 0) {
			x->dev = fs_device(&st);
			x->ino = st.stx_ino;
		}
		x->has_inode = true;
		RB_INSERT(handles_by_inode, &hs->by_inode, x);
	}
}

const char *
index_name(const struct handle *h)
{
	return h->is_indexed ? h->indexed->now : NULL;
}

bool
index_is_file(const struct handle *h, const struct statx *st)
{
	return h->is_indexed && h->indexed->has_inode &&
	    st->stx_ino == h->indexed->ino &&
	    fs_device(st) == h->indexed->dev;
}

struct handle *
index_first(struct handles *hs, const struct statx *st)
{
	/* The key sorts before all handles of the same inode. */
	struct handle first = { .slot = -1 };
	struct indexed key = { .h = &first, .dev = fs_device(st),
	    .ino = st->stx_ino }, *x;

	index_inodes(hs);
	x = RB_NFIND(handles_by_inode, &hs->by_inode, &key);
	return x != NULL && index_is_file(x->h, st) ? x->h : NULL;
}

struct handle *
index_next(const struct handle *h)
{
	struct indexed *x = h->indexed, *next;

	next = RB_NEXT(handles_by_inode, NULL, x);
	return next != NULL && next->ino == x->ino && next->dev == x->dev ?
	    next->h : NULL;
}

/* Returns the first name at or beneath a path, in the order of the tree. */
static struct indexed_name *
first_below(struct name_tree *tree, char *top)
{
	struct handle first = { .slot = -1 };
	struct indexed_name key = { .h = &first, .path = &top };

	return RB_NFIND(name_tree, tree, &key);
}

void
index_each_below(struct handles *hs, const char *top,
    void (*each)(struct handle *, void *), void *arg)
{
	char path[PATH_MAX];
	struct indexed_name *n;

	if (!path_absolute(hs->cwd, top, path, sizeof(path)))
		return;
	index_names(hs);
	for (n = first_below(&hs->by_name, path);
	    n != NULL && path_is_below(*n->path, path);
	    n = RB_NEXT(name_tree, &hs->by_name, n))
		each(n->h, arg);
}

static void
find_writing(struct handle *h, void *arg)
{
	bool *found = arg;

	*found |= handle_is_writing(h);
}

bool
index_is_written(struct handles *hs, const char *top)
{
	bool found = false;

	if (hs->open > 0)
		index_each_below(hs, top, find_writing, &found);
	return found;
}

/* Returns `path`, which is at or beneath `from`, after `from` became `to`. */
static char *
path_replace(const char *path, const char *from, const char *to)
{
	char *now;

	if (asprintf(&now, "%s%s", to, path + strlen(from)) == -1)
		buf_no_memory();
	return now;
}

/*
 * Moves the names at or beneath `from` to `to`, or removes them if that is
 * NULL. Their handles lose all rights but `kept` and those that they keep
 * anyway.
 */
static void
names_move(struct name_tree *tree, char *from, const char *to, unsigned kept)
{
	SLIST_HEAD(, indexed_name) moved = SLIST_HEAD_INITIALIZER(moved);
	struct indexed_name *n, *next;
	char *now;

	/* Remove all of them first: new names may sort among the old ones. */
	for (n = first_below(tree, from); n != NULL &&
	    path_is_below(*n->path, from); n = next) {
		next = RB_NEXT(name_tree, tree, n);
		RB_REMOVE(name_tree, tree, n);
		now = to == NULL ? path_replace("", "", "") :
		    path_replace(*n->path, from, to);
		free(*n->path);
		*n->path = now;
		n->h->rights &= kept | n->h->keeps;
		SLIST_INSERT_HEAD(&moved, n, moved);
	}
	while ((n = SLIST_FIRST(&moved)) != NULL) {
		SLIST_REMOVE_HEAD(&moved, moved);
		RB_INSERT(name_tree, tree, n);
	}
}

void
index_renamed(struct handles *hs, const char *old, const char *new)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (hs->open == 0 ||
	    !path_absolute(hs->cwd, old, from, sizeof(from)) ||
	    (new != NULL && !path_absolute(hs->cwd, new, to, sizeof(to))))
		return;
	index_names(hs);
	names_move(&hs->by_name, from, new == NULL ? NULL : to, RIGHTS_ALL);
}

void
index_moved(struct handles *hs, const char *old, const char *new,
    unsigned kept)
{
	char from[PATH_MAX];

	if (hs->open == 0)
		return;
	index_names(hs);
	strlcpy(from, old, sizeof(from));
	names_move(&hs->by_ruled_name, from, new, kept);
}
