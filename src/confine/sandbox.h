/* SPDX-License-Identifier: ISC */
/*
 * Privileges and resources that the process gives up, for good, before it reads
 * a byte of input.
 */
#ifndef CONFINE_SANDBOX_H
#define CONFINE_SANDBOX_H

#include <stdbool.h>

/*
 * Opens /dev/null for each of stdin, stdout and stderr that is closed, so that
 * no other file gets its number, and closes all inherited descriptors above
 * them. Must be called before any library has opened a descriptor. Returns a
 * descriptor of /dev/null, for signals_init(), or -1.
 */
int	sandbox_stdio(void);

/*
 * Makes the process undumpable, so that nobody can write /proc/self/mem and run
 * code by it, and denies it new privileges by execve(2). Returns 0, or -errno
 * if the process could still be traced.
 */
int	sandbox_harden(void);

/* The parts of a sandbox. */
#define CONFINES_FILES	0x1u	/* Landlock restricts files */
#define CONFINES_CALLS	0x2u	/* seccomp restricts system calls */

/*
 * Enters the sandbox. Only the system calls in seccomp.list are left. Files can
 * be accessed only beneath `root`, an open directory or -1, and changed only if
 * `writes`. Core dumps and further processes are forbidden. Parts that the
 * kernel does not support are left out. Returns the CONFINES_* that are in
 * force. Call sandbox_harden() first.
 */
unsigned sandbox_enter(int root, bool writes);

/*
 * True if the kernel supports the version of Landlock that sandbox_enter()
 * needs.
 */
bool	sandbox_has_landlock(bool writes);

#endif
