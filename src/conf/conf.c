/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/expand.h"
#include "conf/rules.h"
#include "conf/safe_open.h"
#include "conf/tree.h"
#include "policy/match.h"

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
	(mistake_at((p)->mistake, (p)->file, (s)->line, (name)), \
	mistake_say((p)->mistake, __VA_ARGS__))

/* An empty list may be written [] or (). */
static bool
is_list(const struct node *s)
{
	return s->type == NODE_LIST || s->type == NODE_ARRAY;
}

/* Of a list: strings only, but for ports. */
static bool
is_item(const struct node *s, bool numbers)
{
	return s->type == NODE_STRING || (numbers && s->type == NODE_INT);
}

/*
 * A list's items joined by commas, or a group's as "name=value,name=value";
 * NULL when it holds anything else.
 */
static const char *
list_text(struct parse *p, const struct node *list, bool numbers)
{
	const struct node *s;
	char *text, *end;
	size_t size = 1;

	for (s = list->children; s != NULL; s = s->next) {
		if (!is_item(s, numbers))
			return NULL;
		size += strlen(s->text) + 1;
		size += s->name == NULL ? 0 : strlen(s->name) + 1;
	}
	text = end = arena_get(&p->config->arena, size);
	for (s = list->children; s != NULL; s = s->next) {
		if (s->name != NULL)
			end = stpcpy(stpcpy(end, s->name), "=");
		end = stpcpy(end, s->text);
		if (s->next != NULL)
			*end++ = ',';
	}
	return text;
}

static struct given
given_of(struct parse *p, const struct node *s)
{
	struct given g = { .text = s->text };

	switch (s->type) {
	case NODE_GROUP:
		g = (struct given){ GIVEN_GROUP, s->children == NULL ? NULL :
		    list_text(p, s, false) };
		break;
	case NODE_LIST:
	case NODE_ARRAY:
		g = (struct given){ GIVEN_LIST, list_text(p, s, false) };
		break;
	case NODE_STRING:
		g.as = GIVEN_STRING;
		break;
	case NODE_INT:
	case NODE_INT64:
		g.as = GIVEN_NUMBER;
		break;
	case NODE_BOOL:
		g.as = GIVEN_BOOL;
		break;
	case NODE_FLOAT:
		return (struct given){ GIVEN_OTHER,
		    "a number with a fraction" };
	}
	if (g.text == NULL)
		g = (struct given){ GIVEN_OTHER,
		    is_list(s) ? "( ... )" : "{ ... }" };
	return g;
}

static const char *
dotted_name(struct parse *p, const char *prefix, const char *name)
{
	size_t len = strlen(prefix);
	char *dotted;

	if (len == 0)
		return name;
	dotted = arena_get(&p->config->arena, len + strlen(name) + 2);
	stpcpy(stpcpy(stpcpy(dotted, prefix), "."), name);
	return dotted;
}

static int	parse_paths(struct parse *, const struct node *,
		    struct body *);

/* A setting, or a group of them that makes its name a prefix. */
static int
parse_setting(struct parse *p, const struct node *s, const char *prefix,
    struct body *b)
{
	const char *name = dotted_name(p, prefix, s->name);
	struct given g;
	int r = 0;

	if (p->path == NULL && strcmp(name, "paths") == 0 && is_list(s))
		return parse_paths(p, s, b);
	if (knob_find(name) != NULL || !knob_is_group(name)) {
		g = given_of(p, s);
		return p->path != NULL ? path_add(p->config, p->path, name, &g,
		    p->file, s->line, p->mistake) : body_add(p->config, b,
		    name, &g, p->file, s->line, p->mistake);
	}
	if (s->type != NODE_GROUP)
		return MISTAKE(p, s, name, "must be a group of settings "
		    "(%s = { ... };)", name);
	for (s = s->children; s != NULL && r == 0; s = s->next)
		r = parse_setting(p, s, name, b);
	return r;
}

