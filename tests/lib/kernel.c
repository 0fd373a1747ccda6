/* SPDX-License-Identifier: ISC */
/*
 * kernel FEATURE ...
 *
 * Exits 0 if this kernel has each of them, and otherwise 1 with the first that
 * it has not on stdout: landlock (as much of it as sandbox = "require" needs)
 * and seccomp.
 */
#include <stdio.h>
#include <string.h>

#include "kernel.h"

static bool
has(const char *feature)
{
	if (strcmp(feature, "landlock") == 0)
		return kernel_landlock_abi() >= 3;
	if (strcmp(feature, "seccomp") == 0)
		return kernel_has_seccomp();
	fprintf(stderr, "kernel: no feature \"%s\"\n", feature);
	return false;
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!has(argv[i])) {
			puts(argv[i]);
			return 1;
		}
	return 0;
}
