/* SPDX-License-Identifier: ISC */
/*
 * The title of the process, which ps(1) shows: who the session is for and the
 * file that it transfers. Nothing here makes a system call.
 */
#ifndef OS_TITLE_H
#define OS_TITLE_H

#include <stdbool.h>

/*
 * Moves the arguments and the environment out of the way of a title. To be
 * called before anything keeps a pointer into either of them.
 */
void	title_init(int argc, char **argv);

/* Gives the process a title from now on; both strings are copied. */
void	title_begin(const char *user, const char *address);

/* Adds the version of the protocol, which INIT settled. */
void	title_version(int version);

/*
 * Shows that the file of that name is read or written. `of` is whatever stands
 * for the transfer. A title with a file stands for TITLE_REST milliseconds
 * before another file replaces it, so that, with the end of each, there is no
 * more than one change a second. Costs a comparison while nothing changes.
 */
#define TITLE_REST	2000
void	title_transfer(const void *of, bool writes, const char *name);

/* Takes the file out of the title at once, if it is that transfer's. */
void	title_ended(const void *of);

#endif
