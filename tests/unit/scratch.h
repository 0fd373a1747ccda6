/* SPDX-License-Identifier: ISC */
/*
 * A temporary directory for one test program: made and entered by
 * scratch_enter(), removed at exit.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <sys/stat.h>

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* its real path, without links */
static char scratch[256];

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static inline void
scratch_remove(void)
{
	if (chdir("/") == 0)
		(void)nftw(scratch, scratch_remove_one, 16,
		    FTW_DEPTH | FTW_PHYS);
}

static inline void
scratch_enter(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX], real[PATH_MAX];

	snprintf(path, sizeof(path), "%s/slipway.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(path) == NULL || realpath(path, real) == NULL ||
	    strlen(real) >= sizeof(scratch) || chdir(real) == -1) {
		perror(path);
		exit(1);
	}
	strcpy(scratch, real);
	atexit(scratch_remove);
}

/* Creates a file with this text, or replaces its contents. */
static inline void
scratch_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1) {
		perror(name);
		exit(1);
	}
	close(fd);
}

/* True if the file has this text; with NULL, if it does not exist. */
static inline int
scratch_holds(const char *name, const char *text)
{
	char is[4096];
	ssize_t n;
	int fd = open(name, O_RDONLY);

	if (fd == -1)
		return text == NULL;
	n = read(fd, is, sizeof(is));
	close(fd);
	return text != NULL && n == (ssize_t)strlen(text) &&
	    memcmp(is, text, (size_t)n) == 0;
}

#endif
