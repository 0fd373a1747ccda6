/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "conf/expand.h"
#include "conf/group.h"
#include "conf/merge.h"
#include "conf/path_rules.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rights.h"

/*
 * Tells if a rule applies. UNDECIDED: that depends on unknown facts. The order
 * matters: the least of several criteria decides.
 */
enum applies { APPLIES_NOT, UNDECIDED, APPLIES };

static enum applies
applies_if(enum match match)
{
	return match == MATCH_FOUND ? APPLIES : APPLIES_NOT;
}

/* One negated group excludes the user, whatever the other groups match. */
static enum applies
by_group(const char *const *list, const char *const *groups)
{
	enum match match, found = MATCH_NONE;

	if (groups == NULL)
		return UNDECIDED;
	for (; *groups != NULL && found != MATCH_NEGATED; groups++) {
		match = match_patterns(*groups, list);
		found = match == MATCH_NONE ? found : match;
	}
	return applies_if(found);
}

/* sshd sets UNKNOWN if there is no address. */
static enum applies
by_address(const char *const *list, const char *text)
{
	struct address address;

	return text == NULL || !match_parse_address(text, &address) ?
	    UNDECIDED : applies_if(match_addresses(&address, list));
}

/* Tells if a rule applies as far as one criterion decides that. */
static enum applies
applies_by(enum criterion by, const struct rule *r, const struct facts *f)
{
	const char *const *list = r->match[by], *name = f->user;
	char port[16];

	if (list == NULL)
		return APPLIES;
	if (by == BY_GROUP)
		return by_group(list, f->groups);
	if (by == BY_ADDRESS || by == BY_LOCAL_ADDRESS)
		return by_address(list, by == BY_ADDRESS ? f->address :
		    f->local_address);
	if (by == BY_LOCAL_PORT) {
		snprintf(port, sizeof(port), "%d", f->local_port);
		name = f->local_port == 0 ? NULL : port;
	}
	return name == NULL ? UNDECIDED :
	    applies_if(match_patterns(name, list));
}

static enum applies
rule_applies(const struct rule *r, const struct facts *f)
{
	enum applies one, all = APPLIES;
	enum criterion by;

	for (by = 0; by < CRITERIA && all != APPLIES_NOT; by++)
		if ((one = applies_by(by, r, f)) < all)
			all = one;
	return all;
}

const char *
merge_needs(const struct rule *r, const struct facts *f)
{
	enum criterion by = 0;

	while (by < BY_LOCAL_PORT && applies_by(by, r, f) != UNDECIDED)
		by++;
	return rules_criteria[by];
}

/* Adds the settings of a rule to those of earlier rules. */
static void
add_rule(struct conf *c, const struct rule *rule, struct outcome *o)
{
	struct cursor at = { .body = &rule->body };
	struct origin **last, *origin;
	size_t i;

	while (rules_next(&at)) {
		i = (size_t)(at.assignment->setting - settings);
		last = &o->last[i];
		if (*last != NULL &&
		    at.assignment->setting->combine == FIRST_WINS)
			continue;
		origin = arena_get(&c->arena, sizeof(*origin));
		*(*last == NULL ? &o->origins[i] : &(*last)->next) = origin;
		*last = origin;
		origin->rule = rule;
		origin->profile = at.profile;
		origin->assignment = at.assignment;
	}
}

void
merge_evaluate(struct conf *c, const struct facts *f, struct outcome *o)
{
	struct undecided **end = &o->undecided;
	const struct rule *rule;
	enum applies applies;

	*o = (struct outcome){ .flags = &c->flags };
	o->origins = arena_get(&c->arena,
	    2 * settings_count * sizeof(*o->origins));
	o->last = o->origins + settings_count;
	for (rule = &c->flags; rule != NULL; rule = rule->next) {
		applies = rule_applies(rule, f);
		if (applies == APPLIES) {
			add_rule(c, rule, o);
		} else if (applies == UNDECIDED) {
			*end = arena_get(&c->arena, sizeof(**end));
			(*end)->rule = rule;
			end = &(*end)->next;
		}
	}
}

/* Joins all lists, as policy_permits() reads them. */
static const char *
join_origins(struct arena *arena, const struct origin *o)
{
	const char *text = NULL, *item;

	for (; o != NULL; o = o->next) {
		if ((item = o->assignment->value.text) == NULL)
			continue;
		text = text == NULL ? arena_copy(arena, item) :
		    arena_printf(arena, "%s,%s", text, item);
	}
	return text;
}

/*
 * Returns a NULL-terminated array of lists, or NULL if no origin has one, in
 * which case everything is allowed.
 */
static const char **
list_origins(struct arena *arena, const struct origin *first)
{
	const struct origin *o;
	const char **list;
	size_t n = 1;

	for (o = first; o != NULL; o = o->next)
		n++;
	list = arena_get(arena, n * sizeof(*list));
	for (o = first, n = 0; o != NULL; o = o->next)
		if (o->assignment->value.text != NULL)
			list[n++] = arena_copy(arena,
			    o->assignment->value.text);
	return n == 0 ? NULL : list;
}

