/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/tree.h"

#define DEPTH_MAX	32

/* The brackets we are in, the innermost of them; at first none. */
struct brackets {
	int	open, close;		/* close is NUL where the file ends */
	int	line;
	int	depth;
};

/* One function reads one thing, and leaves `p` behind it. */
struct reader {
	const char	*p;		/* not yet read; NUL-terminated */
	int		 line;
	struct brackets	 in;
	const char	*number;	/* where the last one ended, or NULL */
	bool		 failed;	/* and so `p` is at an end */
	struct arena	*arena;
	struct mistake	*mistake;
};

/* The first mistake counts, and nothing is left to read behind it. */
static void
refuse(struct reader *r, const char *text)
{
	if (!r->failed) {
		r->mistake->line = r->line;
		mistake_say(r->mistake, "%s", text);
	}
	r->failed = true;
	r->p = "";
}

/* What does not follow the grammar; `hint` says what it should be. */
static void
refuse_syntax(struct reader *r, const char *hint)
{
	refuse(r, arena_printf(r->arena, "syntax error (%s)", hint));
}

/* The quote that ends a string, or NULL when none does on its line. */
static const char *
find_quote(const char *s)
{
	for (;;) {
		s += strcspn(s, "\"\\\n");
		if (*s == '\\')
			s++;
		else
			return *s == '"' ? s : NULL;
		if (*s == '\0' || *s == '\n')
			return NULL;
		s++;
	}
}

static void
refuse_quote(struct reader *r)
{
	refuse(r, "this string does not end on its line (a quote is missing)");
}

/*
 * What stands here does not belong here. Of what is wrong in any place that is
 * said, otherwise the hint.
 */
static void
refuse_here(struct reader *r, const char *hint)
{
	const struct brackets *in = &r->in;
	int c = *r->p;

	if (c == '@')
		refuse(r, "@include is not supported");
	else if (c == '"' && find_quote(r->p + 1) == NULL)
		refuse_quote(r);
	else if (c == '\0' && in->close != '\0')
		refuse_syntax(r, arena_printf(r->arena, "the file ends, and "
		    "the %c of line %d is still open", in->open, in->line));
	else if (strchr("}])", c) == NULL || c == in->close)
		refuse_syntax(r, hint);
	else if (in->close == '\0')
		refuse_syntax(r, arena_printf(r->arena, "there is no bracket "
		    "that this %c could close", c));
	else
		refuse_syntax(r, arena_printf(r->arena, "this %c cannot close "
		    "the %c of line %d", c, in->open, in->line));
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
begins_name(char c)
{
	return is_letter(c) || c == '*';
}

static size_t
name_len(const char *s)
{
	const char *end = s;

	while (begins_name(*end) || is_digit(*end) || *end == '-' ||
	    *end == '_')
		end++;
	return (size_t)(end - s);
}

/* Is this word, of that length, that one, in capitals or not? */
static bool
is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(s, word, len) == 0;
}

static void
skip_block_comment(struct reader *r)
{
	const char *end = strstr(r->p + 2, "*/");

	if (end == NULL) {
		refuse(r, "this comment does not end, so that all behind it "
		    "would be ignored");
		return;
	}
	for (; r->p < end + 2; r->p++)
		r->line += *r->p == '\n';
}

/* Editors show another line behind a mere CR; there is none. */
static void
skip_line_comment(struct reader *r)
{
	r->p += strcspn(r->p, "\r\n");
	if (strchr("\n", r->p[strspn(r->p, "\r")]) == NULL)
		refuse(r, "a CR without a LF ends no line, so that what is "
		    "behind it would belong to this comment");
}

/* Goes to what is neither blank nor comment. */
static void
skip(struct reader *r)
{
	for (;;) {
		while (*r->p == ' ' || *r->p == '\t')
			r->p++;
		if (*r->p == '\n' || *r->p == '\r' || *r->p == '\f') {
			r->line += *r->p++ == '\n';
		} else if (*r->p == '#' || strncmp(r->p, "//", 2) == 0) {
			skip_line_comment(r);
		} else if (strncmp(r->p, "/*", 2) == 0) {
			skip_block_comment(r);
		} else {
			return;
		}
	}
}

/* Goes behind this character, if it is the next one. */
static bool
take(struct reader *r, int c)
{
	if (*r->p != c || c == '\0')
		return false;
	r->p++;
	skip(r);
	return true;
}

