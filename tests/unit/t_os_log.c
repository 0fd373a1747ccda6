/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include "base/buf.h"
#include "capture.h"
#include "os/log.h"
#include "tap.h"

#if ULONG_MAX == UINT32_MAX
#define LONGEST	"4294967295"
#else
#define LONGEST	"18446744073709551615"
#endif

/*
 * A text and its escaped form on syslog and on standard error: vis(3) with
 * CSTYLE, NL, TAB and OCTAL, and with SAFE and OCTAL.
 */
static const struct {
	const char	*in, *syslog, *on_stderr;
	bool		 is_name;
} escapes[] = {
	{ "plain ~!@#$%^&*()", "plain ~!@#$%^&*()", "plain ~!@#$%^&*()",
	    false },
	{ "", "", "", false },
	{ "a\nb", "a\\nb", "a\nb", false },
	{ "a\tb", "a\\tb", "a\tb", false },
	{ "\a\b\r", "\\a\\b\\r", "\a\b\r", false },
	{ "\v\f", "\\v\\f", "\\013\\014", false },
	{ "\1\x1b[2J", "\\001\\033[2J", "\\001\\033[2J", false },
	{ "\x7f", "\\177", "\\177", false },
	{ "\x80\xff", "\\200\\377", "\\200\\377", false },
	{ "\xc3\xa9", "\\303\\251", "\\303\\251", false },
	{ "a\\b", "a\\\\b", "a\\\\b", false },
	{ "\\n", "\\\\n", "\\\\n", true },
	{ "say \"hi\"", "say \"hi\"", "say \"hi\"", false },
	{ "say \"hi\"", "say \\\"hi\\\"", "say \\\"hi\\\"", true },
	{ "x\" mode 0777\nclose \"y", "x\\\" mode 0777\\nclose \\\"y",
	    "x\\\" mode 0777\nclose \\\"y", true },
	{ NULL, "(null)", "(null)", true },
};

static void
test_escapes(bool on_stderr)
{
	struct log_line l;
	size_t i;

	log_init("test", LOG_LEVEL_DEBUG3, LOG_AUTH, on_stderr);
	for (i = 0; i < nitems(escapes); i++) {
		const char *want = on_stderr ? escapes[i].on_stderr :
		    escapes[i].syslog;

		log_start(&l, LOG_LEVEL_INFO);
		log_put(&l, escapes[i].in, escapes[i].is_name);
		ok(strcmp(l.text, want) == 0 && l.len == strlen(want),
		    "%s, row %zu%s: %s", on_stderr ? "stderr" : "syslog", i,
		    escapes[i].is_name ? ", a name" : "", on_stderr ? "" :
		    l.text);
	}
}

/* Each byte by itself: syslog gets printable characters only. */
static void
test_every_byte(void)
{
	struct log_line l;
	int c;
	bool right = true;

	log_init("test", LOG_LEVEL_DEBUG3, LOG_AUTH, false);
	for (c = 1; c < 256; c++) {
		char text[2] = { (char)c, '\0' };
		const char *p;

		log_start(&l, LOG_LEVEL_INFO);
		log_put(&l, text, true);
		for (p = l.text; *p != '\0'; p++)
			right &= *p >= ' ' && *p < 0x7f;
		/* A byte that is special is never sent alone. */
		right &= (l.len == 1) ==
		    (c >= ' ' && c < 0x7f && c != '"' && c != '\\');
	}
	ok(right, "syslog gets printable bytes only");
}

/* Formats a line in syslog's style. */
#define LINE(...)	(log_start(&line, LOG_LEVEL_INFO),		\
	    log_putf(&line, __VA_ARGS__), line.text)

#define IS(want, ...)	do {						\
	const char *text_ = LINE(__VA_ARGS__);				\
	ok(strcmp(text_, want) == 0, "%s reads %s", #__VA_ARGS__, text_);\
} while (0)

static struct log_line line;

