/* SPDX-License-Identifier: ISC */
/* Paths as text. These functions look at no file. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes `path` absolute, relative to `cwd`, and removes `.`, `..` and doubled
 * and trailing slashes, without regard to symbolic links. Writes at most `size`
 * bytes to `to`, including the NUL. Returns false if the result does not fit.
 */
bool	path_absolute(const char *cwd, const char *path, char *to, size_t size);

/*
 * True if `path` equals `top` or lies beneath it. Both must be in the form that
 * path_absolute() makes.
 */
bool	path_is_below(const char *path, const char *top);

/* A component of a path: `len` bytes at `name`, and what stands behind them. */
struct component {
	const char	*name;
	size_t		 len;
	const char	*rest;		/* "", or it begins with a slash */
};

/*
 * Finds the first component of a path, behind any slashes. Returns false if
 * there is none; `len` is then 0 and `rest` is "".
 */
bool	path_next(const char *path, struct component *);

/*
 * Orders paths so that everything beneath a directory directly follows it: like
 * strcmp(3), but the slash sorts before every other byte. Returns a negative
 * number, 0 or a positive number.
 */
int	path_compare(const char *, const char *);

/*
 * Returns a pointer to the last component of `path`, and its length without
 * trailing slashes in *len. The length is 0 for "" and "/".
 */
const char *path_last(const char *path, size_t *len);

/*
 * Returns the length of the first `len` bytes of `path` without the last
 * component and the slashes around it. The root slash of an absolute path
 * stays.
 */
size_t	path_above(const char *path, size_t len);

/*
 * Decodes the UTF-8 character at the start of a NUL-terminated string into
 * *value. Returns its length in bytes, or 0 if the bytes are no UTF-8, not the
 * shortest form, or a surrogate.
 */
int	path_char(const char *, uint32_t *value);

/* True if the whole string is valid UTF-8. */
bool	path_is_utf8(const char *);

/*
 * True if the first `len` bytes of a path have the form of a DOS alias, such as
 * PROGRA~1, in some component.
 */
bool	path_has_alias(const char *path, size_t len);

/*
 * Silly names: ".slipway-", 22 letters and digits, then "-old" or "-part". An
 * "-old" file has lost its name while a handle still needs it; a "-part" file
 * is an upload that gets its name when it is complete.
 */
#define SILLY_PREFIX	".slipway-"
#define SILLY_RANDOM	22
#define SILLY_OLD	"-old"
#define SILLY_TEMP	"-part"
#define SILLY_LEN	(sizeof(SILLY_PREFIX) - 1 + SILLY_RANDOM + 5)

/* True if the `len` bytes at `name` are a silly name. */
bool	path_is_silly(const char *name, size_t len);

/* True if they are the silly name of an upload. */
bool	path_is_temp(const char *name, size_t len);

#endif
