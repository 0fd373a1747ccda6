/* SPDX-License-Identifier: ISC */
/*
 * Worlds are equivalent if they differ only in the numbers of inodes, handles
 * and sessions; in scopes whose tree begins without files, also if they differ
 * only by exchanging the names a and b. The key keeps worlds apart that look
 * alike to clients but not to the server, as when a handle was closed and
 * opened again meanwhile.
 */
#include "config.h"

#include <string.h>

#include "model.h"

struct key {
	const struct scope *sc;
	const struct world *w;
	uint8_t		 name[NAMES];	/* renumbered for this key */
	uint8_t		 session[SESSIONS];
	int8_t		 seen[INODES];	/* renumbered, or NOTHING yet */
	int8_t		 count;
	uint64_t	 sum;
};

static void
mix(struct key *k, unsigned v)
{
	k->sum = (k->sum ^ v) * 0x9e3779b97f4a7c15u;
	k->sum ^= k->sum >> 29;
}

static unsigned
names_key(const struct key *k, unsigned names)
{
	unsigned to = 0;
	int n;

	for (n = 0; n < NAMES; n++)
		if ((names & 1u << n) != 0)
			to |= 1u << k->name[n];
	return to;
}

static unsigned
path_key(const struct key *k, const uint8_t *part, int len)
{
	unsigned to = (unsigned)len;
	int n;

	for (n = 0; n < len; n++)
		to = to * NAMES + k->name[part[n]];
	return to;
}

static unsigned
text_key(const struct key *k, enum path path)
{
	const struct path_row *p = &path_rows[path];
	const uint8_t part[2] = { (uint8_t)p->part[0], (uint8_t)p->part[1] };

	return path_key(k, part, p->len);
}

static void	visit(struct key *, int ino);

static void
visit_entries(struct key *k, const struct inode *i)
{
	int n, m;

	for (n = 0; n < NAMES; n++)
		for (m = 0; m < NAMES; m++)
			if (k->name[m] == n)
				visit(k, i->at[m]);
}

/* Mix in an inode and its content; only its number if it was visited. */
static void
visit(struct key *k, int ino)
{
	const struct inode *i = &k->w->ino[ino == NOTHING ? 0 : ino];
	int n;

	mix(k, ino == NOTHING ? 0xffu : 0x100u + (unsigned)k->seen[ino]);
	if (ino == NOTHING || k->seen[ino] != NOTHING)
		return;
	k->seen[ino] = k->count++;
	mix(k, i->kind | (unsigned)i->mode << 4 | (unsigned)i->loss << 20);
	if (i->kind == KIND_LINK)
		mix(k, text_key(k, i->text));
	mix(k, i->len);
	for (n = 0; n < i->len; n++)
		mix(k, (uint8_t)i->data[n]);
	if (i->kind == KIND_DIR)
		visit_entries(k, i);
}

static void
visit_reserved(struct key *k, const struct reserved *a)
{
	mix(k, a->kind | (unsigned)k->name[a->name] << 4 |
	    (unsigned)k->session[a->session] << 8 |
	    (unsigned)a->replaces << 12);
	visit(k, a->dir);
	visit(k, a->ino);
	visit(k, a->old);
}

/*
 * Mix in the name of a handle. The server uses it only where it may open the
 * file again or resolves paths by component.
 */
static void
visit_name(struct key *k, const struct held *h)
{
	if (!k->sc->policy->root && k->sc->policy->handles == HANDLES_STAY)
		return;
	mix(k, (h->opened == PATH_LA || h->opened == PATH_L) |
	    (unsigned)(h->depth == 0) << 1);
	if (k->sc->policy->handles == HANDLES_CLOSED)
		mix(k, path_key(k, h->now, h->depth));
}

static void
visit_handle(struct key *k, int handle)
{
	const struct held *h = &k->w->h[handle];
	int i;

	mix(k, h->state);
	if (h->state == H_FREE)
		return;
	mix(k, k->session[h->session] | (unsigned)h->is_dir << 4 |
	    (unsigned)h->reads << 5 | (unsigned)h->writes << 6 |
	    (unsigned)h->appends << 7 | (unsigned)h->listed << 8 |
	    (unsigned)h->fixed << 9 | (unsigned)h->refused << 10 |
	    (unsigned)h->dirty << 11 | (unsigned)h->away << 12 |
	    (unsigned)h->uploaded << 13);
	mix(k, names_key(k, h->seen));
	visit(k, h->ino);
	visit_name(k, h);
	if (h->upload != NOTHING)
		visit_reserved(k, &k->w->reserved[h->upload]);
	for (i = 0; i < RESERVED_MAX; i++)
		if (k->w->reserved[i].kind == RESERVED_SILLY &&
		    (k->w->reserved[i].users & 1 << handle) != 0)
			visit_reserved(k, &k->w->reserved[i]);
}

static uint64_t
key_as(const struct scope *sc, const struct world *w, bool swap_names,
    bool swap_sessions, bool swap_handles)
{
	struct key k = { .sc = sc, .w = w };
	int i;

	for (i = 0; i < NAMES; i++)
		k.name[i] = (uint8_t)i;
	if (swap_names) {
		k.name[NAME_A] = NAME_B;
		k.name[NAME_B] = NAME_A;
	}
	k.session[0] = swap_sessions;
	k.session[1] = !swap_sessions;
	memset(k.seen, NOTHING, sizeof(k.seen));
	visit(&k, 0);
	for (i = 0; i < HANDLES; i++)
		visit_handle(&k, swap_handles ? HANDLES - 1 - i : i);
	for (i = 0; i < RESERVED_MAX; i++)
		if (w->reserved[i].kind == RESERVED_KEPT ||
		    w->reserved[i].kind == RESERVED_LITTER)
			visit_reserved(&k, &w->reserved[i]);
	mix(&k, w->faulted);
	return k.sum;
}

uint64_t
world_key(const struct scope *sc, const struct world *w)
{
	uint64_t key, least = UINT64_MAX;
	int i;

	for (i = 0; i < 8; i++) {
		if (((i & 1) != 0 && !sc->bare) ||
		    ((i & 2) != 0 && sc->sessions == 1))
			continue;
		key = key_as(sc, w, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
		least = key < least ? key : least;
	}
	return least;
}
