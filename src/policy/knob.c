/* SPDX-License-Identifier: ISC */
#include <config.h>

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#include "policy/knob.h"
#include "policy/policy.h"

static const struct word booleans[] = {
	{ "false", 0, NULL }, { "true", 1, NULL }, { 0 }
};
static const struct word accesses[] = {
	{ "allow", 0, NULL }, { "refuse", 1, NULL }, { 0 }
};
static const struct word levels[] = {
	{ "QUIET", 0, NULL }, { "FATAL", 1, NULL }, { "ERROR", 2, NULL },
	{ "INFO", 3, NULL }, { "VERBOSE", 4, NULL }, { "DEBUG", 5, NULL },
	{ "DEBUG1", 5, NULL }, { "DEBUG2", 6, NULL }, { "DEBUG3", 7, NULL },
	{ 0 }
};
static const struct word facilities[] = {
	{ "DAEMON", LOG_DAEMON, NULL }, { "USER", LOG_USER, NULL },
	{ "AUTH", LOG_AUTH, NULL }, { "AUTHPRIV", LOG_AUTHPRIV, NULL },
	{ "LOCAL0", LOG_LOCAL0, NULL }, { "LOCAL1", LOG_LOCAL1, NULL },
	{ "LOCAL2", LOG_LOCAL2, NULL }, { "LOCAL3", LOG_LOCAL3, NULL },
	{ "LOCAL4", LOG_LOCAL4, NULL }, { "LOCAL5", LOG_LOCAL5, NULL },
	{ "LOCAL6", LOG_LOCAL6, NULL }, { "LOCAL7", LOG_LOCAL7, NULL },
	{ 0 }
};
static const struct word messages[] = {
	{ "system", MESSAGES_SYSTEM, NULL },
	{ "openssh", MESSAGES_OPENSSH, NULL }, { 0 }
};
static const struct word orders[] = {
	{ "openssh", SYMLINK_ORDER_OPENSSH, NULL },
	{ "draft", SYMLINK_ORDER_DRAFT, NULL }, { 0 }
};
static const struct word overwrites[] = {
	{ "if-asked", OVERWRITE_IF_ASKED, NULL },
	{ "always", OVERWRITE_ALWAYS, NULL },
	{ "never", OVERWRITE_NEVER, NULL }, { 0 }
};
static const struct word open_handles[] = {
	{ "keep", HANDLES_KEEP, NULL }, { "reopen", HANDLES_REOPEN, NULL },
	{ "close", HANDLES_CLOSE, "what a client writes after the rename is "
	    "lost; reopen keeps it" }, { 0 }
};
static const struct word whens[] = {
	{ "refused", RENAME_WHEN_REFUSED, NULL },
	{ "always", RENAME_WHEN_ALWAYS, NULL }, { 0 }
};
static const struct word applies[] = {
	{ "apply", APPLY, NULL }, { "ignore", APPLY_IGNORE, NULL },
	{ "refuse", APPLY_REFUSE, NULL }, { 0 }
};
static const struct word on_errors[] = {
	{ "report", 0, NULL }, { "ignore-denied", 1, NULL }, { 0 }
};

#define MEMBER(m)	.offset = offsetof(struct policy, m), \
			.width = sizeof(((struct policy *)NULL)->m)
#define YEAR		(366LL * 24 * 60 * 60)

