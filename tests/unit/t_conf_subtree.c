/* SPDX-License-Identifier: ISC */
/* Path rules: which of them apply to a name, and the settings that result. */
#include "config.h"

#include <fnmatch.h>
#include <limits.h>

#include "base/path.h"
#include "conf/path_rules.h"
#include "conf/setting.h"
#include "paths/locate.h"
#include "policy_case.h"
#include "scratch.h"
#include "tap.h"

static const char *const no_options[OPTIONS_MAX] = { 0 };

/* Makes a policy of one rule; the caller frees *p. */
static void
policy_of(const char *text, struct policy *p)
{
	struct error e = { 0 };
	char line[ERROR_LINE_MAX], *rule;
	struct conf *c;

	if (asprintf(&rule, "rules = ( { %s } );", text) < 0)
		abort();
	c = case_conf(no_options, rule, &e);
	if (c == NULL || conf_resolve(c, &case_facts, p, &e) < 0) {
		printf("# %s\n", error_line(&e, line));
		abort();
	}
	conf_free(c);
	free(rule);
}

/* Returns the rule that sets the rights, which identify it. */
static void
check_specific(void)
{
	static const char text[] = "access = { rights = \"stat\"; };\n"
	    "paths = ( { match = \"/a\"; rights = \"list\"; },\n"
	    "{ match = \"/a/b/c\"; rights = \"read\"; },\n"
	    "{ match = \"/a/*/c/d\"; rights = \"create\"; },\n"
	    "{ match = \"/a/*/cc\"; rights = \"modify\"; },\n"
	    "{ match = \"/a/?b/*\"; rights = \"replace\"; },\n"
	    "{ match = \"/home/%u\"; rights = \"delete\"; },\n"
	    "{ match = \"/home/*\"; rights = \"rename\"; },\n"
	    "{ match = \"//t//u/\"; rights = \"mkdir\"; },\n"
	    "{ match = \"/t/u\"; rights = \"rmdir\"; },\n"
	    "{ match = \"/x*\"; rights = \"link\"; },\n"
	    "{ match = \"/x*y\"; rights = \"symlink\"; } );\n";
	static const struct {
		const char	*name;
		const char	*rights;
	} rows[] = {
		{ "/", "stat" },
		{ "/b", "stat" },
		{ "/a", "list" },
		{ "/ab", "stat" },
		{ "/a/b", "list" },
		{ "/a/b/c", "read" },
		{ "/a/b/c/d", "read" },		/* three plain components */
		{ "/a/b/c/d/e/f", "read" },
		{ "/a/x/c", "list" },
		{ "/a/x/c/d", "create" },
		{ "/a/x/c/d/e", "create" },
		{ "/a/x/cc", "modify" },
		{ "/a/xb/cc", "modify" },	/* of the same length: first */
		{ "/a/xb/c", "replace" },
		{ "/a/xb/c/d", "create" },	/* the longer pattern */
		{ "/home/webex", "delete" },
		{ "/home/webex/x", "delete" },
		{ "/home/other/x", "rename" },
		{ "/home", "stat" },
		{ "/t/u", "mkdir" },
		{ "/t/u/v", "mkdir" },
		{ "/x", "link" },
		{ "/xy", "symlink" },
		{ "/xyz/xy", "link" },
	};
	struct policy p;
	struct subtree a;
	char buf[128];
	size_t i;

	policy_of(text, &p);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		subtree_find(&p, false, rows[i].name, &a);
		ok(strcmp(rights_format(a.rights, buf, sizeof(buf)),
		    rows[i].rights) == 0, "%s: %s", rows[i].name,
		    rows[i].rights);
		ok((a.rule == NULL) == (a.rights == RIGHT_STAT),
		    "%s: by a path rule, or not", rows[i].name);
	}
	subtree_find(&p, false, NULL, &a);
	ok(a.rights == RIGHT_STAT && a.rule == NULL, "the session as a whole");
	policy_free(&p);
}

/*
 * Each setting comes from the most specific rule that sets it, or the session.
 */
