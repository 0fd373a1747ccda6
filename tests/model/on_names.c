/* SPDX-License-Identifier: ISC */
/* REMOVE and RENAME, and their effect on open handles. */
#include "config.h"

#include <errno.h>

#include "predict.h"

/* Return the open handles of the session on an inode, a bit each. */
static unsigned
handles_on(const struct asked *q, int ino)
{
	const struct held *h = q->w->h;
	unsigned found = 0;
	int i;

	for (i = 0; i < HANDLES && ino != NOTHING; i++)
		if (h[i].state == H_OPEN && h[i].ino == ino &&
		    h[i].session == q->l->session)
			found |= 1u << i;
	return found;
}

static unsigned
handles_below(const struct asked *q, int dir)
{
	unsigned found = 0;
	int i;

	for (i = 0; i < HANDLES; i++)
		if (q->w->h[i].state == H_OPEN &&
		    posix_below(q->w, q->w->h[i].ino, dir))
			found |= handles_on(q, q->w->h[i].ino);
	return found;
}

/* Return those handles whose file has no silly name yet. */
static unsigned
without_silly(const struct asked *q, unsigned handles)
{
	int i;

	for (i = 0; i < RESERVED_MAX; i++)
		if (q->w->reserved[i].kind == RESERVED_SILLY)
			handles &= ~(unsigned)q->w->reserved[i].users;
	return handles;
}

static void
let_go(const struct asked *q, struct held *h)
{
	int n;

	if (h->is_dir && !h->fixed) {
		h->fixed = true;
		h->seen = 0;
		for (n = 0; n < NAMES; n++)
			if (q->w->ino[h->ino].at[n] != NOTHING)
				h->seen |= (uint8_t)(1 << n);
	}
	h->dirty = false;
	if (q->sc->policy->handles == HANDLES_CLOSED)
		h->state = H_LET_GO;
	else
		h->away = true;
}

/*
 * True if one of the handles has lost bytes. The request fails then, lest a
 * damaged file replace a good one.
 */
static bool
has_lost(const struct asked *q, unsigned handles)
{
	struct inode *i;
	int k;

	for (k = 0; k < HANDLES; k++) {
		i = &q->w->ino[q->w->h[k].ino];
		if ((handles & 1u << k) == 0 || !q->w->h[k].writes ||
		    (!is_unreported(q, q->w->h[k].ino) &&
		    i->loss != LOSS_STUCK))
			continue;
		i->loss = LOSS_STUCK;
		return true;
	}
	return false;
}

/* Let go of handles. Return false if one of them has lost bytes. */
static bool
release(const struct asked *q, unsigned handles)
{
	int k;

	if (has_lost(q, handles))
		return false;
	for (k = 0; k < HANDLES; k++)
		if ((handles & 1u << k) != 0)
			let_go(q, &q->w->h[k]);
	return true;
}

/* Give a file a silly name if its name goes and handles need it. */
static void
displace(const struct asked *q, const struct spot *at, unsigned handles)
{
	int i;

	if (q->sc->policy->handles != HANDLES_COME_BACK || handles == 0)
		return;
	i = reserved_make(q->w, RESERVED_SILLY, at->dir, at->ino);
	q->w->reserved[i].users = (uint8_t)handles;
}

static bool
lies_below(const struct held *h, const struct path_row *p)
{
	int n;

	for (n = 0; n < p->len; n++)
		if (n >= h->depth || h->now[n] != p->part[n])
			return false;
	return p->len > 0;
}

/* Change the names in the session's handles; `new` may be NULL, for none. */
static void
names_changed(const struct asked *q, const struct path_row *old,
    const struct path_row *new)
{
	struct held *h;
	int n;

	for (h = q->w->h; h < q->w->h + HANDLES; h++) {
		if (h->state == H_FREE || h->session != q->l->session ||
		    !lies_below(h, old))
			continue;
		if (new == NULL || new->len + h->depth - old->len > 2) {
			h->depth = 0;
			continue;
		}
		if (h->depth > old->len)
			h->now[new->len] = h->now[old->len];
		h->depth = (uint8_t)(h->depth + new->len - old->len);
		for (n = 0; n < new->len; n++)
			h->now[n] = (uint8_t)new->part[n];
	}
}

/* True if RENAME may replace. Without a flag, a directory may not. */
static bool
may_replace(const struct asked *q, const struct spot *old)
{
	if (q->sc->policy->no_delete)
		return false;
	return q->l->how != RENAME_PLAIN ||
	    (q->sc->policy->overwrites && !is_dir(q, old));
}

/*
 * True if the request fails or does nothing; then no handle is let go. `new` is
 * NULL for a REMOVE.
 */
static bool
is_futile(const struct asked *q, const struct spot *old,
    const struct spot *new)
{
	if (q->sc->policy->handles == HANDLES_STAY || old->error != 0 ||
	    old->ino == NOTHING)
		return true;
	if (new == NULL)
		return is_dir(q, old);
	if (new->ino == NOTHING)
		return false;
	return is_dir(q, old) != is_dir(q, new) || old->ino == new->ino ||
	    !may_replace(q, old);
}

