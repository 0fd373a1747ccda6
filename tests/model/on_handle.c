/* SPDX-License-Identifier: ISC */
/* OPEN, OPENDIR and the letters that name a handle. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "predict.h"

static struct held *
take_handle(const struct asked *q, int slot, int ino)
{
	const struct path_row *p = &path_rows[q->l->path];
	struct held *h = &q->w->h[slot];

	*h = (struct held){ .state = H_OPEN, .session = q->l->session,
	    .ino = (int8_t)ino, .upload = NOTHING, .opened = q->l->path,
	    .depth = (uint8_t)p->len,
	    .now = { (uint8_t)p->part[0], (uint8_t)p->part[1] } };
	*q->e = (struct expect){ .type = EXPECT_HANDLE, .other = -1 };
	return h;
}

static int
open_in_place(struct world *w, const struct spot *at, const struct way *how)
{
	int ino = at->ino;

	if (ino == NOTHING) {
		ino = posix_new(w, KIND_FILE,
		    (how->mode != 0 ? how->mode : 0666) & ~022u);
		w->ino[at->dir].at[at->name] = (int8_t)ino;
	} else if (how->truncates) {
		posix_truncate(w, ino, 0);
	}
	return ino;
}

/*
 * Apply DELETE_ON_CLOSE, which removes the name at once. Where that fails, OPEN
 * fails, and the file has been truncated before.
 */
static bool
remove_opened(const struct asked *q, const struct spot *at, struct held *h)
{
	if (!posix_writable(q->w, at->dir)) {
		if (h->upload != NOTHING)
			(void)upload_close(q->sc, q->w, (int)(h - q->w->h));
		*h = (struct held){ .state = H_FREE };
		return expect(q, EACCES);
	}
	if (at->upload != NOTHING)
		reserved_remove(q->w, at->upload);
	else
		q->w->ino[at->dir].at[at->name] = NOTHING;
	h->depth = 0;
	return true;
}

/*
 * Ignore a kept upload unless OPEN continues it. OPEN to write may replace it;
 * OPEN to read that creates a file makes one beside it.
 */
static void
look_past_kept(struct spot *at, struct way *how)
{
	if (at->kept == NOTHING)
		return;
	if (how->writes && (how->truncates || how->excludes)) {
		at->ino = NOTHING;
		how->creates = true;
	} else if (!how->writes && how->creates) {
		at->ino = at->kept = NOTHING;
	}
}

bool
predict_open(const struct asked *q)
{
	struct way how = ways[q->l->how];
	struct spot at = find(q, q->l->path, !how.excludes);
	struct held *h;
	int slot = world_free_handle(q->w), r;

	if (slot == NOTHING)
		return false;
	look_past_kept(&at, &how);
	if (how.removes && q->sc->policy->no_delete)
		return expect(q, EACCES);
	if ((r = posix_check_open(q->w, &at, &how)) != 0)
		return expect(q, r);
	if (is_dir(q, &at) && q->sc->version >= 6)
		return expect(q, STATUS(FX_FILE_IS_A_DIRECTORY));
	h = take_handle(q, slot, at.ino);
	h->reads = how.reads;
	h->writes = how.writes;
	h->appends = how.appends;
	if (!upload_open(q->sc, q->w, q->l->session, &at, &how, slot))
		h->ino = (int8_t)open_in_place(q->w, &at, &how);
	return !how.removes || remove_opened(q, &at, h);
}

bool
predict_opendir(const struct asked *q)
{
	struct spot at = find(q, q->l->path, true);
	int slot = world_free_handle(q->w);

	if (slot == NOTHING)
		return false;
	if (at.error != 0 || at.ino == NOTHING)
		return expect(q, at.error != 0 ? at.error : ENOENT);
	if (!is_dir(q, &at))
		return expect(q, ENOTDIR);
	take_handle(q, slot, at.ino)->is_dir = true;
	return true;
}

static int
stale(const struct asked *q)
{
	return q->l->op == OP_CLOSE && q->sc->version < 4 ? ENOENT :
	    STATUS(FX_INVALID_HANDLE);
}

/* True if no other handle may have written to the file. */
static bool
writes_alone(const struct asked *q)
{
	int i, n = 0;

	for (i = 0; i < HANDLES; i++)
		n += q->w->h[i].state != H_FREE && q->w->h[i].writes &&
		    q->w->h[i].ino == q->h->ino;
	return q->h->writes && n == 1;
}

/*
 * Expect the reply of CLOSE. The close of any descriptor of a file reports lost
 * bytes, and a loss that was reported may be reported to other handles again.
 */
static bool
expect_closed(const struct asked *q)
{
	struct inode *i = &q->w->ino[q->h->ino];
	bool closes = q->h->state == H_OPEN && !q->h->away;

	if (q->h->refused)
		return expect(q, STATUS(FX_FAILURE));
	if ((closes && is_unreported(q, q->h->ino)) ||
	    (i->loss == LOSS_STUCK && writes_alone(q))) {
		i->loss = LOSS_TOLD;
		return expect(q, ENOSPC);
	}
	if (i->loss == LOSS_STUCK || i->loss == LOSS_TOLD)
		(void)expect_maybe_lost(q);
	else
		(void)expect(q, 0);
	return true;
}

