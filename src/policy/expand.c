/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "policy/config.h"
#include "policy/expand.h"

static bool
is_safe_name(const char *s)
{
	const char *p;

	if (*s == '\0' || *s == '-' || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0)
		return false;
	for (p = s; *p != '\0'; p++)
		if (*p == '/' || (unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return true;
}

/* What a token stands for; NULL with the mistake's text. */
static const char *
token_value(char token, const char *tokens, const struct facts *f,
    char uid[16], struct mistake *m)
{
	const char *value = token == 'u' ? f->user : f->home;

	if (token == '%')
		return "%";
	if (token == '\0' || strchr(tokens, token) == NULL) {
		mistake_say(m, "there is no token %%%.1s", &token);
		return NULL;
	}
	if (token == 'U') {
		snprintf(uid, 16, "%u", (unsigned)f->uid);
		return uid;
	}
	if (value == NULL)
		mistake_say(m, "%%%c is not known", token);
	else if (token == 'd' || is_safe_name(value))
		return value;
	else
		mistake_say(m, "%%%c is \"%.100s\", which is no safe part of "
		    "a path", token, value);
	return NULL;
}

const char *
expand_path(const char *path, const char *tokens, const struct facts *f,
    struct arena *arena, struct mistake *m)
{
	const char *value, *out = "";
	char uid[16];
	size_t n;

	for (; *path != '\0'; path += n) {
		n = strcspn(path, "%");
		value = "";
		if (path[n] == '%') {
			value = token_value(path[n + 1], tokens, f, uid, m);
			if (value == NULL)
				return NULL;
		}
		out = arena_printf(arena, "%s%.*s%s", out, (int)n, path,
		    value);
		n += path[n] == '%' ? 2 : 0;
	}
	return out;
}
