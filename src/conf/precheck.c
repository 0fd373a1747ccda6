/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "conf/precheck.h"

#define DEPTH_MAX	32

static size_t
name_len(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '*' || s[n] == '-' ||
	    s[n] == '_')
		n++;
	return n;
}

static size_t
string_len(const char *s, const char **wrong)
{
	const char *p;

	for (p = s + 1; *p != '"' && *p != '\n' && *p != '\0'; p++)
		if (*p == '\\' && strncasecmp(p, "\\x00", 4) == 0)
			*wrong = "\\x00 would end the string";
		else if (*p == '\\' && p[1] != '\n' && p[1] != '\0')
			p++;
	if (*p != '"')
		*wrong = "no quote ends this string on its line";
	return (size_t)(p - s) + (*p == '"');
}

static size_t
comment_len(const char *s, const char **wrong)
{
	bool is_block = s[0] == '/' && s[1] == '*';
	const char *end = is_block ? strstr(s + 2, "*/") : NULL;
	size_t n = strcspn(s, "\r\n");

	if (end != NULL)
		return (size_t)(end + 2 - s);
	if (s[0] == '/' && s[1] != '/' && !is_block)
		return 1;
	n += strspn(s + n, "\r");
	if (is_block || (s[n] != '\n' && s[n] != '\0'))
		*wrong = is_block ? "this comment does not end" :
		    "a CR without a LF does not end this comment";
	return n;
}

/* Returns the length of a number, including a name that follows it directly. */
static size_t
number_len(const char *s, const char **wrong)
{
	if (s[0] == '0' && strspn(s + 1, "0123456789bBoOqQ") > 0)
		*wrong = "a number that begins with 0 is not octal here (write "
		    "octal modes as strings, \"022\")";
	else if (strtoll(s, NULL, 0) > INT_MAX)
		*wrong = "this number is too large (sizes may be written as "
		    "strings, \"4G\"; no limit is \"none\")";
	return name_len(s);
}

/* Returns the length of a token that is neither punctuation nor a string. */
static size_t
word_len(const char *s, const char **wrong)
{
	if (isdigit((unsigned char)*s))
		return number_len(s, wrong);
	if (*s == '@' && strncmp(s, "@include", 8) == 0)
		*wrong = "@include is not supported";
	return 1 + (isalpha((unsigned char)*s) || *s == '*' || *s == '.' ?
	    name_len(s + 1) : 0);
}

int
precheck_text(const char *text, size_t len, struct error *e)
{
	const char *p, *end, *name = "", *setting = "", *wrong = NULL;
	int opened[DEPTH_MAX + 2] = { 0 }, depth = 0;
	bool after_string = false;

	e->line = 1;
	for (p = text; wrong == NULL && *p != '\0'; p = end) {
		end = p + 1;
		switch (*p) {
		case '\n':
			e->line++;
			/* FALLTHROUGH */
		case ' ': case '\t': case '\f': case '\r':
			continue;
		case '#': case '/':
			end = p + comment_len(p, &wrong);
			for (; p < end; p++)
				e->line += *p == '\n';
			continue;
		case '"':
			end = p + string_len(p, &wrong);
			if (after_string)
				wrong = "two strings with nothing between "
				    "would be read as one (is a comma or a "
				    "semicolon missing?)";
			break;
		case '=': case ':':
			setting = name;
			break;
		case '{': case '[': case '(':
			opened[++depth] = e->line;
			if (depth > DEPTH_MAX)
				wrong = "more than 32 brackets within each "
				    "other";
			break;
		case '}':
			setting = "";
			/* FALLTHROUGH */
		case ']': case ')':
			depth -= depth > 0;
			break;
		case ';':
			setting = "";
			break;
		default:
			end = p + word_len(p, &wrong);
			if (isalpha((unsigned char)*p) || *p == '*')
				name = p;
		}
		after_string = *p == '"';
	}
	if (wrong == NULL && p != text + len)
		wrong = "a NUL byte would end the file here";
	if (wrong == NULL)
		return opened[depth];
	strlcpy(e->setting, setting, sizeof(e->setting));
	e->setting[name_len(e->setting)] = '\0';
	return error_say(e, "%s", wrong);
}