static int
hex_digit(char c)
{
	return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static bool
is_hex_digit(char c)
{
	return is_digit(c) || (hex_digit(c) >= 10 && hex_digit(c) <= 15);
}

/*
 * What a backslash and the character behind it stand for. Where they stand
 * for nothing the backslash stands for itself. *s is left at the last byte.
 */
static char
unescape(const char **s)
{
	static const char known[] = "nrtf\\\"", meant[] = "\n\r\t\f\\\"";
	const char *p = *s + 1, *found = strchr(known, *p);

	if (found != NULL) {
		*s = p;
		return meant[found - known];
	}
	if ((*p == 'x' || *p == 'X') && is_hex_digit(p[1]) &&
	    is_hex_digit(p[2])) {
		*s = p + 2;
		return (char)(hex_digit(p[1]) << 4 | hex_digit(p[2]));
	}
	return **s;
}

static void
read_string(struct reader *r, struct node *n)
{
	const char *s = r->p + 1, *end = find_quote(s);
	char *to;

	if (end == NULL) {
		refuse_quote(r);
		return;
	}
	n->type = NODE_STRING;
	n->text = to = arena_text(r->arena, s, (size_t)(end - s));
	for (; s < end; s++)
		if ((*to++ = *s == '\\' ? unescape(&s) : *s) == '\0')
			refuse(r, "\\x00 would end the string");
	*to = '\0';
	if (r->failed)
		return;
	r->p = end + 1;
	skip(r);
	if (*r->p == '"')
		refuse(r, "two strings with nothing between would be read as "
		    "one (is a comma or a semicolon missing?)");
}

static size_t
digits_len(const char *s)
{
	return strspn(s, "0123456789");
}

/* An exponent's length, or 0 when there is none. */
static size_t
exponent_len(const char *s)
{
	size_t sign, digits;

	if (*s != 'e' && *s != 'E')
		return 0;
	sign = s[1] == '-' || s[1] == '+';
	digits = digits_len(s + 1 + sign);
	return digits == 0 ? 0 : 1 + sign + digits;
}

/* The length of a float behind its sign, which may be a mere point, or 0. */
static size_t
float_len(const char *s)
{
	size_t len = digits_len(s);

	if (s[len] != '.')
		return len == 0 || exponent_len(s + len) == 0 ? 0 :
		    len + exponent_len(s + len);
	len += 1 + digits_len(s + len + 1);
	return len + exponent_len(s + len);
}

/* The digits of an integer, which there are. strtoll() saturates. */
static void
read_integer(struct reader *r, struct node *n, const char *digits, int base)
{
	long long value;
	char *end;

	value = strtoll(digits, &end, base);
	if (base == 10 && digits[0] == '0' && is_digit(digits[1]))
		refuse(r, "a number that begins with 0 is not octal here "
		    "(write octal modes as strings, \"022\")");
	if (value > INT_MAX)
		refuse(r, "this number is too large (sizes may be written as "
		    "strings, \"4G\"; no limit is \"none\")");
	if (r->failed)
		return;
	n->text = arena_printf(r->arena, "%lld", *r->p == '-' ? -value : value);
	n->type = *end == 'L' ? NODE_INT64 : NODE_INT;
	if (*end == 'L')
		end += end[1] == 'L' ? 2 : 1;
	r->p = end;
}

/* Is there a number here? It is read then, with the longest meaning. */
static bool
read_number(struct reader *r, struct node *n)
{
	const char *s = r->p + (*r->p == '-' || *r->p == '+');
	size_t len = float_len(s);

	if (len > 0) {
		n->type = NODE_FLOAT;
		n->text = arena_text(r->arena, r->p,
		    (size_t)(s + len - r->p));
		r->p = s + len;
	} else if (s == r->p && s[0] == '0' && (s[1] | 0x20) == 'x' &&
	    is_hex_digit(s[2])) {
		read_integer(r, n, s + 2, 16);
	} else if (is_digit(*s)) {
		read_integer(r, n, s, 10);
	} else {
		return false;
	}
	r->number = r->p;
	skip(r);
	return true;
}

/* Is there true or false here? It is read then. */
static bool
read_bool(struct reader *r, struct node *n)
{
	size_t len = name_len(r->p);

	n->type = NODE_BOOL;
	n->text = is_word(r->p, len, "true") ? "true" :
	    is_word(r->p, len, "false") ? "false" : NULL;
	if (n->text == NULL)
		return false;
	r->p += len;
	skip(r);
	return true;
}

/* What stands here is no value. */
static void
refuse_value(struct reader *r)
{
	static const char *const slips[] = { "yes", "no", "on", "off" };
	size_t i, len = name_len(r->p);

	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (is_word(r->p, len, slips[i]))
			refuse_syntax(r, "write true or false");
	if (*r->p == ',' && r->in.open != '{')
		refuse_syntax(r, "a comma is one too many");
	refuse_here(r, strchr(",;}])", *r->p) != NULL ?
	    "a value is missing here" : "text is written in quotes");
}

static void	read_brackets(struct reader *, struct node *, enum node_type,
		    int close);

static void
read_value(struct reader *r, struct node *n)
{
	if (*r->p == '{')
		read_brackets(r, n, NODE_GROUP, '}');
	else if (*r->p == '(')
		read_brackets(r, n, NODE_LIST, ')');
	else if (*r->p == '[')
		read_brackets(r, n, NODE_ARRAY, ']');
	else if (*r->p == '"')
		read_string(r, n);
	else if (!read_number(r, n) && !read_bool(r, n))
		refuse_value(r);
}

static struct node *
node_new(struct reader *r, const char *name)
{
	struct node *n = arena_get(r->arena, sizeof(*n));

	n->name = name;
	n->line = r->line;
	return n;
}

/* A name without a sign; a unit is one that stands at a number, as in 5m. */
static void
refuse_sign(struct reader *r, const char *name, bool is_unit, int line)
{
	if (is_unit) {
		r->line = line;
		refuse_syntax(r, "text is written in quotes");
	}
	refuse_here(r, begins_name(*r->p) ?
	    "is a semicolon missing before this?" :
	    arena_printf(r->arena, "a = is missing behind %.100s", name));
}

/* Reads a name and the sign behind it. */
static const char *
read_name(struct reader *r)
{
	size_t len = name_len(r->p);
	const char *name = arena_text(r->arena, r->p, len);
	bool is_unit = r->p == r->number;
	int line = r->line;

	if (!begins_name(*r->p))
		refuse_here(r, *r->p == ';' ? "a semicolon is one too many" :
		    *r->p == ',' ? "a comma is one too many" :
		    "here the name of a setting is expected");
	else if (is_word(name, len, "true") || is_word(name, len, "false"))
		refuse_syntax(r, "a value is no name");
	else
		r->p += len;
	if (*r->p == '.')
		refuse_syntax(r, "a dotted name is for -o; here its parts are "
		    "groups, a = { b = ...; }");
	skip(r);
	if (!take(r, '=') && !take(r, ':'))
		refuse_sign(r, name, is_unit, line);
	return name;
}

/* A name and a value; nothing, a semicolon or a comma ends them. */
static struct node *
read_member(struct reader *r, const struct node *group)
{
	struct node *n = node_new(r, NULL);
	const struct node *twin;

	n->name = read_name(r);
	if (!r->failed && (twin = tree_member(group, n->name)) != NULL) {
		r->line = n->line;
		refuse(r, arena_printf(r->arena, "duplicate setting name "
		    "(%.100s stands in line %d, too)", n->name, twin->line));
	}
	read_value(r, n);
	if (!take(r, ';'))
		take(r, ',');
	return n;
}

/* What a group holds, up to what closes it. */
static void
read_members(struct reader *r, struct node *group)
{
	struct node **end = &group->children;

	while (*r->p != r->in.close && !r->failed) {
		*end = read_member(r, group);
		end = &(*end)->next;
	}
}

/* An item of a list, or an array, which takes what its first item is. */
static struct node *
read_item(struct reader *r, const struct node *list)
{
	struct node *n = node_new(r, NULL);
	const struct node *first = list->children;

	if (list->type == NODE_ARRAY && strchr("{([", *r->p) != NULL)
		refuse_here(r, "[ ] is for plain values; groups and lists "
		    "stand in ( )");
	read_value(r, n);
	if (list->type == NODE_ARRAY && first != NULL &&
	    n->type != first->type) {
		r->line = n->line;
		refuse(r, "mismatched element type in array (a list in ( ) "
		    "may hold all types)");
	}
	return n;
}

/* Is there another item behind this one? */
static bool
read_comma(struct reader *r, const struct node *item)
{
	if (*r->p == r->in.close)
		return false;
	if (!take(r, ','))
		refuse_here(r, item->type == NODE_GROUP && *r->p == '{' ?
		    "a comma is missing between } and {" :
		    arena_printf(r->arena, "a comma is missing before this, "
		    "or a %c", r->in.close));
	else if (*r->p == r->in.close)
		refuse(r, "the comma before ) or ] is one too many");
	return !r->failed;
}

/* What a list or an array holds, up to what closes it. */
static void
read_items(struct reader *r, struct node *list)
{
	struct node *item, **end = &list->children;

	if (*r->p == r->in.close)
		return;
	do {
		*end = item = read_item(r, list);
		end = &item->next;
	} while (read_comma(r, item));
}

static void
read_brackets(struct reader *r, struct node *n, enum node_type type, int close)
{
	const struct brackets outer = r->in;

	if (outer.depth == DEPTH_MAX)
		refuse(r, "more than 32 brackets within each other");
	n->type = type;
	r->in = (struct brackets){ *r->p, close, r->line, outer.depth + 1 };
	take(r, r->in.open);
	if (type == NODE_GROUP)
		read_members(r, n);
	else
		read_items(r, n);
	take(r, close);
	r->in = outer;
}

struct node *
tree_read(struct arena *a, const char *text, size_t len, struct mistake *m)
{
	struct reader r = { .p = text, .line = 1, .arena = a, .mistake = m };
	const char *nul = memchr(text, '\0', len);
	struct node *root = node_new(&r, NULL);

	if (nul != NULL) {
		for (; r.p < nul; r.p++)
			r.line += *r.p == '\n';
		refuse(&r, "a NUL byte would end the file here");
	}
	if (strncmp(r.p, "\xef\xbb\xbf", 3) == 0)
		refuse(&r, "a byte order mark begins the file (save it "
		    "without one)");
	skip(&r);
	read_members(&r, root);
	return r.failed ? NULL : root;
}

const struct node *
tree_member(const struct node *group, const char *name)
{
	const struct node *n = group->children;

	while (n != NULL && strcmp(n->name, name) != 0)
		n = n->next;
	return n;
}