bool
predict_remove(const struct asked *q)
{
	struct spot at = find(q, q->l->path, false);
	unsigned matched = is_futile(q, &at, NULL) ? 0 :
	    without_silly(q, handles_on(q, at.ino));
	int r = posix_check_unlink(q->w, &at);

	if (q->sc->policy->no_delete && at.error == 0 && at.ino != NOTHING)
		return expect(q, EACCES);
	if (!release(q, matched))
		return expect(q, ENOSPC);
	if (r != 0)
		return expect(q, r);
	if (at.upload != NOTHING || at.kept != NOTHING) {
		reserved_remove(q->w, at.upload != NOTHING ? at.upload :
		    at.kept);
	} else {
		q->w->ino[at.dir].at[at.name] = NOTHING;
		displace(q, &at, matched);
	}
	names_changed(q, &path_rows[q->l->path], NULL);
	return expect(q, 0);
}

static int
rename_names(const struct asked *q, const struct spot *old,
    const struct spot *new)
{
	struct spot to = *new;
	bool replace = may_replace(q, old);
	int r;

	/* Without a flag, the error of the old name is reported first. */
	if (old->error == 0 && old->ino == NOTHING &&
	    (q->l->how == RENAME_PLAIN || !replace))
		return ENOENT;

	/*
	 * The name of an upload may belong to another file, which the RENAME
	 * then replaces or fails on. A directory meets the upload itself.
	 */
	if (new->upload != NOTHING && replace && old->upload != new->upload &&
	    !is_dir(q, old))
		to.ino = q->w->ino[new->dir].at[new->name];
	r = posix_rename(q->w, old, &to, replace);
	return r == EEXIST && q->sc->policy->no_delete &&
	    q->l->how != RENAME_PLAIN ? EACCES : r;
}

/* True if RENAME fails because the upload that it publishes lost bytes. */
static bool
expect_upload_lost(const struct asked *q, const struct spot *old)
{
	struct inode *i;

	if (old->upload == NOTHING)
		return false;
	i = &q->w->ino[old->ino];
	if (i->loss == LOSS_NONE ||
	    (i->loss == LOSS_AT_CLOSE && !expect_maybe_lost(q)))
		return false;
	i->loss = LOSS_TOLD;
	return expect(q, ENOSPC);
}

static void
rename_settled(const struct asked *q, const struct spot *old,
    const struct spot *new, unsigned displaced)
{
	if (old->upload != NOTHING)
		upload_renamed(q->w, old->upload);
	if (old->kept != NOTHING)
		q->w->reserved[old->kept] = (struct reserved){ 0 };
	if (new->upload != NOTHING)
		reserved_remove(q->w, new->upload);
	displace(q, new, displaced);
}

/*
 * True if an open file has other names than the one it was opened by. The
 * server cannot tell then whether the handle lies below a directory. It does
 * not matter for handles that come back, unless bytes were lost.
 */
static bool
is_unclear(const struct asked *q, const struct spot *old)
{
	const struct held *h = q->w->h;
	int i;

	if (!is_dir(q, old) || q->sc->policy->handles == HANDLES_STAY ||
	    (q->sc->policy->handles == HANDLES_COME_BACK && !q->w->faulted))
		return false;
	for (i = 0; i < HANDLES; i++)
		if (h[i].state == H_OPEN && (posix_links(q->w, h[i].ino) > 1 ||
		    (posix_links(q->w, h[i].ino) == 1 && !h[i].is_dir &&
		    !has_name(q, &h[i]))))
			return true;
	return false;
}

bool
predict_rename(const struct asked *q)
{
	const struct path_row *from = &path_rows[q->l->path];
	const struct path_row *to = &path_rows[q->l->path2];
	struct spot old = find(q, q->l->path, false);
	struct spot new = find_new(q, q->l->path2);
	bool same = old.error == 0 && new.error == 0 && old.ino == new.ino;
	unsigned displaced = 0, matched = 0;
	struct asked tried = *q;
	struct world w;
	int r;

	if (is_unclear(q, &old))
		return false;
	if (!is_futile(q, &old, &new)) {
		matched = without_silly(q, handles_on(q, new.ino));
		displaced = is_dir(q, &old) ? 0 : matched;
		matched |= without_silly(q, handles_on(q, old.ino));
		if (is_dir(q, &old))
			matched |= without_silly(q,
			    handles_below(q, old.ino));
	}
	if (!release(q, matched))
		return expect(q, ENOSPC);
	w = *q->w;
	tried.w = &w;
	if ((r = rename_names(&tried, &old, &new)) != 0)
		return expect_either_error(q, &old, &new, r);
	if (expect_upload_lost(q, &old))
		return true;
	*q->w = w;
	if (!same)
		rename_settled(q, &old, &new, displaced);
	names_changed(q, to, NULL);
	names_changed(q, from, to);
	return q->e->other != -1 || expect(q, 0);
}
