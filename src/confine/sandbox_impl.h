/* SPDX-License-Identifier: ISC */
/* The two halves of a sandbox, and what each can be tried for by itself. */
#ifndef CONFINE_SANDBOX_IMPL_H
#define CONFINE_SANDBOX_IMPL_H

#include <stdbool.h>

/* The version of Landlock that this kernel has, 0 for none. */
#define ABI_MOVES	2	/* names go from one directory to another */
#define ABI_TRUNCATES	3	/* truncate(2) is held as well */
#define ABI_LEAST(writes)	((writes) ? ABI_MOVES : ABI_TRUNCATES)
int	landlock_abi(void);

/*
 * Nothing can be executed. With a root, which is an open directory or -1,
 * nothing can be opened, made, moved or removed except beneath it; what lies
 * outside and takes part in looking up names can still be read. Unless it
 * `writes` nothing can be changed, with a root or without. Returns 0; or
 * -errno and nothing has changed, -ENOSYS where the kernel has no Landlock
 * that holds all of that.
 */
int	landlock_enter(int root, bool writes);

/*
 * From now on there are the system calls of seccomp.list and no others.
 * Returns 0, or -ENOSYS when kernel or machine have no filters.
 */
int	seccomp_enter(void);

#endif
