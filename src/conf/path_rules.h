/* SPDX-License-Identifier: ISC */
/*
 * Builds the tree of path rules, in which policy/subtree.c finds those that
 * match a name.
 */
#ifndef CONF_PATH_RULES_H
#define CONF_PATH_RULES_H

#include <stdbool.h>

#include "conf/error.h"
#include "policy/subtree.h"

struct facts;
struct fs;
struct origin;

/*
 * True if this is a valid pattern of a path rule, before its tokens are
 * expanded.
 */
bool	path_rules_is_pattern(const char *);

/*
 * Builds the tree of all path rules that hold, in their order, in the arena of
 * *p, whose other members are set. Returns NULL with the error's text set.
 */
struct subtrees *path_rules_build(const struct origin *, const struct facts *,
	    struct policy *p, struct error *);

/*
 * Resolves the plain components at the beginning of each rule: rules are
 * compared with resolved names, so that a rule with a link in it would match
 * nothing. Returns 0, or -1 with the error.
 */
int	path_rules_resolve(struct policy *, struct fs *, struct error *);

#endif