static int
parse_path(struct parse *p, const struct node *group, struct body *b)
{
	const struct node *s, *match = NULL;
	int r = 0;

	if (group->type == NODE_GROUP)
		match = tree_member(group, "match");
	if (match == NULL || match->type != NODE_STRING)
		return MISTAKE(p, group, "paths", "a path rule must be a group "
		    "with match = \"/a/path\"");
	if (body_add_path(p->config, b, match->text, p->file, group->line,
	    &p->path, p->mistake) < 0)
		return -1;
	for (s = group->children; s != NULL && r == 0; s = s->next)
		if (s != match)
			r = parse_setting(p, s, "", b);
	p->path = NULL;
	return r;
}

static int
parse_paths(struct parse *p, const struct node *list, struct body *b)
{
	const struct node *s;
	int r = 0;

	for (s = list->children; s != NULL && r == 0; s = s->next)
		r = parse_path(p, s, b);
	return r;
}

/* What a body may hold: the name of a profile, and settings. */
static int
parse_member(struct parse *p, const struct node *s, struct body *b)
{
	if (strcmp(s->name, "profile") != 0)
		return parse_setting(p, s, "", b);
	if (s->type != NODE_STRING)
		return MISTAKE(p, s, "profile", "must be one profile's name, "
		    "in quotes");
	return body_want(p->config, b, s->text, p->file, s->line,
	    p->mistake);
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

/* The row of that name, or CRITERIA. */
static size_t
criterion_find(const char *name)
{
	size_t i;

	for (i = 0; i < CRITERIA && strcmp(name, criteria[i].name) != 0; i++)
		continue;
	return i;
}

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
	const char *name = item + (item[0] == '!');

	if (name[0] == '\0')
		return "is empty";
	/* It would match nobody, and look as though it did. */
	if (name[0] == ' ')
		return "has a blank behind its !";
	if (match_has_control(name))
		return "holds a control character";
	if (kind == BY_ADDRESS)
		return match_address_fault(item);
	if (kind == BY_PORT && !is_port(item))
		return "is not a port from 1 to 65535";
	return NULL;
}

/* All items of a criterion, in one string; NULL when it is none. */
static const char *
criterion_text(struct parse *p, const struct node *s,
    enum criterion kind)
{
	if (is_list(s))
		return list_text(p, s, kind == BY_PORT);
	return is_item(s, kind == BY_PORT) ? s->text : NULL;
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
parse_criterion(struct parse *p, const struct node *s,
    struct criteria *match)
{
	const char *text, *name = s->name;
	const char *const *list;
	size_t i = criterion_find(name);

	mistake_at(p->mistake, p->file, s->line, name);
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
parse_match(struct parse *p, const struct node *s,
    struct criteria *match)
{
	int r = 0;

