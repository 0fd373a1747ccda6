/* SPDX-License-Identifier: ISC */
/* Patterns as in ssh_config(5): `*`, `?`, lists by comma, `!` negates. */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Is there a control character in it? No name or value has one. */
bool	match_has_control(const char *);

/* Does the whole of `s` match `pattern`? */
bool	match_pattern(const char *s, const char *pattern);

/*
 * Is `s` one of the names in `list`, which is separated by commas? As -p and
 * -P read it: a name may be a pattern, and `!` before it has no meaning.
 */
bool	match_name_list(const char *s, const char *list);

/* One pattern, of `plen` bytes. With `fold`, A is a. */
bool	match_part(const char *s, size_t len, const char *pattern,
	    size_t plen, bool fold);

/* A list of such patterns. */
bool	match_part_list(const char *s, size_t len, const char *list,
	    bool fold);

/* A list's verdict. NEGATED rules, whatever else in the list matches. */
enum match { MATCH_NEGATED = -1, MATCH_NONE, MATCH_FOUND };

/* By pattern; the list ends with NULL, and `!` before an item negates it. */
enum match match_patterns(const char *s, const char *const *list);

/* An IPv4 or IPv6 address; ::ffff:a.b.c.d is the IPv4 address in it. */
struct address {
	int		 bits;		/* 32 or 128 */
	unsigned char	 bytes[16];
};

/* Reads one; a zone behind `%` is left out. False when it is none. */
bool	address_parse(const char *s, struct address *);

/*
 * The same by address: an item is an address, a network (10.0.0.0/8), or a
 * pattern of the address as it is usually written.
 */
enum match match_addresses(const struct address *, const char *const *list);

/*
 * What is wrong with an item of such a list, as text, or NULL: an item that
 * cannot match would make its rule vanish.
 */
const char *match_address_fault(const char *item);

/*
 * What makes it doubtful that an item of such a list, which has no fault,
 * matches any address as it is written, as text, or NULL.
 */
const char *match_address_doubt(const char *item);

#endif
