/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "policy/match.h"
#include "policy/subtree.h"

#define LEAF(name, setting, m) \
	{ name, setting, offsetof(struct subtree, m), \
	sizeof(((struct subtree *)NULL)->m) }
#define SAME(m)	LEAF(#m, #m, m)

const struct subtree_leaf subtree_leaves[LEAVES + 1] = {
	[LEAF_RIGHTS] = LEAF("rights", "access.rights", rights),
	[LEAF_OWN_RIGHTS] = LEAF("own_rights", "access.own_rights", own_rights),
	[LEAF_LISTINGS] = LEAF("listings", "access.listings", listings),
	[LEAF_MODE] = SAME(files.mode),
	[LEAF_DIR_MODE] = SAME(files.dir_mode),
	[LEAF_GROUP] = SAME(files.group),
	[LEAF_ATOMIC] = SAME(files.atomic),
	[LEAF_FSYNC] = SAME(files.fsync),
	[LEAF_ZERO_COPY] = SAME(files.zero_copy),
	[LEAF_OVERWRITE] = SAME(rename.overwrite),
	[LEAF_OPEN_HANDLES] = SAME(rename.open_handles),
	[LEAF_WHEN] = SAME(rename.when),
	[LEAF_BUSY_TIMEOUT] = SAME(rename.busy_timeout),
	[LEAF_KEEP_MODE] = SAME(rename.keep_mode),
	[LEAF_HIDE] = { "hide", "files.hide", 0, 0 },
};

