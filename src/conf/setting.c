/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/setting.h"
#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rights.h"

/* Units after a number; the last row is for no unit. */
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
 * Parses a sum of at most `terms` terms. Returns -1 if the text is anything
 * else or exceeds 63 bits.
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

/* Writes a number with the largest unit that divides it. */
static void
units_write(const struct unit *units, long long n, char *buf, size_t size)
{
	while (units->factor > 1 && (n == 0 || n % units->factor != 0))
		units++;
	snprintf(buf, size, "%lld%.1s", n / units->factor, &units->letter);
}

/* Parses octal digits; returns -1 for anything else. */
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

/*
 * The parts of a mode rule, as they are written and where their values are in a
 * number. The last row is for a mode by itself. 0 is a valid mode to force, so
 * that one more is stored for force.
 */
static const struct mode_part {
	const char	*name;
	int		 shift;
	int		 more;
} mode_parts[] = {
	{ "set=", 0, 0 }, { "clear=", 16, 0 }, { "force=", 32, 1 },
	{ "", 32, 1 },
};

static unsigned
mode_part_get(long long n, const struct mode_part *p)
{
	return (unsigned)(n >> p->shift) & 0xffff;
}

/* Returns -1 if some part is invalid or stands there twice. */
static long long
mode_read(const char *text)
{
	char copy[64], *part, *rest = copy;
	const struct mode_part *p;
	long long n = 0, bits, seen = 0;

	if (strlcpy(copy, text, sizeof(copy)) >= sizeof(copy))
		return -1;
	while ((part = strsep(&rest, ",")) != NULL) {
		for (p = mode_parts; strncmp(part, p->name,
		    strlen(p->name)) != 0; p++)
			continue;
		bits = octal_read(part + strlen(p->name));
		if (bits < 0 || bits > 07777 || (seen >> p->shift & 1) != 0)
			return -1;
		seen |= 1LL << p->shift;
		n |= (bits + p->more) << p->shift;
	}
	return n;
}

static struct mode_rule
mode_unpack(long long n)
{
	return (struct mode_rule){ .set = mode_part_get(n, &mode_parts[0]),
	    .clear = mode_part_get(n, &mode_parts[1]),
	    .force = (int)mode_part_get(n, &mode_parts[2]) - 1 };
}

static void
mode_write(long long n, char *buf, size_t size)
{
	const struct mode_part *p;
	size_t used = 0;
	unsigned bits;

	for (p = mode_parts; *p->name != '\0' && used < size; p++)
		if ((bits = mode_part_get(n, p)) != 0)
			used += (size_t)snprintf(buf + used, size - used,
			    "%s%s%04o", used > 0 ? "," : "", p->name,
			    bits - (unsigned)p->more);
}

/* Names of types, how they are written and read, hints and descriptions. */
#define IN_QUOTES	"in quotes"
#define NO_QUOTES	"without quotes"
#define LIST		"a string, or a list [ \"a\", \"b\" ]"
static const struct kind {
	const char	*name;
	unsigned	 accepts;	/* bits of enum given_as */
	const char	*wants;		/* hint for a value in a file */
	const char	*values;	/* NULL: words or a range */
	const struct unit *units;	/* of a number, or NULL */
	int		 terms;		/* ... as many numbers may be added */
	long long	(*read)(const char *);	/* returns -1 for an error */
} kinds[] = {
	[SETTING_BOOL] = { "bool", GIVEN_BOOL, .wants = NO_QUOTES },
	[SETTING_CHOICE] = { "choice", GIVEN_STRING, .wants = IN_QUOTES },
	[SETTING_NUMBER] = { "number", GIVEN_NUMBER, NO_QUOTES, .units = plain,
	    .terms = 1 },
	[SETTING_SIZE] = { "size", GIVEN_STRING | GIVEN_NUMBER,
	    "bytes, or a string such as \"256K\"", .units = sizes,
	    .terms = 1 },
	[SETTING_DURATION] = { "duration", GIVEN_STRING | GIVEN_NUMBER,
	    "seconds, or a string such as \"5m\" or \"1h30m\"",
	    .units = times, .terms = 5 },
	[SETTING_OCTAL] = { "octal", GIVEN_STRING,
	    "a string of octal digits such as \"022\"", .read = octal_read },
	[SETTING_RIGHTS] = { "rights", GIVEN_STRING | GIVEN_LIST, LIST,
	    "all, none, or of list, stat, read, create, modify, replace, "
	    "delete, rename, rename_file, rename_dir, mkdir, rmdir, symlink, "
	    "link and setstat", .read = rights_read },
	[SETTING_MODE] = { "mode", GIVEN_STRING | GIVEN_GROUP,
	    "{ set = \"0111\"; clear = \"022\"; }, each in quotes",
	    "octal modes of set, clear and force", .read = mode_read },
	[SETTING_TEXT] = { "text", GIVEN_STRING, IN_QUOTES,
	    .values = "one line of text" },
	[SETTING_GROUP] = { "group", GIVEN_STRING, IN_QUOTES,
	    .values = "a group" },
	[SETTING_PATH] = { "path", GIVEN_STRING, IN_QUOTES,
	    .values = "a path" },
	[SETTING_ROOT] = { "path", GIVEN_STRING, .wants = IN_QUOTES },
	[SETTING_REQUESTS] = { "requests", GIVEN_STRING | GIVEN_LIST, LIST,
	    .values = "request names or patterns" },
	[SETTING_NAMES] = { "patterns", GIVEN_STRING | GIVEN_LIST, LIST,
	    .values = "names or patterns" },
	[SETTING_PATHS] = { "paths", GIVEN_STRING,
	    .wants = "* and ? match no slash" },
};

