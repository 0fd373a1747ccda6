/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "drive.h"
#include "play.h"
#include "wire.h"

__attribute__((format(printf, 2, 3)))
static bool
fail(struct player *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	return false;
}

static const char *
type_name(unsigned type)
{
	static const char *const names[] = { "STATUS", "HANDLE", "DATA",
	    "NAME", "ATTRS" };

	return type >= T_STATUS && type <= T_ATTRS ?
	    names[type - T_STATUS] : "nothing";
}

static bool
compare_attrs(struct player *p, const struct expect *e,
    const struct answer *a)
{
	if (a->kind != e->kind)
		return fail(p, "type %d, not %d", a->kind, e->kind);
	if (e->kind == KIND_FILE && a->size != e->size)
		return fail(p, "size %llu, not %u",
		    (unsigned long long)a->size, e->size);
	return e->kind == KIND_LINK || a->mode == e->mode ||
	    fail(p, "mode %o, not %o", a->mode, e->mode);
}

/* True if the answer is as expected. */
static bool
compare(struct player *p, const struct expect *e, const struct answer *a)
{
	static const uint8_t types[] = { [EXPECT_STATUS] = T_STATUS,
	    [EXPECT_HANDLE] = T_HANDLE, [EXPECT_DATA] = T_DATA,
	    [EXPECT_ATTRS] = T_ATTRS, [EXPECT_NAMES] = T_NAME };

	if (a->fault[0] != '\0')
		return fail(p, "%s", a->fault);
	if (a->type == T_STATUS && e->other != -1 && a->status == e->other)
		return true;
	if (a->type != types[e->type] && a->type == T_STATUS)
		return fail(p, "status %d, not %s", a->status,
		    type_name(types[e->type]));
	if (a->type != types[e->type] && e->type == EXPECT_STATUS)
		return fail(p, "%s, not status %d", type_name(a->type),
		    e->status);
	if (a->type != types[e->type])
		return fail(p, "%s, not %s", type_name(a->type),
		    type_name(types[e->type]));
	switch (e->type) {
	case EXPECT_STATUS:
		return a->status == e->status ||
		    fail(p, "status %d, not %d", a->status, e->status);
	case EXPECT_DATA:
		return (a->len == e->len &&
		    memcmp(a->data, e->data, e->len) == 0) ||
		    fail(p, "\"%.*s\", not \"%.*s\"", (int)a->len, a->data,
		    e->len, e->data);
	case EXPECT_ATTRS:
		return compare_attrs(p, e, a);
	case EXPECT_NAMES:
		return ((e->must & ~a->names) == 0 &&
		    (a->names & ~e->may) == 0) ||
		    fail(p, "names %x, not %x", a->names, e->must);
	default:
		return true;
	}
}

/* Check that requests on a closed handle fail. */
static bool
check_stale(struct player *p, const struct letter *closed)
{
	static const enum op ops[] = { OP_READ, OP_CLOSE };
	struct letter l = *closed;
	struct expect e = { .type = EXPECT_STATUS, .other = -1 };
	struct answer a;
	size_t i;

	for (i = 0; i < nelems(ops); i++) {
		l.op = (uint8_t)ops[i];
		e.status = status_of_stale(p->sc->version, ops[i]);
		drive_letter(&l, NOTHING, &a);
		if (!compare(p, &e, &a))
			return false;
	}
	return true;
}

static enum played
step(struct player *p, struct world *w, const struct letter *l, bool compares)
{
	struct world next = *w;
	struct expect e;
	struct answer a;

	if (!predict(p->sc, &next, l, NULL, &e))
		return PLAYED_NEVER;
	p->trace->letter[p->trace->len++] = *l;
	drive_letter(l, world_free_handle(w), &a);
	if (e.other != -1) {
		next = *w;
		(void)predict(p->sc, &next, l, &a, &e);
	}
	*w = next;
	if (!compare(p, &e, &a))
		return PLAYED_BADLY;
	return l->op != OP_CLOSE || !compares || check_stale(p, l) ?
	    PLAYED_WELL : PLAYED_BADLY;
}

static bool
compare_tree(struct player *p, const struct world *w, bool ended)
{
	const char *d = disk_compare(w, ended);

	return d == NULL || fail(p, "%s%s", ended ? "in the end " : "", d);
}

/* True if the end of a session may change the tree. */
static bool
has_reserved(const struct world *w)
{
	int i;

	for (i = 0; i < RESERVED_MAX; i++)
		if (w->reserved[i].kind != RESERVED_NONE)
			return true;
	return false;
}

static enum played
end(struct player *p, struct world *w, enum played so_far)
{
	const char *fault;
	int i;

	if (so_far == PLAYED_WELL && has_reserved(w) &&
	    !compare_tree(p, w, false))
		so_far = PLAYED_BADLY;
	fault = drive_end();
	for (i = 0; i < p->sc->sessions; i++)
		predict_end(p->sc, w, i);
	if (so_far == PLAYED_WELL && fault != NULL) {
		(void)fail(p, "%s", fault);
		so_far = PLAYED_BADLY;
	}
	if (so_far == PLAYED_WELL && compare_tree(p, w, true))
		return PLAYED_WELL;
	disk_clear();
	return so_far == PLAYED_WELL ? PLAYED_BADLY : so_far;
}

enum played
play(struct player *p, const struct sequence *s, size_t from,
    const struct letter *more, size_t n)
{
	enum played so_far = PLAYED_WELL;
	struct world w;
	size_t i;

	p->trace->len = 0;
	world_begin(p->sc, &w);
	drive_begin();
	for (i = 0; i < s->len && so_far == PLAYED_WELL; i++)
		so_far = step(p, &w, &s->letter[i], i >= from);
	for (i = 0; i < n && so_far == PLAYED_WELL; i++)
		so_far = step(p, &w, &more[i], false);
	return end(p, &w, so_far);
}
