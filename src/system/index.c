/* SPDX-License-Identifier: ISC */
/* Finding handles by where they are and by what they are. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/fs.h"
#include "system/handle.h"
#include "wire/buf.h"
#include "wire/path.h"

/* What a handle is found by. */
struct indexed {
	struct handle	*h;
	char		*now;		/* absolute; "" for none */
	bool		 has_inode;	/* is in that tree, not in the list */
	uint64_t	 dev, ino;
	RB_ENTRY(indexed) by_name, by_inode;
	LIST_ENTRY(indexed) no_inode;
	SLIST_ENTRY(indexed) moved;
};

/* Handles with the same name or inode stand side by side, in slot order. */
static int
compare_slots(const struct indexed *a, const struct indexed *b)
{
	return (a->h->slot > b->h->slot) - (a->h->slot < b->h->slot);
}

static int
compare_names(const struct indexed *a, const struct indexed *b)
{
	int r = path_compare(a->now, b->now);

	return r != 0 ? r : compare_slots(a, b);
}

static int
compare_inodes(const struct indexed *a, const struct indexed *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return compare_slots(a, b);
}

/* libbsd's RB_GENERATE_STATIC wants a macro that glibc does not have. */
#define UNUSED_STATIC	__attribute__((__unused__)) static
RB_GENERATE_INTERNAL(handles_by_name, indexed, by_name, compare_names,
    UNUSED_STATIC)
RB_GENERATE_INTERNAL(handles_by_inode, indexed, by_inode, compare_inodes,
    UNUSED_STATIC)

void
index_init(struct handles *hs)
{
	RB_INIT(&hs->by_name);
	RB_INIT(&hs->by_inode);
	LIST_INIT(&hs->unindexed);
	LIST_INIT(&hs->no_inode);
}

void
index_add(struct handles *hs, struct handle *h)
{
	LIST_INSERT_HEAD(&hs->unindexed, h, unindexed);
}

void
index_remove(struct handles *hs, struct handle *h)
{
	struct indexed *x = h->indexed;

	if (x == NULL) {
		LIST_REMOVE(h, unindexed);
		return;
	}
	RB_REMOVE(handles_by_name, &hs->by_name, x);
	if (x->has_inode)
		RB_REMOVE(handles_by_inode, &hs->by_inode, x);
	else
		LIST_REMOVE(x, no_inode);
	free(x->now);
	free(x);
	h->indexed = NULL;
}

static struct indexed *
index_new(struct handle *h, const char *cwd)
{
	struct indexed *x = calloc(1, sizeof(*x));
	char path[PATH_MAX];

	if (x == NULL)
		return NULL;
	/* A name that is too long to be one matches nothing. */
	if (!path_absolute(cwd, h->name, path, sizeof(path)))
		path[0] = '\0';
	if ((x->now = strdup(path)) == NULL) {
		free(x);
		return NULL;
	}
	x->h = h;
	return x;
}

static void
index_names(struct handles *hs, const char *cwd)
{
	struct indexed *x;
	struct handle *h;

	while ((h = LIST_FIRST(&hs->unindexed)) != NULL) {
		if ((x = index_new(h, cwd)) == NULL)
			return;
		LIST_REMOVE(h, unindexed);
		h->indexed = x;
		RB_INSERT(handles_by_name, &hs->by_name, x);
		LIST_INSERT_HEAD(&hs->no_inode, x, no_inode);
	}
}

/* Takes a system call a handle, so not before a rename was refused. */
static void
index_inodes(struct handles *hs, const char *cwd)
{
	struct indexed *x;
	struct statx st;

	index_names(hs, cwd);
	while ((x = LIST_FIRST(&hs->no_inode)) != NULL) {
		struct place p = fs_place_fd(x->h->fd, x->h->name);

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
	return h->indexed == NULL ? NULL : h->indexed->now;
}

bool
index_is_file(const struct handle *h, const struct statx *st)
{
	return h->indexed != NULL && h->indexed->has_inode &&
	    st->stx_ino == h->indexed->ino &&
	    fs_device(st) == h->indexed->dev;
}

void
index_each_inode(struct handles *hs, const char *cwd, uint64_t dev,
    uint64_t ino, void (*each)(struct handle *, void *), void *arg)
{
	/* A key comes before every handle that is equal to it otherwise. */
	struct handle first = { .slot = -1 };
	struct indexed key = { .h = &first, .dev = dev, .ino = ino }, *x;

	index_inodes(hs, cwd);
	for (x = RB_NFIND(handles_by_inode, &hs->by_inode, &key);
	    x != NULL && x->dev == dev && x->ino == ino;
	    x = RB_NEXT(handles_by_inode, &hs->by_inode, x))
		each(x->h, arg);
}

/* The first handle at or below a path, in tree order. */
static struct indexed *
first_below(struct handles *hs, char *top)
{
	struct handle first = { .slot = -1 };
	struct indexed key = { .h = &first, .now = top };

	return RB_NFIND(handles_by_name, &hs->by_name, &key);
}

void
index_each_below(struct handles *hs, const char *cwd, const char *top,
    void (*each)(struct handle *, void *), void *arg)
{
	char path[PATH_MAX];
	struct indexed *x;

	if (!path_absolute(cwd, top, path, sizeof(path)))
		return;
	index_names(hs, cwd);
	for (x = first_below(hs, path);
	    x != NULL && path_is_below(x->now, path);
	    x = RB_NEXT(handles_by_name, &hs->by_name, x))
		each(x->h, arg);
}

/* `path`, which lies at or below `from`, as it is when that became `to`. */
static char *
path_replace(const char *path, const char *from, const char *to)
{
	char *now;

	if (asprintf(&now, "%s%s", to, path + strlen(from)) == -1)
		return NULL;
	return now;
}

void
index_renamed(struct handles *hs, const char *cwd, const char *old,
    const char *new, unsigned kept)
{
	char from[PATH_MAX], to[PATH_MAX] = "", *now;
	struct indexed *x, *next;
	SLIST_HEAD(, indexed) moved = SLIST_HEAD_INITIALIZER(moved);

	if (hs->open == 0 || !path_absolute(cwd, old, from, sizeof(from)) ||
	    (new != NULL && !path_absolute(cwd, new, to, sizeof(to))))
		return;
	index_names(hs, cwd);
	/* Taken out first: the new names may lie in the same stretch. */
	for (x = first_below(hs, from); x != NULL &&
	    path_is_below(x->now, from); x = next) {
		next = RB_NEXT(handles_by_name, &hs->by_name, x);
		x->h->rights &= kept;
		now = new == NULL ? strdup("") : path_replace(x->now, from, to);
		if (now == NULL)
			continue;
		RB_REMOVE(handles_by_name, &hs->by_name, x);
		free(x->now);
		x->now = now;
		SLIST_INSERT_HEAD(&moved, x, moved);
	}
	while ((x = SLIST_FIRST(&moved)) != NULL) {
		SLIST_REMOVE_HEAD(&moved, moved);
		RB_INSERT(handles_by_name, &hs->by_name, x);
	}
}

void
index_moved(struct handles *hs, const char *old, const char *new)
{
	struct handle *h;
	char *now;
	int i;

	for (i = 0; i < hs->count; i++) {
		h = hs->slots[i];
		if (h->resolved == NULL || !path_is_below(h->resolved, old))
			continue;
		/* A name of before would be judged by the wrong rules. */
		if ((now = path_replace(h->resolved, old, new)) == NULL)
			buf_no_memory();
		free(h->resolved);
		h->resolved = now;
	}
}
