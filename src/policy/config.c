/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <errno.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/expand.h"
#include "policy/match.h"
#include "policy/rule.h"
#include "policy/scan.h"
#include "policy/trust.h"

#define DEFAULT_FILE	SYSCONFDIR "/slipway.conf"
#define FILE_MAX	(1024 * 1024)

struct parse {
	struct config	*config;
	const char	*file;
	struct setting	*path;		/* the path rule we are in, or NULL */
	struct mistake	*mistake;
};

/* Places the mistake at a setting of the file, and says it. */
#define MISTAKE(p, s, name, ...) \
	(mistake_at((p)->mistake, (p)->file, line_of(s), (name)), \
	mistake_say((p)->mistake, __VA_ARGS__))

static int
line_of(const config_setting_t *s)
{
	return (int)config_setting_source_line(s);
}

/* An empty list may be written [] or (). */
static bool
is_list(const config_setting_t *s)
{
	return config_setting_is_list(s) || config_setting_is_array(s);
}

/* A number, string or bool as text; NULL for anything else. */
static const char *
scalar_text(struct parse *p, const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return arena_printf(&p->config->arena, "%lld",
		    config_setting_get_int64(s));
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(s) ? "true" : "false";
	case CONFIG_TYPE_STRING:
		return config_setting_get_string(s);
	default:
		return NULL;
	}
}

/* Of a list: strings only, but for ports. */
static const char *
item_text(struct parse *p, const config_setting_t *list, int i, bool numbers)
{
	const config_setting_t *s = config_setting_get_elem(list, (unsigned)i);

	if (config_setting_type(s) != CONFIG_TYPE_STRING &&
	    !(numbers && config_setting_type(s) == CONFIG_TYPE_INT))
		return NULL;
	return scalar_text(p, s);
}

/* A list's items joined by commas; NULL when it holds anything else. */
static const char *
list_text(struct parse *p, const config_setting_t *s, bool numbers)
{
	int i, n = config_setting_length(s);
	const char *item;
	size_t size = 1;
	char *text, *end;

	for (i = 0; i < n; i++) {
		if ((item = item_text(p, s, i, numbers)) == NULL)
			return NULL;
		size += strlen(item) + 1;
	}
	text = end = arena_get(&p->config->arena, size);
	for (i = 0; i < n; i++) {
		if (i > 0)
			*end++ = ',';
		end = stpcpy(end, item_text(p, s, i, numbers));
	}
	return text;
}

/* A group of strings as "name=value,name=value"; NULL when it is no such. */
static const char *
group_text(struct parse *p, const config_setting_t *s)
{
	const char *text = NULL;
	const config_setting_t *member;
	int i;

	for (i = 0; i < config_setting_length(s); i++) {
		member = config_setting_get_elem(s, (unsigned)i);
		if (config_setting_type(member) != CONFIG_TYPE_STRING)
			return NULL;
		text = arena_printf(&p->config->arena, "%s%s%s=%s",
		    text == NULL ? "" : text, text == NULL ? "" : ",",
		    config_setting_name(member),
		    config_setting_get_string(member));
	}
	return text;
}

static struct given
given_of(struct parse *p, const config_setting_t *s)
{
	struct given g = { .as = GIVEN_OTHER };

	if (is_list(s)) {
		g.as = GIVEN_LIST;
		g.text = list_text(p, s, false);
	} else if (config_setting_is_group(s)) {
		g.as = GIVEN_GROUP;
		g.text = group_text(p, s);
	} else if ((g.text = scalar_text(p, s)) != NULL) {
		g.as = config_setting_type(s) == CONFIG_TYPE_STRING ?
		    GIVEN_STRING : config_setting_type(s) == CONFIG_TYPE_BOOL ?
		    GIVEN_BOOL : GIVEN_NUMBER;
	}
	if (g.text == NULL)
		g = (struct given){ GIVEN_OTHER,
		    config_setting_is_group(s) ? "{ ... }" :
		    is_list(s) ? "( ... )" : "a number with a fraction" };
	return g;
}

/* Is there a setting whose name begins with `name` and a dot? */
static bool
is_group_name(const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < knob_count; i++)
		if (strncmp(knobs[i].name, name, n) == 0 &&
		    knobs[i].name[n] == '.')
			return true;
	return false;
}

static int	parse_paths(struct parse *, const config_setting_t *,
		    struct body *);