/* Returns the intersection of several masks. */
static struct value
intersect_origins(const struct origin *o)
{
	struct value v = o->assignment->value;

	for (o = o->next; o != NULL; o = o->next)
		v.number &= o->assignment->value.number;
	return v;
}

/* Applies one setting to the policy. */
static int
apply(const struct setting *row, const struct origin *o, const struct facts *f,
    struct policy *p, struct error *e)
{
	struct value v = o->assignment->value;
	const char **list;

	error_at(e, o->assignment->file, o->assignment->line, row->name);
	if (row->type == SETTING_REQUESTS && row->combine == INTERSECTS) {
		list = list_origins(&p->strings, o);
		memcpy((char *)p + row->offset, &list, sizeof(list));
		return 0;
	}
	if (row->combine == INTERSECTS)
		v = intersect_origins(o);
	else if (v.text != NULL && row->type == SETTING_PATH)
		v.text = expand_path(v.text, "uUd", f, &p->strings, e);
	else if (v.text != NULL && row->type == SETTING_ROOT)
		v.text = expand_root(v.text, f, &p->strings, &p->root_fixed,
		    e);
	else
		v.text = join_origins(&p->strings, o);
	if ((v.text == NULL && o->assignment->value.text != NULL) ||
	    group_resolve(row, f, &v, e) < 0)
		return -1;
	setting_store(row, v, p);
	return 0;
}

/* True if the setting forbids something that the default permits. */
static bool
restricts(const struct assignment *s)
{
	const struct assignment *b = s->beneath;

	while (b != NULL && !restricts(b))
		b = b->next;
	return b != NULL || setting_restricts(s->setting, s->value);
}

/*
 * True if a value that holds forbids something, ignoring those of rule `but`.
 */
static bool
restricts_without(const struct outcome *o, const struct rule *but)
{
	const struct origin *origin;
	size_t i;

	for (i = 0; i < settings_count; i++)
		for (origin = o->origins[i]; origin != NULL;
		    origin = origin->next)
			if (origin->rule != but &&
			    restricts(origin->assignment))
				return true;
	return false;
}

/*
 * True if access.protect_startup is on. Setting it restricts the session as
 * well; a read-only session does not need it.
 */
static bool
protects_startup(const struct outcome *o, const struct policy *p)
{
	const struct origin *set;

	if (!p->restricted_here)
		return false;
	set = o->origins[setting_find("access.protect_startup") - settings];
	return set != NULL &&
	    set->assignment->value.number != STARTUP_IF_RESTRICTED ?
	    set->assignment->value.number != 0 : !p->access.read_only;
}

/* Sets the members that depend on several settings. */
static int
conclude(const struct outcome *o, const struct origin *paths,
    const struct facts *f, struct policy *p, struct error *e)
{
	p->restricted = restricts_without(o, NULL);
	p->restricted_here = restricts_without(o, o->flags);
	p->access.protect_startup = protects_startup(o, p);
	if (paths != NULL &&
	    (p->paths = path_rules_build(paths, f, p, e)) == NULL)
		return -1;
	p->resolves = p->root != NULL || p->paths != NULL ||
	    p->access.rights != RIGHTS_ALL || p->access.protect_startup ||
	    p->files.hide != NULL || p->files.symlinks != SYMLINKS_FOLLOW;
	/*
	 * Set-id bits on directories grant nothing, and shared directories need
	 * them.
	 */
	if (p->restricted_here)
		p->files.mode.clear |= POLICY_SETID;
	/* The reply to a READ must fit into a packet. */
	if (p->protocol.max_read > p->protocol.max_packet - READ_ROOM)
		p->protocol.max_read = p->protocol.max_packet - READ_ROOM;
	return 0;
}

int
merge_apply(const struct outcome *o, const struct facts *f,
    struct policy *p, struct error *e)
{
	const struct origin *paths = NULL;
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (settings[i].type == SETTING_PATHS)
			paths = o->origins[i];
		else if (o->origins[i] != NULL &&
		    apply(&settings[i], o->origins[i], f, p, e) < 0)
			return -1;
	return conclude(o, paths, f, p, e);
}

/* Returns the first setting of a rule that forbids something, or NULL. */
static const struct assignment *
find_restriction(const struct rule *r)
{
	struct cursor at = { .body = &r->body };

	while (rules_next(&at))
		if (restricts(at.assignment))
			return at.assignment;
	return NULL;
}

int
merge_resolve(struct conf *c, const struct facts *f, struct policy *p,
    struct error *e)
{
	const struct undecided *u;
	const struct assignment *s;
	struct outcome o;

	merge_evaluate(c, f, &o);
	for (u = o.undecided; u != NULL; u = u->next) {
		if ((s = find_restriction(u->rule)) == NULL)
			continue;
		error_at(e, u->rule->body.file, u->rule->body.line,
		    s->setting->name);
		return error_say(e, "rule %d restricts, and whether it "
		    "applies is unknown (SSH_CONNECTION is not set?)",
		    u->rule->number);
	}
	return merge_apply(&o, f, p, e);
}
