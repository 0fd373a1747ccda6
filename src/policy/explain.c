/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/match.h"
#include "policy/rule.h"

/* "rule 2, /etc/slipway.conf:14 (profile webex)" or "-o" */
static void
print_origin(const struct origin *o, FILE *out)
{
	const struct setting *s = o->setting;

	if (o->rule->number == 0)
		fputs(o->profile == NULL ? s->file : "-o", out);
	else
		fprintf(out, "rule %d, %s:%d", o->rule->number,
		    o->rule->body.file, o->profile == NULL ? s->line :
		    o->rule->body.wants_line);
	if (o->profile != NULL)
		fprintf(out, " (profile %s)", o->profile->name);
}

/* One value; a list may be of any length. */
static void
print_one(const struct knob *k, struct value v, FILE *out)
{
	char buf[1024];

	if (v.text != NULL && k->combine != FIRST_WINS)
		fputs(v.text, out);
	else
		fputs(knob_format(k, v, buf, sizeof(buf)), out);
}

/* A value; all of them where they add up or intersect. */
static void
print_value(const struct knob *k, const struct origin *o, FILE *out)
{
	print_one(k, o == NULL ? knob_default(k) : o->setting->value, out);
	for (; o != NULL && o->next != NULL; o = o->next) {
		fputs(k->combine == ADDS_UP ? "," : " & ", out);
		print_one(k, o->next->setting->value, out);
	}
}

/* Has this setting its default, so that what needs it does nothing? */
static bool
is_idle(const char *name, const struct outcome *o)
{
	const struct knob *k = name == NULL ? NULL : knob_find(name);
	const struct origin *origin;

	if (k == NULL)
		return false;
	origin = o->origins[k - knobs];
	return origin == NULL ||
	    origin->setting->value.number == knob_default(k).number;
}

static void
print_setting(const struct knob *k, const struct outcome *outcome, FILE *out)
{
	const struct origin *o = outcome->origins[k - knobs];

	fprintf(out, "%s ", k->name);
	print_value(k, o, out);
	fputs("   # ", out);
	if (o == NULL)
		fputs("default", out);
	else if (is_idle(k->needs, outcome))
		fprintf(out, "does nothing while %s has its default; ",
		    k->needs);
	for (; o != NULL; o = o->next) {
		print_origin(o, out);
		if (o->next != NULL)
			fputs("; ", out);
	}
	putc('\n', out);
}

/* Does this shell read files of the user's before it runs a command? */
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

/* Why a restriction may be none: policy.c cannot mend what runs before it. */
static void
print_caveats(const struct outcome *o, const struct facts *f, FILE *out)
{
	if (!outcome_restricts(o))
		return;
	if (!f->forced)
		fputs("# restricted, which holds only where ForceCommand in "
		    "sshd_config runs this program: a Subsystem line leaves "
		    "\"ssh host command\" open\n", out);
	if (f->shell != NULL && reads_startup_files(f->shell))
		fprintf(out, "# restricted, but %s reads files of %s%s before "
		    "it runs this program: the user must not be able to write "
		    "them, or needs another shell\n", f->shell,
		    f->user == NULL ? "the user" : f->user,
		    f->home == NULL ? "" : " in the home directory");
}

int
config_explain(struct config *c, const struct facts *f, FILE *out,
    struct mistake *m)
{
	const struct undecided *u;
	const struct knob *k;
	struct outcome o;

	*m = (struct mistake){ 0 };
	if (config_link(c, m) < 0)
		return -1;
	config_evaluate(c, f, &o);
	for (k = knobs; k < knobs + knob_count; k++)
		print_setting(k, &o, out);
	for (u = o.undecided; u != NULL; u = u->next)
		fprintf(out, "# undecided: rule %d, %s:%d needs %s\n",
		    u->rule->number, u->rule->body.file, u->rule->body.line,
		    rule_needs(u->rule, f));
	print_caveats(&o, f, out);
	return o.undecided != NULL;
}

void
config_settings(FILE *out)
{
	const struct knob *k;
	char values[256], value[64];

	for (k = knobs; k < knobs + knob_count; k++)
		fprintf(out, "%s\t%s\t%s\t%s\n", k->name, knob_type_name(k),
		    knob_values(k, values, sizeof(values)),
		    knob_format(k, knob_default(k), value, sizeof(value)));
}

/* Sets one fact. False when there is none of this name, or no such value. */
static bool
set_criterion(struct facts *f, const char *name, const char *value)
{
	struct address a;
	char *end;
	long port;

	if (strcmp(name, "user") == 0)
		f->user = value;
	else if (strcmp(name, "address") == 0) {
		f->address = value;
		return address_parse(value, &a);
	} else if (strcmp(name, "local_address") == 0) {
		f->local_address = value;
		return address_parse(value, &a);
	} else if (strcmp(name, "local_port") == 0) {
		port = strtol(value, &end, 10);
		f->local_port = (int)port;
		return *end == '\0' && port > 0 && port <= 65535;
	} else
		return false;
	return *value != '\0';
}

int
config_criteria(struct config *c, const char *criteria, struct facts *f,
    struct mistake *m)
{
	char *rest, *name, *value;

	*m = (struct mistake){ 0 };
	mistake_at(m, "-C", 0, NULL);
	rest = arena_copy(&c->arena, criteria);
	while ((name = strsep(&rest, ",")) != NULL) {
		value = name + strcspn(name, "=");
		if (*value == '=')
			*value++ = '\0';
		if (!set_criterion(f, name, value))
			return mistake_say(m, "\"%.100s=%.100s\" is no "
			    "criterion (user=, address=, local_address= and "
			    "local_port= are)", name, value);
	}
	return 0;
}