/* A setting, or a group of them that makes its name a prefix. */
static int
parse_setting(struct parse *p, const config_setting_t *s, const char *prefix,
    struct body *b)
{
	const char *name = config_setting_name(s);
	struct given g;
	int i, r = 0;

	if (prefix[0] != '\0')
		name = arena_printf(&p->config->arena, "%s.%s", prefix, name);
	if (p->path == NULL && strcmp(name, "paths") == 0 && is_list(s))
		return parse_paths(p, s, b);
	if (knob_find(name) != NULL || !is_group_name(name)) {
		g = given_of(p, s);
		return p->path != NULL ? path_add(p->config, p->path, name, &g,
		    p->file, line_of(s), p->mistake) : body_add(p->config, b,
		    name, &g, p->file, line_of(s), p->mistake);
	}
	if (!config_setting_is_group(s))
		return MISTAKE(p, s, name, "must be a group of settings "
		    "(%s = { ... };)", name);
	for (i = 0; i < config_setting_length(s) && r == 0; i++)
		r = parse_setting(p, config_setting_get_elem(s, (unsigned)i),
		    name, b);
	return r;
}

static int
parse_path(struct parse *p, const config_setting_t *group, struct body *b)
{
	const config_setting_t *s;
	const char *pattern;
	int i, r = 0;

	if (!config_setting_is_group(group) ||
	    !config_setting_lookup_string(group, "match", &pattern))
		return MISTAKE(p, group, "paths", "a path rule must be a group "
		    "with match = \"/a/path\"");
	if (body_add_path(p->config, b, pattern, p->file, line_of(group),
	    &p->path, p->mistake) < 0)
		return -1;
	for (i = 0; i < config_setting_length(group) && r == 0; i++) {
		s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "match") != 0)
			r = parse_setting(p, s, "", b);
	}
	p->path = NULL;
	return r;
}

static int
parse_paths(struct parse *p, const config_setting_t *list, struct body *b)
{
	int i, r = 0;

	for (i = 0; i < config_setting_length(list) && r == 0; i++)
		r = parse_path(p, config_setting_get_elem(list, (unsigned)i),
		    b);
	return r;
}

/* What a body may hold: the name of a profile, and settings. */
static int
parse_member(struct parse *p, const config_setting_t *s, struct body *b)
{
	const char *text;

	if (strcmp(config_setting_name(s), "profile") != 0)
		return parse_setting(p, s, "", b);
	if ((text = config_setting_get_string(s)) == NULL)
		return MISTAKE(p, s, "profile", "must be one profile's name, "
		    "in quotes");
	return body_want(p->config, b, text, p->file, line_of(s), p->mistake);
}

/* What rules match by. */
enum criterion { BY_NAME, BY_ADDRESS, BY_PORT };
static const struct {
	const char	*name;
	enum criterion	 kind;
	size_t		 offset;
} criteria[] = {
	{ "user", BY_NAME, offsetof(struct criteria, user) },
	{ "group", BY_NAME, offsetof(struct criteria, group) },
	{ "address", BY_ADDRESS, offsetof(struct criteria, address) },
	{ "local_address", BY_ADDRESS,
	    offsetof(struct criteria, local_address) },
	{ "local_port", BY_PORT, offsetof(struct criteria, local_port) },
};
#define CRITERIA	(sizeof(criteria) / sizeof(criteria[0]))

static bool
is_port(const char *s)
{
	return *s != '\0' && *s != '0' && strlen(s) <= 5 &&
	    strspn(s, "0123456789") == strlen(s) && atoi(s) <= 65535;
}

/* What is wrong with one item of a criterion, or NULL. */
static const char *
item_fault(enum criterion kind, const char *item)
{
	if (item[0] == '\0' || strcmp(item, "!") == 0)
		return "is empty";
	if (kind == BY_ADDRESS)
		return match_address_fault(item);
	if (kind == BY_PORT && !is_port(item))
		return "is not a port from 1 to 65535";
	return NULL;
}

/* All items of a criterion, in one string; NULL when it is none. */
static const char *
criterion_text(struct parse *p, const config_setting_t *s,
    enum criterion kind)
{
	if (is_list(s))
		return list_text(p, s, kind == BY_PORT);
	if (config_setting_type(s) == CONFIG_TYPE_STRING ||
	    (kind == BY_PORT && config_setting_type(s) == CONFIG_TYPE_INT))
		return scalar_text(p, s);
	return NULL;
}