static void
check_leaves(void)
{
	static const char text[] = "access = { rights = \"stat\";\n"
	    "own_rights = \"setstat\"; };\n"
	    "files = { atomic = \"keep\"; mode = { set = \"0010\"; };\n"
	    "group = \"1234\"; };\n"
	    "rename = { overwrite = \"never\"; busy_timeout = \"1s\"; };\n"
	    "paths = ( { match = \"/\"; files = { fsync = true;\n"
	    "  zero_copy = true; }; },\n"
	    "{ match = \"/a\"; rights = \"read\"; listings = \"empty\";\n"
	    "  files = { dir_mode = { clear = \"07\"; }; }; },\n"
	    "{ match = \"/a/b\"; own_rights = \"rename\";\n"
	    "  files = { mode = { force = \"0\"; }; atomic = \"no\";\n"
	    "  group = \"none\"; };\n"
	    "  rename = { overwrite = \"always\"; when = \"always\";\n"
	    "  keep_mode = true;\n"
	    "  open_handles = \"reopen\"; busy_timeout = 3; }; } );";
	struct policy p;
	struct subtree a;

	policy_of(text, &p);
	subtree_find(&p, false, "/x", &a);
	ok(a.rights == RIGHT_STAT && a.own_rights == RIGHT_SETSTAT &&
	    a.listings == LISTINGS_FULL && a.files.atomic == ATOMIC_KEEP &&
	    a.files.fsync && a.files.zero_copy && a.files.mode.set == 010 &&
	    a.files.mode.force == -1 && a.files.dir_mode.clear == 0 &&
	    a.rename.overwrite == OVERWRITE_NEVER && a.rule == NULL,
	    "what only the rule for / changes");
	ok(a.files.mode.clear == POLICY_SETID,
	    "a restricted session gives no set-id bits");
	subtree_find(&p, false, "/a/x", &a);
	ok(a.rights == RIGHT_READ && a.own_rights == RIGHT_SETSTAT &&
	    a.listings == LISTINGS_EMPTY && a.files.fsync &&
	    a.files.dir_mode.clear == 07 && a.files.mode.set == 010 &&
	    a.files.group.set && a.files.group.gid == 1234 &&
	    a.rename.busy_timeout == 1, "... and then that for /a");
	subtree_find(&p, false, "/a/b/c", &a);
	ok(a.rights == RIGHT_READ && a.own_rights == RIGHT_RENAME &&
	    a.listings == LISTINGS_EMPTY && a.files.fsync &&
	    a.files.atomic == ATOMIC_NO && !a.files.group.set &&
	    a.files.dir_mode.clear == 07,
	    "... and /a/b, which leaves what it does not name");
	ok(a.files.mode.set == 0 && a.files.mode.force == 0 &&
	    a.files.mode.clear == POLICY_SETID,
	    "a mode is one value, but for the set-id bits");
	ok(a.rename.overwrite == OVERWRITE_ALWAYS &&
	    a.rename.when == RENAME_WHEN_ALWAYS && a.rename.keep_mode &&
	    a.rename.open_handles == HANDLES_REOPEN &&
	    a.rename.busy_timeout == 3, "renaming beneath a path");
	policy_free(&p);
}

/* Hidden names. */
static void
check_hiding(void)
{
	static const char text[] =
	    "files = { hide = [ \".git\", \"*.key\" ]; };\n"
	    "paths = ( { match = \"/a\"; hide = \"x\"; },\n"
	    "{ match = \"/a\"; hide = \"y\"; },\n"
	    "{ match = \"/a/*/c\"; hide = [ \"c\", \"d\" ]; },\n"
	    "{ match = \"/b\"; hide = \"b\"; rights = \"read\"; } );";
	static const struct {
		const char	*name;
		bool		 silly;
	} rows[] = {
		{ "/", false }, { "/git", false },
		{ "/.git", true }, { "/z/.git", true }, { "/.git/z", true },
		{ "/z/q.key/z", true }, { "/q.keys", false },
		{ "/x", false }, { "/a", false }, { "/a/x", true },
		{ "/a/y", true }, { "/a/z/x/z", true }, { "/a/xy", false },
		{ "/a/z/c", true },	/* the rule's own component */
		{ "/a/c/d", false }, { "/a/d/z", false },
		{ "/a/d/c", true }, { "/a/c/e/d", false },
		{ "/a/z/d", false }, { "/b", true }, { "/c/b", false },
	};
	struct policy p;
	size_t i;

	policy_of(text, &p);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(subtree_hides(&p, false, rows[i].name) == rows[i].silly,
		    "%s is %shidden", rows[i].name,
		    rows[i].silly ? "" : "not ");
	policy_free(&p);
	setting_defaults(&p);
	ok(!subtree_hides(&p, false, "/.git") &&
	    !subtree_has_below(&p, false, "/"),
	    "nothing is hidden by default, and nothing lies below");
}

