/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/scan.h"

/* What a token is, as far as the one behind it cares; others are themselves. */
enum { NOTHING = 0, STRING = 's', NUMBER = 'n', WORD = 'w' };

struct scanner {
	const char	*p;		/* not yet read; NUL-terminated */
	int		 line;
	int		 last;		/* the token before */
	struct scan	*found;
	struct mistake	*mistake;
};

static int
refuse(struct scanner *s, const char *text)
{
	s->mistake->line = s->line;
	return mistake_say(s->mistake, "%s", text);
}

static void
hint(struct scanner *s, const char *text)
{
	if (s->found->hint == NULL)
		*s->found = (struct scan){ text, s->line };
}

/* Goes to `end`, counting lines. */
static void
advance(struct scanner *s, const char *end)
{
	for (; s->p < end; s->p++)
		s->line += *s->p == '\n';
}

static int
skip_line_comment(struct scanner *s)
{
	s->p += strcspn(s->p, "\n");
	return 0;
}

static int
skip_block_comment(struct scanner *s)
{
	const char *end = strstr(s->p + 2, "*/");

	if (end == NULL)
		return refuse(s, "this comment does not end, so that all "
		    "behind it would be ignored");
	advance(s, end + 2);
	return 0;
}

static int
take_string(struct scanner *s)
{
	const char *end;

	if (s->last == STRING)
		return refuse(s, "two strings with nothing between would be "
		    "read as one (is a comma or a semicolon missing?)");
	for (end = s->p + 1; *end != '"'; end++) {
		if (*end == '\\' && strncmp(end, "\\x00", 4) == 0)
			return refuse(s, "\\x00 would end the string");
		if (*end == '\\')
			end++;
		if (*end == '\0' || *end == '\n')
			return refuse(s, "this string does not end on its "
			    "line (a quote is missing)");
	}
	advance(s, end + 1);
	s->last = STRING;
	return 0;
}

/* libconfig reads 022 as 22, and 4294967297 as 1. strtoll() saturates. */
static int
check_integer(struct scanner *s, const char *digits)
{
	char *end;
	long long n;

	n = strtoll(digits, &end, strncasecmp(digits, "0x", 2) == 0 ? 16 : 10);
	if (*end == '.' || tolower((unsigned char)*end) == 'e')
		return 0;
	if (digits[0] == '0' && isdigit((unsigned char)digits[1]))
		return refuse(s, "a number that begins with 0 is not octal "
		    "here (write octal modes as strings, \"022\")");
	if (n > INT_MAX)
		return refuse(s, "this number is too large (sizes may be "
		    "written as strings, \"4G\"; no limit is \"none\")");
	return 0;
}

static int
take_number(struct scanner *s)
{
	const char *digits = s->p + (*s->p == '-' || *s->p == '+');

	if (check_integer(s, digits) < 0)
		return -1;
	for (s->p = digits; isalnum((unsigned char)*s->p) || *s->p == '.'; )
		s->p++;
	s->last = NUMBER;
	return 0;
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

static int
take_word(struct scanner *s)
{
	static const char *const slips[] = { "yes", "no", "on", "off" };
	size_t i, len = 0;
	bool value = s->last == '=' || s->last == ':' || s->last == '[';

	while (in_word(s->p[len]))
		len++;
	for (i = 0; value && i < sizeof(slips) / sizeof(slips[0]); i++)
		if (len == strlen(slips[i]) &&
		    strncasecmp(s->p, slips[i], len) == 0)
			hint(s, "write true or false");
	if (value && !(len == 4 && strncasecmp(s->p, "true", len) == 0) &&
	    !(len == 5 && strncasecmp(s->p, "false", len) == 0))
		hint(s, "text is written in quotes");
	if (s->p[len] == '.')
		hint(s, "a dotted name is for -o; here its parts are groups, "
		    "a = { b = ...; }");
	if (s->last == WORD)
		hint(s, "is a semicolon missing before this?");
	s->p += len;
	s->last = WORD;
	return 0;
}

static int
take_sign(struct scanner *s)
{
	if (*s->p == '@')
		return refuse(s, "@include is not supported");
	if (*s->p == '{' && s->last == '}')
		hint(s, "a comma is missing between } and {");
	if (strchr(")]", *s->p) != NULL && s->last == ',')
		return refuse(s, "the comma before ) or ] is one too many");
	if (*s->p == ',' && s->last == ',')
		hint(s, "a comma is one too many");
	s->last = *s->p++;
	return 0;
}

/* Reads one token, comment or blank. */
static int
take(struct scanner *s)
{
	unsigned char c = (unsigned char)*s->p;
	bool sign = c == '-' || c == '+';

	if (isspace(c)) {
		advance(s, s->p + 1);
		return 0;
	}
	if (c == '#' || strncmp(s->p, "//", 2) == 0)
		return skip_line_comment(s);
	if (strncmp(s->p, "/*", 2) == 0)
		return skip_block_comment(s);
	if (c == '"')
		return take_string(s);
	if (isdigit(c) || (sign && isdigit((unsigned char)s->p[1])))
		return take_number(s);
	if (isalpha(c) || c == '*')
		return take_word(s);
	return take_sign(s);
}

int
scan_text(const char *text, size_t len, struct scan *found,
    struct mistake *m)
{
	struct scanner s = {
		.p = text, .line = 1, .last = NOTHING, .found = found,
		.mistake = m,
	};
	const char *nul = memchr(text, '\0', len);

	*found = (struct scan){ 0 };
	if (nul != NULL) {
		advance(&s, nul);
		return refuse(&s, "a NUL byte would end the file here");
	}
	while (*s.p != '\0')
		if (take(&s) < 0)
			return -1;
	return 0;
}