const struct knob knobs[] = {
	{ "access.allow", KNOB_REQUESTS, .none = "all", .combine = INTERSECTS,
	    .restricts = "*", .flag = 'p', MEMBER(access.allow) },
	{ "access.deny", KNOB_REQUESTS, .none = "none", .combine = ADDS_UP,
	    .restricts = "*", .flag = 'P', MEMBER(access.deny) },
	{ "access.read_only", KNOB_BOOL, "false", .words = booleans,
	    .restricts = "true", .flag = 'R', MEMBER(access.read_only) },
	{ "files.umask", KNOB_OCTAL, .none = "process", .none_number = -1,
	    .max = 0777, .flag = 'u', MEMBER(files.umask) },
	{ "log.facility", KNOB_CHOICE, "AUTH", .words = facilities,
	    .flag = 'f', MEMBER(log.facility) },
	{ "log.level", KNOB_CHOICE, "ERROR", .words = levels,
	    .flag = 'l', MEMBER(log.level) },
	{ "protocol.charset", KNOB_TEXT, .none = "none",
	    MEMBER(protocol.charset) },
	{ "protocol.hide_extensions", KNOB_NAMES, .none = "none",
	    .combine = ADDS_UP, MEMBER(protocol.hide_extensions) },
	{ "protocol.max_packet", KNOB_SIZE, "256K", .min = 66560,
	    .max = 1 << 20, MEMBER(protocol.max_packet) },
	{ "protocol.max_read", KNOB_SIZE, "255K", .min = 65536,
	    .max = 1 << 20, MEMBER(protocol.max_read) },
	{ "protocol.max_version", KNOB_NUMBER, "6", .min = 3, .max = 6,
	    MEMBER(protocol.max_version) },
	{ "protocol.messages", KNOB_CHOICE, "system", .words = messages,
	    MEMBER(protocol.messages) },
	{ "protocol.symlink_order", KNOB_CHOICE, "openssh", .words = orders,
	    MEMBER(protocol.symlink_order) },
	{ "rename.busy_timeout", KNOB_DURATION, "0s", .max = 5, .unit = 1000,
	    MEMBER(rename.busy_timeout) },
	{ "rename.open_handles", KNOB_CHOICE, "keep", .words = open_handles,
	    MEMBER(rename.open_handles) },
	{ "rename.overwrite", KNOB_CHOICE, "if-asked", .words = overwrites,
	    .restricts = "never", MEMBER(rename.overwrite) },
	{ "rename.when", KNOB_CHOICE, "refused", .words = whens,
	    .needs = "rename.open_handles", MEMBER(rename.when) },
	{ "session.access", KNOB_CHOICE, "allow", .words = accesses,
	    .restricts = "refuse", MEMBER(session.refuse) },
	{ "session.idle_timeout", KNOB_DURATION, .none = "none", .min = 1,
	    .max = YEAR, MEMBER(session.idle_timeout) },
	{ "session.max_time", KNOB_DURATION, .none = "none", .min = 1,
	    .max = YEAR, MEMBER(session.max_time) },
	{ "session.message", KNOB_TEXT, .none = "none",
	    .needs = "session.access", MEMBER(session.message) },
	{ "setstat.mode", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.mode) },
	{ "setstat.on_error", KNOB_CHOICE, "report", .words = on_errors,
	    MEMBER(setstat.ignore_denied) },
	{ "setstat.owner", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.owner) },
	{ "setstat.size", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.size) },
	{ "setstat.times", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.times) },
	{ "start_dir", KNOB_PATH, .none = "home", .flag = 'd',
	    MEMBER(start_dir) },
};
const size_t knob_count = sizeof(knobs) / sizeof(knobs[0]);

/* What may stand behind a number; the last is for nothing at all. */
struct unit {
	char		 letter;
	long long	 factor;
};
static const struct unit sizes[] = {
	{ 'T', 1LL << 40 }, { 'G', 1 << 30 }, { 'M', 1 << 20 },
	{ 'K', 1 << 10 }, { '\0', 1 }
};
static const struct unit times[] = {
	{ 'w', 7 * 24 * 60 * 60 }, { 'd', 24 * 60 * 60 }, { 'h', 60 * 60 },
	{ 'm', 60 }, { 's', 1 }, { '\0', 1 }
};
static const struct unit plain[] = { { '\0', 1 } };

static const struct unit *
unit_find(const struct unit *units, char letter)
{
	while (units->letter != '\0' &&
	    tolower((unsigned char)units->letter) !=
	    tolower((unsigned char)letter))
		units++;
	return units->letter == '\0' && letter != '\0' ? NULL : units;
}

/*
 * Reads the sum of `text`'s terms, at most `terms` of them. Returns -1 when
 * it is anything else or does not fit: this is where 2^63 must not wrap.
 */
static long long
units_read(const char *text, const struct unit *units, int terms)
{
	const struct unit *unit;
	long long sum = 0, n;

	do {
		if (*text < '0' || *text > '9' || terms-- == 0)
			return -1;
		for (n = 0; *text >= '0' && *text <= '9'; text++)
			if (__builtin_mul_overflow(n, 10, &n) ||
			    __builtin_add_overflow(n, *text - '0', &n))
				return -1;
		if ((unit = unit_find(units, *text)) == NULL ||
		    __builtin_mul_overflow(n, unit->factor, &n) ||
		    __builtin_add_overflow(sum, n, &sum))
			return -1;
		text += *text != '\0';
	} while (*text != '\0');
	return sum;
}

/* Writes a number with the largest unit that leaves no remainder. */
static void
units_write(const struct unit *units, long long n, char *buf, size_t size)
{
	while (units->factor > 1 && (n == 0 || n % units->factor != 0))
		units++;
	snprintf(buf, size, "%lld%.1s", n / units->factor, &units->letter);
}

