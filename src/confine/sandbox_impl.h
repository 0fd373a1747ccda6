/* SPDX-License-Identifier: ISC */
/* The two parts of a sandbox, for sandbox.c and for tests of either part. */
#ifndef CONFINE_SANDBOX_IMPL_H
#define CONFINE_SANDBOX_IMPL_H

#include <stdbool.h>

/*
 * Returns the version of Landlock's interface in this kernel, or 0. The macros
 * are the versions that sandbox_enter() needs.
 */
#define ABI_MOVES	2	/* rename between directories */
#define ABI_TRUNCATES	3	/* truncate(2) is restricted too */
#define ABI_LEAST(writes)	((writes) ? ABI_MOVES : ABI_TRUNCATES)
int	landlock_abi(void);

/*
 * Restricts the process with Landlock. Nothing can be executed. With a root, an
 * open directory (-1 for none), files can be opened, created, moved and removed
 * only beneath it; files outside that serve name lookups can be read. Unless
 * `writes`, nothing can be changed at all. Returns 0, or -errno with nothing
 * restricted: -ENOSYS if the kernel cannot do all of this.
 */
int	landlock_enter(int root, bool writes);

/*
 * Restricts the process to the system calls in seccomp.list. Returns 0, or
 * -ENOSYS if the kernel or the machine has no support for filters.
 */
int	seccomp_enter(void);

#endif
