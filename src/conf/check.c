/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conf/check.h"
#include "conf/effect.h"
#include "conf/group.h"
#include "conf/rules.h"
#include "os/charset.h"
#include "os/fs.h"
#include "os/ident.h"
#include "policy/match.h"

/*
 * Warns of names that mean a single user or group that the system does not
 * know.
 */
static void
check_names(const struct rule *r, enum criterion by,
    bool (*find)(const char *, uint32_t *), FILE *out)
{
	const char *const *names = r->match[by], *name;
	uint32_t id;

	for (; names != NULL && *names != NULL; names++) {
		name = *names + (**names == '!');
		if (strpbrk(name, "*?") == NULL && !find(name, &id))
			effect_warn(out, r, "there is no %s \"%s\"",
			    rules_criteria[by], name);
	}
}

/*
 * Warns of a rule all of whose settings were set for everybody by earlier
 * rules. settled[] has, for each row of the table of settings, the rule that
 * did so.
 */
static void
check_shadow(const struct rule *r, const struct rule **settled, FILE *out)
{
	struct cursor at = { .body = &r->body };
	const struct rule *by = NULL;
	bool any = false, wins = false;

	while (rules_next(&at)) {
		any = true;
		by = settled[at.assignment->setting - settings];
		if (by == NULL || by == r)
			wins = true;
		if (rules_is_for_all(r) && by == NULL &&
		    at.assignment->setting->combine == FIRST_WINS)
			settled[at.assignment->setting - settings] = r;
	}
	if (!any && r->number > 0)
		effect_warn(out, r, "sets nothing");
	else if (any && !wins && by->number > 0)
		effect_warn(out, r,
		    "can never win, since rule %d comes first for "
		    "everybody", by->number);
	else if (any && !wins)
		effect_warn(out, r, "can never win against the options");
}

/* True if `first`, which has the same pattern, sets all that `path` sets. */
static bool
is_covered(const struct assignment *path, const struct assignment *first)
{
	const struct assignment *s, *f;

	if (strcmp(path->value.text, first->value.text) != 0)
		return false;
	for (s = path->beneath; s != NULL; s = s->next) {
		for (f = first->beneath; f != NULL && f->setting != s->setting;)
			f = f->next;
		if (f == NULL || s->setting->combine == ADDS_UP)
			return false;
	}
	return true;
}

/*
 * Returns the path rule that makes `path`, of rule `r`, useless for everybody,
 * or NULL.
 */
static const struct assignment *
find_cover(const struct conf *c, const struct rule *r,
    const struct assignment *path)
{
	const struct rule *first;

	for (first = &c->flags; first != NULL; first = first->next) {
		struct cursor at = { .body = &first->body };

		if (first != r && !rules_is_for_all(first))
			continue;
		while (rules_next(&at)) {
			if (at.assignment == path)
				return NULL;
			if (at.assignment->setting == path->setting &&
			    is_covered(path, at.assignment))
				return at.assignment;
		}
	}
	return NULL;
}

static void
check_paths(const struct conf *c, const struct rule *r, FILE *out)
{
	struct cursor at = { .body = &r->body };
	const struct assignment *cover;

	while (rules_next(&at)) {
		if (at.assignment->setting->type != SETTING_PATHS)
			continue;
		if (at.assignment->beneath == NULL)
			effect_warn(out, r,
			    "paths: \"%s\" in line %d sets nothing",
			    at.assignment->value.text, at.assignment->line);
		else if ((cover = find_cover(c, r, at.assignment)) != NULL)
			effect_warn(out, r,
			    "paths: \"%s\" in line %d can never win, "
			    "since that in line %d comes first",
			    at.assignment->value.text, at.assignment->line,
			    cover->line);
	}
}

/*
 * Warns of a root that is not there, or of the part before the first % of one
 * that is not the same for all users.
 */
static void
check_root(const struct rule *r, FILE *out)
{
	const struct setting *row = setting_find("root");
	struct cursor at = { .body = &r->body };
	struct place p;
	struct statx st;
	char dir[PATH_MAX], *end;
	int error;

	while (rules_next(&at)) {
		if (at.assignment->setting != row ||
		    at.assignment->value.text == NULL)
			continue;
		strlcpy(dir, at.assignment->value.text, sizeof(dir));
		if ((end = strchr(dir, '%')) != NULL) {
			while (end > dir && *end != '/')
				end--;
			*end = '\0';
		}
		p = place_entry(AT_FDCWD, dir);
		error = dir[0] == '/' ? fs_stat(&p, &st) : 0;
		/* The user of -t may have no right to look there. */
		if (error == -ENOENT || error == -ENOTDIR)
			effect_warn(out, r, "root: there is no \"%s\"", dir);
	}
}

/* True if each name in a criterion is also excluded by it. */
static bool
excludes_all(const char *const *list)
{
	const char *const *name;

	for (name = list; name != NULL && *name != NULL; name++)
		if (**name != '!' &&
		    match_patterns(*name, list) != MATCH_NEGATED)
			return false;
	return list != NULL;
}

static void
check_criteria(const struct rule *r, FILE *out)
{
	const char *const *item, *odd;
	enum criterion by;

	for (by = 0; by < BY_LOCAL_PORT; by++) {
		for (item = r->match[by]; item != NULL && *item != NULL;
		    item++) {
			odd = by < BY_ADDRESS ? effect_odd_pattern(*item) :
			    match_address_doubt(*item);
			if (odd != NULL)
				effect_warn(out, r, "%s \"%s\": %s",
				    rules_criteria[by], *item, odd);
		}
		if (excludes_all(r->match[by]))
			effect_warn(out, r, "matches nobody, since %s excludes "
			    "all that it names", rules_criteria[by]);
	}
}

static void
check_profiles(const struct conf *c, FILE *out)
{
	const struct profile *p;

	for (p = c->profiles; p != NULL; p = p->next)
		if (!p->named)
			fprintf(out, "%s:%d: warning: profile %s: no rule "
			    "names it\n", p->body.file, p->body.line, p->name);
}

int
check_charsets(const struct conf *c, struct error *e)
{
	const struct setting *charset = setting_find("protocol.charset");
	const struct rule *r;

	for (r = &c->flags; r != NULL; r = r->next) {
		struct cursor at = { .body = &r->body };

		while (rules_next(&at)) {
			if (at.assignment->setting != charset ||
			    at.assignment->value.text == NULL ||
			    charset_suits(at.assignment->value.text))
				continue;
			error_at(e, at.assignment->file, at.assignment->line,
			    charset->name);
			return error_say(e, "\"%.100s\" is not a charset that "
			    "this system can convert file names to",
			    at.assignment->value.text);
		}
	}
	return 0;
}

void
check_rules(struct conf *c, FILE *out)
{
	const struct rule **settled;
	const struct rule *r;

	if (c->unreadable != NULL)
		fprintf(out, "%s: warning: only its owner can read it, and the "
		    "sessions of all other users are rejected (it holds no "
		    "secrets: mode 644)\n", c->unreadable);
	settled = arena_get(&c->arena, settings_count * sizeof(*settled));
	for (r = &c->flags; r != NULL; r = r->next) {
		check_names(r, BY_USER, ident_find_user, out);
		check_names(r, BY_GROUP, ident_find_group, out);
		group_check_names(r, out);
		check_shadow(r, settled, out);
		check_paths(c, r, out);
		check_root(r, out);
		check_criteria(r, out);
		effect_check(c, r, out);
	}
	check_profiles(c, out);
}
