/* SPDX-License-Identifier: ISC */
/* The expected replies: status codes, and the letters that name a path. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "predict.h"

static const struct {
	int	outcome, v3, v6;
} statuses[] = {
	{ 0, FX_OK, FX_OK },
	{ ENOENT, FX_NO_SUCH_FILE, FX_NO_SUCH_FILE },
	{ ENOTDIR, FX_NO_SUCH_FILE, FX_NOT_A_DIRECTORY },
	{ ELOOP, FX_NO_SUCH_FILE, FX_LINK_LOOP },
	{ EBADF, FX_NO_SUCH_FILE, FX_PERMISSION_DENIED },
	{ EPERM, FX_PERMISSION_DENIED, FX_PERMISSION_DENIED },
	{ EACCES, FX_PERMISSION_DENIED, FX_PERMISSION_DENIED },
	{ EINVAL, FX_BAD_MESSAGE, FX_INVALID_PARAMETER },
	{ EEXIST, FX_FAILURE, FX_FILE_ALREADY_EXISTS },
	{ ENOTEMPTY, FX_FAILURE, FX_DIR_NOT_EMPTY },
	{ EISDIR, FX_FAILURE, FX_FILE_IS_A_DIRECTORY },
	{ ENOSPC, FX_FAILURE, FX_NO_SPACE },
	{ STATUS(FX_EOF), FX_EOF, FX_EOF },
	{ STATUS(FX_FAILURE), FX_FAILURE, FX_FAILURE },
	{ STATUS(FX_INVALID_HANDLE), FX_FAILURE, FX_INVALID_HANDLE },
	{ STATUS(FX_FILE_IS_A_DIRECTORY), FX_FAILURE, FX_FILE_IS_A_DIRECTORY },
};

int
status_of(int version, int outcome)
{
	size_t i;

	for (i = 0; i < nelems(statuses); i++)
		if (statuses[i].outcome == outcome)
			return version < 6 ? statuses[i].v3 : statuses[i].v6;
	return -1;
}

int
status_of_stale(int version, enum op op)
{
	return op == OP_CLOSE && version < 4 ? FX_NO_SUCH_FILE :
	    status_of(version, STATUS(FX_INVALID_HANDLE));
}

bool
expect(const struct asked *q, int outcome)
{
	*q->e = (struct expect){ .type = EXPECT_STATUS, .other = -1,
	    .status = status_of(q->sc->version, outcome) };
	return true;
}

bool
expect_attrs(const struct asked *q, int ino)
{
	const struct inode *i = &q->w->ino[ino];

	*q->e = (struct expect){ .type = EXPECT_ATTRS, .other = -1,
	    .kind = i->kind, .mode = i->mode, .size = i->len };
	return true;
}

bool
expect_maybe_lost(const struct asked *q)
{
	(void)expect(q, 0);
	q->e->other = status_of(q->sc->version, ENOSPC);
	return q->got != NULL && q->got->status == q->e->other;
}

bool
expect_either_error(const struct asked *q, const struct spot *old,
    const struct spot *new, int r)
{
	bool lost = old->upload != NOTHING &&
	    q->w->ino[old->ino].loss != LOSS_NONE;

	(void)expect(q, r);
	if (lost && expect_maybe_lost(q))
		q->w->ino[old->ino].loss = LOSS_TOLD;
	else if (!lost && old->error == 0 && new->error != 0 &&
	    q->sc->policy->root)
		q->e->other = status_of(q->sc->version, new->error);
	q->e->status = status_of(q->sc->version, r);
	return true;
}

struct spot
find_new(const struct asked *q, enum path path)
{
	return posix_find(q->w, q->l->session, path, false);
}

struct spot
find(const struct asked *q, enum path path, bool follow)
{
	struct spot at = posix_find(q->w, q->l->session, path, follow);

	if (q->sc->policy->uploads != UPLOADS_KEPT || at.error != 0 ||
	    at.ino != NOTHING)
		return at;
	at.kept = upload_kept(q->w, at.dir, at.name);
	if (at.kept != NOTHING)
		at.ino = q->w->reserved[at.kept].ino;
	return at;
}

bool
is_dir(const struct asked *q, const struct spot *at)
{
	return at->ino != NOTHING && q->w->ino[at->ino].kind == KIND_DIR;
}

bool
is_unreported(const struct asked *q, int ino)
{
	return q->w->ino[ino].loss == LOSS_AT_FLUSH ||
	    q->w->ino[ino].loss == LOSS_AT_CLOSE;
}

bool
has_name(const struct asked *q, const struct held *h)
{
	struct spot at = posix_find_name(q->w, h->now, h->depth);

	return h->depth > 0 && at.error == 0 && at.ino == h->ino;
}

int
world_free_handle(const struct world *w)
{
	int i;

	for (i = 0; i < HANDLES; i++)
		if (w->h[i].state == H_FREE)
			return i;
	return NOTHING;
}

static bool
predict_stat(const struct asked *q)
{
	struct spot at = find(q, q->l->path, q->l->op == OP_STAT);

	if (at.error != 0 || at.ino == NOTHING)
		return expect(q, at.error != 0 ? at.error : ENOENT);
	return expect_attrs(q, at.ino);
}

static bool
predict_setmode(const struct asked *q)
{
	struct spot at = find(q, q->l->path, true);

	if (at.error != 0 || at.ino == NOTHING)
		return expect(q, at.error != 0 ? at.error : ENOENT);
	q->w->ino[at.ino].mode = SET_MODE;
	return expect(q, 0);
}

/*
 * SETSTAT of a size. The server may open the file for it, and the close of that
 * descriptor may report lost bytes.
 */
