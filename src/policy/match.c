/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "policy/match.h"

/*
 * Matches the `plen` bytes of pattern at `p`. A star that failed is tried
 * again one byte further; only the last star needs that, so the time is
 * bounded by the product of the lengths whatever the pattern.
 */
static bool
match_glob(const char *s, const char *p, size_t plen)
{
	const char *end = p + plen, *star = NULL, *from = NULL;

	while (*s != '\0') {
		if (p < end && *p == '*') {
			star = ++p;
			from = s;
		} else if (p < end && (*p == '?' || *p == *s)) {
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
match_pattern(const char *s, const char *pattern)
{
	return match_glob(s, pattern, strlen(pattern));
}

bool
match_name_list(const char *s, const char *list)
{
	size_t n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n > 0 && match_glob(s, list, n))
			return true;
	}
	return false;
}
