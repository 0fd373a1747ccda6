/* SPDX-License-Identifier: ISC */
/* Text that libconfig would misread is rejected, with its line and setting. */
#include "config.h"

#include <string.h>

#include "conf/precheck.h"
#include "tap.h"

#define NO_END	"no quote ends this string on its line"
#define NO_COMMENT_END "this comment does not end"
#define LONE_CR	"a CR without a LF does not end this comment"
#define TWO_STRINGS \
	"two strings with nothing between would be read as one (is a comma " \
	"or a semicolon missing?)"
#define TOO_LARGE \
	"this number is too large (sizes may be written as strings, \"4G\"; " \
	"no limit is \"none\")"
#define OCTAL \
	"a number that begins with 0 is not octal here (write octal modes as " \
	"strings, \"022\")"
#define INCLUDE	"@include is not supported"
#define NUL	"a NUL byte would end the file here"

static const struct {
	const char	*text;
	int		 line;
	const char	*setting;
	const char	*says;
} refused[] = {
	/* Another file, whose name is relative to the working directory. */
	{ "@include \"x\"", 1, "", INCLUDE },
	{ "\n @include \"x\"", 2, "", INCLUDE },
	{ "a=1;\n\t@include \"x\"", 2, "", INCLUDE },
	{ "a={\n b=1 }\n@include\t\"x\"", 3, "", INCLUDE },
	{ "a=1/**/@include \"x\"", 1, "a", INCLUDE },

	/* Strings. */
	{ "a=\"x\n\"", 1, "a", NO_END },
	{ "a=\"x\\\n\"", 1, "a", NO_END },
	{ "\na=\"x", 2, "a", NO_END },
	{ "a=\"x\\", 1, "a", NO_END },
	{ "a=\"x\\\"", 1, "a", NO_END },
	{ "a=1 \"x", 1, "a", NO_END },
	{ "a=\"x\\x00\"", 1, "a", "\\x00 would end the string" },
	{ "a=(\n1,\"\\\\\\X00\")", 2, "a", "\\x00 would end the string" },
	{ "a=\"x\"\"y\"", 1, "a", TWO_STRINGS },
	{ "a=\"x\"\n/**/#\n\"y\"", 3, "a", TWO_STRINGS },
	{ "a=[\"x\"\r\f\t\"y\"]", 1, "a", TWO_STRINGS },

	/* Comments. */
	{ "/*", 1, "", NO_COMMENT_END },
	{ "a=1;/*\n", 1, "", NO_COMMENT_END },
	{ "a=(/*/\n", 1, "a", NO_COMMENT_END },
	{ "\n# x\rb=1\n", 2, "", LONE_CR },
	{ "a=1 // x\r b=1", 1, "a", LONE_CR },
	{ "#\r\r \r\n", 1, "", LONE_CR },
	{ "/#\r1", 1, "", LONE_CR },
	{ "#*\na=022", 2, "a", OCTAL },

	/* Numbers. */
	{ "a=022", 1, "a", OCTAL },
	{ "a=-00L", 1, "a", OCTAL },
	{ "a=+08", 1, "a", OCTAL },
	{ "a=0b1", 1, "a", OCTAL },
	{ "a=[1,0O7]", 1, "a", OCTAL },
	{ "a=0q7", 1, "a", OCTAL },
	{ "a=2147483648", 1, "a", TOO_LARGE },
	{ "a=-2147483648", 1, "a", TOO_LARGE },
	{ "a=4294967297", 1, "a", TOO_LARGE },
	{ "a=0x80000000", 1, "a", TOO_LARGE },
	{ "a=0XFFFFFFFFL", 1, "a", TOO_LARGE },
	{ "a=99999999999999999999", 1, "a", TOO_LARGE },
	{ "a=5 b=99999999999", 1, "b", TOO_LARGE },
	{ "a=1L2147483648", 1, "a", NULL },

	/* The setting that is being assigned. */
	{ "a:{b-_*9 =\n022", 2, "b-_*9", OCTAL },
	{ "a={b=1;c:(2,\n{d=3;},022", 2, "", OCTAL },
	{ "a={b=1;c:(2,\n03", 2, "c", OCTAL },
	{ "a=b 022", 1, "a", OCTAL },
	{ "a/*b=*/=\"c=\";\nd=#e=\n022", 3, "d", OCTAL },
	{ "022", 1, "", OCTAL },
};

/*
 * Text that is accepted: strings and comments may hold anything, and the rest
 * is for libconfig to judge.
 */
static const char *const taken[] = {
	"", " \t\r\n\f", "a=1", "a=\"@include 022 /* // # ( [ {\"",
	"#@include 022 \"\n//\"\r\n///*\n#*\n/*@include \"022\"\n**/a=1",
	"a=\"\\\"\" b=\"\\\\\" c=\"\\\\x00\" d=\"\\x0\\x01\"",
	"a=\"x\";\"y\"", "a=[\"x\",\"y\"]", "a=\"x\" b=\"y\"", "# x\r",
	"a=1 # x\r\r\nb=2", "a=2147483647 b=-2147483647L c=0x7fffffff d=0",
	"a022=1 a-022=2", "a=0.5 b=.5 c=1e5", "a=user@host", "}])}])", "a=/x",
};

static void
check(const char *text, size_t len, int line, const char *setting,
    const char *says)
{
	struct error e = { 0 };
	int r = precheck_text(text, len, &e);

	if (says == NULL) {
		ok(r >= 0, "%zu bytes are left to libconfig", len);
	} else if (!ok(r == -1 && e.line == line &&
	    strcmp(e.setting, setting) == 0 && strcmp(e.text, says) == 0,
	    "%d: %s: %s", line, setting, says)) {
		printf("# not %d: %s: %s\n", e.line, e.setting, e.text);
	}
}

/* The deepest nesting that is accepted, and one level more. */
static void
check_depth(void)
{
	char text[2 + 33 + 33 + 1] = "a=";

	memset(text + 2, '[', 32);
	memset(text + 34, ']', 32);
	check(text, strlen(text), 0, NULL, NULL);
	memset(text + 2, '(', 33);
	text[20] = '{';
	check(text, strlen(text), 1, "a",
	    "more than 32 brackets within each other");
}

static void
check_open(const char *text, int line)
{
	struct error e;
	int open_line = precheck_text(text, strlen(text), &e);

	if (!ok(open_line == line, "the open bracket is in line %d", line))
		printf("# not %d\n", open_line);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check(refused[i].text, strlen(refused[i].text),
		    refused[i].line, refused[i].setting, refused[i].says);
	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		check(taken[i], strlen(taken[i]), 0, NULL, NULL);
	check("a=1\n\0b=2", 8, 2, "a", NUL);
	check("a=1;#\0", 6, 1, "", NUL);
	check("a=\"\0\"", 5, 1, "a", NO_END);
	check("\0", 1, 1, "", NUL);
	check_depth();
	check_open("a={\nb=(\n1\n)", 1);
	check_open("a={\nb=(\n", 2);
	check_open("a={\nb=(1)}", 0);
	check_open("}a={", 1);
	return done();
}
