/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conf/explain.h"
#include "conf/merge.h"
#include "os/ident.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "policy/match.h"

/* Prints "rule 2, /etc/slipway.conf:14 (profile webex)" or "-o". */
static void
print_origin(const struct origin *o, FILE *out)
{
	const struct assignment *s = o->assignment;

	if (o->rule->number == 0)
		fputs(o->profile == NULL ? s->file : "-o", out);
	else
		fprintf(out, "rule %d, %s:%d", o->rule->number,
		    o->rule->body.file, o->profile == NULL ? s->line :
		    o->rule->body.wants_line);
	if (o->profile != NULL)
		fprintf(out, " (profile %s)", o->profile->name);
}

/* Prints one value; a list may have any length. */
static void
print_one(const struct setting *row, struct value v, FILE *out)
{
	char buf[1024];

	if (v.text != NULL && row->combine != FIRST_WINS)
		fputs(v.text, out);
	else
		fputs(setting_format(row, v, buf, sizeof(buf)), out);
}

/*
 * Prints a value, or all values of a setting that adds up or intersects, except
 * those that add nothing to a list.
 */
static void
print_value(const struct setting *row, const struct origin *o, FILE *out)
{
	const char *between = "";

	for (; o != NULL; o = o->next) {
		if (setting_is_list(row) && o->assignment->value.text == NULL)
			continue;
		fputs(between, out);
		print_one(row, o->assignment->value, out);
		between = row->combine == ADDS_UP ? "," : " & ";
	}
	if (*between == '\0')
		print_one(row, setting_default(row), out);
}

/*
 * True if the setting has its default, so that settings that need it do
 * nothing.
 */
static bool
is_idle(const char *name, const struct outcome *o)
{
	const struct setting *row = name == NULL ? NULL : setting_find(name);
	const struct origin *origin;

	if (row == NULL)
		return false;
	origin = o->origins[row - settings];
	return origin == NULL ||
	    origin->assignment->value.number == setting_default(row).number;
}

/* Prints the origins of all of these values. */
static void
print_origins(const struct origin *o, FILE *out)
{
	if (o == NULL)
		fputs("default", out);
	for (; o != NULL; o = o->next) {
		print_origin(o, out);
		if (o->next != NULL)
			fputs("; ", out);
	}
}

static void
print_setid(const struct setting *row, const struct policy *p, FILE *out)
{
	if (row->offset == offsetof(struct policy, files.mode) &&
	    p->restricted_here)
		fprintf(out, "; clear=%o is added, being restricted",
		    POLICY_SETID);
}

/* Prints the value that holds in this session if it is not the one written. */
static void
print_remark(const struct setting *row, const struct origin *o,
    const struct policy *p, FILE *out)
{
	const struct value read = { .number = p->protocol.max_read };
	const struct value said = o == NULL ? setting_default(row) :
	    o->assignment->value;
	char buf[32];

	if (row->offset == offsetof(struct policy, root) && p->root != NULL)
		fprintf(out, "; here \"%s\"", p->root);
	if (row->offset == offsetof(struct policy, access.protect_startup))
		fprintf(out, "; here %s",
		    p->access.protect_startup ? "true" : "false");
	if (row->offset == offsetof(struct policy, protocol.max_read) &&
	    read.number < said.number)
		fprintf(out, "; here %s, for protocol.max_packet",
		    setting_format(row, read, buf, sizeof(buf)));
	print_setid(row, p, out);
}

static void
print_setting(const struct setting *row, const struct outcome *outcome,
    const struct policy *p, FILE *out)
{
	const struct origin *o = outcome->origins[row - settings];

	fprintf(out, "%s ", row->name);
	print_value(row, o, out);
	fputs("   # ", out);
	if (o != NULL && is_idle(row->needs, outcome))
		fprintf(out, "does nothing while %s has its default; ",
		    row->needs);
	print_origins(o, out);
	print_remark(row, o, p, out);
	putc('\n', out);
}