static void
test_formats(void)
{
	const char *volatile nothing = NULL;

	log_init("test", LOG_LEVEL_DEBUG3, LOG_AUTH, false);
	IS("no conversion", "no conversion");
	IS("100%", "100%%");
	IS("%s is 5%", "%%%s is %d%%", "s", 5);
	IS("-1 4294967295", "%d %u", -1, UINT32_MAX);
	IS("644 0644 ff 0xf", "%o %04o %x 0x%x", 0644u, 0644u, 255u, 15u);
	IS("   7|7   |007", "%4d|%-4d|%03d", 7, 7, 7);
	IS("-9223372036854775808", "%lld", (long long)INT64_MIN);
	IS("18446744073709551615", "%llu", (unsigned long long)UINT64_MAX);
	IS(LONGEST " a", "%lu %x", ULONG_MAX, 10u);
	IS(LONGEST "/0", "%zu/%zu", SIZE_MAX, (size_t)0);
	IS("ffffffffffffffff", "%llx", (unsigned long long)UINT64_MAX);
	IS("a b", "%s %s", "a", "b");
	IS("name \"a\\\"b\" end", "name \"%s\" end", "a\"b");
	IS("bare a\"b", "bare %s", "a\"b");
	IS("\"a\\\"\" then b\"", "\"%s\" then %s", "a\"", "b\"");
	IS("old \"\\\"\" new \"\\\"\"", "old \"%s\" new \"%s\"", "\"", "\"");
	IS("1 \"\\\"\" 2", "%d \"%s\" %d", 1, "\"", 2);
	IS("\"(null)\"", "\"%s\"", nothing);
	IS("\"abc\": x", "\"%.3s\": %s", "abcdef", "x");
	IS("\"ab\": x", "\"%.3s\": %s", "ab", "x");
	IS("\"\\\\\\\\\\\\\"", "\"%.3s\"", "\\\\\\\\\\");
	IS("\\303\\251\\n", "%s", "\xc3\xa9\n");
	IS("%d is not %s", "%s", "%d is not %s");
}

static void
test_limited_name(void)
{
	char name[300], want[128];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(want, sizeof(want), "read \"%.100s\": Error", name);
	IS(want, "read \"%.100s\": %s", name, "Error");
}

/* A line that is too long does not end in half an escape. */
static void
test_overlong(void)
{
	static char name[3 * sizeof(line.text)];
	size_t skew;
	bool right = true;

	memset(name, '\1', sizeof(name) - 1);
	for (skew = 0; skew < 8; skew++) {
		log_start(&line, LOG_LEVEL_INFO);
		log_put(&line, &"1234567"[skew], false);
		log_put(&line, name, true);
		log_put(&line, name, true);
		log_putf(&line, "%s", name);
		right &= line.len < sizeof(line.text) &&
		    line.text[line.len] == '\0' &&
		    strlen(line.text) == line.len &&
		    strcmp(line.text + line.len - 4, "\\001") == 0 &&
		    line.len > sizeof(line.text) - 16;
	}
	ok(right, "a line that is too long ends after a whole escape");
}

/* One line per call at each level; the level's prefix only on syslog. */
static const struct {
	enum log_level	 level;
	const char	*syslog, *on_stderr;
} levels[] = {
	{ LOG_LEVEL_FATAL, "fatal: x", "x\r\n" },
	{ LOG_LEVEL_ERROR, "error: x", "x\r\n" },
	{ LOG_LEVEL_INFO, "x", "x\r\n" },
	{ LOG_LEVEL_VERBOSE, "x", "x\r\n" },
	{ LOG_LEVEL_DEBUG1, "debug1: x", "debug1: x\r\n" },
	{ LOG_LEVEL_DEBUG2, "debug2: x", "debug2: x\r\n" },
	{ LOG_LEVEL_DEBUG3, "debug3: x", "debug3: x\r\n" },
};