int
subtree_find_leaf(const char *name)
{
	int i;

	for (i = 0; i <= LEAVES; i++)
		if (strcmp(subtree_leaves[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * A search for the nodes that match a name or a directory above it. `meet` is
 * called for each: `from` begins with the component that the node matched,
 * `rest` follows it.
 */
struct search {
	const struct policy *policy;
	bool		 fold;
	void		(*meet)(struct search *, const struct path_node *,
			    const char *from, const char *rest);
	const struct path_rule **best;
	bool		 found;
};

/* Hashes a name beneath a parent, ignoring case. */
size_t
subtree_slot(const struct subtrees *t, const struct path_node *parent,
    const struct component *c)
{
	const uint64_t prime = 0x100000001b3;	/* of FNV-1a */
	uint64_t h = parent->id * prime;
	size_t i;

	for (i = 0; i < c->len; i++)
		h = (h ^ (uint64_t)tolower((unsigned char)c->name[i])) * prime;
	return (size_t)(h ^ h >> 32) & t->mask;
}

bool
subtree_is_child(const struct path_node *child, const struct path_node *parent,
    const struct component *c, bool fold)
{
	if (child->parent != parent || child->len != c->len)
		return false;
	return fold ? strncasecmp(child->name, c->name, c->len) == 0 :
	    memcmp(child->name, c->name, c->len) == 0;
}

/*
 * Visits a node and its matching descendants. The depth is bounded by the
 * longest pattern, and each node is visited at most once.
 */
static void
search_below(struct search *s, const struct path_node *node, const char *from,
    const char *rest)
{
	const struct subtrees *t = s->policy->paths;
	const struct path_node *child;
	struct component c;
	size_t i;

	s->meet(s, node, from, rest);
	if (!node->has_children || !path_next(rest, &c))
		return;
	for (i = subtree_slot(t, node, &c);
	    (child = t->slots[i]) != NULL; i = (i + 1) & t->mask)
		if (subtree_is_child(child, node, &c, s->fold))
			search_below(s, child, c.name, c.rest);
	for (child = node->patterns; child != NULL; child = child->next)
		if (match_bytes(c.name, c.len, child->name, child->len,
		    s->fold))
			search_below(s, child, c.name, c.rest);
}

static void
meet_rules(struct search *s, const struct path_node *node, const char *from,
    const char *rest)
{
	size_t i;

	(void)from;
	(void)rest;
	for (i = 0; i < LEAVES; i++)
		if (node->rule[i] != NULL && (s->best[i] == NULL ||
		    node->rule[i]->rank < s->best[i]->rank))
			s->best[i] = node->rule[i];
}

void
subtree_search(const struct policy *p, bool fold, const char *resolved,
    const struct path_rule *best[LEAVES])
{
	struct search s = { .policy = p, .fold = fold, .meet = meet_rules,
	    .best = best };

	memset(best, 0, LEAVES * sizeof(*best));
	if (p->paths != NULL && resolved != NULL)
		search_below(&s, p->paths->root, resolved, resolved);
}

/* True if the pattern matches this name or a directory above it. */
static bool
pattern_holds(bool fold, const char *match, const char *resolved)
{
	struct component wanted, c;

	while (path_next(match, &wanted)) {
		if (!path_next(resolved, &c) || !match_bytes(c.name,
		    c.len, wanted.name, wanted.len, fold))
			return false;
		match = wanted.rest;
		resolved = c.rest;
	}
	return true;
}

bool
subtree_rule_holds(const struct path_rule *r, bool fold, const char *resolved)
{
	return pattern_holds(fold, r->match, resolved) ||
	    pattern_holds(fold, r->written, resolved);
}

void
subtree_find(const struct policy *p, bool fold, const char *resolved,
    struct subtree *a)
{
	const struct path_rule *best[LEAVES];
	size_t i;

	*a = (struct subtree){
		.rights = p->access.rights,
		.own_rights = p->access.own_rights,
		.listings = p->access.listings,
		.files = p->files,
		.rename = p->rename,
	};
	subtree_search(p, fold, resolved, best);
	for (i = 0; i < LEAVES; i++)
		if (best[i] != NULL)
			memcpy((char *)a + subtree_leaves[i].offset,
			    (const char *)&best[i]->values +
			    subtree_leaves[i].offset,
			    subtree_leaves[i].width);
	a->rule = best[LEAF_RIGHTS];
}

/* True if one of these components is in the list. */
static bool
is_hidden(bool fold, const char *names, const char *list)
{
	struct component c;

	for (; path_next(names, &c); names = c.rest)
		if (match_bytes_list(c.name, c.len, list, fold))
			return true;
	return false;
}

static void
meet_hidden(struct search *s, const struct path_node *node, const char *from,
    const char *rest)
{
	(void)rest;
	if (!s->found && node->hide != NULL)
		s->found = is_hidden(s->fold, from, node->hide);
}

bool
subtree_hides(const struct policy *p, bool fold, const char *resolved)
{
	struct search s = { .policy = p, .fold = fold, .meet = meet_hidden };

	if (p->files.hide != NULL && is_hidden(fold, resolved, p->files.hide))
		return true;
	if (p->paths != NULL && p->paths->hides)
		search_below(&s, p->paths->root, resolved, resolved);
	return s.found;
}

bool
subtree_hides_any(const struct policy *p)
{
	return p->files.hide != NULL || (p->paths != NULL && p->paths->hides);
}

static bool
makes_silly_names(const struct files_policy *files,
    const struct rename_policy *rename)
{
	return files->atomic != ATOMIC_NO ||
	    rename->open_handles == HANDLES_REOPEN;
}

bool
subtree_makes_silly_names(const struct policy *p)
{
	bool makes = makes_silly_names(&p->files, &p->rename);
	size_t i;

	/*
	 * Settings that a path rule does not set are zero, which creates none.
	 */
	for (i = 0; p->paths != NULL && i < p->paths->count; i++)
		makes |= makes_silly_names(&p->paths->rules[i].values.files,
		    &p->paths->rules[i].values.rename);
	return makes;
}

static void
meet_parent(struct search *s, const struct path_node *node, const char *from,
    const char *rest)
{
	struct component c;

	(void)from;
	s->found = s->found || (node->has_children &&
	    !path_next(rest, &c));
}

bool
subtree_has_below(const struct policy *p, bool fold, const char *resolved)
{
	struct search s = { .policy = p, .fold = fold, .meet = meet_parent };

	if (p->paths != NULL)
		search_below(&s, p->paths->root, resolved, resolved);
	return s.found;
}
