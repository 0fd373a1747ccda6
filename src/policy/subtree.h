/* SPDX-License-Identifier: ISC */
/*
 * What holds where: the session's settings, and those of the path rules that
 * match. All of it is pure, allocates nothing, and takes names as the rules
 * know them: resolved and absolute, in the session's own terms, without "//",
 * "." and "..".
 */
#ifndef POLICY_SUBTREE_H
#define POLICY_SUBTREE_H

#include <stdbool.h>

#include "policy/policy.h"
#include "policy/rights.h"

struct path_rule;

struct area {
	unsigned	 rights;
	unsigned	 own_rights;	/* also, for files this session made */
	bool		 empty_listings;
	struct files_policy files;	/* but umask, hide and symlinks, which
					 * are the session's */
	struct rename_policy rename;
	const struct path_rule *rule;	/* whose rights these are, or NULL: the
					 * session's */
};

/* What holds for this name; NULL is the session as a whole. */
void	policy_area(const struct policy *, const char *resolved, struct area *);

/* Is one of its components a name that is hidden there? */
bool	policy_hides(const struct policy *, const char *resolved);

/* Is any name hidden anywhere? */
bool	policy_has_hidden(const struct policy *);

/*
 * True if sessions with this policy make silly names: for uploads that are not
 * seen before they are whole, or for files that lost their name to a rename.
 */
bool	policy_makes_silly_names(const struct policy *);

/* Is there a path rule for something below this directory? */
bool	policy_has_below(const struct policy *, const char *resolved);

#endif