static void
test_levels(void)
{
	size_t i, k;
	int full;

	for (i = 0; i < nitems(levels); i++) {
		log_init("test", LOG_LEVEL_DEBUG3, LOG_AUTH, false);
		log_start(&line, levels[i].level);
		log_put(&line, "x", false);
		ok(strcmp(line.text, levels[i].syslog) == 0,
		    "level %d in syslog: %s", levels[i].level, line.text);
	}
	for (i = 0; i < nitems(levels); i++)
		for (k = 0; k < nitems(levels); k++) {
			const char *text;
			bool kept;

			log_init("test", levels[i].level, LOG_AUTH, true);
			capture_start();
			errno = ENXIO;
			log_at(levels[k].level, "%s", "x");
			kept = errno == ENXIO;
			text = capture_end();
			ok(strcmp(text, k <= i ? levels[k].on_stderr : "") ==
			    0 && log_wants(levels[k].level) == (k <= i) &&
			    kept, "level %d at level %d %s",
			    levels[k].level, levels[i].level, k <= i ?
			    "is one line" : "is silent");
		}
	/* Logging must keep errno, even if it fails. */
	capture_start();
	full = open("/dev/full", O_WRONLY);
	(void)dup2(full, STDERR_FILENO);
	errno = ENXIO;
	log_error("%s", "x");
	k = (size_t)errno;
	(void)capture_end();
	close(full);
	ok(k == ENXIO, "errno is kept when the line cannot be written");
	log_init("test", LOG_LEVEL_QUIET, LOG_AUTH, true);
	ok(!log_wants(LOG_LEVEL_FATAL), "QUIET wants nothing");
}

static const struct {
	const char	*name;
	int		 level, facility;
} words[] = {
	{ "QUIET", LOG_LEVEL_QUIET, -1 }, { "quiet", LOG_LEVEL_QUIET, -1 },
	{ "FATAL", LOG_LEVEL_FATAL, -1 }, { "Error", LOG_LEVEL_ERROR, -1 },
	{ "INFO", LOG_LEVEL_INFO, -1 }, { "VERBOSE", LOG_LEVEL_VERBOSE, -1 },
	{ "DEBUG", LOG_LEVEL_DEBUG1, -1 }, { "DEBUG1", LOG_LEVEL_DEBUG1, -1 },
	{ "debug2", LOG_LEVEL_DEBUG2, -1 }, { "DEBUG3", LOG_LEVEL_DEBUG3, -1 },
	{ "DAEMON", -1, LOG_DAEMON }, { "user", -1, LOG_USER },
	{ "AUTH", -1, LOG_AUTH }, { "AuthPriv", -1, LOG_AUTHPRIV },
	{ "LOCAL0", -1, LOG_LOCAL0 }, { "LOCAL1", -1, LOG_LOCAL1 },
	{ "LOCAL2", -1, LOG_LOCAL2 }, { "LOCAL3", -1, LOG_LOCAL3 },
	{ "LOCAL4", -1, LOG_LOCAL4 }, { "LOCAL5", -1, LOG_LOCAL5 },
	{ "LOCAL6", -1, LOG_LOCAL6 }, { "LOCAL7", -1, LOG_LOCAL7 },
	{ "", -1, -1 }, { "DEBUG4", -1, -1 }, { "INF", -1, -1 },
	{ "INFOO", -1, -1 }, { "LOCAL8", -1, -1 }, { "0", -1, -1 },
};

static int
value_of(const struct word *table, const char *name)
{
	const struct word *w = word_find(table, name);

	return w == NULL ? -1 : w->value;
}

static void
test_words(void)
{
	size_t i;

	for (i = 0; i < nitems(words); i++)
		ok(value_of(log_levels, words[i].name) == words[i].level &&
		    value_of(log_facilities, words[i].name) ==
		    words[i].facility,
		    "\"%s\" is level %d, facility %d", words[i].name,
		    words[i].level, words[i].facility);
}

int
main(void)
{
	test_escapes(false);
	test_escapes(true);
	test_every_byte();
	test_formats();
	test_limited_name();
	test_overlong();
	test_levels();
	test_words();
	return done();
}
