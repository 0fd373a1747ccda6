/* SPDX-License-Identifier: ISC */
/* Captures as a string what the code under test writes to standard error. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <sys/mman.h>

#include <stdlib.h>
#include <unistd.h>

static int capture_fd = -1, capture_saved = -1;

static inline void
capture_start(void)
{
	if (capture_fd == -1 &&
	    ((capture_fd = memfd_create("stderr", 0)) == -1 ||
	    (capture_saved = dup(STDERR_FILENO)) == -1))
		abort();
	if (ftruncate(capture_fd, 0) == -1 ||
	    lseek(capture_fd, 0, SEEK_SET) == -1 ||
	    dup2(capture_fd, STDERR_FILENO) == -1)
		abort();
}

/* Restores standard error. The string is valid until the next start. */
static inline const char *
capture_end(void)
{
	static char text[64 * 1024];
	ssize_t n;

	if (dup2(capture_saved, STDERR_FILENO) == -1 ||
	    (n = pread(capture_fd, text, sizeof(text) - 1, 0)) == -1)
		abort();
	text[n] = '\0';
	return text;
}

#endif
