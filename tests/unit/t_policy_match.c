/* SPDX-License-Identifier: ISC */
/* Patterns and lists of patterns, as in ssh_config(5). */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "policy/match.h"
#include "tap.h"

#define LIST_MAX	4

static const struct {
	const char	*s, *pattern;
	bool		 matches;
} patterns[] = {
	{ "", "", true }, { "", "*", true }, { "", "?", false },
	{ "a", "", false }, { "a", "a", true }, { "a", "A", false },
	{ "a", "?", true }, { "ab", "?", false }, { "ab", "??", true },
	{ "abc", "a*c", true }, { "abcbc", "a*bc", true },
	{ "abc", "a*b", false }, { "abc", "*", true }, { "abc", "**", true },
	{ "abc", "*?*?*?*", true }, { "abc", "*?*?*?*?", false },
	{ "a*c", "a*c", true }, { "aXbXc", "a*X*c", true },
	{ "mississippi", "m*iss*ip*i", true },
	{ "mississippi", "m*iss*ip*s", false },
	{ "a[b]", "a[b]", true }, { "ab", "a[b]", false },
	{ "a\\b", "a\\b", true },
};

static const struct {
	const char	*s, *list;
	bool		 matches;
} names[] = {
	{ "read", "read", true }, { "read", "open,read", true },
	{ "read", "open,reads", false }, { "read", "ope*,rea?", true },
	{ "read", "", false }, { "", "", false }, { "read", "re,ad", false },
	{ "read", "!open", false }, { "read", ",read", true },
};

static const struct {
	const char	*s, *list[LIST_MAX];
	enum match	 match;
} lists[] = {
	{ "a", { "a" }, MATCH_FOUND }, { "a", { "b" }, MATCH_NONE },
	{ "a", { "b", "a" }, MATCH_FOUND },
	{ "a", { "!a", "*" }, MATCH_NEGATED },
	{ "a", { "*", "!a" }, MATCH_NEGATED },
	{ "a", { "!b", "*" }, MATCH_FOUND },
	{ "a", { "!b" }, MATCH_NONE }, { "a", { NULL }, MATCH_NONE },
	{ "!a", { "!!a", "*" }, MATCH_NEGATED },
};

/* NULL: no error */
static const struct {
	const char	*item, *fault;
} faults[] = {
	{ "10.0.0.1", NULL }, { "10.0.0.0/8", NULL }, { "0.0.0.0/0", NULL },
	{ "::1", NULL }, { "::/0", NULL }, { "2001:db8::/32", NULL },
	{ "!10.0.0.0/8", NULL }, { "*", NULL }, { "10.?.*", NULL },
	{ "fe80:*", NULL }, { "::ffff:10.0.0.0/104", NULL },
	{ "10.0.0.1/32", NULL }, { "::1/128", NULL },
	{ "10.0.0", "is not an address, a network or a pattern of one" },
	{ "10.0.0.256", "is not an address, a network or a pattern of one" },
	{ "localhost", "is not an address, a network or a pattern of one" },
	{ "*.org", "is not an address, a network or a pattern of one" },
	{ "10.*/8", "is not an address, a network or a pattern of one" },
	{ "10.0.0.0/", "has a prefix length that is out of range" },
	{ "10.0.0.0/33", "has a prefix length that is out of range" },
	{ "10.0.0.0/-1", "has a prefix length that is out of range" },
	{ "10.0.0.0/8x", "has a prefix length that is out of range" },
	{ "::/129", "has a prefix length that is out of range" },
	{ "10.0.0.0/0008", "has a prefix length that is out of range" },
	{ "10.0.0.1/8", "has bits behind its prefix length" },
	{ "2001:db8::1/32", "has bits behind its prefix length" },
	{ "::ffff:10.0.0.1/104", "has bits behind its prefix length" },
};

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int
main(void)
{
	struct address a;
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		ok(match_pattern(patterns[i].s, patterns[i].pattern) ==
		    patterns[i].matches, "'%s' and '%s': %d", patterns[i].s,
		    patterns[i].pattern, patterns[i].matches);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(match_name_list(names[i].s, names[i].list) ==
		    names[i].matches, "'%s' in '%s': %d", names[i].s,
		    names[i].list, names[i].matches);
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		ok(match_patterns(lists[i].s, lists[i].list) ==
		    lists[i].match, "'%s' in list %zu: %d", lists[i].s, i,
		    lists[i].match);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		ok(same(match_address_fault(faults[i].item), faults[i].fault),
		    "%s: %s", faults[i].item, faults[i].fault == NULL ?
		    "fine" : faults[i].fault);
	ok(match_parse_address("::ffff:1.2.3.4", &a) && a.bits == 32 &&
	    memcmp(a.bytes, "\1\2\3\4", 4) == 0, "a mapped address is IPv4");
	ok(match_parse_address("::1", &a) && a.bits == 128, "IPv6");
	ok(!match_parse_address("UNKNOWN", &a) &&
	    !match_parse_address("", &a) &&
	    !match_parse_address("1.2.3.4 ", &a), "an item that is no address");
	return done();
}
