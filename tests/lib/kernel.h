/* SPDX-License-Identifier: ISC */
/*
 * Asks the kernel which features it has. A test that asked the program under
 * test would be skipped if the program is broken.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <sys/syscall.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* Returns the version of Landlock's ABI, or -1 without Landlock. */
static inline int
kernel_landlock_abi(void)
{
	const unsigned version = 1;	/* LANDLOCK_CREATE_RULESET_VERSION */

	return (int)syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    version);
}

/* True if filters of system calls can end one with an error. */
static inline bool
kernel_has_seccomp(void)
{
	const unsigned available = 2;	/* SECCOMP_GET_ACTION_AVAIL */
	const uint32_t action = 0x00050000;	/* SECCOMP_RET_ERRNO */

	return syscall(SYS_seccomp, available, 0, &action) == 0;
}

/*
 * True if there is this system call, which takes a directory and a path, and
 * fails with those given here.
 */
static inline bool
kernel_has_call(long number)
{
	return syscall(number, -1, "", NULL, (size_t)0) == -1 &&
	    errno != ENOSYS;
}

/*
 * True if the kernel tells what a program has written over its arguments, the
 * first of which this is. An emulator tells what they were.
 */
static inline bool
kernel_shows_title(char *argument)
{
	FILE *in = fopen("/proc/self/cmdline", "r");
	char first = argument[0];
	int told;

	argument[0] = '#';
	told = in == NULL ? EOF : getc(in);
	argument[0] = first;
	if (in != NULL)
		fclose(in);
	return told == '#';
}

#endif
