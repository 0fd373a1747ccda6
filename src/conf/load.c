/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <regex.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "conf/load.h"
#include "conf/precheck.h"

/*
 * Slips that libconfig reports as a syntax error, recognised by the line with
 * the previous line before it. The first row that matches gives the hint.
 */
#define NAME	"[A-Za-z*][A-Za-z0-9*_-]*"
static const struct {
	const char	*looks;
	const char	*hint;
} slips[] = {
	{ "^\xef\xbb\xbf", "a byte order mark begins the file (save it without "
	    "one)" },
	{ "[[(,:=] *([Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF) *([],;)}]|$)",
	    "write true or false" },
	{ NAME "[.]" NAME " *[:=]", "a dotted name is for -o; here its parts "
	    "are groups, a = { b = ...; }" },
	{ "[}] *[{]", "a comma is missing between } and {" },
	{ ", *[])]", "the comma before ) or ] is one too many" },
	{ "[[({,;] *,", "a comma is one too many" },
	{ "[[({,;] *;", "a semicolon is one too many" },
	{ "[:=] *([],;)}]|$)", "a value is missing here" },
	{ "[[(,:=] *[0-9]+[A-Za-z%]", "text is written in quotes" },
	{ "[[(:=] *([^] [({\"0-9.tTfF+-]|[Tt][^Rr]|[Ff][^Aa])",
	    "text is written in quotes" },
	{ "[[] *([[({]|[^]]*, *[[({])", "[ ] is for plain values; groups and "
	    "lists stand in ( )" },
	{ "[[(,][^]{})]*;", "commas stand between the items of a list" },
	{ "(^|[{},;]) *" NAME "( *[[({\"0-9]| +" NAME " *[:=])",
	    "a = is missing behind a name" },
	{ "[{;] *[])]", "is a } missing before this?" },
	{ "", "is a comma, a semicolon or a bracket missing before this?" },
};

static bool
fits(const char *line, const char *looks)
{
	regex_t regex;
	bool found;

	if (regcomp(&regex, looks, REG_EXTENDED | REG_NOSUB) != 0)
		buf_no_memory();
	found = regexec(&regex, line, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

/*
 * Returns the start of a line, counted from 1, and sets *before to that of the
 * previous one.
 */
static const char *
find_line(const char *text, int line, const char **before)
{
	*before = text;
	for (; line > 1; line--) {
		*before = text;
		text += strcspn(text, "\n") + 1;
	}
	return text;
}

/* Returns a copy of the text with each run of blanks replaced by one. */
static char *
squeeze(struct arena *a, const char *from, const char *to)
{
	char *copy = arena_get(a, (size_t)(to - from) + 1), *end = copy;

	for (; from < to; from++)
		if (strchr(" \t\r\n", *from) == NULL)
			*end++ = *from;
		else if (end > copy && end[-1] != ' ')
			*end++ = ' ';
	if (end > copy && end[-1] == ' ')
		end[-1] = '\0';
	return copy;
}

/* Sets the error's text to libconfig's message, with a hint and the line. */
static void
say_error(const config_t *tree, struct arena *a, const char *text,
    int open_line, struct error *e)
{
	const char *what = config_error_text(tree), *before, *line, *end, *both;
	size_t i = 0;

	e->line = config_error_line(tree);
	line = find_line(text, e->line, &before);
	if (*line == '\0') {
		e->line--;	/* the newline that load_tree() added */
		(void)error_say(e, open_line > 0 ? "%s (the file ends, and "
		    "the bracket of line %d is still open)" :
		    "%s (the file ends, and a value is missing)", what,
		    open_line);
		return;
	}
	end = line + strcspn(line, "\n");
	both = squeeze(a, before, end);
	line = squeeze(a, line, end);
	if (strcmp(what, "syntax error") != 0) {
		(void)error_say(e, "%s: %.200s", what, line);
		return;
	}
	while (!fits(both, slips[i].looks))
		i++;
	(void)error_say(e, "%s (%s): %.200s", what, slips[i].hint, line);
}

static void
no_memory(const char *message)
{
	(void)message;
	buf_no_memory();
}

config_setting_t *
load_tree(config_t *tree, struct arena *a, const char *text, size_t len,
    struct error *e)
{
	int open_line = precheck_text(text, len, e);
	char *copy;

	if (open_line < 0)
		return NULL;
	config_set_fatal_error_func(no_memory);
	/* libconfig 1.5 rejects a comment on a last line without a newline. */
	copy = arena_get(a, len + 2);
	*(char *)mempcpy(copy, text, len) = '\n';
	if (config_read_string(tree, copy))
		return config_root_setting(tree);
	say_error(tree, a, copy, open_line, e);
	return NULL;
}
