/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "system/fs.h"
#include "system/handle.h"
#include "system/log.h"

#define SLOT_BITS	24	/* 16 million handles at a time */
#define SLOT_MASK	((1u << SLOT_BITS) - 1)

void
handles_init(struct handles *hs)
{
	*hs = (struct handles){ 0 };
	arc4random_buf(&hs->mask, sizeof(hs->mask));
}

/* A free slot, made if there is none. */
static struct handle *
handle_take(struct handles *hs)
{
	struct handle *h = hs->free, **slots;

	if (h != NULL) {
		hs->free = h->next_free;
		return h;
	}
	if (hs->count == (int)SLOT_MASK)
		return NULL;
	/* Grow when the count is a power of two. */
	if ((hs->count & (hs->count - 1)) == 0) {
		slots = reallocarray(hs->slots,
		    hs->count == 0 ? 1 : (size_t)hs->count * 2, sizeof(h));
		if (slots == NULL)
			return NULL;
		hs->slots = slots;
	}
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	h->slot = hs->count;
	hs->slots[hs->count++] = h;
	return h;
}

static void
handle_release(struct handles *hs, struct handle *h)
{
	free(h->name);
	free(h->dir);
	*h = (struct handle){ .slot = h->slot, .next_free = hs->free };
	hs->free = h;
}

struct handle *
handle_new(struct handles *hs, enum handle_kind kind, int fd,
    const char *name)
{
	struct handle *h = handle_take(hs);

	if (h == NULL)
		return NULL;
	h->name = strdup(name);
	h->dir = kind == HANDLE_DIR ? malloc(sizeof(*h->dir)) : NULL;
	if (h->name == NULL || (kind == HANDLE_DIR && h->dir == NULL)) {
		handle_release(hs, h);
		return NULL;
	}
	if (h->dir != NULL) {
		h->dir->pos = h->dir->len = 0;
		h->dir->ended = false;
	}
	h->id = (hs->serial++ << SLOT_BITS | (unsigned)h->slot) ^ hs->mask;
	h->kind = kind;
	h->fd = fd;
	return h;
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
	h = hs->slots[slot];
	return h->kind != HANDLE_FREE && h->id == id ? h : NULL;
}

int
handle_close(struct handles *hs, struct handle *h)
{
	int r = fs_close(h->fd);

	handle_release(hs, h);
	return r;
}

int
handle_number(const struct handle *h)
{
	return h == NULL ? -1 : h->slot;
}

const char *
handle_name(const struct handle *h)
{
	return h == NULL ? NULL : h->name;
}

void
handle_log_close(const struct handle *h, const char *how)
{
	if (h != NULL && h->kind == HANDLE_FILE)
		log_info("%sclose \"%s\" bytes read %llu written %llu", how,
		    h->name, (unsigned long long)h->bytes_read,
		    (unsigned long long)h->bytes_written);
	else
		log_info("%sclosedir \"%s\"", how, handle_name(h));
}

void
handles_end(struct handles *hs)
{
	int i;

	for (i = 0; i < hs->count; i++) {
		if (hs->slots[i]->kind != HANDLE_FREE) {
			handle_log_close(hs->slots[i], "forced ");
			(void)handle_close(hs, hs->slots[i]);
		}
		free(hs->slots[i]);
	}
	free(hs->slots);
	*hs = (struct handles){ 0 };
}

const struct dirent64 *
handle_next_entry(struct handle *h, int *error)
{
	struct dir_stream *d = h->dir;
	const struct dirent64 *e;
	ssize_t n;

	*error = 0;
	if (d->pos == d->len && !d->ended) {
		n = fs_getdents(h->fd, d->data, sizeof(d->data));
		if (n < 0)
			*error = (int)n;
		d->ended = n <= 0;
		d->pos = 0;
		d->len = n > 0 ? (size_t)n : 0;
	}
	if (d->pos == d->len)
		return NULL;
	e = (const void *)(d->data + d->pos);
	d->pos += e->d_reclen;
	return e;
}

void
handle_unread_entry(struct handle *h, const struct dirent64 *e)
{
	h->dir->pos -= e->d_reclen;
}
