/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifndef HAVE_GETPROGNAME
const char *
getprogname(void)
{
	return program_invocation_short_name;
}
#endif

#ifndef HAVE_STRLCPY
size_t
strlcpy(char *to, const char *from, size_t size)
{
	size_t len = strlen(from), n = len < size ? len : size - 1;

	if (size > 0)
		*(char *)mempcpy(to, from, n) = '\0';
	return len;
}

size_t
strlcat(char *to, const char *from, size_t size)
{
	size_t len = strnlen(to, size);

	return len + strlcpy(to + len, from, size - len);
}
#endif

#ifndef HAVE_STRMODE
void
strmode(mode_t mode, char to[12])
{
	static const char types[] = {
		[S_IFIFO >> 12] = 'p', [S_IFCHR >> 12] = 'c',
		[S_IFDIR >> 12] = 'd', [S_IFBLK >> 12] = 'b',
		[S_IFREG >> 12] = '-', [S_IFLNK >> 12] = 'l',
		[S_IFSOCK >> 12] = 's',
	};
	unsigned type = (mode & S_IFMT) >> 12;
	int i;

	to[0] = type < sizeof(types) && types[type] != '\0' ? types[type] : '?';
	for (i = 0; i < 9; i++)
		to[1 + i] = (mode & (0400u >> i)) != 0 ? "rwx"[i % 3] : '-';
	/* In place of the x that belongs to it, small if that is there. */
	if ((mode & S_ISUID) != 0)
		to[3] = (mode & S_IXUSR) != 0 ? 's' : 'S';
	if ((mode & S_ISGID) != 0)
		to[6] = (mode & S_IXGRP) != 0 ? 's' : 'S';
	if ((mode & S_ISVTX) != 0)
		to[9] = (mode & S_IXOTH) != 0 ? 't' : 'T';
	to[10] = ' ';
	to[11] = '\0';
}
#endif

#ifndef HAVE_STRTONUM
long long
strtonum(const char *text, long long min, long long max, const char **error)
{
	int before = errno;
	const char *wrong = NULL;
	long long n;
	char *end;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || min > max)
		wrong = "invalid";
	else if (n < min || (errno == ERANGE && n < 0))
		wrong = "too small";
	else if (n > max || errno == ERANGE)
		wrong = "too large";
	errno = before;
	if (error != NULL)
		*error = wrong;
	return wrong == NULL ? n : 0;
}
#endif
