/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/check.h"
#include "conf/expand.h"
#include "conf/explain.h"
#include "conf/group.h"
#include "conf/load.h"
#include "conf/merge.h"
#include "conf/parse.h"
#include "conf/path_rules.h"
#include "conf/safe_open.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "policy/match.h"
#include "policy/policy.h"

#define DEFAULT_FILE	SYSCONFDIR "/slipway.conf"
#define FILE_MAX	(1024 * 1024)

struct conf *
conf_new(const char *const *requests, const char *const *extensions)
{
	struct conf *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		buf_no_memory();
	config_init(&c->tree);
	c->requests = requests;
	c->extensions = extensions;
	c->flags.next = &c->options;
	c->options.body.file = "-o";
	c->last = &c->options;
	return c;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	config_destroy(&c->tree);
	arena_free(&c->arena);
	free(c);
}

int
conf_flag(struct conf *c, int flag, const char *value, struct error *e)
{
	const struct given g = { GIVEN_FLAG, value == NULL ? "true" : value,
	    .file = arena_printf(&c->arena, "-%c", flag) };
	const struct setting *row = setting_find_flag(flag);

	*e = (struct error){ 0 };
	error_at(e, g.file, 0, NULL);
	if (row == NULL || (value == NULL) != (row->type == SETTING_BOOL))
		return error_say(e, row == NULL ? "there is no such option" :
		    value == NULL ? "wants a value" : "takes no value");
	return rules_add(c, &c->flags.body, row->name, &g, e);
}

int
conf_option(struct conf *c, const char *assignment, struct error *e)
{
	const char *equals = strchr(assignment, '=');
	struct body *b = &c->options.body;
	struct given g = { .as = GIVEN_TEXT, .file = "-o" };
	char *name;

	*e = (struct error){ 0 };
	name = arena_copy(&c->arena, assignment);
	if (equals == NULL) {
		error_at(e, "-o", 0, NULL);
		return error_say(e, "\"%.100s\" has no value "
		    "(-o name=value)", assignment);
	}
	name[equals - assignment] = '\0';
	g.text = equals + 1;
	if (strcmp(name, "profile") == 0)
		return rules_want_profile(c, b, &g, e);
	return rules_add(c, b, name, &g, e);
}

int
conf_text(struct conf *c, const char *name, const char *text, size_t len,
    struct error *e)
{
	const config_setting_t *root;

	*e = (struct error){ 0 };
	name = arena_copy(&c->arena, name);
	error_at(e, name, 0, NULL);
	root = load_tree(&c->tree, &c->arena, text, len, e);
	return root == NULL ? -1 : parse_tree(c, name, root, e);
}

static int
read_policy(struct conf *c, const char *name, int fd, uint64_t size,
    struct error *e)
{
	char *text;
	ssize_t n;
	bool end;

	if (size > FILE_MAX)
		return error_say(e, "is larger than 1 MiB");
	text = arena_get(&c->arena, (size_t)size + 1);
	if ((n = fs_read(fd, text, (size_t)size + 1, 0, &end)) < 0)
		return error_say(e, "%s", strerror((int)-n));
	if ((uint64_t)n > size)
		return error_say(e, "grows while it is read");
	text[n] = '\0';
	return conf_text(c, name, text, (size_t)n, e);
}

static int
read_file(struct conf *c, const char *path, const struct facts *facts,
    struct error *e)
{
	const char *name = DEFAULT_FILE;
	struct statx st;
	int fd, r;

	if (path != NULL) {
		error_at(e, path[0] == '\0' ? "-F" : path, 0, NULL);
		if (path[0] == '\0')
			return error_say(e, "names no file");
		name = expand_path(path, "uU", facts, &c->arena, e);
		if (name == NULL)
			return -1;
	}
	error_at(e, name, 0, NULL);
	fd = safe_open(name, &st, e);
	if (fd == SAFE_OPEN_ABSENT)
		return path == NULL ? 0 :
		    error_say(e, "there is no such file");
	if (fd < 0)
		return -1;
	if ((st.stx_mode & S_IROTH) == 0 &&
	    (st.stx_gid == 0 || (st.stx_mode & S_IRGRP) == 0))
		c->unreadable = arena_copy(&c->arena, name);
	r = read_policy(c, name, fd, st.stx_size, e);
	fs_close(fd);
	return r;
}

