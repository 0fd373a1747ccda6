/* SPDX-License-Identifier: ISC */
/* Linked into the server by make SAN=1 only. */

const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

/* libconfig 1.5 loses a string when a file has a syntax error behind one. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}

/* What is passed over is not worth a line that tests would stumble on. */
const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}
