/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "conf/conf.h"
#include "conf/expand.h"
#include "policy/match.h"

static bool
is_safe_name(const char *s)
{
	return *s != '\0' && *s != '-' && strcmp(s, ".") != 0 &&
	    strcmp(s, "..") != 0 && strchr(s, '/') == NULL &&
	    !match_has_control(s);
}

/* Returns the value of a token, or NULL with the error's text set. */
static const char *
token_value(char token, const char *tokens, const struct facts *f,
    char uid[16], struct error *e)
{
	const char *value = token == 'u' ? f->user : f->home;

	if (token == '%')
		return "%";
	if (token == '\0' || strchr(tokens, token) == NULL) {
		error_say(e, "there is no token %%%.1s", &token);
		return NULL;
	}
	if (token == 'U') {
		snprintf(uid, 16, "%u", (unsigned)f->uid);
		return uid;
	}
	if (value == NULL)
		error_say(e, "%%%c is not known", token);
	else if (token == 'd' || is_safe_name(value))
		return value;
	else
		error_say(e, "%%%c is \"%.100s\", which is not safe in a "
		    "path", token, value);
	return NULL;
}

char *
expand_path(const char *path, const char *tokens, const struct facts *f,
    struct arena *arena, struct error *e)
{
	char uid[16], *out = arena_copy(arena, "");
	const char *value;
	size_t n;

	for (; *path != '\0'; path += n) {
		n = strcspn(path, "%");
		value = "";
		if (path[n] == '%') {
			value = token_value(path[n + 1], tokens, f, uid, e);
			if (value == NULL)
				return NULL;
		}
		out = arena_printf(arena, "%s%.*s%s", out, (int)n, path,
		    value);
		n += path[n] == '%' ? 2 : 0;
	}
	return out;
}

bool
expand_is_root(const char *path)
{
	struct component c;
	bool any = false;

	if (*path != '/' && strncmp(path, "%d", 2) != 0)
		return false;
	for (; path_next(path, &c); path = c.rest) {
		if (c.len <= 2 && strncmp(c.name, "..", c.len) == 0)
			return false;
		any = true;
	}
	return any;
}

size_t
expand_squeeze(char *path)
{
	char *in, *out = path;

	for (in = path; *in != '\0'; in++)
		if (*in != '/' || (in[1] != '/' && in[1] != '\0'))
			*out++ = *in;
	*out = '\0';
	return (size_t)(out - path);
}

/* Returns that number of bytes before the path is expanded. */
static size_t
fixed_part(const char *path, const char *wild)
{
	const char *p = path;

	if (strncmp(p, "%d", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
		return 2;
	while (*p != '\0' && strchr(wild, *p) == NULL &&
	    (*p != '%' || p[1] == '%'))
		p += *p == '%' ? 2 : 1;
	while (*p != '\0' && p > path && *p != '/')
		p--;
	return (size_t)(p - path);
}

size_t
expand_fixed(const char *path, const char *wild, const struct facts *f,
    struct arena *arena)
{
	char *head = arena_copy(arena, path);
	struct error none = { 0 };

	head[fixed_part(path, wild)] = '\0';
	return expand_squeeze(expand_path(head, "uUd", f, arena, &none));
}

const char *
expand_root(const char *path, const struct facts *f, struct arena *arena,
    size_t *fixed, struct error *e)
{
	char *root = expand_path(path, "uUd", f, arena, e);

	if (root == NULL)
		return NULL;
	if (!expand_is_root(root) || *root != '/') {
		error_say(e, "is \"%.100s\" here, which must be an absolute "
		    "path below /, without . and ..", root);
		return NULL;
	}
	expand_squeeze(root);
	*fixed = expand_fixed(path, "", f, arena);
	return root;
}
