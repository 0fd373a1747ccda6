/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/effect.h"
#include "conf/rules.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rights.h"

/* Rights that change nothing, and rights that do not concern a file. */
#define LOOKS		(0u | RIGHT_LIST | RIGHT_STAT | RIGHT_READ)
#define CHANGES		(0u | RIGHT_CREATE | RIGHT_MODIFY | RIGHT_LINK)
#define NO_FILE		(0u | RIGHT_LIST | RIGHT_CREATE | RIGHT_MKDIR | \
			RIGHT_RMDIR | RIGHT_SYMLINK)

/* A setting to be checked. */
struct look {
	const struct conf *c;
	const struct rule *rule;
	struct cursor	 at;
	const struct assignment *s;	/* the setting: at.assignment */
	char		 text[256];	/* for a warning that is not constant */
};

void
effect_warn(FILE *out, const struct rule *r, const char *fmt, ...)
{
	va_list ap;

	if (r->number == 0)
		fputs("-o: warning: ", out);
	else
		fprintf(out, "%s:%d: warning: rule %d: ", r->body.file,
		    r->body.line, r->number);
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	putc('\n', out);
}

static bool
is_setting(const struct assignment *s, const char *name)
{
	return strcmp(s->setting->name, name) == 0;
}

/*
 * Returns the first setting of that name that a rule has for the session, or
 * NULL.
 */
static const struct assignment *
find_in_rule(const struct rule *r, const char *name)
{
	struct cursor at = { .body = &r->body };

	while (rules_next(&at))
		if (is_setting(at.assignment, name))
			return at.assignment;
	return NULL;
}

/* Returns the first setting of that name in a path rule, or NULL. */
static const struct assignment *
find_in_path(const struct assignment *path, const char *name)
{
	const struct assignment *s = path == NULL ? NULL : path->beneath;

	while (s != NULL && !is_setting(s, name))
		s = s->next;
	return s;
}

/*
 * Returns the value that holds where a setting is: of its path rule, or of its
 * rule.
 */
static unsigned
number_here(const struct look *l, const char *name)
{
	const struct assignment *s = find_in_path(l->at.path, name);

	if (s == NULL)
		s = find_in_rule(l->rule, name);
	return (unsigned)(s != NULL ? s->value.number :
	    setting_default(setting_find(name)).number);
}

/*
 * True if some rule or path rule sets `name` to a value that suits. Considers
 * only rules before `before`, or all for NULL.
 */
static bool
is_set(const struct conf *c, const struct rule *before, const char *name,
    bool (*suits)(const struct assignment *))
{
	const struct rule *r;

	for (r = &c->flags; r != NULL && r != before; r = r->next) {
		struct cursor at = { .body = &r->body };

		while (rules_next_beneath(&at))
			if (is_setting(at.assignment, name) &&
			    suits(at.assignment))
				return true;
	}
	return false;
}

static bool
is_not_default(const struct assignment *s)
{
	return s->value.text != NULL ||
	    s->value.number != setting_default(s->setting).number;
}

static bool
is_zero(const struct assignment *s)
{
	return s->value.number == 0;
}

static bool
cannot_change(const struct assignment *s)
{
	return ((unsigned)s->value.number & CHANGES) == 0;
}

/* The sets of rights that rules and path rules have for one setting. */
struct sets {
	unsigned	 all;		/* the rights in each of them */
	unsigned	 any;		/* the rights in some of them */
};

static struct sets
sets_of(const struct conf *c, const char *name)
{
	struct sets sets = { .all = RIGHTS_ALL };
	const struct rule *r;
	unsigned rights;

	for (r = &c->flags; r != NULL; r = r->next) {
		struct cursor at = { .body = &r->body };

		while (rules_next_beneath(&at))
			if (is_setting(at.assignment, name)) {
				rights = (unsigned)at.assignment->value.number;
				sets.all &= rights;
				sets.any |= rights;
			}
	}
	return sets;
}

/* Warns of a setting that does nothing without another one that nobody sets. */
static const char *
check_needs(struct look *l)
{
	const struct setting *row = l->s->setting, *needs;
	char value[64];

	if (row->needs == NULL || !is_not_default(l->s) ||
	    is_set(l->c, NULL, row->needs, is_not_default))
		return NULL;
	needs = setting_find(row->needs);
	snprintf(l->text, sizeof(l->text), "does nothing while %s is %s, and "
	    "no rule says otherwise", row->needs, setting_format(needs,
	    setting_default(needs), value, sizeof(value)));
	return l->text;
}

