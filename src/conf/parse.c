/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/parse.h"
#include "conf/rules.h"
#include "policy/match.h"

/* The place in the tree that is being parsed. */
struct parse {
	struct conf	*conf;
	const char	*file;
	struct rule	*rule;		/* the rule, or NULL in a profile */
	struct body	*body;		/* ... of the rule or profile */
	struct assignment *path;	/* the path rule, or NULL */
	const char	*prefix;	/* of the names of settings, or "" */
	struct error	*error;
};

#define LINE(s)	((int)config_setting_source_line(s))

/* Visits the members of a group, list or array in the order of the file. */
#define FOREACH(child, i, parent) \
	for ((i) = 0; ((child) = config_setting_get_elem((parent), (i))) != \
	    NULL; (i)++)

/* Parses each member of a group or list. Returns 0, or -1 with the error. */
static int
each(struct parse *p, const config_setting_t *parent,
    int (*parse)(struct parse *, const config_setting_t *))
{
	const config_setting_t *child;
	unsigned i;

	FOREACH(child, i, parent)
		if (parse(p, child) < 0)
			return -1;
	return 0;
}

/* Records an error at a setting of the file; returns -1. */
#define ERROR(p, s, name, ...) \
	(error_at((p)->error, (p)->file, LINE(s), (name)), \
	error_say((p)->error, __VA_ARGS__))

/* True for ( ) as well, since an empty list may be written either way. */
static bool
is_list(const config_setting_t *s)
{
	return config_setting_is_list(s) || config_setting_is_array(s);
}

static bool
is_string(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING;
}

/* Returns the text of a string or, with `numbers`, of a number, else NULL. */
static const char *
item_text(struct parse *p, const config_setting_t *s, bool numbers)
{
	if (is_string(s))
		return config_setting_get_string(s);
	return numbers && config_setting_type(s) == CONFIG_TYPE_INT ?
	    arena_printf(&p->conf->arena, "%d", config_setting_get_int(s)) :
	    NULL;
}

/*
 * Returns the items of a list joined by commas, or those of a group as
 * "name=value,name=value". Returns NULL if it holds anything else.
 */
static const char *
list_text(struct parse *p, const config_setting_t *list, bool numbers)
{
	const config_setting_t *s;
	const char *item, *name;
	char *text, *end;
	size_t size = 1;
	unsigned i;

	FOREACH(s, i, list) {
		if ((item = item_text(p, s, numbers)) == NULL)
			return NULL;
		name = config_setting_name(s);
		size += strlen(item) + 1;
		size += name == NULL ? 0 : strlen(name) + 1;
	}
	text = end = arena_get(&p->conf->arena, size);
	FOREACH(s, i, list) {
		if (i > 0)
			*end++ = ',';
		if ((name = config_setting_name(s)) != NULL)
			end = stpcpy(stpcpy(end, name), "=");
		end = stpcpy(end, item_text(p, s, numbers));
	}
	return text;
}

/*
 * Returns a value as text, or NULL for a number with a fraction, an empty group
 * and a list or group of anything but strings.
 */
static const char *
value_text(struct parse *p, const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(s) ? "true" : "false";
	case CONFIG_TYPE_INT64:
		return arena_printf(&p->conf->arena, "%lld",
		    config_setting_get_int64(s));
	case CONFIG_TYPE_GROUP:
		return config_setting_length(s) == 0 ? NULL :
		    list_text(p, s, false);
	case CONFIG_TYPE_LIST:
	case CONFIG_TYPE_ARRAY:
		return list_text(p, s, false);
	default:
		return item_text(p, s, true);
	}
}

static struct given
given_of(struct parse *p, const config_setting_t *s)
{
	static const enum given_as forms[] = {
		[CONFIG_TYPE_GROUP] = GIVEN_GROUP,
		[CONFIG_TYPE_LIST] = GIVEN_LIST,
		[CONFIG_TYPE_ARRAY] = GIVEN_LIST,
		[CONFIG_TYPE_STRING] = GIVEN_STRING,
		[CONFIG_TYPE_BOOL] = GIVEN_BOOL,
		[CONFIG_TYPE_INT] = GIVEN_NUMBER,
		[CONFIG_TYPE_INT64] = GIVEN_NUMBER,
		[CONFIG_TYPE_FLOAT] = GIVEN_OTHER,
	};
	const int type = config_setting_type(s);
	struct given g = { forms[type], value_text(p, s), p->file, LINE(s) };

	if (g.text == NULL) {
		g.as = GIVEN_OTHER;
		g.text = type == CONFIG_TYPE_FLOAT ?
		    "a number with a fraction" :
		    is_list(s) ? "( ... )" : "{ ... }";
	}
	return g;
}

