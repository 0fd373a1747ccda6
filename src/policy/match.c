/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "policy/match.h"

static bool
is_same(char a, char b, bool fold)
{
	return a == b || (fold &&
	    tolower((unsigned char)a) == tolower((unsigned char)b));
}

/*
 * After a mismatch, the last star absorbs one more byte and matching resumes
 * behind it. Earlier stars need no retry, so the time is at most the product of
 * the two lengths for any pattern.
 */
bool
match_bytes(const char *s, size_t len, const char *p, size_t plen, bool fold)
{
	const char *send = s + len, *end = p + plen;
	const char *star = NULL, *from = NULL;

	while (s < send) {
		if (p < end && *p == '*') {
			star = ++p;
			from = s;
		} else if (p < end && (*p == '?' || is_same(*p, *s, fold))) {
			p++;
			s++;
		} else if (star != NULL) {
			p = star;
			s = ++from;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

bool
match_has_control(const char *s)
{
	while ((unsigned char)*s >= ' ' && *s != 0x7f)
		s++;
	return *s != '\0';
}

bool
match_pattern(const char *s, const char *pattern)
{
	return match_bytes(s, strlen(s), pattern, strlen(pattern), false);
}

bool
match_fits_some(const char *const *names, const char *pattern, size_t len)
{
	while (*names != NULL && !match_bytes(*names, strlen(*names), pattern,
	    len, false))
		names++;
	return *names != NULL;
}

bool
match_name_list(const char *s, const char *list)
{
	return match_bytes_list(s, strlen(s), list, false);
}

bool
match_bytes_list(const char *s, size_t len, const char *list, bool fold)
{
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n > 0 && match_bytes(s, len, list, n, fold))
			return true;
	}
	return false;
}

/* Returns the result of an item that matched, which may begin with `!`. */
static enum match
verdict(const char *item)
{
	return *item == '!' ? MATCH_NEGATED : MATCH_FOUND;
}

/* Returns the item without its `!`. */
static const char *
bare(const char *item)
{
	return item + (*item == '!');
}

enum match
match_patterns(const char *s, const char *const *list)
{
	enum match found = MATCH_NONE;

	for (; *list != NULL && found != MATCH_NEGATED; list++)
		if (match_pattern(s, bare(*list)))
			found = verdict(*list);
	return found;
}

/* Replaces a mapped IPv6 address by its IPv4 address. */
static void
address_unmap(struct address *a)
{
	static const unsigned char mapped[12] = { [10] = 0xff, 0xff };

	if (a->bits != 128 || memcmp(a->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memmove(a->bytes, a->bytes + sizeof(mapped), 4);
	a->bits = 32;
}

/* Parses `len` bytes as an address without unmapping it. */
static bool
address_read(const char *s, size_t len, struct address *a)
{
	char text[INET6_ADDRSTRLEN];

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	*a = (struct address){ .bits = strchr(text, ':') != NULL ? 128 : 32 };
	return inet_pton(a->bits == 128 ? AF_INET6 : AF_INET, text,
	    a->bytes) == 1;
}

bool
match_parse_address(const char *s, struct address *a)
{
	if (!address_read(s, strcspn(s, "%"), a))
		return false;
	address_unmap(a);
	return true;
}

/* True if the address is in a network, whose prefix has `length` bits. */
static bool
address_in(struct address a, const struct address *net, int length)
{
	int bit;

	for (bit = length; bit < a.bits; bit++)
		a.bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
	return a.bits == net->bits &&
	    memcmp(a.bytes, net->bytes, (size_t)a.bits / 8) == 0;
}

/*
 * Parses "address/length" or an address, which is a network of one. Returns the
 * error, or NULL.
 */
static const char *
network_read(const char *s, struct address *a, int *length)
{
	size_t n = strcspn(s, "/");
	const char *digits = s + n + 1;
	int bits;

	if (!address_read(s, n, a))
		return "is not an address, a network or a pattern of one";
	bits = *length = a->bits;
	if (s[n] == '/') {
		if (*digits == '\0' || strlen(digits) > 3 ||
		    strspn(digits, "0123456789") != strlen(digits) ||
		    (*length = atoi(digits)) > bits)
			return "has a prefix length that is out of range";
		if (!address_in(*a, a, *length))
			return "has bits behind its prefix length";
	}
	address_unmap(a);	/* the length is at least 96: checked above */
	*length -= bits - a->bits;
	return NULL;
}

static bool
address_matches(const struct address *a, const char *item)
{
	char text[INET6_ADDRSTRLEN];
	struct address net;
	int length;

	if (network_read(item, &net, &length) == NULL)
		return address_in(*a, &net, length);
	inet_ntop(a->bits == 128 ? AF_INET6 : AF_INET, a->bytes, text,
	    sizeof(text));
	return match_pattern(text, item);
}

enum match
match_addresses(const struct address *a, const char *const *list)
{
	enum match found = MATCH_NONE;

	for (; *list != NULL && found != MATCH_NEGATED; list++)
		if (address_matches(a, bare(*list)))
			found = verdict(*list);
	return found;
}

const char *
match_address_fault(const char *item)
{
	struct address net;
	int length;

	item = bare(item);
	if (strpbrk(item, "*?") != NULL &&
	    strspn(item, "0123456789abcdef.:*?") == strlen(item))
		return NULL;
	return network_read(item, &net, &length);
}

/*
 * Returns the reason why a group of an address, the part between dots or
 * colons, matches no address in usual notation, or NULL.
 */
static const char *
group_doubt(const char *group, size_t len, bool ipv6)
{
	if (memchr(group, '*', len) != NULL || memchr(group, '?', len) != NULL)
		return NULL;
	if (len > 1 && group[0] == '0')
		return "addresses are written without zeros in front";
	if (ipv6 ? len > 4 : len > 3 || strtol(group, NULL, 10) > 255)
		return "no address has such a number";
	return NULL;
}

const char *
match_address_doubt(const char *item)
{
	const bool ipv6 = strchr(item, ':') != NULL;
	const char *text, *p = bare(item);
	size_t n;

	if (strpbrk(item, "*?") == NULL)
		return NULL;
	if (strncmp(p, "::ffff:", 7) == 0)
		return "an IPv4 address is compared as such, without ::ffff:";
	if (strncmp(p, "0:0:", 4) == 0 || strstr(p, ":0:0:") != NULL)
		return "zeros are written as ::, and better matched by a "
		    "network such as ::/32";
	for (; *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, ".:");
		if ((text = group_doubt(p, n, ipv6)) != NULL)
			return text;
	}
	return NULL;
}