/* Prints a setting under its name in a path rule; `rule` may be NULL. */
static void
print_beneath(enum path_leaf leaf, const struct origin *o,
    const struct path_rule *rule, const struct policy *p, FILE *out)
{
	const struct setting *row = setting_find(subtree_leaves[leaf].setting);

	fprintf(out, "%s ", subtree_leaves[leaf].name);
	print_value(row, o, out);
	fputs("   # ", out);
	print_origins(o, out);
	if (rule != NULL && rule->match != rule->written)
		fprintf(out, "; here \"%s\"", rule->match);
	print_setid(row, p, out);
	putc('\n', out);
}

/* Prints one setting of a path rule. */
static void
print_rule(const struct assignment *s, const struct origin *path,
    const struct path_rule *rule, const struct policy *p, FILE *out)
{
	const struct origin o = { .rule = path->rule,
	    .profile = path->profile, .assignment = s };

	print_beneath(s->leaf, &o, rule, p, out);
}

/* Prints path rules, one setting per line. */
static void
print_paths(const struct origin *o, const struct policy *p, FILE *out)
{
	const struct assignment *s;
	size_t i;

	for (i = 0; o != NULL; o = o->next, i++)
		for (s = o->assignment->beneath; s != NULL; s = s->next) {
			fprintf(out, "paths \"%s\" ",
			    p->paths->rules[i].written);
			print_rule(s, o, &p->paths->rules[i], p, out);
		}
}

static void
print_settings(const struct outcome *o, const struct policy *p, FILE *out)
{
	const struct setting *row;

	for (row = settings; row < settings + settings_count; row++)
		if (row->type == SETTING_PATHS && p->paths != NULL)
			print_paths(o->origins[row - settings], p, out);
		else
			print_setting(row, o, p, out);
}

/* Prints a setting as the most specific path rule sets it, or the session. */
static void
print_leaf(const struct outcome *outcome, const struct policy *p,
    const struct path_rule *rule, enum path_leaf leaf, FILE *out)
{
	const struct setting *row = setting_find(rule != NULL ? "paths" :
	    subtree_leaves[leaf].setting);
	const struct origin *o = outcome->origins[row - settings];
	const struct assignment *s;
	const struct path_rule *r;

	if (rule == NULL) {
		print_beneath(leaf, o, NULL, p, out);
		return;
	}
	for (r = p->paths->rules; r < rule; r++)
		o = o->next;
	for (s = o->assignment->beneath; s->leaf != leaf; s = s->next)
		continue;
	print_rule(s, o, rule, p, out);
}

/* Prints -R, -p and -P if they restrict the requests. */
static void
print_requests(const struct outcome *o, const struct policy *p, FILE *out)
{
	const struct setting *row;

	for (row = settings; row < settings + settings_count; row++)
		if (row->flag != 0 && strchr("RpP", row->flag) != NULL &&
		    o->origins[row - settings] != NULL)
			print_setting(row, o, p, out);
}

/* Prints the settings that hold for `path`, to which `asked` resolves. */
static void
print_area(const struct outcome *o, const struct policy *p, const char *path,
    const char *asked, bool fold, FILE *out)
{
	const struct path_rule *best[LEAVES], *r;
	size_t i, n = p->paths == NULL ? 0 : p->paths->count;
	enum path_leaf leaf;

	if (strcmp(path, asked) != 0)
		fprintf(out, "# \"%s\" is \"%s\"\n", asked, path);
	subtree_search(p, fold, path, best);
	for (leaf = 0; leaf < LEAVES; leaf++)
		print_leaf(o, p, best[leaf], leaf, out);
	print_leaf(o, p, NULL, LEAF_HIDE, out);
	for (i = 0; i < n; i++) {
		r = &p->paths->rules[i];
		if (r->hide != NULL && subtree_rule_holds(r, fold, path))
			print_leaf(o, p, r, LEAF_HIDE, out);
	}
	print_requests(o, p, out);
	if (subtree_hides(p, fold, path) ||
	    subtree_hides(p, fold, asked))
		fputs("# hidden: it is answered as a missing name is\n", out);
	if (subtree_has_below(p, fold, path))
		fputs("# path rules lie below it, so that it cannot be "
		    "renamed\n", out);
}

