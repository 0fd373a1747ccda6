/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "conf/rules.h"
#include "policy/match.h"

const char *const rules_criteria[CRITERIA] = {
	"user", "group", "address", "local_address", "local_port",
};

/* The last row has a NULL name. */
static const struct builtin {
	const char	*name;
	const char	*base;		/* another profile, or NULL */
	const char	*assignments;	/* "name=value name=value" */
} builtins[] = {
	{ "openssh", NULL,
	    "protocol.max_version=3 protocol.messages=openssh "
	    "protocol.symlink_order=openssh rename.overwrite=if-asked "
	    "rename.open_handles=keep rename.when=refused "
	    "rename.keep_mode=false "
	    "rename.busy_timeout=0 setstat.mode=apply setstat.owner=apply "
	    "setstat.times=apply setstat.size=apply setstat.on_error=report "
	    "files.atomic=no files.fsync=false files.zero_copy=false "
	    "sandbox=off session.title=false" },
	{ "sshfs", NULL,
	    "rename.open_handles=reopen rename.busy_timeout=1s "
	    "setstat.on_error=ignore-denied session.idle_timeout=none "
	    "session.max_time=none" },
	{ "webex", "sshfs", "rename.overwrite=always" },
	{ "force-close", "webex",
	    "rename.open_handles=close rename.when=always" },
	{ "read-only", NULL, "access.read_only=true" },
	/*
	 * Many clients set the time of an uploaded file, and some rename it.
	 * An upload that was cut must leave no file, since nobody could replace
	 * or remove it.
	 */
	{ "dropbox", NULL,
	    "access.rights=create access.own_rights=stat,setstat,rename "
	    "access.listings=empty files.atomic=yes" },
	{ "write-once", NULL,
	    "access.rights=list,stat,read,create,mkdir "
	    "access.own_rights=setstat,rename files.atomic=yes" },
	{ 0 }
};

/*
 * Rejects a request that does not exist: a typing error in access.deny would
 * permit the request that it is meant to forbid.
 */
static int
check_requests(struct conf *c, const char *list, struct error *e)
{
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (!match_fits_some(c->requests, list, n))
			return error_say(e, "\"%.*s\" fits no request "
			    "(-Q requests lists them)", n < 100 ? (int)n : 100,
			    list);
	}
	return 0;
}

/*
 * Checks and makes one setting, which is called `name` where it is given.
 * Returns NULL with the error.
 */
static struct assignment *
assignment_new(struct conf *c, const struct setting *row, const char *name,
    const struct given *g, struct error *e)
{
	struct assignment *s;

	s = arena_get(&c->arena, sizeof(*s));
	s->setting = row;
	s->file = g->file;
	s->line = g->line;
	if (setting_parse(row, g, &c->arena, &s->value, e) == 0 &&
	    (row->type != SETTING_REQUESTS || s->value.text == NULL ||
	    check_requests(c, s->value.text, e) == 0))
		return s;
	error_at(e, g->file, g->line, name);
	return NULL;
}

/* Reports an unknown setting, with a suggestion. */
static int
unknown_setting(const char *name, struct error *e)
{
	const struct setting *row;
	const char *leaf;

	for (row = settings; row < settings + settings_count; row++) {
		leaf = strrchr(row->name, '.');
		if (leaf != NULL && strcmp(leaf + 1, name) == 0)
			return error_say(e, "there is no such setting "
			    "(%s is one)", row->name);
	}
	return error_say(e, "there is no such setting "
	    "(-Q settings lists them)");
}

/* Adds a setting to a body; of several options of a kind, the last one wins. */
static int
add(struct conf *c, struct body *b, const struct setting *row,
    const struct given *g, struct error *e)
{
	struct assignment *s;

	if ((s = assignment_new(c, row, row->name, g, e)) == NULL)
		return -1;
	if (g->as == GIVEN_FLAG) {
		s->next = b->assignments;
		b->assignments = s;
		return 0;
	}
	*(b->last == NULL ? &b->assignments : &b->last->next) = s;
	b->last = s;
	return 0;
}

int
rules_add(struct conf *c, struct body *b, const char *name,
    const struct given *g, struct error *e)
{
	const struct setting *row = setting_find(name);

	if (row != NULL && row->type != SETTING_PATHS)
		return add(c, b, row, g, e);
	if (row != NULL && strcmp(g->text, row->unset_word) == 0)
		return 0;
	error_at(e, g->file, g->line, name);
	return row == NULL ? unknown_setting(name, e) : error_say(e,
	    "must be a list of path rules, in a file (paths = ( "
	    "{ match = \"/in/*\"; rights = \"read\"; } );)");
}

int
rules_add_path(struct conf *c, struct body *b, const struct given *pattern,
    struct assignment **path, struct error *e)
{
	if (add(c, b, setting_find("paths"), pattern, e) < 0)
		return -1;
	*path = b->last;
	return 0;
}

/*
 * Reports a setting that cannot be set for a path, or has another name there.
 */
static int
no_path_setting(const char *name, struct error *e)
{
	int leaf;

	for (leaf = 0; leaf <= LEAVES; leaf++)
		if (strcmp(subtree_leaves[leaf].setting, name) == 0)
			return error_say(e, "is called %s in a path rule",
			    subtree_leaves[leaf].name);
	return error_say(e, "%s (rights, own_rights, listings, hide, "
	    "files.mode, files.dir_mode, files.group, files.atomic, "
	    "files.fsync, files.zero_copy and those of rename can be set for "
	    "a path)",
	    setting_find(name) == NULL ? "there is no such setting" :
	    "holds for the whole session");
}