/* What a type is called, what it accepts, and how to say so. */
#define IN_QUOTES	"in quotes"
#define NO_QUOTES	"without quotes"
#define LIST		"a string, or a list [ \"a\", \"b\" ]"
static const struct kind {
	const char	*name;
	unsigned	 accepts;	/* bits of enum given_as */
	const char	*wants;		/* in a file */
} kinds[] = {
	[KNOB_BOOL] = { "bool", GIVEN_BOOL, NO_QUOTES },
	[KNOB_CHOICE] = { "choice", GIVEN_STRING, IN_QUOTES },
	[KNOB_NUMBER] = { "number", GIVEN_NUMBER, NO_QUOTES },
	[KNOB_SIZE] = { "size", GIVEN_STRING | GIVEN_NUMBER,
	    "bytes, or a string such as \"256K\"" },
	[KNOB_DURATION] = { "duration", GIVEN_STRING | GIVEN_NUMBER,
	    "seconds, or a string such as \"5m\" or \"1h30m\"" },
	[KNOB_OCTAL] = { "octal", GIVEN_STRING,
	    "a string of octal digits such as \"022\"" },
	[KNOB_TEXT] = { "text", GIVEN_STRING, IN_QUOTES },
	[KNOB_PATH] = { "path", GIVEN_STRING, IN_QUOTES },
	[KNOB_REQUESTS] = { "requests", GIVEN_STRING | GIVEN_LIST, LIST },
	[KNOB_NAMES] = { "patterns", GIVEN_STRING | GIVEN_LIST, LIST },
};

const struct knob *
knob_find(const char *name)
{
	size_t i;

	for (i = 0; i < knob_count; i++)
		if (strcmp(knobs[i].name, name) == 0)
			return &knobs[i];
	return NULL;
}

const struct knob *
knob_find_flag(int flag)
{
	size_t i;

	for (i = 0; i < knob_count; i++)
		if (flag != 0 && knobs[i].flag == flag)
			return &knobs[i];
	return NULL;
}

/* The only way a value is refused: what it should be, and what it was. */
static int
refuse(const struct knob *k, const struct given *g, struct mistake *m)
{
	char values[256];
	bool file = g->as != GIVEN_TEXT;

	return mistake_say(m, "must be %s, not \"%.100s\"%s%s%s",
	    knob_values(k, values, sizeof(values)), g->text,
	    file ? " (" : "", file ? kinds[k->type].wants : "",
	    file ? ")" : "");
}

static const struct word *
word_find(const struct word *w, const char *name)
{
	for (; w->name != NULL; w++)
		if (strcasecmp(w->name, name) == 0)
			return w;
	return NULL;
}

static const struct word *
word_of(const struct knob *k, struct value v)
{
	const struct word *w;

	for (w = k->words; w != NULL && w->name != NULL; w++)
		if (w->value == v.number)
			return w;
	return NULL;
}

/* Octal digits only; -1 otherwise. */
static long long
octal_read(const char *text)
{
	long long n = 0;

	if (*text == '\0' || strlen(text) > 6)
		return -1;
	for (; *text >= '0' && *text <= '7'; text++)
		n = n * 8 + (*text - '0');
	return *text == '\0' ? n : -1;
}

/* A number of any type, as written; -1 when it is none. */
static long long
number_read(const struct knob *k, const char *text)
{
	const struct word *w;

	switch (k->type) {
	case KNOB_BOOL:
	case KNOB_CHOICE:
		w = word_find(k->words, text);
		return w == NULL ? -1 : w->value;
	case KNOB_SIZE:
		return units_read(text, sizes, 1);
	case KNOB_DURATION:
		return units_read(text, times, 5);
	case KNOB_OCTAL:
		return octal_read(text);
	default:
		return units_read(text, plain, 1);
	}
}

static bool
has_text(const struct knob *k)
{
	return k->type >= KNOB_TEXT;
}

static bool
is_list(const struct knob *k)
{
	return k->type == KNOB_REQUESTS || k->type == KNOB_NAMES;
}

static int
parse_number(const struct knob *k, const struct given *g, struct value *v,
    struct mistake *m)
{
	long long n;

	if (k->none != NULL && strcmp(g->text, k->none) == 0) {
		*v = (struct value){ .number = k->none_number };
		return 0;
	}
	n = number_read(k, g->text);
	if (n < 0 || (k->words == NULL && (n < k->min || n > k->max)))
		return refuse(k, g, m);
	*v = (struct value){ .number = n * (k->unit == 0 ? 1 : k->unit) };
	return 0;
}

/* A list as the matcher wants it: no blanks around items, no empty ones. */
static int
tidy_list(char *list, struct mistake *m)
{
	const char *in = list;
	char *out = list;
	size_t n, item;

	for (;;) {
		in += strspn(in, " ");
		n = item = strcspn(in, ",");
		while (item > 0 && in[item - 1] == ' ')
			item--;
		if (item == 0)
			return mistake_say(m, "has an empty item "
			    "(one comma too many?)");
		if (*in == '!')
			return mistake_say(m, "\"%.*s\": a list of names "
			    "cannot be negated", (int)item, in);
		memmove(out, in, item);
		out += item;
		in += n;
		if (*in == '\0')
			break;
		*out++ = *in++;
	}
	*out = '\0';
	return 0;
}

