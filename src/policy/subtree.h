/* SPDX-License-Identifier: ISC */
/*
 * What holds where: the session's settings, and those of the path rules that
 * match. All of it is pure, allocates nothing, and takes names as the rules
 * know them: resolved and absolute, in the session's own terms, without "//",
 * "." and "..". With `fold` they are compared without case (ASCII).
 */
#ifndef POLICY_SUBTREE_H
#define POLICY_SUBTREE_H

#include <stdbool.h>

#include "policy/policy.h"
#include "policy/rights.h"

struct path_rule;

struct subtree {
	unsigned	 rights;
	unsigned	 own_rights;	/* also, for files this session made */
	bool		 empty_listings;
	struct files_policy files;	/* but umask, hide and symlinks, which
					 * are the session's */
	struct rename_policy rename;
	const struct path_rule *rule;	/* whose rights these are, or NULL: the
					 * session's */
};

/* What can be set beneath a path, so that the most specific rule wins. */
enum path_leaf {
	LEAF_RIGHTS, LEAF_OWN_RIGHTS, LEAF_LISTINGS,
	LEAF_MODE, LEAF_DIR_MODE, LEAF_ATOMIC, LEAF_FSYNC,
	LEAF_OVERWRITE, LEAF_OPEN_HANDLES, LEAF_WHEN, LEAF_BUSY_TIMEOUT,
	LEAVES,
	LEAF_HIDE = LEAVES,		/* adds up instead */
};

struct subtree_leaf {
	const char	*name;		/* in a path rule */
	const char	*knob;		/* ... and in a rule */
	size_t		 offset, width;	/* the member of struct subtree */
};
extern const struct subtree_leaf subtree_leaves[LEAVES + 1];

/* One rule, expanded for this session. */
struct path_rule {
	const char	*match;		/* without links, once resolved */
	const char	*written;	/* as before that; the same pointer where
					 * there are no links */
	const char	*file;		/* where it stands; for a mistake */
	int		 line;
	size_t		 fixed;		/* bytes that hold for everybody */
	size_t		 order;		/* among all: origins of "paths" */
	size_t		 plain;		/* components before any * and ? */
	size_t		 rank;		/* 0 is the most specific of all */
	unsigned	 sets;		/* a bit for each leaf */
	struct subtree	 values;
	const char	*hide;		/* or NULL */
};

/* One component of a pattern, below those before it. */
struct path_node {
	size_t		 id;		/* from 1 */
	const char	*name;		/* len bytes */
	size_t		 len;
	const struct path_node *parent;
	struct path_node *patterns;	/* children with `*` or `?` */
	struct path_node *next;		/* ... of the parent */
	bool		 has_children;
	const char	*hide;		/* here and below, or NULL */
	const struct path_rule *rule[LEAVES];	/* that wins among those that
						 * are for just this */
};

/*
 * The tree of path rules: a node a component. A child that is a plain name is
 * found through one table for the whole tree, so that it costs the same however
 * many there are; a child with `*` or `?` is one to try.
 */
struct subtrees {
	struct path_node *root;
	struct path_node **slots;	/* children that are plain names */
	size_t		 mask;		/* slots are mask + 1, a power of 2 */
	size_t		 nodes;
	struct path_rule *rules;	/* in their order */
	size_t		 count;
	bool		 hides;		/* one of them does */
};

/* Return which leaf has that name in a path rule, or in a rule; -1 if none. */
int	subtree_find_leaf(const char *name);
int	subtree_find_setting(const char *knob);

/* What holds for this name; NULL is the session as a whole. */
void	subtree_find(const struct policy *, bool fold, const char *resolved,
	    struct subtree *);

/* Is one of its components a name that is hidden there? */
bool	subtree_hides(const struct policy *, bool fold, const char *resolved);

/* Is any name hidden anywhere? */
bool	subtree_hides_any(const struct policy *);

/*
 * True if sessions with this policy make silly names: for uploads that are not
 * seen before they are whole, or for files that lost their name to a rename.
 */
bool	subtree_makes_silly_names(const struct policy *);

/* Is there a path rule for something below this directory? */
bool	subtree_has_below(const struct policy *, bool fold,
	    const char *resolved);

/* The slot in which to begin to look for this child. */
size_t	subtree_slot(const struct subtrees *, const struct path_node *parent,
	    const char *name, size_t len);

/* True if the rule matches this name, or something above it. */
bool	subtree_rule_holds(const struct path_rule *, bool fold,
	    const char *resolved);

/* For each leaf the rule that wins for this name, or NULL. */
void	subtree_search(const struct policy *, bool fold, const char *resolved,
	    const struct path_rule *best[LEAVES]);

#endif
