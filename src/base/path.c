/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/path.h"

bool
path_next(const char *path, struct component *c)
{
	c->name = path + strspn(path, "/");
	c->len = strcspn(c->name, "/");
	c->rest = c->name + c->len;
	return c->len > 0;
}

/*
 * Appends the normalised components of `path` to the `len` bytes at `to`.
 * Returns the new length, or 0 if `size` is too small.
 */
static size_t
append_components(const char *path, char *to, size_t len, size_t size)
{
	struct component c;

	for (; path_next(path, &c); path = c.rest) {
		if (c.len == 1 && c.name[0] == '.')
			continue;
		if (c.len == 2 && memcmp(c.name, "..", 2) == 0) {
			while (len > 1 && to[--len] != '/')
				;
			continue;
		}
		if (len + 1 + c.len >= size)
			return 0;
		if (len > 1)
			to[len++] = '/';
		memcpy(to + len, c.name, c.len);
		len += c.len;
	}
	return len;
}

bool
path_absolute(const char *cwd, const char *path, char *to, size_t size)
{
	size_t len = 1;

	to[0] = '/';
	if (path[0] != '/')
		len = append_components(cwd, to, len, size);
	if (len > 0)
		len = append_components(path, to, len, size);
	to[len] = '\0';
	return len > 0;
}

bool
path_is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	if (strncmp(path, top, n) != 0)
		return false;
	return path[n] == '\0' || path[n] == '/' || (n == 1 && top[0] == '/');
}

size_t
path_above(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return len;
}

int
path_compare(const char *a, const char *b)
{
	unsigned char ca, cb;

	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	ca = *a == '/' ? 1 : (unsigned char)*a;
	cb = *b == '/' ? 1 : (unsigned char)*b;
	/* A slash also sorts before a byte of value 1. */
	if (ca == cb)
		return *a == '/' ? -1 : *b == '/';
	return ca < cb ? -1 : 1;
}

const char *
path_last(const char *path, size_t *len)
{
	const char *end = path + strlen(path), *start;

	while (end > path && end[-1] == '/')
		end--;
	for (start = end; start > path && start[-1] != '/'; start--)
		;
	*len = (size_t)(end - start);
	return start;
}

bool
path_has_alias(const char *path, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (path[i] == '~' && isdigit((unsigned char)path[i + 1]))
			return true;
	return false;
}

bool
path_is_silly(const char *name, size_t len)
{
	const size_t prefix = sizeof(SILLY_PREFIX) - 1;
	const size_t suffix = prefix + SILLY_RANDOM;
	size_t i;

	if (len <= suffix || memcmp(name, SILLY_PREFIX, prefix) != 0)
		return false;
	for (i = prefix; i < suffix; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	name += suffix;
	len -= suffix;
	return (len == 4 && memcmp(name, SILLY_OLD, 4) == 0) ||
	    (len == 5 && memcmp(name, SILLY_TEMP, 5) == 0);
}

bool
path_is_temp(const char *name, size_t len)
{
	return len == SILLY_LEN && path_is_silly(name, len);
}

int
path_char(const char *s, uint32_t *value)
{
	/* First bytes by the number of those that follow. */
	static const struct {
		unsigned char	mask, mark;
		uint32_t	least;	/* value that takes so many */
	} forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	const unsigned char *p = (const unsigned char *)s;
	int i, n = 0;

	while (n < 4 && (*p & forms[n].mask) != forms[n].mark)
		n++;
	if (n == 4)
		return 0;
	*value = *p & (unsigned char)~forms[n].mask;
	for (i = 1; i <= n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*value = *value << 6 | (p[i] & 0x3f);
	}
	return *value < forms[n].least || *value > 0x10ffff ||
	    (*value >= 0xd800 && *value < 0xe000) ? 0 : n + 1;
}

bool
path_is_utf8(const char *s)
{
	uint32_t value;
	int n;

	for (; *s != '\0'; s += n)
		if ((n = path_char(s, &value)) == 0)
			return false;
	return true;
}