	if (s->type != NODE_GROUP)
		return MISTAKE(p, s, "match", "must be a group "
		    "(match = { user = \"...\"; };)");
	for (s = s->children; s != NULL && r == 0; s = s->next)
		r = parse_criterion(p, s, match);
	return r;
}

static int
parse_rule_member(struct parse *p, const struct node *s, struct rule *rule)
{
	if (strcmp(s->name, "match") == 0)
		return parse_match(p, s, &rule->match);
	if (criterion_find(s->name) < CRITERIA)
		return MISTAKE(p, s, s->name, "is nothing to set, but to match "
		    "by (match = { %s = ...; };)", s->name);
	return parse_member(p, s, &rule->body);
}

static int
parse_rule(struct parse *p, const struct node *group, int number)
{
	struct rule *rule;
	const struct node *s;
	int r = 0;

	if (group->type != NODE_GROUP)
		return MISTAKE(p, group, "rules", "rule %d must be a group "
		    "({ ... })", number);
	rule = arena_get(&p->config->arena, sizeof(*rule));
	rule->number = number;
	rule->body.file = p->file;
	rule->body.line = group->line;
	for (s = group->children; s != NULL && r == 0; s = s->next)
		r = parse_rule_member(p, s, rule);
	p->config->last->next = rule;
	p->config->last = rule;
	return r;
}

static int
parse_rules(struct parse *p, const struct node *s)
{
	int number = 0, r = 0;

	if (s->type != NODE_LIST)
		return MISTAKE(p, s, "rules", "must be a list "
		    "(rules = ( { ... }, { ... } );)");
	for (s = s->children; s != NULL && r == 0; s = s->next)
		r = parse_rule(p, s, ++number);
	return r;
}

static int
parse_profile(struct parse *p, const struct node *group)
{
	const char *name = group->name;
	struct profile *profile;
	const struct node *s;
	int r = 0;

	if (group->type != NODE_GROUP)
		return MISTAKE(p, group, name, "a profile must be a group "
		    "(%s = { ... };)", name);
	if (builtin_find(name) != NULL)
		return MISTAKE(p, group, name, "a profile of this name is "
		    "built in (choose another, which may name it)");
	profile = profile_add(p->config, name, p->file, group->line);
	for (s = group->children; s != NULL && r == 0; s = s->next)
		r = parse_member(p, s, &profile->body);
	return r;
}

static int
parse_profiles(struct parse *p, const struct node *s)
{
	int r = 0;

	if (s->type != NODE_GROUP)
		return MISTAKE(p, s, "profiles", "must be a group "
		    "(profiles = { name = { ... }; };)");
	for (s = s->children; s != NULL && r == 0; s = s->next)
		r = parse_profile(p, s);
	return r;
}

static int
parse_root(struct parse *p, const struct node *root)
{
	const struct node *s;
	int r = 0;

	for (s = root->children; s != NULL && r == 0; s = s->next)
		if (strcmp(s->name, "rules") == 0)
			r = parse_rules(p, s);
		else if (strcmp(s->name, "profiles") == 0)
			r = parse_profiles(p, s);
		else
			r = MISTAKE(p, s, s->name, "only rules and profiles "
			    "stand here (settings: rules = ( { ... } );)");
	return r;
}

int
config_text(struct config *c, const char *name, const char *text, size_t len,
    struct mistake *m)
{
	struct parse p = { .config = c, .mistake = m };
	const struct node *root;

	*m = (struct mistake){ 0 };
	p.file = arena_copy(&c->arena, name);
	mistake_at(m, name, 0, NULL);
	root = tree_read(&c->arena, text, len, m);
	return root == NULL ? -1 : parse_root(&p, root);
}

/*
 * Reads all of a file of that size, and puts a NUL behind it. Returns its
 * length, which may be less, or -1 with the mistake's text.
 */
static ssize_t
read_all(int fd, char *text, size_t size, struct mistake *m)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, text + len, size + 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && len <= size) || (n < 0 && errno == EINTR));
	if (n < 0)
		return mistake_say(m, "%s", strerror(errno));
	if (len > size)
		return mistake_say(m, "grows while it is read");
	text[len] = '\0';
	return (ssize_t)len;
}

static int
read_policy(struct config *c, const char *name, int fd, off_t size,
    struct mistake *m)
{
	ssize_t len;
	char *text;

	if (size > FILE_MAX)
		return mistake_say(m, "is larger than 1 MiB");
	text = arena_get(&c->arena, (size_t)size + 1);
	len = read_all(fd, text, (size_t)size, m);
	return len < 0 ? -1 : config_text(c, name, text, (size_t)len, m);
}

int
config_file(struct config *c, const char *path, const struct facts *facts,
    uid_t (*owner)(void), struct mistake *m)
{
	const char *name = DEFAULT_FILE;
	off_t size;
	int fd, r;

	*m = (struct mistake){ 0 };
	if (path != NULL) {
		mistake_at(m, path[0] == '\0' ? "-F" : path, 0, NULL);
		if (path[0] == '\0')
			return mistake_say(m, "names no file");
		name = expand_path(path, "uU", facts, &c->arena, m);
		if (name == NULL)
			return -1;
	}
	mistake_at(m, name, 0, NULL);
	fd = trust_open(name, owner, &size, m);
	if (fd == TRUST_ABSENT)
		return path == NULL ? 0 :
		    mistake_say(m, "there is no such file");
	if (fd < 0)
		return -1;
	r = read_policy(c, name, fd, size, m);
	close(fd);
	return r;
}
