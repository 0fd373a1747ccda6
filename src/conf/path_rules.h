/* SPDX-License-Identifier: ISC */
/*
 * Makes the tree of path rules, in which policy/subtree.c finds those that
 * match a name.
 */
#ifndef CONF_PATH_RULES_H
#define CONF_PATH_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/error.h"
#include "paths/locate.h"
#include "policy/subtree.h"

struct facts;
struct origin;

/* Is this the pattern of a path rule, but for what its tokens stand for? */
bool	paths_is_pattern(const char *);

/*
 * Makes the tree of all path rules that hold, in their order, in the arena of
 * *p, whose other members are settled. NULL with the mistake's text.
 */
struct subtrees *paths_build(const struct origin *, const struct facts *,
	    struct policy *p, struct mistake *);

/*
 * Puts real names in place of the plain components that rules begin with: as
 * rules are compared with names that were resolved, one over a link would
 * match nothing. Returns 0, or -1 with the mistake.
 */
int	paths_resolve(struct policy *, struct fs *, struct mistake *);

#endif
