/* SPDX-License-Identifier: ISC */
/*
 * A minimal TAP producer: ok() prints a line; done() prints the plan and
 * returns the exit status. A test is a table of inputs and results, and a loop.
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3)))
static inline bool
ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	tap_failed += !pass;
	return pass;
}

/* Call this at the end of main(): return done(); */
static inline int
done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif
