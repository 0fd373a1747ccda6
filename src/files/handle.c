/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "files/handle.h"
#include "files/silly.h"
#include "files/sum.h"
#include "files/temp.h"
#include "os/fs.h"
#include "os/log.h"
#include "os/title.h"
#include "policy/rights.h"

#define SLOT_BITS	24	/* 16 million handles at a time */
#define BLOCK		64	/* handles per allocation */
#define CACHE_LINE	64
#define KEPT_NAME	256	/* most bytes of a name that a free handle
				 * keeps */
#define DIR_BUFFER	(32 * 1024)	/* bytes per getdents64(2) */
#define MAX_KEPT	(16 * 1024 * 1024) /* bytes of entries of closed
					    * directories */
#define SLOT_MASK	((1u << SLOT_BITS) - 1)

void
handles_init(struct handles *hs, const char *cwd)
{
	*hs = (struct handles){ .cwd = cwd };
	arc4random_buf(&hs->mask, sizeof(hs->mask));
}

struct handle *
handle_at(const struct handles *hs, int slot)
{
	return &hs->blocks[slot / BLOCK][slot % BLOCK];
}

/* Allocates one more block. Returns 0 or -ENOMEM. */
static int
handles_grow(struct handles *hs)
{
	size_t n = (size_t)hs->count / BLOCK;
	struct handle **blocks = reallocarray(hs->blocks, n + 1,
	    sizeof(blocks[0]));

	if (blocks == NULL)
		return -ENOMEM;
	hs->blocks = blocks;
	blocks[n] = aligned_alloc(CACHE_LINE, BLOCK * sizeof(blocks[n][0]));
	return blocks[n] == NULL ? -ENOMEM : 0;
}

/* Returns a free slot, or NULL when memory or numbers run out. */
static struct handle *
handle_take(struct handles *hs)
{
	struct handle *h = hs->free;

	if (h != NULL) {
		hs->free = h->next_free;
		return h;
	}
	if (hs->count == (int)SLOT_MASK ||
	    (hs->count % BLOCK == 0 && handles_grow(hs) != 0))
		return NULL;
	h = handle_at(hs, hs->count);
	*h = (struct handle){ .slot = hs->count++ };
	return h;
}

static void
dir_empty(struct handles *hs, struct dir_stream *d)
{
	free(d->data);
	d->data = NULL;
	d->pos = d->len = d->cap = 0;
	hs->kept -= d->kept;
	d->kept = 0;
}

static void
handle_free_name(struct handle *h)
{
	free(h->name);
	h->name = NULL;
	h->name_room = 0;
}

/* Copies the name. Returns false if there is no memory. */
static bool
handle_set_name(struct handle *h, const char *name)
{
	size_t size = strlen(name) + 1;

	if (size > h->name_room) {
		handle_free_name(h);
		if ((h->name = malloc(size)) == NULL)
			return false;
		h->name_room = (unsigned)size;
	}
	memcpy(h->name, name, size);
	return true;
}

static void
handle_release(struct handles *hs, struct handle *h)
{
	sum_drop(h);
	free(h->resolved);
	if (h->dir != NULL)
		dir_empty(hs, h->dir);
	free(h->dir);
	if (h->name_room > KEPT_NAME)
		handle_free_name(h);
	*h = (struct handle){ .slot = h->slot, .next_free = hs->free,
	    .name = h->name, .name_room = h->name_room };
	hs->free = h;
}

struct handle *
handle_new(struct handles *hs, enum handle_kind kind, int fd, int flags,
    const char *name)
{
	struct handle *h = handle_take(hs);

	if (h == NULL)
		return NULL;
	h->dir = kind == HANDLE_DIR ? calloc(1, sizeof(*h->dir)) : NULL;
	if ((kind == HANDLE_DIR && h->dir == NULL) ||
	    !handle_set_name(h, name)) {
		handle_release(hs, h);
		return NULL;
	}
	h->id = (hs->serial++ << SLOT_BITS | (unsigned)h->slot) ^ hs->mask;
	h->kind = kind;
	h->state = HANDLE_OPEN;
	h->fd = fd;
	h->pin = -1;
	h->rights = RIGHTS_ALL;
	h->flags = flags & (O_ACCMODE | O_APPEND);
	hs->open++;
	LIST_INSERT_HEAD(&hs->unindexed, h, unindexed);
	return h;
}

void
handle_placed(struct handle *h, const struct place *p)
{
	if (p->resolved != NULL &&
	    (h->resolved = strdup(p->resolved)) == NULL)
		buf_no_memory();
}

struct handle *
handle_find(const struct handles *hs, const uint8_t *p, size_t len)
{
	struct handle *h;
	uint64_t id;
	int slot;

	if (len != HANDLE_ID_LEN)
		return NULL;
	memcpy(&id, p, sizeof(id));
	id = be64toh(id);
	slot = (int)((id ^ hs->mask) & SLOT_MASK);
	if (slot >= hs->count)
		return NULL;
	h = handle_at(hs, slot);
	return h->kind != HANDLE_FREE && h->id == id ? h : NULL;
}

