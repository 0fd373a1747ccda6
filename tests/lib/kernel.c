/* SPDX-License-Identifier: ISC */
/*
 * kernel FEATURE ...
 *
 * Exits 0 if this kernel has each of them, and otherwise 1 with the first that
 * it has not on stdout: landlock (as much of it as sandbox = "require" needs),
 * openat2, fchmodat2, seccomp and title.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

static bool
has(const char *feature, char *argument)
{
	if (strcmp(feature, "landlock") == 0)
		return kernel_landlock_abi() >= 3;
	if (strcmp(feature, "openat2") == 0)
		return kernel_has_call(SYS_openat2);
	if (strcmp(feature, "fchmodat2") == 0)
		return kernel_has_call(452);	/* not in older headers */
	if (strcmp(feature, "seccomp") == 0)
		return kernel_has_seccomp();
	if (strcmp(feature, "title") == 0)
		return kernel_shows_title(argument);
	fprintf(stderr, "kernel: no feature \"%s\"\n", feature);
	exit(2);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!has(argv[i], argv[0])) {
			puts(argv[i]);
			return 1;
		}
	return 0;
}