static int
compare_name(const void *name, const void *setting)
{
	return strcmp(name, ((const struct setting *)setting)->name);
}

const struct setting *
setting_find(const char *name)
{
	return bsearch(name, settings, settings_count, sizeof(settings[0]),
	    compare_name);
}

static int
compare_group(const void *name, const void *setting)
{
	const char *dotted = ((const struct setting *)setting)->name;
	size_t len = strlen(name);
	int order = strncmp(name, dotted, len);

	return order != 0 ? order : '.' - dotted[len];
}

bool
setting_is_group(const char *name)
{
	return bsearch(name, settings, settings_count, sizeof(settings[0]),
	    compare_group) != NULL;
}

const struct setting *
setting_find_flag(int flag)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (settings[i].flag == flag)
			return &settings[i];
	return NULL;
}

/* True if the value is in a file, where its type is visible. */
static bool
is_written(const struct given *g)
{
	return (g->as & (GIVEN_TEXT | GIVEN_FLAG)) == 0;
}

/* Rejects a value: says what it should be and what it was. Returns -1. */
static int
refuse(const struct setting *row, const struct given *g, struct error *e)
{
	char values[256];
	bool file = is_written(g);

	return error_say(e, "must be %s, not \"%.100s\"%s%s%s",
	    setting_values(row, values, sizeof(values)), g->text,
	    file ? " (" : "", file ? kinds[row->type].wants : "",
	    file ? ")" : "");
}

/* Parses a value of any numeric type; returns -1 if it is invalid. */
static long long
number_read(const struct setting *row, const char *text)
{
	const struct kind *kind = &kinds[row->type];
	const struct word *w;

	if (row->words != NULL) {
		w = word_find(row->words, text);
		return w == NULL ? -1 : w->value;
	}
	return kind->units != NULL ?
	    units_read(text, kind->units, kind->terms) : kind->read(text);
}

static bool
has_text(const struct setting *row)
{
	return row->type >= SETTING_TEXT;
}

bool
setting_is_list(const struct setting *row)
{
	return row->type == SETTING_REQUESTS || row->type == SETTING_NAMES;
}

/*
 * True if the value is the row's word for no value. An option of OpenSSH's has
 * no such word, and the pattern of a path rule is always a pattern.
 */
static bool
is_none(const struct setting *row, const struct given *g)
{
	return row->type != SETTING_PATHS && row->unset_word != NULL &&
	    strcmp(g->text, row->unset_word) == 0 &&
	    (g->as & (GIVEN_TEXT | GIVEN_STRING)) != 0;
}

static int
parse_number(const struct setting *row, const struct given *g, struct value *v,
    struct error *e)
{
	long long n;

	n = number_read(row, g->text);
	if (n < 0 || (row->max != 0 && (n < row->min || n > row->max)))
		return refuse(row, g, e);
	*v = (struct value){ .number = n };
	return 0;
}

char *
setting_next_item(char **rest)
{
	char *end, *item = strsep(rest, ",");

	item += strspn(item, " ");
	for (end = item + strlen(item); end > item && end[-1] == ' '; end--)
		end[-1] = '\0';
	return item;
}

/*
 * Normalises a list for the matcher: removes blanks around items, rejects empty
 * items.
 */
static int
tidy_list(char *list, struct error *e)
{
	char *item, *rest = list, *out = list;
	size_t len;

	while (rest != NULL) {
		item = setting_next_item(&rest);
		if (*item == '\0')
			return error_say(e, "has an empty item "
			    "(one comma too many?)");
		if (*item == '!')
			return error_say(e, "\"%s\": a list of names "
			    "cannot be negated", item);
		len = strlen(item);
		memmove(out, item, len);
		out += len;
		*out++ = rest == NULL ? '\0' : ',';
	}
	return 0;
}

static bool
has_tokens(const struct setting *row)
{
	return row->type == SETTING_PATH || row->type == SETTING_ROOT ||
	    row->type == SETTING_PATHS;
}

/*
 * Checks tokens now: paths are expanded per user, but a wrong token is wrong
 * for everybody.
 */
static int
check_tokens(const char *path, struct error *e)
{
	const char *p;

	for (p = path; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] == '\0' || strchr("uUd%", p[1]) == NULL)
			return error_say(e, "\"%.100s\": unknown token %.2s "
			    "(there are %%u %%U %%d %%%%)", path, p);
	return 0;
}

