/* SPDX-License-Identifier: ISC */
/*
 * Warnings of -t about settings that are valid and cannot do what their author
 * meant.
 */
#ifndef CONF_EFFECT_H
#define CONF_EFFECT_H

#include <stdio.h>

struct conf;
struct rule;

/*
 * Writes a warning for each such setting and criterion of a rule, one per line.
 */
void	effect_check(const struct conf *, const struct rule *, FILE *);

/* Writes a warning for each profile that nothing names. */
void	effect_check_profiles(const struct conf *, FILE *);

/* Writes "file:line: warning: rule N: ", the text and a newline. */
void	effect_warn(FILE *, const struct rule *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
