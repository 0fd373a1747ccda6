/* SPDX-License-Identifier: ISC */
/* The syntax of the policy file: what a text says, or what is wrong with it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/tree.h"
#include "tap.h"

/*
 * How a tree is shown: "line name value" a member, without what it lacks. Of
 * the values { } is a group, ( ) a list, [ ] an array, and behind a number
 * stands L for 64 bits and f for a float; <0a> is a control character.
 */
static const struct {
	const char	*text;
	const char	*shown;
} trees[] = {
	{ "", "{}" },
	{ " \t\r\f\n", "{}" },
	{ "a=1", "{1 a 1}" },
	{ "a:1", "{1 a 1}" },
	{ "a=1;b=2,c=3 d=4", "{1 a 1 1 b 2 1 c 3 1 d 4}" },
	{ "a=1b=2", "{1 a 1 1 b 2}" },
	{ "\na\n=\n1\n;\nb=2", "{2 a 1 6 b 2}" },
	{ "*a-B_9*=1", "{1 *a-B_9* 1}" },
	{ "trueish=1 No=2", "{1 trueish 1 1 No 2}" },
	{ "a={}b=()c=[]", "{1 a {} 1 b () 1 c []}" },
	{ "a={\nb={c=1;};};", "{1 a {2 b {2 c 1}}}" },
	{ "a=(\n1,\n(\"x\",{}),\n[2]\n)",
	    "{1 a (2 1 3 (3 \"x\" 3 {}) 4 [4 2])}" },
	{ "a={b=1;} c={b=2;}", "{1 a {1 b 1} 1 c {1 b 2}}" },

	/* Values. */
	{ "a=tRuE b=FALSE", "{1 a true 1 b false}" },
	{ "a=+5 b=-5 c=-0", "{1 a 5 1 b -5 1 c 0}" },
	{ "a=2147483647 b=-2147483647", "{1 a 2147483647 1 b -2147483647}" },
	{ "a=1L b=1LL c=1LLL=2", "{1 a 1L 1 b 1L 1 c 1L 1 L 2}" },
	{ "a=0x7FFFffff b=0Xa c=0xaL", "{1 a 2147483647 1 b 10 1 c 10L}" },
	{ "a=0 x=1", "{1 a 0 1 x 1}" },
	{ "a=1. b=.5 c=-.5e-3", "{1 a 1.f 1 b .5f 1 c -.5e-3f}" },
	{ "a=1e5 b=+1.5E+5 c=01.5", "{1 a 1e5f 1 b +1.5E+5f 1 c 01.5f}" },
	{ "a=1ex=2 b=1.L=3", "{1 a 1 1 ex 2 1 b 1.f 1 L 3}" },
	{ "a=\"\" b=\"#//*/{\xc3\xa9\"", "{1 a \"\" 1 b \"#//*/{\xc3\xa9\"}" },
	{ "a=\"\\n\\r\\t\\f\\\\\\\"\\x41\\X7e\"",
	    "{1 a \"<0a><0d><09><0c>\\\"A~\"}" },
	{ "a=\"\\a\\x4\\xg\\'\"", "{1 a \"\\a\\x4\\xg\\'\"}" },
	{ "a=[1,-2] b=[\"x\",\"y\"] c=[true]",
	    "{1 a [1 1 1 -2] 1 b [1 \"x\" 1 \"y\"] 1 c [1 true]}" },

	/* Comments. */
	{ "#a\n//b\n/*c\n*/a/***/=#\"\n//{\n1/*\n*/b=2", "{4 a 1 7 b 2}" },
	{ "a=1/*/ */b=2/**/#", "{1 a 1 1 b 2}" },
	{ "a=1 # and no newline", "{1 a 1}" },
	{ "a=1 # x\r\n//\r\r\nb=2#\r", "{1 a 1 3 b 2}" },
	{ "a=1/*\r\r*/b=2\rc=3", "{1 a 1 1 b 2 1 c 3}" },
};

#define MISSING	"syntax error (a value is missing here)"
#define QUOTES	"syntax error (text is written in quotes)"
#define NAME	"syntax error (here the name of a setting is expected)"
#define NO_END	"this string does not end on its line (a quote is missing)"
#define LONE_CR \
	"a CR without a LF ends no line, so that what is behind it would " \
	"belong to this comment"
