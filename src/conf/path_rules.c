/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "conf/expand.h"
#include "conf/group.h"
#include "conf/merge.h"
#include "conf/path_rules.h"
#include "paths/locate.h"

bool
path_rules_is_pattern(const char *pattern)
{
	struct component c;

	return strstr(pattern, "**") == NULL &&
	    (expand_is_root(pattern) || !path_next(pattern, &c));
}

static struct path_node *
node_new(struct subtrees *t, struct path_node *parent,
    const struct component *c, struct arena *arena)
{
	struct path_node *node = arena_get(arena, sizeof(*node));

	*node = (struct path_node){ .id = ++t->nodes, .name = c->name,
	    .len = c->len, .parent = parent };
	return node;
}

/* Returns the child of this name, which is created if necessary. */
static struct path_node *
child_get(struct subtrees *t, struct path_node *parent,
    const struct component *c, struct arena *arena)
{
	const bool pattern = strcspn(c->name, "*?") < c->len;
	size_t i = subtree_slot(t, parent, c);
	struct path_node **end = pattern ? &parent->patterns : &t->slots[i];

	while (*end != NULL && !subtree_is_child(*end, parent, c, false)) {
		i = (i + 1) & t->mask;
		end = pattern ? &(*end)->next : &t->slots[i];
	}
	parent->has_children = true;
	if (*end == NULL)
		*end = node_new(t, parent, c, arena);
	return *end;
}

/* Adds a rule to the tree under one of its patterns. */
static void
rule_plant(struct subtrees *t, const struct path_rule *r, const char *pattern,
    struct arena *arena)
{
	struct path_node *node = t->root;
	struct component c;
	size_t i;

	for (; path_next(pattern, &c); pattern = c.rest)
		node = child_get(t, node, &c, arena);
	for (i = 0; i < LEAVES; i++)
		if ((r->sets >> i & 1) != 0 && (node->rule[i] == NULL ||
		    r->rank < node->rule[i]->rank))
			node->rule[i] = r;
	if (r->hide == NULL)
		return;
	t->hides = true;
	node->hide = node->hide == NULL ? r->hide :
	    arena_printf(arena, "%s,%s", node->hide, r->hide);
}

/*
 * Returns how many bytes precede the first component with a wildcard, and the
 * number of their components in *n.
 */
static size_t
plain_part(const char *pattern, size_t *n)
{
	const char *end = pattern + strcspn(pattern, "*?"), *rest = pattern;
	struct component c;

	for (*n = 0; path_next(rest, &c) && c.rest <= end; rest = c.rest)
		++*n;
	return (size_t)(rest - pattern);
}

/* Orders rules by how specific they are; the earlier one wins a tie. */
static int
compare(const void *a, const void *b)
{
	const struct path_rule *l = *(const struct path_rule *const *)a;
	const struct path_rule *r = *(const struct path_rule *const *)b;
	size_t left = strlen(l->match), right = strlen(r->match);

	if (l->plain != r->plain)
		return l->plain > r->plain ? -1 : 1;
	if (left != right)
		return left > right ? -1 : 1;
	return l < r ? -1 : l > r;
}

static void
rank_rules(struct subtrees *t, struct arena *arena)
{
	struct path_rule **sorted;
	size_t i;

	sorted = arena_get(arena, t->count * sizeof(struct path_rule *));
	for (i = 0; i < t->count; i++)
		sorted[i] = &t->rules[i];
	qsort(sorted, t->count, sizeof(struct path_rule *), compare);
	for (i = 0; i < t->count; i++)
		sorted[i]->rank = i;
}

/* Returns how many of these characters are in the text. */
static size_t
count(const char *s, const char *characters)
{
	size_t n = 0;

	for (s = strpbrk(s, characters); s != NULL;
	    s = strpbrk(s + 1, characters))
		n++;
	return n;
}

/* Returns the pattern for this session, or NULL with the error's text set. */
static const char *
expand_pattern(const char *pattern, const struct facts *f,
    struct arena *arena, struct error *e)
{
	char *text = expand_path(pattern, "uUd", f, arena, e);

	if (text == NULL)
		return NULL;
	if (!path_rules_is_pattern(text) || *text != '/' ||
	    count(text, "*?") != count(pattern, "*?")) {
		error_say(e, "\"%.100s\" is \"%.100s\" here: what its "
		    "tokens stand for must make an absolute path, without . "
		    "and .., * and ?", pattern, text);
		return NULL;
	}
	return expand_squeeze(text) == 0 ? "/" : text;
}

/*
 * Expands a rule for this session. Returns 0, or -1 with the error's text set.
 */