/* Paths are expanded per user, but a wrong token is wrong for everybody. */
static int
check_tokens(const char *path, struct mistake *m)
{
	const char *p;

	for (p = path; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] == '\0' || strchr("uUd%", p[1]) == NULL)
			return mistake_say(m, "\"%.100s\": unknown token %.2s "
			    "(there are %%u %%U %%d %%%%)", path, p);
	return 0;
}

int
knob_parse(const struct knob *k, const struct given *g, struct arena *arena,
    struct value *v, struct mistake *m)
{
	const char *p;
	char *text;

	for (p = g->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return mistake_say(m, "holds a control character");
	if (g->as != GIVEN_TEXT && (kinds[k->type].accepts & g->as) == 0)
		return refuse(k, g, m);
	if (!has_text(k))
		return parse_number(k, g, v, m);
	if (g->text[0] == '\0')
		return mistake_say(m, "is empty");
	if (k->type == KNOB_PATH && check_tokens(g->text, m) < 0)
		return -1;
	text = arena_copy(arena, g->text);
	if (is_list(k) && tidy_list(text, m) < 0)
		return -1;
	*v = (struct value){ .text = text };
	return 0;
}

struct value
knob_default(const struct knob *k)
{
	const struct given g = { GIVEN_TEXT, k->initial };
	struct value v = { .number = k->none_number };
	struct mistake m;
	int r;

	if (k->initial != NULL) {
		r = knob_parse(k, &g, NULL, &v, &m);
		assert(r == 0 && !has_text(k));
		(void)r;
	}
	return v;
}

void
knob_store(const struct knob *k, struct value v, struct policy *p)
{
	void *member = (char *)p + k->offset;

	if (has_text(k)) {
		memcpy(member, &v.text, sizeof(v.text));
	} else if (k->width == sizeof(bool)) {
		*(bool *)member = v.number != 0;
	} else {
		assert(k->width == sizeof(int));
		memcpy(member, &(int){ (int)v.number }, sizeof(int));
	}
}

bool
knob_restricts(const struct knob *k, struct value v)
{
	const struct word *w = word_of(k, v);

	if (k->restricts == NULL)
		return false;
	if (strcmp(k->restricts, "*") == 0)
		return true;
	return w != NULL && strcmp(w->name, k->restricts) == 0;
}

const char *
knob_warning(const struct knob *k, struct value v)
{
	const struct word *w = word_of(k, v);

	return w == NULL ? NULL : w->warning;
}

char *
knob_format(const struct knob *k, struct value v, char *buf, size_t size)
{
	const struct word *w = word_of(k, v);
	long long n = v.number / (k->unit == 0 ? 1 : k->unit);

	if (w != NULL)
		snprintf(buf, size, "%s", w->name);
	else if (k->none != NULL && v.text == NULL &&
	    (has_text(k) || v.number == k->none_number))
		snprintf(buf, size, "%s", k->none);
	else if (has_text(k))
		snprintf(buf, size, is_list(k) ? "%s" : "\"%s\"", v.text);
	else if (k->type == KNOB_OCTAL)
		snprintf(buf, size, "%03llo", (unsigned long long)n);
	else if (k->type == KNOB_NUMBER)
		snprintf(buf, size, "%lld", n);
	else
		units_write(k->type == KNOB_SIZE ? sizes : times, n, buf,
		    size);
	return buf;
}

const char *
knob_type_name(const struct knob *k)
{
	return kinds[k->type].name;
}

/* "a, b or c" */
static void
list_words(const struct word *w, char *buf, size_t size)
{
	size_t n = 0;

	for (; w->name != NULL && n < size; w++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", w->name,
		    w[1].name == NULL ? "" : w[2].name == NULL ? " or " : ", ");
}

char *
knob_values(const struct knob *k, char *buf, size_t size)
{
	char low[32], high[32];
	const char *or = k->none == NULL ? "" : " or ";
	const char *none = k->none == NULL ? "" : k->none;
	long long unit = k->unit == 0 ? 1 : k->unit;

	switch (k->type) {
	case KNOB_BOOL:
	case KNOB_CHOICE:
		list_words(k->words, buf, size);
		break;
	case KNOB_TEXT:
		snprintf(buf, size, "one line of text");
		break;
	case KNOB_PATH:
		snprintf(buf, size, "a path");
		break;
	case KNOB_REQUESTS:
		snprintf(buf, size, "request names or patterns");
		break;
	case KNOB_NAMES:
		snprintf(buf, size, "names or patterns");
		break;
	default:
		knob_format(k, (struct value){ .number = k->min * unit }, low,
		    sizeof(low));
		knob_format(k, (struct value){ .number = k->max * unit }, high,
		    sizeof(high));
		snprintf(buf, size, "%s to %s%s%s", low, high, or, none);
	}
	return buf;
}
