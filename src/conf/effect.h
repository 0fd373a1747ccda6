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

/* Writes a warning for each such setting of a rule, one per line. */
void	effect_check(const struct conf *, const struct rule *, FILE *);

/*
 * Returns a warning, which follows the pattern in a message, of syntax that
 * other pattern languages have, or NULL.
 */
const char *effect_odd_pattern(const char *);

/* Writes "file:line: warning: rule N: ", the text and a newline. */
void	effect_warn(FILE *, const struct rule *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