int
handle_close(struct handles *hs, struct handle *h)
{
	int closed, r = h->error;

	title_ended(h);
	if (h->error != 0)
		hs->failed--;
	if (h->state == HANDLE_SUSPENDED)
		hs->suspended--;
	if (h->state == HANDLE_LOST ||
	    (h->state == HANDLE_LET_GO && h->kind == HANDLE_FILE))
		hs->bare--;
	lock_forget(hs, h);
	temp_closing(h);
	if (h->fd != -1 && (closed = fs_close(h->fd)) != 0) {
		late_tell_others(hs, h, closed);
		r = r != 0 ? r : closed;
	}
	/* Report bytes that could not be written here at the latest. */
	if (r == 0 && h->refused)
		r = -EIO;
	fs_drop(&h->pin);
	if (h->silly != NULL)
		silly_release(h->silly);
	if (h->temp != NULL) {
		temp_failed(h, r);
		temp_leave(h);
	}
	index_remove(hs, h);
	hs->open--;
	handle_release(hs, h);
	return r;
}

int
handle_number(const struct handle *h)
{
	return h == NULL ? -1 : h->slot;
}

bool
handle_appends(const struct handle *h)
{
	return (h->flags & O_APPEND) != 0;
}

bool
handle_reads(const struct handle *h)
{
	return (h->flags & O_ACCMODE) != O_WRONLY;
}

bool
handle_writes(const struct handle *h)
{
	return (h->flags & O_ACCMODE) != O_RDONLY;
}

bool
handle_is_writing(const struct handle *h)
{
	return h->kind == HANDLE_FILE && h->state == HANDLE_OPEN &&
	    handle_writes(h);
}

void
handle_end(struct handles *hs, struct handle *h)
{
	if (h->error != 0)
		log_error("\"%s\" was not written: %s", h->name,
		    strerror(-h->error));
	(void)handle_close(hs, h);
}

void
handles_end(struct handles *hs)
{
	struct handle *h;
	int i;

	for (i = 0; i < hs->count; i++) {
		h = handle_at(hs, i);
		if (h->kind != HANDLE_FREE)
			handle_end(hs, h);
		handle_free_name(h);
	}
	silly_finish(&hs->leaving);
	for (i = 0; i < hs->count; i += BLOCK)
		free(hs->blocks[i / BLOCK]);
	free(hs->blocks);
	*hs = (struct handles){ 0 };
}

/* Makes room for one more buffer of entries. Returns 0 or -ENOMEM. */
static int
dir_room(struct dir_stream *d)
{
	char *data;

	if (d->cap - d->len >= DIR_BUFFER)
		return 0;
	if ((data = realloc(d->data, d->len + DIR_BUFFER)) == NULL)
		return -ENOMEM;
	d->data = data;
	d->cap = d->len + DIR_BUFFER;
	return 0;
}

/* Appends the entries of one getdents64(2). Returns 0 or -errno. */
static int
dir_fill(struct handle *h)
{
	struct dir_stream *d = h->dir;
	ssize_t n;

	if ((n = dir_room(d)) == 0)
		n = h->fd != -1 ?
		    fs_getdents(h->fd, d->data + d->len, DIR_BUFFER) :
		    fs_getdents_pinned(h->pin, &d->next, d->data + d->len,
		    DIR_BUFFER);
	d->ended = n <= 0;
	if (n > 0)
		d->len += (size_t)n;
	d->error = n < 0 ? (int)n : 0;
	return d->error;
}

int
handle_keep_entries(struct handles *hs, struct handle *h)
{
	struct dir_stream *d = h->dir;
	size_t had = d->cap;
	int r = 0;

	while (r == 0 && !d->ended && hs->kept + d->cap - had < MAX_KEPT)
		r = dir_fill(h);
	d->kept += d->cap - had;
	hs->kept += d->cap - had;
	d->next = fs_position(h->fd);
	return r;
}

const struct dirent64 *
handle_next_entry(struct handles *hs, struct handle *h, int *error)
{
	struct dir_stream *d = h->dir;
	const struct dirent64 *e;

	/* Skip entries without an inode, as readdir(3) does. */
	do {
		if (d->pos == d->len && d->kept > 0)
			dir_empty(hs, d);
		if (d->pos == d->len && !d->ended) {
			d->pos = d->len = 0;
			(void)dir_fill(h);
		}
		*error = d->error;
		if (d->pos == d->len)
			return NULL;
		e = (const void *)(d->data + d->pos);
		d->pos += e->d_reclen;
	} while (e->d_ino == 0);
	*error = 0;
	return e;
}

void
handle_unread_entry(struct handle *h, const struct dirent64 *e)
{
	h->dir->pos -= e->d_reclen;
}