static bool
predict_setsize(const struct asked *q)
{
	struct spot at = find(q, q->l->path, true);
	int r;

	if ((r = posix_check_truncate(q->w, &at)) != 0)
		return expect(q, r);
	posix_truncate(q->w, at.ino, SET_SIZE);
	if (!is_unreported(q, at.ino))
		return expect(q, 0);
	if (expect_maybe_lost(q))
		q->w->ino[at.ino].loss = LOSS_TOLD;
	return true;
}

/* True if LINK fails because the upload that it publishes has lost bytes. */
static bool
link_lost(const struct asked *q, struct inode *i)
{
	if (i->loss == LOSS_NONE ||
	    (i->loss == LOSS_AT_CLOSE && !expect_maybe_lost(q)))
		return false;
	i->loss = LOSS_TOLD;
	return expect(q, ENOSPC);
}

static bool
predict_link(const struct asked *q)
{
	struct spot old = find(q, q->l->path, false);
	struct spot new = find_new(q, q->l->path2);
	struct world w = *q->w;
	bool dir = is_dir(q, &old);
	int r;

	if (old.kept != NOTHING)
		return false;
	r = posix_link(&w, &old, &new);
	if (r == EPERM && dir && q->sc->version >= 6)
		return expect(q, STATUS(FX_FILE_IS_A_DIRECTORY));
	if (r == 0 && old.upload != NOTHING)
		r = upload_publish(&w, old.upload);
	if (r != 0)
		return expect_either_error(q, &old, &new, r);
	if (old.upload != NOTHING && link_lost(q, &q->w->ino[old.ino]))
		return true;
	*q->w = w;
	return q->e->other != -1 || expect(q, 0);
}

static bool
predict_new(const struct asked *q)
{
	struct spot at = find_new(q, q->l->path);

	if (q->l->op == OP_MKDIR)
		return expect(q, posix_add(q->w, &at, KIND_DIR, 0755, 0));
	return expect(q, posix_add(q->w, &at, KIND_LINK, 0777,
	    (enum path)q->l->path2));
}

static bool
predict_rmdir(const struct asked *q)
{
	struct spot at = find(q, q->l->path, false);

	return expect(q, posix_rmdir(q->w, &at));
}

static bool
predict_list(const struct asked *q)
{
	struct spot at = find(q, q->l->path, true);
	int n;

	if (at.error != 0 || at.ino == NOTHING)
		return expect(q, at.error != 0 ? at.error : ENOENT);
	if (!is_dir(q, &at))
		return expect(q, ENOTDIR);
	*q->e = (struct expect){ .type = EXPECT_NAMES, .other = -1 };
	for (n = 0; n < NAMES; n++)
		if (q->w->ino[at.ino].at[n] != NOTHING)
			q->e->must |= (uint8_t)(1 << n);
	q->e->may = q->e->must;
	return true;
}

void
predict_end(const struct scope *sc, struct world *w, int session)
{
	int i;

	for (i = 0; i < HANDLES; i++) {
		if (w->h[i].state == H_FREE || w->h[i].session != session)
			continue;
		if (w->h[i].upload != NOTHING)
			upload_abandon(sc, w, i);
		reserved_leave(w, i);
		w->h[i] = (struct held){ .state = H_FREE };
	}
	posix_sweep(w);
}

/* True unless two uploads are kept for a name: the server may find either. */
static bool
keeps_clearly(const struct world *w)
{
	const struct reserved *a = w->reserved;
	int i, j;

	for (i = 0; i < RESERVED_MAX; i++)
		for (j = 0; j < i; j++)
			if (a[i].kind == RESERVED_KEPT &&
			    a[j].kind == RESERVED_KEPT &&
			    a[i].dir == a[j].dir && a[i].name == a[j].name)
				return false;
	return true;
}

/*
 * True if the server may report lost bytes of a file to the handle of another
 * file that was opened by the same name or has that name now.
 */
static bool
is_told_by_name(const struct world *w)
{
	const struct held *h = w->h, *other = w->h + 1;

	return h->state != H_FREE && other->state != H_FREE &&
	    h->session == other->session && h->ino != other->ino &&
	    (h->opened == other->opened || (h->depth > 0 &&
	    h->depth == other->depth && h->now[0] == other->now[0] &&
	    (h->depth < 2 || h->now[1] == other->now[1])));
}

static bool
predict_on_path(const struct asked *q)
{
	switch (q->l->op) {
	case OP_OPEN:
		return predict_open(q);
	case OP_OPENDIR:
		return predict_opendir(q);
	case OP_STAT:
	case OP_LSTAT:
		return predict_stat(q);
	case OP_SETSIZE:
		return predict_setsize(q);
	case OP_SETMODE:
		return predict_setmode(q);
	case OP_REMOVE:
		return predict_remove(q);
	case OP_RENAME:
		return predict_rename(q);
	case OP_LINK:
		return predict_link(q);
	case OP_RMDIR:
		return predict_rmdir(q);
	case OP_LIST:
		return predict_list(q);
	case OP_END:
		predict_end(q->sc, q->w, q->l->session);
		return keeps_clearly(q->w) && expect(q, 0);
	default:
		return predict_new(q);
	}
}

bool
predict(const struct scope *sc, struct world *w, const struct letter *l,
    const struct answer *got, struct expect *e)
{
	struct asked q = { sc, w, l, got, e, &w->h[l->handle] };
	bool can;

	*e = (struct expect){ .other = -1 };
	if (l->session >= sc->sessions)
		return false;
	can = is_on_handle(l->op) ? predict_on_handle(&q) :
	    predict_on_path(&q);
	posix_sweep(w);
	return can && !(w->faulted && is_told_by_name(w));
}