/* True if the right is neither in the rights there nor in those of any rule. */
static bool
lacks_right(const struct look *l, unsigned right)
{
	return ((number_here(l, "access.rights") |
	    number_here(l, "access.own_rights") |
	    sets_of(l->c, "access.rights").any |
	    sets_of(l->c, "access.own_rights").any) & right) == 0;
}

/*
 * Empty listings are only for users without the right to list or to stat. For
 * others to be left out, somebody must lack the right to stat some names.
 */
static const char *
check_listings(struct look *l)
{
	const struct assignment *rights = find_in_path(l->at.path,
	    "access.rights");
	unsigned all;

	if (!is_setting(l->s, "access.listings"))
		return NULL;
	all = sets_of(l->c, "access.rights").all;
	switch (l->s->value.number) {
	case LISTINGS_EMPTY:
		if (rights != NULL)
			all = (unsigned)rights->value.number;
		return (~all & (RIGHT_LIST | RIGHT_STAT)) != 0 ? NULL :
		    "empty does nothing for those who have the rights to list "
		    "and to stat";
	case LISTINGS_PERMITTED:
		if ((all & RIGHT_STAT) != 0)
			return "permitted leaves out nothing, since no rule "
			    "takes the right to stat away";
		return lacks_right(l, RIGHT_STAT) ? "permitted "
		    "leaves out every name without the right to stat" : NULL;
	default:
		return NULL;
	}
}

static const char *
check_access(struct look *l)
{
	const bool refuses = l->s->value.number != 0;

	if (!is_setting(l->s, "session.access") || l->rule->number == 0)
		return NULL;
	if (refuses && rules_is_for_all(l->rule) &&
	    !is_set(l->c, l->rule, "session.access", is_zero))
		return "refuses everybody, since no rule before it says allow";
	if (!refuses && !rules_is_for_all(l->rule) &&
	    !is_set(l->c, NULL, "session.access", is_not_default))
		return "allow keeps nobody out, since no rule says refuse";
	return NULL;
}

const char *
effect_odd_pattern(const char *text)
{
	const char *open = strpbrk(text, "[{");

	if (open != NULL && strchr(open, *open == '[' ? ']' : '}') != NULL)
		return *open == '[' ? "[ and ] stand for themselves: there are "
		    "* and ?, and no classes" : "{ and } stand for "
		    "themselves: each pattern is an item of its own";
	return strchr(text, '\\') == NULL ? NULL : "a backslash stands for "
	    "itself, and takes no meaning from what is behind it";
}

static const char *
check_pattern(struct look *l)
{
	const char *text = l->s->value.text;
	const bool path = l->s->setting->type == SETTING_PATHS;

	if (text == NULL || (!path && l->s->setting->type != SETTING_NAMES))
		return NULL;
	if (path && strchr(text, ',') != NULL)
		return "a comma is part of the name: each path has a rule of "
		    "its own";
	return effect_odd_pattern(text);
}

/*
 * Warns of quotes and brackets in the value of -o, which are taken literally,
 * and of a repeated -o: the second has no effect.
 */
static const char *
check_option(struct look *l)
{
	const struct assignment *s = l->rule->body.assignments;
	const char *text = l->s->value.text == NULL ? "" : l->s->value.text;
	const char *last = text + strlen(text) - (*text != '\0');

	if (l->rule != &l->c->options || l->at.profile != NULL)
		return NULL;
	if ((*text == '[' && *last == ']') || (*text == '(' && *last == ')'))
		return "brackets are left out with -o: here they are part of "
		    "the first and the last name";
	if (*text == '"' && *last == '"' && last > text)
		return "quotes are left out with -o: here they are part of the "
		    "text";
	while (s->setting != l->s->setting)
		s = s->next;
	return s == l->s || s->setting->combine != FIRST_WINS ? NULL :
	    "is given twice, and the first holds";
}

