/* SPDX-License-Identifier: ISC */
/* A syntax error of libconfig's has its line, and a hint for usual slips. */
#include "config.h"

#include <string.h>

#include "conf/load.h"
#include "policy_case.h"
#include "tap.h"

#define BOOLEAN	"syntax error (write true or false): "
#define QUOTES	"syntax error (text is written in quotes): "
#define MISSING	"syntax error (a value is missing here): "
#define EQUALS	"syntax error (a = is missing behind a name): "
#define COMMA	"syntax error (a comma is one too many): "
#define SEMICOLON "syntax error (a semicolon is one too many): "
#define BRACE	"syntax error (is a } missing before this?): "
#define PLAIN \
	"syntax error ([ ] is for plain values; groups and lists stand in " \
	"( )): "
#define DOTTED \
	"syntax error (a dotted name is for -o; here its parts are groups, " \
	"a = { b = ...; }): "
#define OTHER \
	"syntax error (is a comma, a semicolon or a bracket missing before " \
	"this?): "

static const struct {
	const char	*text;
	int		 line;
	const char	*says;
} slips[] = {
	{ "a=yes", 1, BOOLEAN "a=yes" },
	{ "a = {\n  b = on ;\n};", 2, BOOLEAN "b = on ;" },
	{ "a=[\nOff]", 2, BOOLEAN "Off]" },
	{ "a=(no,1)", 1, BOOLEAN "a=(no,1)" },
	{ "a=yesterday", 1, QUOTES "a=yesterday" },
	{ "a=/srv;", 1, QUOTES "a=/srv;" },
	{ "a='x'", 1, QUOTES "a='x'" },
	{ "a=Total", 1, QUOTES "a=Total" },
	{ "a=5m;", 1, QUOTES "a=5m;" },
	{ "a=4G\nb=1", 2, QUOTES "b=1" },
	{ "a=[ 1, 5m ]", 1, QUOTES "a=[ 1, 5m ]" },
	{ "a.b=1", 1, DOTTED "a.b=1" },
	{ "a = {\n\tb-1.c.d : 1;\n}", 2, DOTTED "b-1.c.d : 1;" },
	{ "a=({}\n{})", 2, "syntax error (a comma is missing between } and "
	    "{): {})" },
	{ "a=({}   {})", 1, "syntax error (a comma is missing between } and "
	    "{): a=({} {})" },
#if LIBCONFIG_VER_MAJOR == 1 && LIBCONFIG_VER_MINOR < 7
	{ "a=(1,,2)", 1, COMMA "a=(1,,2)" },
	{ "a=[1,]", 1, "syntax error (the comma before ) or ] is one too "
	    "many): a=[1,]" },
	{ "a=({},\n)", 2, "syntax error (the comma before ) or ] is one too "
	    "many): )" },
#endif
	{ "a=(,1)", 1, COMMA "a=(,1)" },
	{ "a=1;,", 1, COMMA "a=1;," },
	{ "a=1;\n;", 2, SEMICOLON ";" },
	{ "a={;}", 1, SEMICOLON "a={;}" },
	{ "a=\n;", 2, MISSING ";" },
	{ "a={b=}", 1, MISSING "a={b=}" },
	{ "a=[{}]", 1, PLAIN "a=[{}]" },
	{ "a=[1,\n(2)]", 2, PLAIN "(2)]" },
	{ "a=[1;2]", 1, "syntax error (commas stand between the items of a "
	    "list): a=[1;2]" },
	{ "a \"x\"", 1, EQUALS "a \"x\"" },
	{ "a {}", 1, EQUALS "a {}" },
	{ "b=1;\na 5", 2, EQUALS "a 5" },
	{ "a\nb=1", 2, EQUALS "b=1" },
	{ "a=(\n{ b=1;\n)", 3, BRACE ")" },
	{ "a=(1}", 1, OTHER "a=(1}" },
	{ "a=1;\n}", 2, OTHER "}" },
	{ "\xef\xbb\xbf" "a=1", 1, "syntax error (a byte order mark begins "
	    "the file (save it without one)): \xef\xbb\xbf" "a=1" },

	/* The end of the file, which counts as part of its last line. */
	{ "a=(\n{\n\n", 4,
	    "syntax error (the file ends, and the bracket of line 2 is still "
	    "open)" },
	{ "a=(\n{}", 2,
	    "syntax error (the file ends, and the bracket of line 1 is still "
	    "open)" },
	{ "a=", 1, "syntax error (the file ends, and a value is missing)" },
	{ "a", 1, "syntax error (the file ends, and a value is missing)" },

	/* Other errors than those of syntax. */
	{ "a=1\na=2", 2, "duplicate setting name: a=2" },
	{ "a={b=1\n\n  b\n=2}", 3, "duplicate setting name: b" },
	{ "a=[1,\n\"x\"]", 2, "mismatched element type in array: \"x\"]" },
	{ "a=[1,2L]", 1, "mismatched element type in array: a=[1,2L]" },
	{ "a=022", 1, "a number that begins with 0 is not octal here (write "
	    "octal modes as strings, \"022\")" },
};

static void
check_slip(const char *text, int line, const char *says)
{
	struct error e = { 0 };
	struct arena arena = { 0 };
	config_t tree;

	config_init(&tree);
	if (!ok(load_tree(&tree, &arena, text, strlen(text), &e) == NULL &&
	    e.line == line && strcmp(e.text, says) == 0, "%d: %s", line, says))
		printf("# not %d: %s\n", e.line, e.text);
	config_destroy(&tree);
	arena_free(&arena);
}

/* A long line is truncated. */
static void
check_long(void)
{
	char text[600], says[400];

	snprintf(text, sizeof(text), "a=1;\nb='x%0500d'", 0);
	snprintf(says, sizeof(says), QUOTES "b='x%0196d", 0);
	check_slip(text, 2, says);
}

/* The text is parsed to its end, with or without a newline there. */
static void
check_tree(void)
{
	static const char text[] = "# x\n\na = { b = 0x1F;\n\n"
	    "c = ( \"\", TRUE ) } // y";
	struct error e = { 0 };
	struct arena arena = { 0 };
	const config_setting_t *root, *b, *c;
	config_t tree;

	config_init(&tree);
	root = load_tree(&tree, &arena, text, strlen(text), &e);
	if (ok(root != NULL && config_setting_length(root) == 1, "one group")) {
		root = config_setting_get_elem(root, 0);
		b = config_setting_get_member(root, "b");
		c = config_setting_get_member(root, "c");
		ok(config_setting_get_int(b) == 31 &&
		    config_setting_source_line(b) == 3, "a number");
		ok(strcmp(config_setting_get_string_elem(c, 0), "") == 0 &&
		    config_setting_get_bool_elem(c, 1) == 1 &&
		    config_setting_source_line(c) == 5, "a list");
	}
	root = load_tree(&tree, &arena, "d=2", 3, &e);
	ok(root != NULL && config_setting_length(root) == 1 &&
	    config_setting_get_member(root, "d") != NULL,
	    "a tree can be used again");
	config_destroy(&tree);
	arena_free(&arena);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		check_slip(slips[i].text, slips[i].line, slips[i].says);
	check_long();
	check_tree();
	return done();
}