static void
check_below(void)
{
	static const char text[] = "paths = (\n"
	    "{ match = \"/a/b/c\"; rights = \"read\"; },\n"
	    "{ match = \"/h/*/in\"; rights = \"read\"; } );";
	static const struct {
		const char	*name;
		bool		 below;
	} rows[] = {
		{ "/", true }, { "/a", true }, { "/a/b", true },
		{ "/a/b/c", false }, { "/a/b/c/d", false }, { "/a/x", false },
		{ "/h", true }, { "/h/x", true }, { "/h/x/in", false },
		{ "/h/x/y", false }, { "/b", false },
	};
	struct policy p;
	size_t i;

	policy_of(text, &p);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(subtree_has_below(&p, false, rows[i].name) == rows[i].below,
		    "%s: rules below: %d", rows[i].name, rows[i].below);
	policy_free(&p);
}

/* File systems on which Foo is foo. */
static void
check_fold(void)
{
	static const char text[] = "files = { hide = \"*.Key\"; };\n"
	    "paths = ( { match = \"/Home/*/In\"; rights = \"read\"; },\n"
	    "{ match = \"/home/X*/out\"; rights = \"stat\"; } );";
	struct policy p;
	struct subtree a;
	int fold;

	policy_of(text, &p);
	for (fold = 0; fold < 2; fold++) {
		subtree_find(&p, fold != 0, "/hOME/y/iN", &a);
		ok((a.rights == RIGHT_READ) == (fold != 0),
		    "case folded: %d, plain names", fold);
		subtree_find(&p, fold != 0, "/home/xy/out", &a);
		ok((a.rights == RIGHT_STAT) == (fold != 0),
		    "case folded: %d, a pattern", fold);
		ok(subtree_hides(&p, fold != 0, "/a.kEY") == (fold != 0),
		    "case folded: %d, hiding", fold);
	}
	policy_free(&p);
}

/* The value of a token is no pattern and must be a path. */
static void
check_tokens(void)
{
	static const struct {
		const char	*user, *home;
		const char	*pattern;
		bool		 good;
	} rows[] = {
		{ "u", "/home/u", "/in/%u/%U", true },
		{ "u", "/home/u", "%d/in", true },
		{ "u", "home/u", "%d/in", false },
		{ "u", "/home/../u", "%d/in", false },
		{ "u", NULL, "%d/in", false },
		{ "*", "/home/u", "/in/%u", false },
		{ "a?", "/home/u", "/in/%u*", false },
		{ "..", "/home/u", "/in/%u", false },
		{ "u", "/home/u", "/100%%", true },
	};
	struct facts facts = case_facts;
	struct error e = { 0 };
	struct conf *c;
	struct policy p;
	char text[128];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.user = rows[i].user;
		facts.home = rows[i].home;
		snprintf(text, sizeof(text), "rules = ( { paths = ( { match = "
		    "\"%s\"; rights = \"read\"; } ); } );",
		    rows[i].pattern);
		c = case_conf(no_options, text, &e);
		r = conf_resolve(c, &facts, &p, &e);
		ok((r == 0) == rows[i].good, "%s for %s of %s",
		    rows[i].pattern, rows[i].user,
		    rows[i].home == NULL ? "nowhere" : rows[i].home);
		policy_free(&p);
		conf_free(c);
	}
}

/*
 * Makes one of all names of 1 to `most` of these components; returns its depth.
 */
static int
name_of(size_t n, const char *const *parts, size_t count, int most,
    char *name)
{
	int depth = 0;

	*name = '\0';
	for (; n > 0 && depth < most; n = (n - 1) / count, depth++)
		name += sprintf(name, "/%s", parts[(n - 1) % count]);
	return n > 0 ? 0 : depth;
}

/*
 * True if the pattern matches the name or a directory above it, as the manual
 * defines it.
 */