/* Warns of the first name in a list that is not there, or cannot be hidden. */
static const char *
check_names(struct look *l)
{
	const bool hides = is_setting(l->s, "files.hide");
	const char *list = l->s->value.text;
	size_t n;

	if (list == NULL ||
	    (!hides && !is_setting(l->s, "protocol.hide_extensions")))
		return NULL;
	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		/* No item is empty, so only "." and ".." compare as equal. */
		if (hides ? n > 2 || strncmp(list, "..", n) != 0 :
		    match_fits_some(l->c->extensions, list, n))
			continue;
		snprintf(l->text, sizeof(l->text), "\"%.*s\" %s",
		    (int)MIN(n, 127), list, hides ?
		    "is in every directory, and not hidden" :
		    "fits no extension (-Q extensions lists them)");
		return l->text;
	}
	return NULL;
}

/* Warns of rights that have no effect without others. */
static const char *
check_rights(struct look *l)
{
	unsigned rights = (unsigned)l->s->value.number;
	bool own = is_setting(l->s, "access.own_rights");
	unsigned idle = rights & NO_FILE;
	char names[128];

	if (!own && !is_setting(l->s, "access.rights"))
		return NULL;
	if ((rights & RIGHT_REPLACE) != 0 && ((rights |
	    number_here(l, own ? "access.rights" :
	    "access.own_rights")) & RIGHT_DELETE) == 0)
		return "replace does nothing without delete";
	if ((rights & RIGHT_RENAME_FILE) == 0)
		idle |= rights & RIGHT_RENAME_DIR;
	if (!own || rights == RIGHTS_ALL || idle == 0)
		return NULL;
	snprintf(l->text, sizeof(l->text), "%s does nothing, since it is not "
	    "about a file that was made", rights_format(idle, names,
	    sizeof(names)));
	return l->text;
}

/* Warns of replacing and ignoring that a missing right prevents. */
static const char *
check_refused(struct look *l)
{
	if (!is_not_default(l->s))
		return NULL;
	if (((is_setting(l->s, "rename.overwrite") &&
	    l->s->value.number == OVERWRITE_ALWAYS) ||
	    is_setting(l->s, "rename.keep_mode")) &&
	    (lacks_right(l, RIGHT_REPLACE) || lacks_right(l, RIGHT_DELETE)))
		return "does nothing without the rights to replace and to "
		    "delete";
	if (((is_setting(l->s, "setstat.times") ||
	    is_setting(l->s, "setstat.owner")) &&
	    l->s->value.number == APPLY_IGNORE) ||
	    is_setting(l->s, "setstat.on_error"))
		return lacks_right(l, RIGHT_SETSTAT) ?
		    "does nothing without the right to setstat: the client "
		    "reads that it is refused" : NULL;
	return NULL;
}

/* Warns of rights that another setting takes away everywhere. */
static const char *
check_use(struct look *l)
{
	unsigned rights = (unsigned)l->s->value.number;
	bool own = is_setting(l->s, "access.own_rights") && rights != 0;
	bool reads = number_here(l, "access.read_only") != 0;
	unsigned makes = RIGHT_CREATE |
	    ((rights & RIGHTS_OWN_DIR) != 0 ? RIGHT_MKDIR : RIGHTS_NONE);

	if (reads && (own || (l->at.path != NULL && (rights & ~LOOKS) != 0 &&
	    is_setting(l->s, "access.rights"))))
		return "access.read_only holds everywhere, so that nothing can "
		    "be made or changed there";
	if (!own || ((number_here(l, "access.rights") |
	    sets_of(l->c, "access.rights").any) & makes) != 0)
		return NULL;
	return (makes & RIGHT_MKDIR) != 0 ? "does nothing, since no rule gives "
	    "the right to create or to mkdir" : "does nothing, since no rule "
	    "gives the right to create";
}

/* Warns of a value whose effect surprises, as its row says. */
static const char *
check_word(struct look *l)
{
	const struct setting *row = l->s->setting;

	return row->warns != 0 && l->s->value.number == row->warns ?
	    row->warning : NULL;
}

/*
 * Warns of paths that begin with the root's own path: in a session with a root,
 * paths begin at the root.
 */
