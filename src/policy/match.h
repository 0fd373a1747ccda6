/* SPDX-License-Identifier: ISC */
/*
 * Patterns as in ssh_config(5): `*`, `?`, comma-separated lists, `!` for
 * negation; and lists of addresses.
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

/* True if the text contains a control character. */
bool	match_has_control(const char *);

/* True if the whole of `s` matches `pattern`. */
bool	match_pattern(const char *s, const char *pattern);

/*
 * True if the pattern, of `len` bytes, matches some name of a NULL-terminated
 * list.
 */
bool	match_fits_some(const char *const *names, const char *pattern,
	    size_t len);

/*
 * True if `s` is in the comma-separated `list` of names, as -p and -P have it:
 * a name may be a pattern, and `!` has no meaning.
 */
bool	match_name_list(const char *s, const char *list);

/*
 * True if `len` bytes match a pattern of `plen` bytes. With `fold`, the case of
 * ASCII letters is ignored.
 */
bool	match_bytes(const char *s, size_t len, const char *pattern,
	    size_t plen, bool fold);

/* True if `len` bytes match one of the comma-separated patterns. */
bool	match_bytes_list(const char *s, size_t len, const char *list,
	    bool fold);

/*
 * The result of matching a list. NEGATED wins over any other match in the list.
 */
enum match { MATCH_NEGATED = -1, MATCH_NONE, MATCH_FOUND };

/*
 * Matches `s` against a NULL-terminated list of patterns; `!` before a pattern
 * negates it.
 */
enum match match_patterns(const char *s, const char *const *list);

/* An IPv4 or IPv6 address. ::ffff:a.b.c.d is stored as the IPv4 address. */
struct address {
	int		 bits;		/* 32 or 128 */
	unsigned char	 bytes[16];
};

/*
 * Parses an address, ignoring an IPv6 zone after `%`. Returns false if it is
 * not an address.
 */
bool	match_parse_address(const char *s, struct address *);

/*
 * Matches an address against a NULL-terminated list. Each item is an address, a
 * network (10.0.0.0/8) or a pattern of the address's usual notation; `!` before
 * an item negates it.
 */
enum match match_addresses(const struct address *, const char *const *list);

/*
 * Returns the error in an item of such a list, or NULL: a static text that
 * follows the item in a message. An item that cannot match must be reported,
 * since a rule would silently not apply.
 */
const char *match_address_fault(const char *item);

/*
 * Returns the reason why an item without an error probably matches no address,
 * or NULL. The text is static.
 */
const char *match_address_doubt(const char *item);

#endif