static bool
predict_close(const struct asked *q)
{
	int upload = q->h->upload;
	bool last = upload != NOTHING &&
	    q->w->reserved[upload].users == 1 << q->l->handle;

	if (last)
		(void)expect(q, upload_close(q->sc, q->w, q->l->handle));
	else
		(void)expect_closed(q);
	if (upload != NOTHING && !last)
		(void)upload_close(q->sc, q->w, q->l->handle);
	reserved_leave(q->w, q->l->handle);
	*q->h = (struct held){ .state = H_FREE };
	return true;
}

static bool
predict_read(const struct asked *q)
{
	const struct inode *i = &q->w->ino[q->h->ino];

	if (!q->h->reads)
		return expect(q, EBADF);
	if (i->kind == KIND_DIR)
		return expect(q, EISDIR);
	if (i->len == 0)
		return expect(q, STATUS(FX_EOF));
	*q->e = (struct expect){ .type = EXPECT_DATA, .other = -1,
	    .len = i->len };
	memcpy(q->e->data, i->data, i->len);
	return true;
}

static bool
predict_write(const struct asked *q)
{
	static const enum loss losses[] = {
		[WRITE_REFUSED] = LOSS_TOLD,
		[WRITE_LOST_AT_FLUSH] = LOSS_AT_FLUSH,
		[WRITE_LOST_AT_CLOSE] = LOSS_AT_CLOSE,
	};

	if (!q->h->writes)
		return q->l->how == WRITE_STORED && expect(q, EBADF);
	q->h->dirty = q->sc->faults;
	if (q->l->how == WRITE_STORED) {
		posix_write(q->w, q->h->ino, q->h->appends, WRITTEN);
		return expect(q, 0);
	}
	if (q->w->faulted)
		return false;
	q->w->faulted = true;
	q->w->ino[q->h->ino].loss = (uint8_t)losses[q->l->how];
	return expect(q, q->l->how == WRITE_REFUSED ? ENOSPC : 0);
}

static bool
predict_fsetsize(const struct asked *q)
{
	if (!q->h->writes || q->w->ino[q->h->ino].kind == KIND_DIR)
		return expect(q, EINVAL);
	q->h->dirty = q->sc->faults;
	posix_truncate(q->w, q->h->ino, SET_SIZE);
	return expect(q, 0);
}

/* Predict a request that needs an open file. */
static bool
predict_on_data(const struct asked *q)
{
	if (q->h->is_dir && (q->l->op != OP_FSETSIZE || q->sc->version < 6))
		return expect(q, stale(q));
	if (q->h->state == H_LET_GO) {
		q->h->refused |= q->l->op == OP_WRITE;
		return expect(q, q->l->op == OP_FSETSIZE ? STATUS(FX_FAILURE) :
		    STATUS(FX_INVALID_HANDLE));
	}
	q->h->away = false;
	switch (q->l->op) {
	case OP_READ:
		return predict_read(q);
	case OP_WRITE:
		return predict_write(q);
	default:
		return predict_fsetsize(q);
	}
}

/*
 * Predict FSTAT and FSETSTAT of a mode. The server answers them by name for a
 * handle that it has closed.
 */
static bool
predict_on_attrs(const struct asked *q)
{
	if (q->h->state == H_LET_GO && !q->h->is_dir && !has_name(q, q->h))
		return expect(q, STATUS(FX_FAILURE));
	if (q->l->op == OP_FSTAT)
		return expect_attrs(q, q->h->ino);
	if (q->h->is_dir)
		return false;
	q->w->ino[q->h->ino].mode = SET_MODE;
	return expect(q, 0);
}

static uint8_t
names_in(const struct world *w, int dir)
{
	unsigned names = 0;
	int n;

	for (n = 0; n < NAMES; n++)
		if (w->ino[dir].at[n] != NOTHING)
			names |= 1u << n;
	return (uint8_t)names;
}

/*
 * Predict READDIR. Names that were read ahead may be removed since, and names
 * that were added since may be missing.
 */
static bool
predict_readdir(const struct asked *q)
{
	uint8_t now = names_in(q->w, q->h->ino);

	if (q->h->listed)
		return expect(q, STATUS(FX_EOF));
	q->h->listed = true;
	if (!q->h->fixed && q->h->ino != 0 &&
	    posix_links(q->w, q->h->ino) == 0)
		return expect(q, STATUS(FX_EOF));
	*q->e = (struct expect){ .type = EXPECT_NAMES, .other = -1,
	    .must = now, .may = now };
	if (!q->h->fixed)
		return true;
	q->e->must &= q->h->seen;
	q->e->may |= q->h->seen;
	if (q->e->must == 0)
		q->e->other = FX_EOF;
	return true;
}

bool
predict_on_handle(const struct asked *q)
{
	if (q->h->state == H_FREE || q->h->session != q->l->session)
		return false;
	switch (q->l->op) {
	case OP_CLOSE:
		return predict_close(q);
	case OP_READDIR:
		return q->h->is_dir ? predict_readdir(q) : expect(q, stale(q));
	case OP_FSTAT:
	case OP_FSETMODE:
		return predict_on_attrs(q);
	default:
		return predict_on_data(q);
	}
}