int
setting_parse(const struct setting *row, const struct given *g,
    struct arena *arena, struct value *v, struct error *e)
{
	char *text;

	if (match_has_control(g->text))
		return error_say(e, "holds a control character");
	*v = (struct value){ .number = row->unset_number };
	if (is_none(row, g))
		return 0;
	if (is_written(g) && (kinds[row->type].accepts & g->as) == 0)
		return refuse(row, g, e);
	if (!has_text(row))
		return parse_number(row, g, v, e);
	if (g->text[0] == '\0')
		return error_say(e, "is empty");
	if (has_tokens(row) && check_tokens(g->text, e) < 0)
		return -1;
	if (has_tokens(row) && strlen(g->text) >= PATH_MAX)
		return error_say(e, "is too long for a path");
	if (row->valid != NULL && !row->valid(g->text))
		return refuse(row, g, e);
	text = arena_copy(arena, g->text);
	if (setting_is_list(row) && tidy_list(text, e) < 0)
		return -1;
	*v = (struct value){ .text = text };
	return 0;
}

struct value
setting_default(const struct setting *row)
{
	const struct given g = { .as = GIVEN_TEXT,
	    .text = row->default_text };
	struct value v = { .number = row->unset_number };
	struct error e;
	int r;

	if (row->default_text != NULL) {
		r = setting_parse(row, &g, NULL, &v, &e);
		assert(r == 0 && !has_text(row));
		(void)r;
	}
	return v;
}

void
setting_store(const struct setting *row, struct value v, struct policy *p)
{
	const struct mode_rule mode = mode_unpack(v.number);
	const struct group_rule group = { .set = v.text != NULL,
	    .gid = (uint32_t)v.number };
	void *member = (char *)p + row->offset;

	if (row->type == SETTING_GROUP) {
		memcpy(member, &group, sizeof(group));
	} else if (has_text(row)) {
		memcpy(member, &v.text, sizeof(v.text));
	} else if (row->width == sizeof(bool)) {
		*(bool *)member = v.number != 0;
	} else if (row->type == SETTING_MODE) {
		memcpy(member, &mode, sizeof(mode));
	} else if (row->width == sizeof(uint64_t)) {
		*(uint64_t *)member = (uint64_t)v.number;
	} else {
		assert(row->width == sizeof(int));
		memcpy(member, &(int){ (int)v.number }, sizeof(int));
	}
}

void
setting_defaults(struct policy *p)
{
	const struct setting *row;

	memset(p, 0, sizeof(*p));
	for (row = settings; row < settings + settings_count; row++)
		setting_store(row, setting_default(row), p);
	p->access.protect_startup = false;	/* nothing restricts yet */
}

bool
setting_restricts(const struct setting *row, struct value v)
{
	if (row->restricts != ANY_CHANGE)
		return row->restricts != 0 && v.number == row->restricts;
	return v.text != NULL || v.number != setting_default(row).number;
}

char *
setting_format(const struct setting *row, struct value v, char *buf,
    size_t size)
{
	const struct word *w = word_of(row->words, v.number);

	if (w != NULL)
		snprintf(buf, size, "%s", w->name);
	else if (row->unset_word != NULL && v.text == NULL &&
	    (has_text(row) || v.number == row->unset_number))
		snprintf(buf, size, "%s", row->unset_word);
	else if (has_text(row))
		snprintf(buf, size, setting_is_list(row) ? "%s" : "\"%s\"",
		    v.text);
	else if (row->type == SETTING_OCTAL)
		snprintf(buf, size, "%03llo", (unsigned long long)v.number);
	else if (row->type == SETTING_RIGHTS)
		rights_format((unsigned)v.number, buf, size);
	else if (row->type == SETTING_MODE)
		mode_write(v.number, buf, size);
	else
		units_write(kinds[row->type].units, v.number, buf, size);
	return buf;
}

const char *
setting_type_name(const struct setting *row)
{
	return kinds[row->type].name;
}

/* Writes "a, b or c". */
static void
list_words(const struct word *w, char *buf, size_t size)
{
	size_t n = 0;

	for (; w->name != NULL && n < size; w++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", w->name,
		    w[1].name == NULL ? "" : w[2].name == NULL ? " or " : ", ");
}

char *
setting_values(const struct setting *row, char *buf, size_t size)
{
	char low[32], high[32];
	const char *says = row->says != NULL ? row->says :
	    kinds[row->type].values;
	const char *or = row->unset_word == NULL ? "" : " or ";
	const char *none = row->unset_word == NULL ? "" : row->unset_word;
	const struct value min = { .number = row->min };
	const struct value max = { .number = row->max };

	if (row->words != NULL) {
		list_words(row->words, buf, size);
	} else if (says != NULL) {
		snprintf(buf, size, "%s", says);
	} else {
		setting_format(row, min, low, sizeof(low));
		setting_format(row, max, high, sizeof(high));
		snprintf(buf, size, "%s to %s%s%s", low, high, or, none);
	}
	return buf;
}