static bool
matches_above(const char *pattern, const char *name)
{
	char parts[2][4];
	int used[2];

	while (sscanf(pattern, "/%3[^/]%n", parts[0], &used[0]) == 1) {
		if (sscanf(name, "/%3[^/]%n", parts[1], &used[1]) != 1 ||
		    fnmatch(parts[0], parts[1], 0) != 0)
			return false;
		pattern += used[0];
		name += used[1];
	}
	return true;
}

static int
plain_parts(const char *pattern)
{
	int n = 0;

	for (; *pattern != '\0' && pattern[1] != '*' && pattern[2] != '*' &&
	    pattern[1] != '?'; n++)
		pattern += 1 + strcspn(pattern + 1, "/");
	return n;
}

/*
 * All patterns and names of a small set, compared with a search of each rule.
 */
static void
check_all(void)
{
	static const char *const wild[] = { "a", "*", "b", "?", "a*" };
	static const char *const plain[] = { "a", "b", "ab" };
	enum { RULES = 5 + 25 + 125, NAMES = 3 + 9 + 27 + 81 };
	char rules[RULES][16], name[16], buf[128], *text;
	struct policy p;
	struct subtree a;
	size_t i, k, best, size, wrong = 0;
	FILE *stream = open_memstream(&text, &size);

	fputs("paths = (", stream);
	for (i = 0; i < RULES; i++) {
		if (name_of(i + 1, wild, 5, 3, rules[i]) == 0)
			abort();
		fprintf(stream, "%s{ match = \"%s\"; rights = \"%s\"; }",
		    i == 0 ? "" : ",\n", rules[i],
		    rights_format((unsigned)i + 1, buf, sizeof(buf)));
	}
	fputs(");", stream);
	fclose(stream);
	policy_of(text, &p);
	for (k = 1; k <= NAMES; k++) {
		if (name_of(k, plain, 3, 4, name) == 0)
			abort();
		best = RULES;
		for (i = 0; i < RULES; i++)
			if (matches_above(rules[i], name) && (best == RULES ||
			    plain_parts(rules[i]) > plain_parts(rules[best]) ||
			    (plain_parts(rules[i]) == plain_parts(rules[best])
			    && strlen(rules[i]) > strlen(rules[best]))))
				best = i;
		subtree_find(&p, false, name, &a);
		wrong += a.rights != best + 1;
	}
	ok(wrong == 0, "%d rules and %d names, of which %zu are wrong", RULES,
	    NAMES, wrong);
	policy_free(&p);
	free(text);
}

/* Returns how many slots are searched until this child is found. */
static size_t
probes(const struct subtrees *t, const struct path_node *node)
{
	const struct component c = { .name = node->name, .len = node->len };
	size_t n = 1, i = subtree_slot(t, node->parent, &c);

	for (; t->slots[i] != node; i = (i + 1) & t->mask)
		n++;
	return n;
}

/*
 * Finding a rule takes as many steps among 500 rules as alone: the table is
 * large enough that hardly any name collides.
 */
static void
check_flat(int rules, const char *above, const char *below)
{
	char *text, name[64];
	size_t size, i, n, sum = 0, most = 0, nodes = 0;
	FILE *stream = open_memstream(&text, &size);
	struct policy p;
	struct subtree a;
	bool good = true;
	int k;

	fputs("paths = (", stream);
	for (k = 0; k < rules; k++) {
		fprintf(stream, "%s{ match = \"%s%d%s\"; rights = \"%s\"; }",
		    k == 0 ? "" : ",\n", above, k, below,
		    rights_names[k % 13].name);
	}
	fputs(");", stream);
	fclose(stream);
	policy_of(text, &p);
	for (k = 0; k < rules; k++) {
		snprintf(name, sizeof(name), "%s%d%s", above, k, below);
		subtree_find(&p, false, name, &a);
		good = good && a.rights == rights_names[k % 13].right;
	}
	ok(good, "%d rules such as %s, each of which holds", rules, name);
	for (i = 0; i <= p.paths->mask; i++)
		if (p.paths->slots[i] != NULL) {
			n = probes(p.paths, p.paths->slots[i]);
			most = n > most ? n : most;
			sum += n;
			nodes++;
		}
	ok(nodes == p.paths->nodes - 1 && sum * 2 <= nodes * 3 && most <= 16,
	    "%zu names are found in %zu steps, none in more than %zu", nodes,
	    sum, most);
	policy_free(&p);
	free(text);
}

