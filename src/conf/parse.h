/* SPDX-License-Identifier: ISC */
/* From the tree of a policy file to rules and profiles. */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include <libconfig.h>

#include "conf/error.h"

struct conf;

/*
 * Checks all groups and settings below `root`, and appends the rules and
 * profiles to the configuration. The tree and `file`, which assignments and
 * errors name, must outlive it. Returns 0, or -1 with the error.
 */
int	parse_tree(struct conf *, const char *file,
	    const config_setting_t *root, struct error *);

#endif