int
conf_file(struct conf *c, const char *path, const struct facts *facts,
    struct error *e)
{
	*e = (struct error){ 0 };
	if (read_file(c, path, facts, e) < 0 || rules_link(c, e) < 0)
		return -1;
	return check_charsets(c, e);
}

bool
conf_asks_groups(const struct conf *c)
{
	return c->asks_groups;
}

int
conf_resolve(struct conf *c, const struct facts *f, struct policy *p,
    struct error *e)
{
	*e = (struct error){ 0 };
	setting_defaults(p);
	return rules_link(c, e) < 0 ? -1 : merge_resolve(c, f, p, e);
}

void
conf_blame(struct conf *c, const struct facts *f, const char *name,
    struct error *e)
{
	const struct setting *row = setting_find(name);
	const struct origin *by;
	struct outcome o;

	merge_evaluate(c, f, &o);
	by = o.origins[row - settings];
	error_at(e, by == NULL ? "" : by->assignment->file,
	    by == NULL ? 0 : by->assignment->line, row->name);
}

int
conf_open_root(struct conf *c, const struct facts *f, struct policy *p,
    struct fs *fs, struct error *e)
{
	const char *root = p->root != NULL ? p->root : "/";
	char culprit[PATH_MAX];
	int r;

	if ((r = locate_confine(fs, root, p->root_fixed, culprit)) == 0)
		return path_rules_resolve(p, fs, e);
	conf_blame(c, f, "root", e);
	return error_say(e, "\"%s\": \"%s\" cannot be opened: %s", root,
	    culprit, strerror(-r));
}

int
conf_check(struct conf *c, const struct facts *f, FILE *out, struct error *e)
{
	*e = (struct error){ 0 };
	if (rules_link(c, e) < 0)
		return -1;
	check_rules(c, out);
	return group_check(c, f, e);
}

int
conf_explain(struct conf *c, const struct facts *f, struct fs *fs, FILE *out,
    struct error *e)
{
	*e = (struct error){ 0 };
	return rules_link(c, e) < 0 ? -1 : explain_policy(c, f, fs, out, e);
}

/* Sets one fact. Returns false if the name or the value is invalid. */
static bool
set_criterion(struct facts *f, const char *name, const char *value)
{
	struct address a;
	const char *error;

	if (strcmp(name, "user") == 0)
		f->user = value;
	else if (strcmp(name, "address") == 0) {
		f->address = value;
		return match_parse_address(value, &a);
	} else if (strcmp(name, "local_address") == 0) {
		f->local_address = value;
		return match_parse_address(value, &a);
	} else if (strcmp(name, "local_port") == 0) {
		f->local_port = (int)strtonum(value, 1, 65535, &error);
		return error == NULL;
	} else
		return false;
	return *value != '\0';
}

int
conf_criteria(struct conf *c, const char *criteria, struct facts *f,
    struct error *e)
{
	char *name, *value, *rest = arena_copy(&c->arena, criteria);

	*e = (struct error){ 0 };
	error_at(e, "-C", 0, NULL);
	while (rest != NULL && strncmp(rest, "path=", 5) != 0) {
		name = strsep(&rest, ",");
		value = name + strcspn(name, "=");
		if (*value == '=')
			*value++ = '\0';
		if (!set_criterion(f, name, value))
			return error_say(e, "\"%.100s=%.100s\" is not a "
			    "criterion (user=, address=, local_address=, "
			    "local_port= and, as the last, path= are)",
			    name, value);
	}
	if (rest == NULL)
		return 0;
	/* The form that rules use, apart from doubled slashes. */
	f->path = rest + strlen("path=");
	if (*f->path == '/' && (f->path[strspn(f->path, "/")] == '\0' ||
	    expand_is_root(f->path)))
		return 0;
	return error_say(e, "path=\"%.100s\" must be absolute, without . and "
	    ".., as the session has it: below its root", f->path);
}

void
conf_settings(FILE *out)
{
	const struct setting *row;
	char values[256], value[64];

	for (row = settings; row < settings + settings_count; row++)
		fprintf(out, "%s\t%s\t%s\t%s\n", row->name,
		    setting_type_name(row),
		    setting_values(row, values, sizeof(values)),
		    setting_format(row, setting_default(row), value,
		    sizeof(value)));
}
