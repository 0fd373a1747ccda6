/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "files/handle.h"
#include "os/fs.h"
#include "wire/sftp.h"

/*
 * A lock as it was requested: the kernel merges the locks of a descriptor.
 * `end` is the offset after the last byte; an empty range locks nothing.
 */
struct lock {
	struct lock	*next;
	bool		 nameless;	/* of OPEN: no UNBLOCK matches it */
	uint64_t	 off, len;	/* as the client sent them */
	uint64_t	 end;
};

static bool
overlaps(const struct handle *h, uint64_t off, uint64_t end)
{
	const struct lock *l;

	for (l = h->locks; l != NULL; l = l->next)
		if (off < l->end && l->off < end)
			return true;
	return false;
}

/*
 * Computes the end of a range. A length of 0 extends to the current end of the
 * file. Returns 0, -errno or FX_INVALID_PARAMETER.
 */
static int
range_end(const struct handle *h, uint64_t off, uint64_t len, uint64_t *end)
{
	struct place p = place_fd(h->fd, h->name);
	struct statx st;
	int r;

	if (off > INT64_MAX || len > INT64_MAX - off)
		return FX_INVALID_PARAMETER;
	*end = off + len;
	if (len > 0)
		return 0;
	if ((r = fs_stat(&p, &st)) != 0)
		return r;
	*end = st.stx_size > off ? st.stx_size : off;
	return 0;
}

static int
lock_add(struct handles *hs, struct handle *h, enum fs_lock how,
    const struct lock *wanted)
{
	struct lock *l;
	int r = 0;

	if ((l = malloc(sizeof(*l))) == NULL)
		return -ENOMEM;
	if (how != FS_UNLOCK && wanted->end > wanted->off)
		r = fs_lock(h->fd, how, wanted->off,
		    wanted->end - wanted->off);
	if (r != 0) {
		free(l);
		return r;
	}
	*l = *wanted;
	l->next = h->locks;
	h->locks = l;
	hs->locks++;
	return 0;
}

int
lock_take(struct handles *hs, struct handle *h, enum fs_lock how, uint64_t off,
    uint64_t len)
{
	struct lock l = { .off = off, .len = len };
	int r;

	if ((r = range_end(h, off, len, &l.end)) != 0)
		return r;
	if (overlaps(h, off, l.end))
		return FX_BYTE_RANGE_LOCK_REFUSED;
	r = lock_add(hs, h, how, &l);
	return r == -EAGAIN || r == -EACCES ? FX_BYTE_RANGE_LOCK_REFUSED : r;
}

int
lock_take_all(struct handles *hs, struct handle *h, bool exclusive)
{
	struct lock l = { .nameless = true, .end = INT64_MAX };

	return lock_add(hs, h, exclusive ? FS_LOCK_EXCLUSIVE : FS_LOCK_SHARED,
	    &l);
}

int
lock_drop(struct handles *hs, struct handle *h, uint64_t off, uint64_t len)
{
	struct lock **p, *l;
	int r = 0;

	for (p = &h->locks; (l = *p) != NULL; p = &l->next) {
		if (l->nameless || l->off != off || l->len != len)
			continue;
		if (l->end > l->off)
			r = fs_lock(h->fd, FS_UNLOCK, l->off, l->end - l->off);
		*p = l->next;
		hs->locks--;
		free(l);
		return r;
	}
	return FX_NO_MATCHING_BYTE_RANGE_LOCK;
}

void
lock_forget(struct handles *hs, struct handle *h)
{
	struct lock *l;

	while ((l = h->locks) != NULL) {
		h->locks = l->next;
		hs->locks--;
		free(l);
	}
}