static const char *
check_root(struct look *l)
{
	const struct assignment *root = find_in_rule(l->rule, "root");
	const char *text = l->s->value.text;
	size_t len;

	if (root == NULL || root->value.text == NULL || text == NULL ||
	    (!is_setting(l->s, "start_dir") && !is_setting(l->s, "paths")))
		return NULL;
	len = strlen(root->value.text);
	if (strncmp(text, root->value.text, len) != 0 ||
	    (text[len] != '/' && text[len] != '\0'))
		return NULL;
	snprintf(l->text, sizeof(l->text), "names begin at the root: its name "
	    "there is \"%.100s\"", text[len] == '\0' ? "/" : text + len);
	return l->text;
}

static const char *
check_mode(struct look *l)
{
	struct mode_rule mode;
	struct policy p;

	if (l->s->setting->type != SETTING_MODE)
		return NULL;
	setting_store(l->s->setting, l->s->value, &p);
	memcpy(&mode, (char *)&p + l->s->setting->offset, sizeof(mode));
	if (mode.force >= 0 && (mode.set | mode.clear) != 0)
		return "set and clear do nothing where force says what the "
		    "mode is";
	return (mode.set & mode.clear) == 0 ? NULL :
	    "what is both in set and in clear is set";
}

/* Warns of zero-copy READs where every session can change files. */
static const char *
check_zero_copy(struct look *l)
{
	if (!is_setting(l->s, "files.zero_copy") || l->s->value.number == 0 ||
	    (number_here(l, "access.rights") & CHANGES) == 0 ||
	    is_set(l->c, NULL, "access.read_only", is_not_default) ||
	    is_set(l->c, NULL, "access.rights", cannot_change))
		return NULL;
	return "does nothing for those who may create, modify or link files";
}

/* The reply to a READ must fit into a packet. */
static const char *
check_read(struct look *l)
{
	struct look other = { .rule = &l->c->flags };
	long long most = 0;

	if (!is_setting(l->s, "protocol.max_read"))
		return NULL;
	for (; other.rule != NULL; other.rule = other.rule->next)
		most = MAX(most, number_here(&other, "protocol.max_packet"));
	return l->s->value.number <= most - READ_ROOM ? NULL :
	    "is lowered to 1K less than protocol.max_packet, which no rule "
	    "makes large enough";
}

/* Warns of own_rights that everybody has anyway. */
static void
check_own_rights(const struct look *l, FILE *out)
{
	unsigned all = sets_of(l->c, "access.rights").all;
	struct cursor at = { .body = &l->rule->body };
	const struct assignment *s;

	while (rules_next_beneath(&at)) {
		s = at.assignment;
		if (is_setting(s, "access.own_rights") &&
		    s->value.number != 0 &&
		    ((unsigned)s->value.number & ~all) == 0)
			effect_warn(out, l->rule, "%s: does nothing, since no "
			    "rule takes these rights away", at.path == NULL ?
			    s->setting->name : "own_rights of a path");
	}
}

/*
 * Writes a warning with the name of the setting and of the path rule that it is
 * in.
 */
static void
warn_setting(FILE *out, const struct look *l, const char *text)
{
	if (l->s->setting->type == SETTING_PATHS)
		effect_warn(out, l->rule, "paths: \"%s\" in line %d: %s",
		    l->s->value.text, l->s->line, text);
	else if (l->at.path != NULL)
		effect_warn(out, l->rule, "paths: \"%s\" in line %d: %s: %s",
		    l->at.path->value.text, l->at.path->line,
		    subtree_leaves[l->s->leaf].name, text);
	else
		effect_warn(out, l->rule, "%s: %s", l->s->setting->name, text);
}

void
effect_check(const struct conf *c, const struct rule *r, FILE *out)
{
	static const char *(*const checks[])(struct look *) = {
		check_option, check_needs, check_listings, check_zero_copy,
		check_access, check_pattern, check_names, check_rights,
		check_use, check_refused, check_root, check_mode, check_read,
		check_word,
	};
	struct look l = { .c = c, .rule = r, .at = { .body = &r->body } };
	const char *text;
	size_t i;

	check_own_rights(&l, out);
	while (rules_next_beneath(&l.at)) {
		l.s = l.at.assignment;
		text = NULL;
		for (i = 0; text == NULL &&
		    i < sizeof(checks) / sizeof(checks[0]); i++)
			text = checks[i](&l);
		if (text != NULL)
			warn_setting(out, &l, text);
	}
}
