/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>

#include "files/sum.h"
#include "os/digest.h"
#include "os/fs.h"

struct sum {
	LIST_ENTRY(sum)	 link;
	struct handle	*handle;
	struct digest	*digest;
	const struct digest_kind *kind;
	uint64_t	 dev, ino;	/* of the file */
	uint64_t	 len;		/* bytes that were added */
};

static struct sum *
find(const struct handles *hs, const struct statx *st)
{
	struct sum *m;

	LIST_FOREACH(m, &hs->sums, link)
		if (m->ino == st->stx_ino && m->dev == fs_device(st))
			break;
	return m;
}

void
sum_drop(struct handle *h)
{
	struct sum *m = h->sum;

	if (m == NULL)
		return;
	h->sum = NULL;
	h->sums = false;
	LIST_REMOVE(m, link);
	digest_free(m->digest);
	free(m);
}

/* True if another handle of the session can write to the file. */
static bool
others_write(struct handles *hs, const struct handle *h,
    const struct statx *st)
{
	const struct handle *o = hs->open > 1 ? index_first(hs, st) : NULL;

	while (o != NULL && (o == h || !handle_writes(o)))
		o = index_next(o);
	return o != NULL;
}

void
sum_begin(struct handles *hs, struct handle *h)
{
	struct place p = place_fd(h->fd, h->name);
	const struct digest_kind *kind;
	struct sum *m;
	struct statx st;

	if (!handle_writes(h) || fs_stat(&p, &st) != 0 ||
	    !S_ISREG(st.stx_mode))
		return;
	if ((m = find(hs, &st)) != NULL) {
		sum_drop(m->handle);
		return;
	}
	if (st.stx_size != 0 || h->text || handle_appends(h) ||
	    others_write(hs, h, &st) ||
	    (kind = digest_find("sha256")) == NULL ||
	    (m = malloc(sizeof(*m))) == NULL)
		return;
	*m = (struct sum){ .handle = h, .kind = kind,
	    .digest = digest_new(kind), .dev = fs_device(&st),
	    .ino = st.stx_ino };
	if (m->digest == NULL) {
		free(m);
		return;
	}
	LIST_INSERT_HEAD(&hs->sums, m, link);
	h->sum = m;
	h->sums = true;
}

void
sum_add(struct handle *h, uint64_t off, const void *data, size_t len)
{
	struct sum *m = h->sum;

	if (off != m->len) {
		sum_drop(h);
		return;
	}
	digest_add(m->digest, data, len);
	m->len += len;
}

/* Returns the sum of the file at a place, or NULL. */
static struct sum *
find_at(const struct handles *hs, const struct place *p)
{
	struct statx st;

	return LIST_EMPTY(&hs->sums) || fs_stat(p, &st) != 0 ? NULL :
	    find(hs, &st);
}

void
sum_cut(struct handles *hs, const struct place *p, uint64_t size)
{
	struct sum *m = find_at(hs, p);

	if (m != NULL && size < m->len)
		sum_drop(m->handle);
}

void
sum_other_writer(struct handles *hs, const struct place *p)
{
	struct sum *m = find_at(hs, p);

	if (m != NULL)
		sum_drop(m->handle);
}

bool
sum_take(struct handle *h, char hex[SUM_HEX_MAX])
{
	uint8_t raw[DIGEST_MAX_LEN];
	size_t i;

	if (h->sum == NULL || h->failed != 0 || h->state != HANDLE_OPEN ||
	    fs_size(h->fd) != h->sum->len)
		return false;
	digest_take(h->sum->digest, raw);
	for (i = 0; i < digest_len(h->sum->kind); i++)
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	return true;
}
