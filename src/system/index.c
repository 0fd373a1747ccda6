/* SPDX-License-Identifier: ISC */
/* Finding handles by where they are and by what they are. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/fs.h"
#include "system/handle.h"
#include "wire/path.h"

/* Handles with the same name or inode stand side by side, in slot order. */
static int
compare_slots(const struct handle *a, const struct handle *b)
{
	return (a->slot > b->slot) - (a->slot < b->slot);
}

static int
compare_names(const struct handle *a, const struct handle *b)
{
	int r = path_compare(a->now, b->now);

	return r != 0 ? r : compare_slots(a, b);
}

static int
compare_inodes(const struct handle *a, const struct handle *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return compare_slots(a, b);
}

/* libbsd's RB_GENERATE_STATIC wants a macro that glibc does not have. */
#define UNUSED_STATIC	__attribute__((__unused__)) static
RB_GENERATE_INTERNAL(handles_by_name, handle, by_name, compare_names,
    UNUSED_STATIC)
RB_GENERATE_INTERNAL(handles_by_inode, handle, by_inode, compare_inodes,
    UNUSED_STATIC)

void
index_init(struct handles *hs)
{
	RB_INIT(&hs->by_name);
	RB_INIT(&hs->by_inode);
	SLIST_INIT(&hs->no_name);
	SLIST_INIT(&hs->no_inode);
}

void
index_add(struct handles *hs, struct handle *h)
{
	SLIST_INSERT_HEAD(&hs->no_name, h, no_name);
	SLIST_INSERT_HEAD(&hs->no_inode, h, no_inode);
}

void
index_remove(struct handles *hs, struct handle *h)
{
	if (h->now != NULL)
		RB_REMOVE(handles_by_name, &hs->by_name, h);
	else
		SLIST_REMOVE(&hs->no_name, h, handle, no_name);
	if (h->has_inode)
		RB_REMOVE(handles_by_inode, &hs->by_inode, h);
	else
		SLIST_REMOVE(&hs->no_inode, h, handle, no_inode);
	free(h->now);
	h->now = NULL;
	h->has_inode = false;
}

static void
index_inodes(struct handles *hs)
{
	struct handle *h;
	struct statx st;

	while ((h = SLIST_FIRST(&hs->no_inode)) != NULL) {
		struct place p = fs_place_fd(h->fd, h->name);

		SLIST_REMOVE_HEAD(&hs->no_inode, no_inode);
		if (fs_stat(&p, &st) == 0) {
			h->dev = fs_device(&st);
			h->ino = st.stx_ino;
		}
		h->has_inode = true;
		RB_INSERT(handles_by_inode, &hs->by_inode, h);
	}
}

static void
index_names(struct handles *hs, const char *cwd)
{
	struct handle *h;
	char path[PATH_MAX];

	while ((h = SLIST_FIRST(&hs->no_name)) != NULL) {
		/* A name that is too long to be one matches nothing. */
		if (!path_absolute(cwd, h->name, path, sizeof(path)))
			path[0] = '\0';
		if ((h->now = strdup(path)) == NULL)
			return;
		SLIST_REMOVE_HEAD(&hs->no_name, no_name);
		RB_INSERT(handles_by_name, &hs->by_name, h);
	}
}

void
index_each_inode(struct handles *hs, uint64_t dev, uint64_t ino,
    void (*each)(struct handle *, void *), void *arg)
{
	struct handle key = { .dev = dev, .ino = ino, .slot = -1 }, *h;

	index_inodes(hs);
	for (h = RB_NFIND(handles_by_inode, &hs->by_inode, &key);
	    h != NULL && h->dev == dev && h->ino == ino;
	    h = RB_NEXT(handles_by_inode, &hs->by_inode, h))
		each(h, arg);
}

/* The first handle at or below a path, in tree order. */
static struct handle *
first_below(struct handles *hs, char *top)
{
	struct handle key = { .now = top, .slot = -1 };

	return RB_NFIND(handles_by_name, &hs->by_name, &key);
}

void
index_each_below(struct handles *hs, const char *cwd, const char *top,
    void (*each)(struct handle *, void *), void *arg)
{
	char path[PATH_MAX];
	struct handle *h;

	if (!path_absolute(cwd, top, path, sizeof(path)))
		return;
	index_names(hs, cwd);
	for (h = first_below(hs, path); h != NULL && path_is_below(h->now, path);
	    h = RB_NEXT(handles_by_name, &hs->by_name, h))
		each(h, arg);
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
    const char *new)
{
	char from[PATH_MAX], to[PATH_MAX] = "", *now;
	struct handle *h, *next;
	struct handle_list moved = SLIST_HEAD_INITIALIZER(moved);

	if (hs->open == 0 || !path_absolute(cwd, old, from, sizeof(from)) ||
	    (new != NULL && !path_absolute(cwd, new, to, sizeof(to))))
		return;
	index_names(hs, cwd);
	/* Taken out first: the new names may lie in the same stretch. */
	for (h = first_below(hs, from); h != NULL &&
	    path_is_below(h->now, from); h = next) {
		next = RB_NEXT(handles_by_name, &hs->by_name, h);
		now = new == NULL ? strdup("") : path_replace(h->now, from, to);
		if (now == NULL)
			continue;
		RB_REMOVE(handles_by_name, &hs->by_name, h);
		free(h->now);
		h->now = now;
		SLIST_INSERT_HEAD(&moved, h, no_name);
	}
	while ((h = SLIST_FIRST(&moved)) != NULL) {
		SLIST_REMOVE_HEAD(&moved, no_name);
		RB_INSERT(handles_by_name, &hs->by_name, h);
	}
}
