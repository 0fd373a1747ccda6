/* SPDX-License-Identifier: ISC */
/*
 * Settings that are accepted and cannot do what their writer meant: for -t.
 * Each is correct, so that it warns of them and refuses none.
 */
#ifndef CONF_EFFECT_H
#define CONF_EFFECT_H

#include <stdio.h>

struct config;
struct rule;

/* Writes a warning a line for each such setting and criterion of a rule. */
void	effect_check(const struct config *, const struct rule *, FILE *);

/* The same for profiles that nothing names. */
void	effect_check_profiles(const struct config *, FILE *);

/* Writes "file:line: warning: rule N: " and the text, and ends the line. */
void	effect_warn(FILE *, const struct rule *, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
