/* SPDX-License-Identifier: ISC */
/* Linked into the server by make SAN=1 only. */

#define _GNU_SOURCE
#include <sched.h>

int __lsan_is_turned_off(void);
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

/* libconfig 1.5 loses a string when a policy has a syntax error behind one. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

/*
 * To look for leaks takes a process that looks into this one, which there is
 * not in a sandbox. Nor is there this call, which elsewhere does nothing.
 */
int
__lsan_is_turned_off(void)
{
	return unshare(0) == -1;
}