/* Cuts an item off the front of *rest, without the blanks around it. */
static char *
next_item(char **rest)
{
	char *end, *item = strsep(rest, ",");

	item += strspn(item, " ");
	for (end = item + strlen(item); end > item && end[-1] == ' '; end--)
		end[-1] = '\0';
	return item;
}

/* Splits and checks a criterion. NULL with the mistake's text. */
static const char *const *
criterion_list(struct parse *p, const char *text, enum criterion kind)
{
	char *rest = arena_copy(&p->config->arena, text);
	const char **list, *fault;
	bool positive = false;
	size_t n = 0;

	list = arena_get(&p->config->arena,
	    (strlen(text) + 2) * sizeof(*list));
	while (rest != NULL) {
		list[n] = next_item(&rest);
		if ((fault = item_fault(kind, list[n])) != NULL) {
			mistake_say(p->mistake, "\"%.100s\" %s", list[n],
			    fault);
			return NULL;
		}
		positive |= *list[n++] != '!';
	}
	if (!positive) {
		mistake_say(p->mistake, "matches nobody, since everything in "
		    "it is negated (add \"*\")");
		return NULL;
	}
	return list;
}

static int
parse_criterion(struct parse *p, const config_setting_t *s,
    struct criteria *match)
{
	const char *text, *name = config_setting_name(s);
	const char *const *list;
	size_t i;

	for (i = 0; i < CRITERIA; i++)
		if (strcmp(name, criteria[i].name) == 0)
			break;
	mistake_at(p->mistake, p->file, line_of(s), name);
	if (i == CRITERIA)
		return mistake_say(p->mistake, "is nothing to match by (user, "
		    "group, address, local_address and local_port are)");
	if ((text = criterion_text(p, s, criteria[i].kind)) == NULL)
		return mistake_say(p->mistake, "must be %s, or a list of them",
		    criteria[i].kind == BY_PORT ? "a port" :
		    "a string in quotes");
	if ((list = criterion_list(p, text, criteria[i].kind)) == NULL)
		return -1;
	memcpy((char *)match + criteria[i].offset, &list, sizeof(list));
	return 0;
}

static int
parse_match(struct parse *p, const config_setting_t *s,
    struct criteria *match)
{
	int i, r = 0;

	if (!config_setting_is_group(s))
		return MISTAKE(p, s, "match", "must be a group "
		    "(match = { user = \"...\"; };)");
	for (i = 0; i < config_setting_length(s) && r == 0; i++)
		r = parse_criterion(p,
		    config_setting_get_elem(s, (unsigned)i), match);
	return r;
}

static int
parse_rule(struct parse *p, const config_setting_t *group, int number)
{
	struct rule *rule;
	config_setting_t *s;
	int i, r = 0;

	if (!config_setting_is_group(group))
		return MISTAKE(p, group, "rules", "rule %d must be a group "
		    "({ ... })", number);
	rule = arena_get(&p->config->arena, sizeof(*rule));
	rule->number = number;
	rule->body.file = p->file;
	rule->body.line = line_of(group);
	for (i = 0; i < config_setting_length(group) && r == 0; i++) {
		s = config_setting_get_elem(group, (unsigned)i);
		if (strcmp(config_setting_name(s), "match") == 0)
			r = parse_match(p, s, &rule->match);
		else
			r = parse_member(p, s, &rule->body);
	}
	p->config->last->next = rule;
	p->config->last = rule;
	return r;
}

static int
parse_rules(struct parse *p, const config_setting_t *s)
{
	int i, r = 0;

	if (!config_setting_is_list(s))
		return MISTAKE(p, s, "rules", "must be a list "
		    "(rules = ( { ... }, { ... } );)");
	for (i = 0; i < config_setting_length(s) && r == 0; i++)
		r = parse_rule(p, config_setting_get_elem(s, (unsigned)i),
		    i + 1);
	return r;
}

