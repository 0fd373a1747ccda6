/* SPDX-License-Identifier: ISC */
/*
 * strerror ERRNO ...
 *
 * Prints a line for each error, as the C library of the server words it; that
 * of Python may be another. An error is a number or one of the names below.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char	*name;
	int		 number;
} errors[] = {
	{ "EBUSY", EBUSY }, { "EOPNOTSUPP", EOPNOTSUPP },
};

static int
number_of(const char *error)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, error) == 0)
			return errors[i].number;
	return atoi(error);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		puts(strerror(number_of(argv[i])));
	return 0;
}