static int
rule_fill(struct path_rule *r, const struct assignment *path,
    const struct facts *f, struct policy *p, struct error *e)
{
	const struct assignment *s;
	struct policy said = *p;
	struct value value;

	r->match = expand_pattern(path->value.text, f, &p->strings, e);
	if (r->match == NULL)
		return -1;
	r->written = r->match;
	r->file = arena_copy(&p->strings, path->file);
	r->line = path->line;
	r->fixed = expand_fixed(path->value.text, "*?", f, &p->strings);
	for (s = path->beneath; s != NULL; s = s->next) {
		if (s->leaf == LEAF_HIDE) {
			r->hide = s->value.text == NULL ? NULL :
			    arena_copy(&p->strings, s->value.text);
			continue;
		}
		r->sets |= 1u << s->leaf;
		error_at(e, s->file, s->line, s->setting->name);
		value = s->value;
		if (group_resolve(s->setting, f, &value, e) < 0)
			return -1;
		setting_store(s->setting, value, &said);
	}
	said.files.mode.clear |= p->restricted_here ? POLICY_SETID : 0;
	subtree_find(&said, false, NULL, &r->values);
	return 0;
}

/*
 * Allocates at least twice as many slots as there are components in all rules.
 */
static void
slots_get(struct subtrees *t, struct arena *arena)
{
	size_t i, n = 1, size = 1;

	for (i = 0; i < t->count; i++)
		n += count(t->rules[i].match, "/") +
		    count(t->rules[i].written, "/");
	while (size < 2 * n)
		size *= 2;
	t->slots = arena_get(arena, size * sizeof(struct path_node *));
	t->mask = size - 1;
}

/*
 * Builds the tree from the rules as they are now. A rule that is written with
 * links is added under that pattern as well, so that nobody can replace the
 * links.
 */
static void
plant_rules(struct subtrees *t, struct arena *arena)
{
	const struct component top = { .name = "" };
	const struct path_rule *r;
	size_t i;

	for (i = 0; i < t->count; i++)
		plain_part(t->rules[i].match, &t->rules[i].plain);
	rank_rules(t, arena);
	slots_get(t, arena);
	t->nodes = 0;
	t->root = node_new(t, NULL, &top, arena);
	for (i = 0; i < t->count; i++) {
		r = &t->rules[i];
		rule_plant(t, r, r->match, arena);
		if (r->match != r->written)
			rule_plant(t, r, r->written, arena);
	}
}

struct subtrees *
path_rules_build(const struct origin *first, const struct facts *f,
    struct policy *p, struct error *e)
{
	const struct origin *o;
	struct subtrees *t;
	size_t i = 0;

	t = arena_get(&p->strings, sizeof(*t));
	for (o = first; o != NULL; o = o->next)
		t->count++;
	t->rules = arena_get(&p->strings, t->count * sizeof(*t->rules));
	for (o = first; o != NULL; o = o->next, i++) {
		error_at(e, o->assignment->file, o->assignment->line, "paths");
		if (rule_fill(&t->rules[i], o->assignment, f, p, e) < 0)
			return NULL;
	}
	plant_rules(t, &p->strings);
	return t;
}

static int
rule_resolve(struct path_rule *r, struct fs *fs, struct arena *arena,
    struct error *e)
{
	size_t n, plain = plain_part(r->match, &n);
	const char *behind = r->match + plain;
	char path[PATH_MAX];
	int error;

	/* "/" is not a link, and the path must fit. */
	if (plain <= 1 || plain >= sizeof(path))
		return 0;
	error_at(e, r->file, r->line, "paths");
	snprintf(path, sizeof(path), "%.*s", (int)plain, r->match);
	error = locate_rule(fs, path, r->fixed < plain ? r->fixed : plain);
	if (error == -ELOOP)
		return error_say(e, "\"%.100s\": \"%.100s\" is a link, and "
		    "none is followed from where a token stands for the user",
		    r->match, path);
	if (error != 0)
		return error_say(e, "\"%.100s\" cannot be resolved: %s",
		    r->match, strerror(-error));
	if (strpbrk(path, "*?") != NULL)
		return error_say(e, "\"%.100s\" leads to \"%.100s\", whose "
		    "* and ? would be patterns", r->match, path);
	if (strncmp(path, r->written, plain) == 0 && path[plain] == '\0')
		return 0;
	/* "/" is the result only if nothing follows it. */
	r->match = arena_printf(arena, "%s%s", path[1] == '\0' &&
	    *behind != '\0' ? "" : path, behind);
	return 0;
}

int
path_rules_resolve(struct policy *p, struct fs *fs, struct error *e)
{
	struct subtrees *t = p->paths;
	size_t i;

	if (t == NULL)
		return 0;
	for (i = 0; i < t->count; i++)
		if (rule_resolve(&t->rules[i], fs, &p->strings, e) < 0)
			return -1;
	plant_rules(t, &p->strings);
	return 0;
}