static int
parse_profile(struct parse *p, const config_setting_t *group)
{
	const char *name = config_setting_name(group);
	struct profile *profile;
	int i, r = 0;

	if (!config_setting_is_group(group))
		return MISTAKE(p, group, name, "a profile must be a group "
		    "(%s = { ... };)", name);
	if (builtin_find(name) != NULL)
		return MISTAKE(p, group, name, "a profile of this name is "
		    "built in (choose another, which may name it)");
	name = arena_copy(&p->config->arena, name);
	profile = profile_add(p->config, name, p->file, line_of(group));
	for (i = 0; i < config_setting_length(group) && r == 0; i++)
		r = parse_member(p, config_setting_get_elem(group,
		    (unsigned)i), &profile->body);
	return r;
}

static int
parse_profiles(struct parse *p, const config_setting_t *s)
{
	int i, r = 0;

	if (!config_setting_is_group(s))
		return MISTAKE(p, s, "profiles", "must be a group "
		    "(profiles = { name = { ... }; };)");
	for (i = 0; i < config_setting_length(s) && r == 0; i++)
		r = parse_profile(p, config_setting_get_elem(s, (unsigned)i));
	return r;
}

static int
parse_root(struct parse *p, const config_setting_t *root)
{
	const config_setting_t *s;
	const char *name;
	int i, r = 0;

	for (i = 0; i < config_setting_length(root) && r == 0; i++) {
		s = config_setting_get_elem(root, (unsigned)i);
		name = config_setting_name(s);
		if (strcmp(name, "rules") == 0)
			r = parse_rules(p, s);
		else if (strcmp(name, "profiles") == 0)
			r = parse_profiles(p, s);
		else
			r = MISTAKE(p, s, name, "only rules and profiles stand "
			    "here (settings: rules = ( { ... } );)");
	}
	return r;
}

/* What libconfig says, and where; better, what the scan saw. */
static int
syntax_error(struct parse *p, const config_t *cf, const struct scan *scan)
{
	const char *text = config_error_text(cf);

	mistake_at(p->mistake, p->file, config_error_line(cf), NULL);
	if (strcmp(text, "syntax error") != 0)
		return mistake_say(p->mistake, "%s", text);
	if (scan->hint == NULL)
		return mistake_say(p->mistake, "syntax error (is a semicolon, "
		    "a comma or a bracket missing, here or above?)");
	p->mistake->line = scan->line;
	return mistake_say(p->mistake, "syntax error (%s)", scan->hint);
}

int
config_text(struct config *c, const char *name, const char *text, size_t len,
    struct mistake *m)
{
	struct parse p = { .config = c, .mistake = m };
	struct scan scan;
	config_t cf;
	int r;

	*m = (struct mistake){ 0 };
	p.file = arena_copy(&c->arena, name);
	mistake_at(m, name, 0, NULL);
	if (scan_text(text, len, &scan, m) < 0)
		return -1;
	config_init(&cf);
	if (config_read_string(&cf, text))
		r = parse_root(&p, config_root_setting(&cf));
	else
		r = syntax_error(&p, &cf, &scan);
	config_destroy(&cf);
	return r;
}

/*
 * Reads all of a file, at most FILE_MAX bytes, and puts a NUL behind them.
 * Returns its length, or -1 with the mistake's text.
 */
static ssize_t
read_all(int fd, char text[FILE_MAX + 2], struct mistake *m)
{
	ssize_t n, len = 0;

	do {
		n = read(fd, text + len, (size_t)(FILE_MAX + 1 - len));
		len += n > 0 ? n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return mistake_say(m, "%s", strerror(errno));
	if (len > FILE_MAX)
		return mistake_say(m, "is larger than 1 MiB");
	text[len] = '\0';
	return len;
}

int
config_file(struct config *c, const char *path, const struct facts *facts,
    uid_t owner, struct mistake *m)
{
	const char *name = DEFAULT_FILE;
	ssize_t len;
	char *text;
	int fd;

	*m = (struct mistake){ 0 };
	if (path != NULL) {
		mistake_at(m, path, 0, NULL);
		name = expand_path(path, "uU", facts, &c->arena, m);
		if (name == NULL)
			return -1;
	}
	mistake_at(m, name, 0, NULL);
	fd = trust_open(name, owner, m);
	if (fd == TRUST_ABSENT)
		return path == NULL ? 0 :
		    mistake_say(m, "there is no such file");
	if (fd < 0)
		return -1;
	text = arena_get(&c->arena, FILE_MAX + 2);
	len = read_all(fd, text, m);
	close(fd);
	return len < 0 ? -1 : config_text(c, name, text, (size_t)len, m);
}