#define BOM	"a byte order mark begins the file (save it without one)"
#define TOO_LARGE \
	"this number is too large (sizes may be written as strings, \"4G\"; " \
	"no limit is \"none\")"
#define OCTAL \
	"a number that begins with 0 is not octal here (write octal modes as " \
	"strings, \"022\")"

/* What is wrong, and in which line. */
static const struct {
	const char	*text;
	int		 line;
	const char	*says;
} mistakes[] = {
	{ "a=\n;", 2, MISSING },
	{ "a=", 1, MISSING },
	{ "a={b=}", 1, MISSING },
	{ "a=yes", 1, "syntax error (write true or false)" },
	{ "a=[\nOff]", 2, "syntax error (write true or false)" },
	{ "a=yesterday", 1, QUOTES },
	{ "a=/srv", 1, QUOTES },
	{ "a='x'", 1, QUOTES },
	{ "a=-", 1, QUOTES },
	{ "a=5m;", 1, QUOTES },
	{ "a=4G\nb=1", 1, QUOTES },
	{ "a=-0x1", 1, QUOTES },
	{ "a=1l", 1, QUOTES },
	{ "a=5 m;", 1, "syntax error (a = is missing behind m)" },
	{ "a", 1, "syntax error (a = is missing behind a)" },
	{ "a {}", 1, "syntax error (a = is missing behind a)" },
	{ "a.b=1", 1, "syntax error (a dotted name is for -o; here its parts "
	    "are groups, a = { b = ...; })" },
	{ "a\nb=1", 2, "syntax error (is a semicolon missing before this?)" },
	{ "True=1", 1, "syntax error (a value is no name)" },
	{ "a=1;;", 1, "syntax error (a semicolon is one too many)" },
	{ "a=1,,", 1, "syntax error (a comma is one too many)" },
	{ "_a=1", 1, NAME },
	{ "{}", 1, NAME },
	{ "\"a\"=1", 1, NAME },
	{ "a=1\v", 1, NAME },
	{ "\xc3\xa9=1", 1, NAME },
	{ "\xef\xbb\xbf" "a=1", 1, BOM },
	{ "\n\xef\xbb\xbf", 2, NAME },
	{ "a=1\na=2", 2, "duplicate setting name (a stands in line 1, too)" },
	{ "a={b=1\n\nb\n=2}", 3,
	    "duplicate setting name (b stands in line 1, too)" },

	/* Brackets. */
	{ "a=(\n{\n\n", 4,
	    "syntax error (the file ends, and the { of line 2 is still open)" },
	{ "a=(\n{ b=1;\n)", 3,
	    "syntax error (this ) cannot close the { of line 2)" },
	{ "a=[1}", 1, "syntax error (this } cannot close the [ of line 1)" },
	{ "a=({}]", 1, "syntax error (this ] cannot close the ( of line 1)" },
	{ "a=1;\n}", 2,
	    "syntax error (there is no bracket that this } could close)" },
	{ "a=({}\n{})", 2,
	    "syntax error (a comma is missing between } and {)" },
	{ "a=(1 2)", 1,
	    "syntax error (a comma is missing before this, or a ))" },
	{ "a=[1;2]", 1,
	    "syntax error (a comma is missing before this, or a ])" },
	{ "a=(1,,2)", 1, "syntax error (a comma is one too many)" },
	{ "a=(,1)", 1, "syntax error (a comma is one too many)" },
	{ "a=(1,)", 1, "the comma before ) or ] is one too many" },
	{ "a=[1,]", 1, "the comma before ) or ] is one too many" },
	{ "a=[{}]", 1, "syntax error ([ ] is for plain values; groups and "
	    "lists stand in ( ))" },
	{ "a=[1,\n\"x\"]", 2, "mismatched element type in array (a list in "
	    "( ) may hold all types)" },
	{ "a=[1,2L]", 1, "mismatched element type in array (a list in "
	    "( ) may hold all types)" },

	/* What libconfig would take. */
	{ "\n @include \"x\"", 2, "@include is not supported" },
	{ "a=1;\n@include \"x\"", 2, "@include is not supported" },
	{ "a=1 /*\n", 1, "this comment does not end, so that all behind it "
	    "would be ignored" },
	{ "\n# x\rb=1\n", 2, LONE_CR },
	{ "a=1 // x\r b=1", 1, LONE_CR },
	{ "a=\"x\n\"", 1, NO_END },
	{ "a=\"x\\\n\"", 1, NO_END },
	{ "a=\"x", 1, NO_END },
	{ "a=\"x\\", 1, NO_END },
	{ "a=\"x\\\"", 1, NO_END },
	{ "a=\"x\\x00\"", 1, "\\x00 would end the string" },
	{ "a=\"x\\X00\"", 1, "\\x00 would end the string" },
	{ "a=\"x\"\n/**/\"y\"", 2, "two strings with nothing between would be "
	    "read as one (is a comma or a semicolon missing?)" },
	{ "a=022", 1, OCTAL },
	{ "a=-00L", 1, OCTAL },
	{ "a=2147483648", 1, TOO_LARGE },
	{ "a=-2147483648", 1, TOO_LARGE },
	{ "a=0xFFFFFFFFL", 1, TOO_LARGE },
	{ "a=99999999999999999999", 1, TOO_LARGE },
};

