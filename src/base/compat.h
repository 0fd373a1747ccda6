/* SPDX-License-Identifier: ISC */
/*
 * What BSD's C library has and that of some Linux has not, as its manual has
 * it. config.h brings it. libbsd has all of it, too, but takes, with the
 * library it needs in turn, a sixth of the time of a start to load.
 */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

#include <sys/types.h>

#include <stddef.h>

#ifndef HAVE_GETPROGNAME
const char *getprogname(void);
#endif

/* Copies what fits and returns the length there would be: strlcpy(3). */
#ifndef HAVE_STRLCPY
size_t	 strlcpy(char *to, const char *from, size_t size);
size_t	 strlcat(char *to, const char *from, size_t size);
#endif

/* A mode as ls(1) shows it, and a blank. */
#ifndef HAVE_STRMODE
void	 strmode(mode_t, char to[12]);
#endif

/* A decimal number within bounds; 0 and what is wrong with it otherwise. */
#ifndef HAVE_STRTONUM
long long strtonum(const char *, long long min, long long max,
	    const char **error);
#endif

#endif
