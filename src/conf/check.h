/* SPDX-License-Identifier: ISC */
/* Checks of all rules and profiles, whomever they apply to, once linked. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include <stdio.h>

struct conf;
struct error;

/*
 * Checks that file names can be converted to each charset that a rule or an
 * option names. Returns 0, or -1 with the error.
 */
int	check_charsets(const struct conf *, struct error *);

/* Writes a line for each setting that is valid and probably an error. */
void	check_rules(struct conf *, FILE *);

#endif