int
rules_add_to_path(struct conf *c, struct assignment *path, const char *name,
    const struct given *g, struct error *e)
{
	int leaf = subtree_find_leaf(name);
	struct assignment **end = &path->beneath;

	if (leaf < 0) {
		error_at(e, g->file, g->line, name);
		return no_path_setting(name, e);
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = assignment_new(c, setting_find(subtree_leaves[leaf].setting),
	    name, g, e);
	if (*end == NULL)
		return -1;
	(*end)->leaf = (enum path_leaf)leaf;
	return 0;
}

/* Records the name of a profile, which is looked up when all are known. */
int
rules_want_profile(struct conf *c, struct body *b, const struct given *g,
    struct error *e)
{
	error_at(e, g->file, g->line, "profile");
	if (b->wants != NULL)
		return error_say(e, "there can be only one (a profile in "
		    "the file may name another)");
	b->wants_line = g->line;
	b->wants = arena_copy(&c->arena, g->text);
	return 0;
}

struct profile *
rules_add_profile(struct conf *c, const char *name, const char *file, int line)
{
	struct profile *p = arena_get(&c->arena, sizeof(*p));
	struct profile **end = &c->profiles;

	p->name = name;
	p->body.file = file;
	p->body.line = line;
	while (*end != NULL)
		end = &(*end)->next;
	*end = p;
	return p;
}

static const struct builtin *
builtin_find(const char *name)
{
	const struct builtin *b;

	for (b = builtins; b->name != NULL; b++)
		if (strcmp(b->name, name) == 0)
			return b;
	return NULL;
}

bool
rules_has_builtin(const char *name)
{
	return builtin_find(name) != NULL;
}

/* Adds a built-in profile to the configuration's. */
static struct profile *
builtin_add(struct conf *c, const struct builtin *b, struct error *e)
{
	struct profile *p = rules_add_profile(c, b->name, "built in", 0);
	char *word, *value, *rest = arena_copy(&c->arena, b->assignments);
	struct given g = { .as = GIVEN_TEXT, .file = p->body.file };

	while ((word = strsep(&rest, " ")) != NULL) {
		value = strchr(word, '=');
		*value = '\0';
		g.text = value + 1;
		if (rules_add(c, &p->body, word, &g, e) < 0)
			return NULL;
	}
	p->body.wants = b->base;
	return p;
}

static int
unknown_profile(const char *name, struct error *e)
{
	const struct builtin *b;
	char known[128] = "";
	size_t n = 0;

	for (b = builtins; b->name != NULL && n < sizeof(known); b++)
		n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s",
		    n > 0 ? ", " : "", b->name);
	return error_say(e, "there is no profile \"%.100s\" (built in: %s)",
	    name, known);
}

static int
link_body(struct conf *c, struct body *b, struct error *e)
{
	const struct builtin *builtin;
	struct profile *p;

	if (b->wants == NULL || b->profile != NULL)
		return 0;
	for (p = c->profiles; p != NULL; p = p->next)
		if (strcmp(p->name, b->wants) == 0)
			break;
	if (p == NULL && (builtin = builtin_find(b->wants)) != NULL &&
	    (p = builtin_add(c, builtin, e)) == NULL)
		return -1;
	error_at(e, b->file, b->wants_line, "profile");
	if (p == NULL)
		return unknown_profile(b->wants, e);
	p->named = true;
	b->profile = p;
	return 0;
}

/* A chain longer than the number of profiles contains a cycle. */
static int
check_cycle(const struct conf *c, const struct profile *first,
    struct error *e)
{
	const struct profile *p, *step = first;

	for (p = c->profiles; p != NULL && step != NULL; p = p->next)
		step = step->body.profile;
	if (step == NULL)
		return 0;
	error_at(e, first->body.file, first->body.wants_line, "profile");
	return error_say(e, "\"%s\" leads back to itself (by way of \"%s\")",
	    first->name, first->body.wants);
}

int
rules_link(struct conf *c, struct error *e)
{
	struct profile *p;
	struct rule *r;

	for (r = &c->flags; r != NULL; r = r->next)
		if (link_body(c, &r->body, e) < 0)
			return -1;
	for (p = c->profiles; p != NULL; p = p->next)
		if (link_body(c, &p->body, e) < 0)
			return -1;
	for (p = c->profiles; p != NULL; p = p->next)
		if (check_cycle(c, p, e) < 0)
			return -1;
	return 0;
}

bool
rules_is_for_all(const struct rule *r)
{
	const char *const *user = r->match[BY_USER];
	size_t i = BY_USER + 1;

	while (i < CRITERIA && r->match[i] == NULL)
		i++;
	return i == CRITERIA && (user == NULL ||
	    (strcmp(user[0], "*") == 0 && user[1] == NULL));
}

bool
rules_next(struct cursor *at)
{
	at->assignment = at->assignment == NULL && at->body != NULL ?
	    at->body->assignments : at->assignment->next;
	while (at->assignment == NULL) {
		if ((at->profile = at->body->profile) == NULL)
			return false;
		at->body = &at->profile->body;
		at->assignment = at->body->assignments;
	}
	return true;
}

bool
rules_next_beneath(struct cursor *at)
{
	const struct assignment *now = at->assignment, *next;

	next = now == NULL ? NULL : at->path != NULL ? now->next :
	    now->beneath;
	if (next == NULL) {
		at->assignment = at->path != NULL ? at->path : now;
		at->path = NULL;
		return rules_next(at);
	}
	at->path = at->path != NULL ? at->path : now;
	at->assignment = next;
	return true;
}
