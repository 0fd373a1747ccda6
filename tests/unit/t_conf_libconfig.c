/* SPDX-License-Identifier: ISC */
/*
 * The policy file's syntax is libconfig's: what libconfig says to a text is
 * what we say, for texts by hand and for many that are made up and spoilt. We
 * alone refuse what is listed in tree.h.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* Said by the Makefile, where pkg-config knows of it. */
#ifndef HAVE_LIBCONFIG

int
main(void)
{
	ok(true, "the same trees as libconfig # skip libconfig is not "
	    "installed");
	return done();
}

#else

#include <libconfig.h>

#include "conf/tree.h"

#define TEXT_MAX	2048
#define TEXTS		100000
#define SEED		20261122

/* libconfig 1.5 loses a string when a text has a syntax error behind one. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

/* How those mistakes begin that are none to libconfig. */
static const char *const ours[] = {
	"a number that begins with 0", "this number is too large",
	"two strings with nothing between", "\\x00 would end", "@include",
	"this string does not end", "this comment does not end",
	"a NUL byte", "a CR without a LF", "more than 32 brackets",
};

static bool
is_ours(const char *mistake)
{
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncmp(mistake, ours[i], strlen(ours[i])) == 0)
			return true;
	return false;
}

static int
type_of(const config_setting_t *s)
{
	static const int types[] = {
		[CONFIG_TYPE_GROUP] = NODE_GROUP,
		[CONFIG_TYPE_LIST] = NODE_LIST,
		[CONFIG_TYPE_ARRAY] = NODE_ARRAY,
		[CONFIG_TYPE_STRING] = NODE_STRING,
		[CONFIG_TYPE_INT] = NODE_INT,
		[CONFIG_TYPE_INT64] = NODE_INT64,
		[CONFIG_TYPE_FLOAT] = NODE_FLOAT,
		[CONFIG_TYPE_BOOL] = NODE_BOOL,
	};

	return types[config_setting_type(s)];
}

static bool
same_value(const struct node *n, config_setting_t *s)
{
	switch (n->type) {
	case NODE_STRING:
		return strcmp(n->text, config_setting_get_string(s)) == 0;
	case NODE_INT:
	case NODE_INT64:
		return atoll(n->text) == config_setting_get_int64(s);
	case NODE_FLOAT:
		return atof(n->text) >= config_setting_get_float(s) &&
		    atof(n->text) <= config_setting_get_float(s);
	case NODE_BOOL:
		return strcmp(n->text, config_setting_get_bool(s) ? "true" :
		    "false") == 0;
	default:
		return true;
	}
}

/* Of a plain item libconfig tells the line in which the next thing stands. */
static bool
same_place(const struct node *n, const config_setting_t *s)
{
	const char *name = config_setting_name(s);

	if (n->name == NULL || name == NULL)
		return n->name == name &&
		    (n->type >= NODE_STRING || config_setting_is_root(s) ||
		    n->line == (int)config_setting_source_line(s));
	return strcmp(n->name, name) == 0 &&
	    n->line == (int)config_setting_source_line(s);
}

static bool
same(const struct node *n, config_setting_t *s)
{
	const struct node *child = n->children;
	int i, children;

	if ((int)n->type != type_of(s) || !same_place(n, s) ||
	    !same_value(n, s))
		return false;
	children = n->type < NODE_STRING ? config_setting_length(s) : 0;
	for (i = 0; i < children && child != NULL; i++) {
		if (!same(child, config_setting_get_elem(s, (unsigned)i)))
			return false;
		child = child->next;
	}
	return i == children && child == NULL;
}

enum verdict { BOTH_READ, BOTH_REFUSE, WE_REFUSE, DIFFER };

static enum verdict
compare(const char *text)
{
	struct arena arena = { 0 };
	struct mistake m = { 0 };
	const struct node *root;
	enum verdict v;
	config_t cf;

	root = tree_read(&arena, text, strlen(text), &m);
	config_init(&cf);
	if (!config_read_string(&cf, text))
		v = root == NULL ? BOTH_REFUSE : DIFFER;
	else if (root == NULL)
		v = is_ours(m.text) ? WE_REFUSE : DIFFER;
	else
		v = same(root, config_root_setting(&cf)) ? BOTH_READ : DIFFER;
	if (v == DIFFER)
		printf("# %s%s\n", root == NULL ? "we alone refuse: " :
		    "we read", m.text);
	config_destroy(&cf);
	arena_free(&arena);
	return v;
}

