/* SPDX-License-Identifier: ISC */
/*
 * files.group: finds the group and checks that the user may give it to files.
 */
#ifndef CONF_GROUP_H
#define CONF_GROUP_H

#include <stdio.h>

#include "conf/rules.h"

/*
 * Sets the number of a value of files.group to the group ID. Does nothing for
 * a value of another setting, or none. The group must be one that the user of
 * these facts is in; root may give any. Returns 0, or -1 with the error's text
 * set.
 */
int	group_resolve(const struct setting *, const struct facts *,
	    struct value *, struct error *);

/* Writes a warning for each group that the system does not know. */
void	group_check_names(const struct rule *, FILE *);

/*
 * Checks the groups of all rules that hold for these facts. Returns 0, or -1
 * with the error.
 */
int	group_check(struct conf *, const struct facts *, struct error *);

#endif
