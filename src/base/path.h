/* SPDX-License-Identifier: ISC */
/* Paths as text: no file is looked at. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes `path` absolute against `cwd` and takes `.`, `..`, doubled and
 * trailing slashes out, without regard to links. Returns false when `size`
 * is too small.
 */
bool	path_absolute(const char *cwd, const char *path, char *to, size_t size);

/* Is `path` the same as `top`, or beneath it? Both as path_absolute() makes
 * them. */
bool	path_is_below(const char *path, const char *top);

/*
 * Orders paths so that all that lies beneath one follows it at once: as
 * strcmp(3) with the slash before every other byte.
 */
int	path_compare(const char *, const char *);

/* The last component: what stands behind the last slash that has a name
 * behind it. *len is its length, without trailing slashes. */
const char *path_last(const char *path, size_t *len);

/*
 * The length of a path of `len` bytes without its last component and the
 * slashes around it, of which the first one of an absolute path is left.
 */
size_t	path_above(const char *path, size_t len);

/*
 * The character that begins there: its length in bytes, 0 if those are not
 * UTF-8 in shortest form, or a surrogate. The text is terminated.
 */
int	path_char(const char *, uint32_t *value);

/* Is that valid UTF-8, all of it? */
bool	path_is_utf8(const char *);

/*
 * Hidden names: ".slipway-", 22 letters and digits, "-old" or "-part". They
 * stand for files that have lost their name while a handle needs them, and for
 * those that get theirs when they are whole.
 */
#define HIDDEN_PREFIX	".slipway-"
#define HIDDEN_RANDOM	22
#define HIDDEN_OLD	"-old"
#define HIDDEN_PART	"-part"
#define HIDDEN_LEN	(sizeof(HIDDEN_PREFIX) - 1 + HIDDEN_RANDOM + 5)

bool	path_is_silly(const char *name, size_t len);

#endif