/* Returns the name of a setting with the prefix, if there is one. */
static const char *
dotted_name(struct parse *p, const char *name)
{
	size_t len = strlen(p->prefix);
	char *dotted;

	if (len == 0)
		return name;
	dotted = arena_get(&p->conf->arena, len + strlen(name) + 2);
	stpcpy(stpcpy(stpcpy(dotted, p->prefix), "."), name);
	return dotted;
}

static int	parse_path(struct parse *, const config_setting_t *);

/* Parses a setting, or a group of settings whose name becomes their prefix. */
static int
parse_setting(struct parse *p, const config_setting_t *s)
{
	const char *outer = p->prefix;
	const char *name = dotted_name(p, config_setting_name(s));
	struct given g;
	int r;

	if (p->path == NULL && strcmp(name, "paths") == 0 && is_list(s))
		return each(p, s, parse_path);
	/* The pattern of a path rule, which parse_path() has read. */
	if (p->path != NULL && strcmp(name, "match") == 0)
		return 0;
	if (!setting_is_group(name)) {
		g = given_of(p, s);
		return p->path != NULL ? rules_add_to_path(p->conf, p->path,
		    name, &g, p->error) :
		    rules_add(p->conf, p->body, name, &g, p->error);
	}
	if (!config_setting_is_group(s))
		return ERROR(p, s, name, "must be a group of settings "
		    "(%s = { ... };)", name);
	p->prefix = name;
	r = each(p, s, parse_setting);
	p->prefix = outer;
	return r;
}

static int
parse_path(struct parse *p, const config_setting_t *group)
{
	const config_setting_t *match = NULL;
	struct given pattern;
	int r;

	if (config_setting_is_group(group))
		match = config_setting_get_member(group, "match");
	if (match == NULL || !is_string(match))
		return ERROR(p, group, "paths", "a path rule must be a group "
		    "with match = \"/a/path\"");
	pattern = given_of(p, match);
	pattern.line = LINE(group);
	if (rules_add_path(p->conf, p->body, &pattern, &p->path, p->error) < 0)
		return -1;
	r = each(p, group, parse_setting);
	p->path = NULL;
	return r;
}

/* Returns the criterion of that name, or CRITERIA. */
static enum criterion
criterion_find(const char *name)
{
	enum criterion by = 0;

	while (by < CRITERIA && strcmp(name, rules_criteria[by]) != 0)
		by++;
	return by;
}

static bool
is_port(const char *s)
{
	const char *error;

	(void)strtonum(s, 1, 65535, &error);
	return error == NULL && *s >= '1' && *s <= '9';
}

/* Returns the error in one item of a criterion, or NULL. */
static const char *
item_fault(enum criterion by, const char *item)
{
	const char *name = item + (item[0] == '!');

	if (name[0] == '\0')
		return "is empty";
	/* It would match nobody and look as if it did. */
	if (name[0] == ' ')
		return "has a blank after its !";
	if (match_has_control(name))
		return "holds a control character";
	if (by == BY_ADDRESS || by == BY_LOCAL_ADDRESS)
		return match_address_fault(item);
	if (by == BY_LOCAL_PORT && !is_port(item))
		return "is not a port from 1 to 65535";
	return NULL;
}

/* Splits and checks a criterion. Returns NULL with the error's text set. */
static const char *const *
criterion_list(struct parse *p, const char *text, enum criterion by)
{
	char *rest = arena_copy(&p->conf->arena, text);
	const char **list, *fault;
	bool positive = false;
	size_t n = 0;

	list = arena_get(&p->conf->arena,
	    (strlen(text) + 2) * sizeof(*list));
	while (rest != NULL) {
		list[n] = setting_next_item(&rest);
		if ((fault = item_fault(by, list[n])) != NULL) {
			error_say(p->error, "\"%.100s\" %s", list[n],
			    fault);
			return NULL;
		}
		positive |= *list[n++] != '!';
	}
	if (!positive) {
		error_say(p->error, "matches nobody, since everything in "
		    "it is negated (add \"*\")");
		return NULL;
	}
	return list;
}