/* By hand: what the two say to it, each. */
static const struct {
	const char	*text;
	enum verdict	 verdict;
} texts[] = {
	{ "", BOTH_READ },
	{ "rules = (\n  { match = { user = [ \"a\", \"b-*\" ]; };\n"
	    "    profile = \"webex\"; },\n  { files = { umask = \"027\"; }; }\n"
	    ");\n", BOTH_READ },
	{ "a:1;b=2,c=3 d=0x1Fe=.5f=-1.5E+3g=trueh=1h=2", BOTH_REFUSE },
	{ "a=1b=2c=0x1G=3d=1LLL=4e=1.M=5f=1ex=6", BOTH_READ },
	{ "a=. b=-. c=+.e5 d=1. e=00.5 f=1e5", BOTH_READ },
	{ "a=tRuE *b-_=()c=[]d={}e=((),[],{})", BOTH_READ },
	{ "a=\"\\n\\r\\t\\f\\\\\\\"\\x41\\X7e\\a\\b\\v\\q\\x4\\xg\\'\"",
	    BOTH_READ },
	{ "a=\"/*#\"/**/b=1/***/#\n//\n/*\n*/c=2", BOTH_READ },
	{ "a=[1,2L]", BOTH_REFUSE },
	{ "a=[1,1.0]", BOTH_REFUSE },
	{ "a=[(1)]", BOTH_REFUSE },
	{ "a=(1,)", BOTH_REFUSE },
	{ "a=[1,]", BOTH_REFUSE },
	{ "a=1;;", BOTH_REFUSE },
	{ "a={b=1 b=2}", BOTH_REFUSE },
	{ "true=1", BOTH_REFUSE },
	{ "_a=1", BOTH_REFUSE },
	{ "a=-0x1", BOTH_REFUSE },
	{ "a=1\v", BOTH_REFUSE },
	{ "@include \"/nowhere/x\"", BOTH_REFUSE },
	{ "a=1 @include \"x\"", BOTH_REFUSE },
	{ "a=\"x", BOTH_REFUSE },
	{ "a=\"x\ny\"", WE_REFUSE },
	{ "a=\"x\" \"y\"", WE_REFUSE },
	{ "a=1/*", WE_REFUSE },
	{ "a=022", WE_REFUSE },
	{ "a=4294967297", WE_REFUSE },
	{ "a=\"\\x00\"", WE_REFUSE },
	{ "a=((((((((((((((((((((((((((((((((()))))))))))))))))))))))))))))))))",
	    WE_REFUSE },
};

/* A text that is being made up, from numbers that are always the same. */
struct maker {
	uint32_t	 state;
	char		 text[TEXT_MAX + 1];
	size_t		 len;
};

static uint32_t
below(struct maker *k, uint32_t n)
{
	k->state = k->state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)k->state * n >> 32);
}

static void
add(struct maker *k, const char *s)
{
	size_t n = strlen(s);

	if (k->len + n > TEXT_MAX)
		return;
	memcpy(k->text + k->len, s, n + 1);
	k->len += n;
}

#define ONE_OF(k, table) \
	((table)[below((k), (uint32_t)(sizeof(table) / sizeof((table)[0])))])

static void
add_blank(struct maker *k)
{
	static const char *const blanks[] = {
		"", "", "", "", " ", " ", "\t", "\n", "\r\n", "\f", "  ",
		"# it's \"quoted\" {\n", "// a comment\n", "/* one */",
		"/**\n ** more **/", "#\n", "/*/ */",
	};

	add(k, ONE_OF(k, blanks));
}

static void
add_scalar(struct maker *k, unsigned type)
{
	static const char *const scalars[][8] = {
		{ "0", "1", "-1", "+17", "4711", "0x1F", "0XaB", "2147483647" },
		{ "1L", "-2LL", "0x7fL", "0L", "+3L", "65536LL", "9L", "0xALL" },
		{ "1.5", "-.25", "1.", ".", "1e3", "-1.5E-3", "00.5", "2.e+1" },
		{ "true", "false", "TRUE", "False", "tRuE", "fAlSe", "true",
		    "false" },
		{ "\"\"", "\"text\"", "\"a b\"", "\"\\\"q\\\"\"",
		    "\"\\x41\\n\\\\\"", "\"#no /* comment\"", "\"\\q\\x4\\X7e\"",
		    "\"\xc3\xa9\"" },
	};

	add(k, scalars[type][below(k, 8)]);
}

static void	add_members(struct maker *, unsigned depth);
static void	add_items(struct maker *, unsigned depth, const char *ends);

