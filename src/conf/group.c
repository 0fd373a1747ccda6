/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "conf/effect.h"
#include "conf/group.h"
#include "conf/merge.h"
#include "os/ident.h"

/* Finds a group by its name or, if none has that name, by its number. */
static bool
find(const char *name, uint32_t *gid)
{
	return ident_find_group(name, gid) || ident_number(name, gid);
}

int
group_resolve(const struct setting *row, const struct facts *f,
    struct value *v, struct error *e)
{
	uint32_t gid;

	if (row->type != SETTING_GROUP || v->text == NULL)
		return 0;
	if (!find(v->text, &gid))
		return error_say(e, "there is no group \"%.100s\"", v->text);
	if (!ident_may_give(f->login, gid))
		return error_say(e, "%.100s is not in the group \"%.100s\", "
		    "and so cannot give it to files",
		    f->user == NULL ? "the user" : f->user, v->text);
	v->number = gid;
	return 0;
}

/* Calls group_resolve() for a setting and those beneath a path. */
static int
check_one(const struct assignment *s, const struct facts *f, struct error *e)
{
	struct value v = s->value;
	const struct assignment *b;

	error_at(e, s->file, s->line, s->setting->name);
	if (group_resolve(s->setting, f, &v, e) < 0)
		return -1;
	for (b = s->beneath; b != NULL; b = b->next)
		if (check_one(b, f, e) < 0)
			return -1;
	return 0;
}

int
group_check(struct conf *c, const struct facts *f, struct error *e)
{
	const struct origin *o;
	struct outcome outcome;
	size_t i;

	merge_evaluate(c, f, &outcome);
	for (i = 0; i < settings_count; i++)
		for (o = outcome.origins[i]; o != NULL; o = o->next)
			if (check_one(o->assignment, f, e) < 0)
				return -1;
	return 0;
}

void
group_check_names(const struct rule *r, FILE *out)
{
	struct cursor at = { .body = &r->body };
	const struct assignment *s;
	uint32_t gid;

	while (rules_next_beneath(&at)) {
		s = at.assignment;
		if (s->setting->type == SETTING_GROUP &&
		    s->value.text != NULL && !find(s->value.text, &gid))
			effect_warn(out, r, "%s in line %d: there is no group "
			    "\"%s\", and the sessions of this rule are "
			    "rejected", s->setting->name, s->line,
			    s->value.text);
	}
}