/* True if this shell reads files of the user before it runs a command. */
static bool
reads_startup_files(const char *shell)
{
	static const char *const names[] = {
		"bash", "rbash", "zsh", "rzsh", "csh", "tcsh", "fish",
	};
	const char *slash = strrchr(shell, '/');
	size_t i;

	shell = slash == NULL ? shell : slash + 1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(shell, names[i]) == 0)
			return true;
	return false;
}

/*
 * Warns that only Landlock protects against directories that are moved out of
 * the root while in use.
 */
static void
print_landlock(const struct policy *p, const struct facts *f, FILE *out)
{
	bool none = p->access.read_only ? f->no_landlock_to_read :
	    f->no_landlock;

	if (none && p->sandbox == SANDBOX_REQUIRE)
		fputs("# sandbox is \"require\", but this kernel has no "
		    "Landlock, or an old one: every session is refused\n",
		    out);
	else if (none && p->restricted)
		fputs("# restricted, but this kernel has no Landlock, or an "
		    "old one: a directory that is moved out of a root while "
		    "it is in use leads out of it\n", out);
	else if (p->root != NULL && p->sandbox == SANDBOX_OFF)
		fputs("# restricted, but sandbox is \"off\": a directory that "
		    "is moved out of the root while it is in use leads out "
		    "of it\n", out);
}

/*
 * Prints why a restriction may not hold: this program cannot control programs
 * that run before it.
 */
static void
print_caveats(const struct policy *p, const struct facts *f, FILE *out)
{
	print_landlock(p, f, out);
	if (!p->restricted)
		return;
	if (!f->forced)
		fputs("# restricted, which holds only where ForceCommand in "
		    "sshd_config runs this program: a Subsystem line leaves "
		    "\"ssh host command\" open\n", out);
	if (f->shell != NULL && reads_startup_files(f->shell))
		fprintf(out, "# restricted, but %s reads files of %s%s before "
		    "it runs this program: %s\n", f->shell,
		    f->user == NULL ? "the user" : f->user,
		    f->home == NULL ? "" : " in the home directory",
		    p->access.protect_startup ? "access.protect_startup keeps "
		    "this server from changing them; what else can write "
		    "them must not, or the user needs another shell" :
		    "the user must not be able to write them, or needs "
		    "access.protect_startup or another shell");
}

/*
 * Resolves the paths in the policy, and *path if there is one. Returns 0, or -1
 * with the error that would reject the session.
 */
static int
resolve_names(struct conf *c, const struct facts *f, struct policy *p,
    struct fs *fs, const char **path, struct error *e)
{
	char real[PATH_MAX];
	int why;

	if (!p->resolves)
		return 0;
	if (conf_open_root(c, f, p, fs, e) != 0)
		return -1;
	fs->policy = p;
	fs->names = true;
	if (*path != NULL && resolve_real_partly(fs, *path, real, &why) == 0)
		*path = arena_copy(&c->arena, real);
	return 0;
}

int
explain_policy(struct conf *c, const struct facts *f, struct fs *fs,
    FILE *out, struct error *e)
{
	const char *path = f->path;
	const struct undecided *u;
	struct outcome o;
	struct policy p;
	char line[ERROR_LINE_MAX];
	bool refused, fold;
	int r;

	merge_evaluate(c, f, &o);
	setting_defaults(&p);
	if ((r = merge_apply(&o, f, &p, e)) == 0) {
		refused = fs != NULL &&
		    resolve_names(c, f, &p, fs, &path, e) != 0;
		fold = fs != NULL && fs->folds;
		if (path != NULL)
			print_area(&o, &p, path, f->path, fold, out);
		else
			print_settings(&o, &p, out);
		for (u = o.undecided; u != NULL; u = u->next)
			fprintf(out, "# undecided: rule %d, %s:%d needs %s\n",
			    u->rule->number, u->rule->body.file,
			    u->rule->body.line, merge_needs(u->rule, f));
		if (f->login != NULL && f->login->uid == (uid_t)-1)
			fprintf(out, "# there is no user \"%s\"\n", f->user);
		print_caveats(&p, f, out);
		if (refused)
			fprintf(out, "# refused: %s\n", error_line(e, line));
		r = refused ? CONF_REJECTED : o.undecided != NULL;
	}
	policy_free(&p);
	return r;
}