static void
show_text(FILE *out, const char *s)
{
	putc('"', out);
	for (; *s != '\0'; s++)
		fprintf(out, *s > 0 && *s < ' ' ? "<%02x>" : "%c", *s);
	putc('"', out);
}

static void
show(FILE *out, const struct node *n)
{
	static const char brackets[][3] = {
		[NODE_GROUP] = "{}", [NODE_LIST] = "()", [NODE_ARRAY] = "[]",
	};
	const struct node *child;

	if (n->type == NODE_STRING)
		show_text(out, n->text);
	else if (n->type > NODE_STRING)
		fprintf(out, "%s%s", n->text, n->type == NODE_INT64 ? "L" :
		    n->type == NODE_FLOAT ? "f" : "");
	if (n->type >= NODE_STRING)
		return;
	putc(brackets[n->type][0], out);
	for (child = n->children; child != NULL; child = child->next) {
		fprintf(out, "%s%d ", child == n->children ? "" : " ",
		    child->line);
		if (child->name != NULL)
			fprintf(out, "%s ", child->name);
		show(out, child);
	}
	putc(brackets[n->type][1], out);
}

static void
check_tree(const char *text, const char *shown)
{
	struct arena arena = { 0 };
	struct mistake m = { 0 };
	const struct node *root = tree_read(&arena, text, strlen(text), &m);
	char *out = NULL;
	size_t size;
	FILE *stream = open_memstream(&out, &size);

	if (root == NULL)
		fprintf(stream, "%d: %s", m.line, m.text);
	else
		show(stream, root);
	fclose(stream);
	if (!ok(strcmp(out, shown) == 0, "%s", shown))
		printf("# not %s\n", out);
	free(out);
	arena_free(&arena);
}

static void
check_mistake(const char *text, size_t len, int line, const char *says)
{
	struct arena arena = { 0 };
	struct mistake m = { 0 };
	const struct node *root = tree_read(&arena, text, len, &m);

	if (!ok(root == NULL && m.line == line && strcmp(m.text, says) == 0,
	    "%d: %s", line, says))
		printf("# not %d: %s\n", m.line, m.text);
	arena_free(&arena);
}

/* As many brackets as there may be are fine, and one more is too many. */
static void
check_depth(void)
{
	char text[2 + 2 * 33 + 1] = "a=";

	memset(text + 2, '(', 32);
	memset(text + 34, ')', 32);
	ok(strlen(text) == 66, "32 brackets");
	check_tree(text, "{1 a (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 ("
	    "1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 (1 ()"
	    ")))))))))))))))))))))))))))))))}");
	memset(text + 2, '(', 33);
	memset(text + 35, ')', 33);
	check_mistake(text, 68, 1, "more than 32 brackets within each other");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(trees) / sizeof(trees[0]); i++)
		check_tree(trees[i].text, trees[i].shown);
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		check_mistake(mistakes[i].text, strlen(mistakes[i].text),
		    mistakes[i].line, mistakes[i].says);
	check_mistake("a=1\n\0b=2", 8, 2,
	    "a NUL byte would end the file here");
	check_mistake("a=\"\0\"", 5, 1, "a NUL byte would end the file here");
	check_depth();
	return done();
}