static void
add_value(struct maker *k, unsigned depth)
{
	uint32_t what = below(k, depth == 0 ? 5 : 10);

	if (what < 5) {
		add_scalar(k, what);
	} else if (what < 7) {
		add(k, "{");
		add_members(k, depth - 1);
		add(k, "}");
	} else {
		add_items(k, depth - 1, what < 9 ? "()" : "[]");
	}
}

static void
add_items(struct maker *k, unsigned depth, const char *ends)
{
	uint32_t i, n = below(k, 4), type = below(k, 5);

	add(k, ends[0] == '(' ? "(" : "[");
	for (i = 0; i < n; i++) {
		add_blank(k);
		if (ends[0] == '(')
			add_value(k, depth);
		else
			add_scalar(k, type);
		add_blank(k);
		if (i + 1 < n)
			add(k, ",");
	}
	add_blank(k);
	add(k, ends + 1);
}

static void
add_members(struct maker *k, unsigned depth)
{
	static const char *const names[] = {
		"a", "b", "rules", "match", "user", "x-1", "*", "File_9",
		"truely", "E5", "L", "profile", "umask", "root", "paths", "no",
	};
	static const char *const equals[] = { "=", "=", " = ", ":", " : " };
	static const char *const ends[] = { ";", ";", ";", ",", " ", "\n" };
	uint32_t i, n = below(k, 5), first = below(k, 16);

	for (i = 0; i < n; i++) {
		add_blank(k);
		add(k, names[(first + 3 * i) % 16]);
		add_blank(k);
		add(k, ONE_OF(k, equals));
		add_blank(k);
		add_value(k, depth);
		add_blank(k);
		add(k, ONE_OF(k, ends));
	}
}

/*
 * Takes some out, and puts something in that means something elsewhere. Not
 * @include: libconfig 1.5 exits when it is of a directory.
 */
static void
spoil(struct maker *k)
{
	static const char *const bits[] = {
		"", "", ";", ",", "=", ":", "{", "}", "(", ")", "[", "]",
		"\"", "\\", "#", "/*", "*/", "//", "\n", " ", "\v", "1", "0",
		"x", "L", ".", "e", "-", "+", "true", "a", "_", "*", "@",
		"'", "\xff", "\"\"", "{}", "()", "08",
		"99999999999", "\\x00", "/", "a=1",
	};
	char rest[TEXT_MAX + 1];
	uint32_t at = below(k, (uint32_t)k->len + 1), out = below(k, 3);

	if (at + out > k->len)
		out = 0;
	strcpy(rest, k->text + at + out);
	k->text[at] = '\0';
	k->len = at;
	add(k, ONE_OF(k, bits));
	add(k, rest);
}

/*
 * The one thing that libconfig 1.5 refuses and we do not is a comment in a
 * last line without a newline.
 */
static void
make(struct maker *k)
{
	uint32_t i, spoilt = below(k, 4);

	k->len = 0;
	k->text[0] = '\0';
	add_members(k, 5);
	for (i = 0; i < spoilt; i++)
		spoil(k);
	if (k->len == TEXT_MAX)
		k->len--;
	add(k, "\n");
}

static void
check_made_up(void)
{
	struct maker k = { .state = SEED };
	unsigned i, found[DIFFER + 1] = { 0 };
	enum verdict v;

	for (i = 0; i < TEXTS; i++) {
		make(&k);
		v = compare(k.text);
		if (v == DIFFER && found[v] == 0)
			printf("# text %u is\n%s\n# and so far\n", i, k.text);
		found[v]++;
	}
	/* libconfig 1.5 writes a backslash at a text's end to stdout. */
	printf("\n# %u read, %u refused, %u refused by us alone\n",
	    found[BOTH_READ], found[BOTH_REFUSE], found[WE_REFUSE]);
	ok(found[DIFFER] == 0, "%u texts, and %u of them read differently",
	    TEXTS, found[DIFFER]);
	ok(found[BOTH_READ] > TEXTS / 4 && found[BOTH_REFUSE] > TEXTS / 4 &&
	    found[WE_REFUSE] > TEXTS / 100, "many of each kind");
}

int
main(void)
{
	size_t i;

	if (LIBCONFIG_VER_MAJOR != 1 || LIBCONFIG_VER_MINOR != 5) {
		ok(true, "the same trees as libconfig # skip this is %d.%d, "
		    "whose syntax is wider than that of 1.5",
		    LIBCONFIG_VER_MAJOR, LIBCONFIG_VER_MINOR);
		return done();
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok(compare(texts[i].text) == texts[i].verdict,
		    "text %zu by hand", i);
	check_made_up();
	return done();
}

#endif