static int
parse_criterion(struct parse *p, const config_setting_t *s)
{
	const char *name = config_setting_name(s), *text;
	enum criterion by = criterion_find(name);

	p->conf->asks_groups |= by == BY_GROUP;
	if (by == CRITERIA)
		error_say(p->error, "is not a criterion (user, group, "
		    "address, local_address and local_port are)");
	else if ((text = (is_list(s) ? list_text : item_text)(p, s,
	    by == BY_LOCAL_PORT)) == NULL)
		error_say(p->error, "must be %s, or a list of them",
		    by == BY_LOCAL_PORT ? "a port" : "a string in quotes");
	else if ((p->rule->match[by] = criterion_list(p, text, by)) != NULL)
		return 0;
	error_at(p->error, p->file, LINE(s), "match.");
	strlcat(p->error->setting, name, sizeof(p->error->setting));
	return -1;
}

/*
 * Parses a member of a rule or profile: the criteria of a rule, the name of a
 * profile, or a setting.
 */
static int
parse_member(struct parse *p, const config_setting_t *s)
{
	const char *name = config_setting_name(s);
	struct given profile;

	if (p->rule != NULL && strcmp(name, "match") == 0)
		return config_setting_is_group(s) ?
		    each(p, s, parse_criterion) :
		    ERROR(p, s, "match", "must be a group "
		    "(match = { user = \"...\"; };)");
	if (p->rule != NULL && criterion_find(name) < CRITERIA)
		return ERROR(p, s, name, "is a criterion, not a setting "
		    "(match = { %s = ...; };)", name);
	if (strcmp(name, "profile") != 0)
		return parse_setting(p, s);
	if (!is_string(s))
		return ERROR(p, s, "profile", "must be one profile's name, "
		    "in quotes");
	profile = given_of(p, s);
	return rules_want_profile(p->conf, p->body, &profile, p->error);
}

static int
parse_rule(struct parse *p, const config_setting_t *group)
{
	int number = p->conf->last->number + 1;

	if (!config_setting_is_group(group))
		return ERROR(p, group, "rules", "rule %d must be a group "
		    "({ ... })", number);
	p->rule = arena_get(&p->conf->arena, sizeof(*p->rule));
	p->rule->number = number;
	p->body = &p->rule->body;
	p->body->file = p->file;
	p->body->line = LINE(group);
	if (each(p, group, parse_member) < 0)
		return -1;
	p->conf->last->next = p->rule;
	p->conf->last = p->rule;
	return 0;
}

static int
parse_profile(struct parse *p, const config_setting_t *group)
{
	const char *name = config_setting_name(group);

	if (!config_setting_is_group(group))
		return ERROR(p, group, name, "a profile must be a group "
		    "(%s = { ... };)", name);
	if (rules_has_builtin(name))
		return ERROR(p, group, name, "a profile of this name is "
		    "built in (choose another, which may name it)");
	p->rule = NULL;
	p->body = &rules_add_profile(p->conf, name, p->file,
	    LINE(group))->body;
	return each(p, group, parse_member);
}

static int
parse_top(struct parse *p, const config_setting_t *s)
{
	const char *name = config_setting_name(s);

	if (strcmp(name, "rules") == 0)
		return config_setting_is_list(s) ? each(p, s, parse_rule) :
		    ERROR(p, s, "rules", "must be a list "
		    "(rules = ( { ... }, { ... } );)");
	if (strcmp(name, "profiles") == 0)
		return config_setting_is_group(s) ?
		    each(p, s, parse_profile) :
		    ERROR(p, s, "profiles", "must be a group "
		    "(profiles = { name = { ... }; };)");
	return ERROR(p, s, name, "only rules and profiles are allowed here "
	    "(settings: rules = ( { ... } );)");
}

int
parse_tree(struct conf *c, const char *file, const config_setting_t *root,
    struct error *e)
{
	struct parse p = { .conf = c, .file = file, .prefix = "", .error = e };

	return each(&p, root, parse_top);
}