/* Makes links beneath the root of a session, for rules to lead through. */
static void
make_root(struct fs *fs)
{
	char culprit[PATH_MAX];

	scratch_enter();
	if (mkdir("real", 0755) != 0 || mkdir("real/deep", 0755) != 0 ||
	    mkdir("in", 0755) != 0 || symlink("/real/deep", "link") != 0 ||
	    symlink("/", "top") != 0 || symlink("a*b", "wild") != 0 ||
	    symlink("/real", "in/webex") != 0 ||
	    locate_confine(fs, scratch, strlen(scratch), culprit) != 0) {
		perror(scratch);
		exit(1);
	}
}

/*
 * The resolved pattern of one rule, and the bytes that are the same for all
 * users.
 */
static void
check_resolving(struct fs *fs)
{
	static const struct {
		const char	*match, *real;
		size_t		 fixed;
	} rows[] = {
		{ "/link/a", "/real/deep/a", 7 },
		{ "/link", "/real/deep", 5 },
		{ "/link/a*/b", "/real/deep/a*/b", 5 },
		{ "/link/%u", "/real/deep/webex", 5 },
		{ "/link/x%%/%u/b", "/real/deep/x%/webex/b", 8 },
		{ "/link?/a", "/link?/a", 0 },
		{ "/*/link", "/*/link", 0 },
		{ "/top/*", "/*", 4 },
		{ "/top", "/", 4 },
		{ "/", "/", 0 },
		{ "/wild", NULL, 5 },
		{ "/in/%u", NULL, 3 },
	};
	struct error e;
	struct policy p;
	char text[128];
	size_t i, fixed;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "paths = ( { match = \"%s\"; "
		    "rights = \"none\"; } );", rows[i].match);
		policy_of(text, &p);
		e = (struct error){ 0 };
		fixed = p.paths->rules[0].fixed;
		r = path_rules_resolve(&p, fs, &e);
		ok(fixed == rows[i].fixed && (rows[i].real == NULL ?
		    r == -1 && e.line == 1 : r == 0 &&
		    strcmp(p.paths->rules[0].match, rows[i].real) == 0),
		    "%s resolves to %s, %zu (%s, %zu)", rows[i].match,
		    rows[i].real == NULL ? "nothing" : rows[i].real,
		    rows[i].fixed, r == 0 ? p.paths->rules[0].match : e.text,
		    fixed);
		policy_free(&p);
	}
}

/* The tree and the order of rules follow the resolved names. */
static void
check_resolved(struct fs *fs)
{
	static const char text[] = "paths = (\n"
	    "{ match = \"/link\"; rights = \"list\"; hide = \"x\"; },\n"
	    "{ match = \"/real\"; rights = \"read\"; } );";
	struct policy p;
	struct error e;
	struct subtree a;

	policy_of(text, &p);
	subtree_find(&p, false, "/real/deep", &a);
	ok(a.rights == RIGHT_READ,
	    "an unresolved rule does not apply to the target of its link");
	ok(path_rules_resolve(&p, fs, &e) == 0, "resolved");
	subtree_find(&p, false, "/real/deep/f", &a);
	ok(a.rights == RIGHT_LIST,
	    "a resolved rule applies to the target of its link");
	subtree_find(&p, false, "/real/f", &a);
	ok(a.rights == RIGHT_READ, "and to nothing beside the target");
	subtree_find(&p, false, "/link/f", &a);
	ok(a.rights == RIGHT_LIST, "and to anything that replaces the link");
	ok(subtree_hides(&p, false, "/real/deep/x") &&
	    subtree_hides(&p, false, "/link/x") &&
	    !subtree_hides(&p, false, "/real/x"), "the same for hidden names");
	ok(subtree_has_below(&p, false, "/real") &&
	    !subtree_has_below(&p, false, "/link"),
	    "the same for rules that lie below");
	policy_free(&p);
}

int
main(void)
{
	static struct fs fs;

	make_root(&fs);
	check_resolving(&fs);
	check_resolved(&fs);
	check_specific();
	check_leaves();
	check_hiding();
	check_below();
	check_fold();
	check_tokens();
	check_all();
	check_flat(1, "/srv/in/", "");
	check_flat(500, "/srv/in/", "");
	check_flat(500, "/home/user", "/in/new");
	return done();
}
