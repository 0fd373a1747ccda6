/* SPDX-License-Identifier: ISC */
/*
 * Path rules: the settings that hold for one name, from the session's policy
 * and from the path rules that match the name. These functions are pure and
 * allocate nothing. Names are in the form that rules use: resolved and absolute
 * as the session sees them, without "//", "." and "..". With `fold`, the case
 * of ASCII letters is ignored.
 */
#ifndef POLICY_SUBTREE_H
#define POLICY_SUBTREE_H

#include <stdbool.h>

#include "policy/policy.h"
#include "policy/rights.h"

struct component;
struct path_rule;

/* The settings that hold for one name. */
struct subtree {
	unsigned	 rights;
	unsigned	 own_rights;	/* added for files created here */
	enum listings	 listings;
	struct files_policy files;	/* except umask, hide and symlinks,
					 * which only the session has */
	struct rename_policy rename;
	const struct path_rule *rule;	/* the rule that sets `rights`; NULL:
					 * the session */
};

/*
 * The settings that a path rule can have. The most specific rule that sets one
 * wins.
 */
enum path_leaf {
	LEAF_RIGHTS, LEAF_OWN_RIGHTS, LEAF_LISTINGS,
	LEAF_MODE, LEAF_DIR_MODE, LEAF_GROUP, LEAF_ATOMIC, LEAF_FSYNC,
	LEAF_ZERO_COPY,
	LEAF_OVERWRITE, LEAF_OPEN_HANDLES, LEAF_WHEN, LEAF_BUSY_TIMEOUT,
	LEAF_KEEP_MODE,
	LEAVES,
	LEAF_HIDE = LEAVES,		/* all matching rules add to it */
};

struct subtree_leaf {
	const char	*name;		/* in a path rule */
	const char	*setting;		/* in the session's settings */
	size_t		 offset, width;	/* of the member of struct subtree */
};
extern const struct subtree_leaf subtree_leaves[LEAVES + 1];

/* One path rule, expanded for this session. */
struct path_rule {
	const char	*match;		/* pattern, with links resolved */
	const char	*written;	/* as written; may equal `match` */
	const char	*file;		/* for error messages */
	int		 line;
	size_t		 fixed;		/* leading bytes of `match` that are the
					 * same for all users */
	size_t		 plain;		/* components before a wildcard */
	size_t		 rank;		/* 0: the most specific rule */
	unsigned	 sets;		/* 1 << LEAF_* for each setting */
	struct subtree	 values;
	const char	*hide;		/* or NULL */
};

/*
 * A node of the tree: one component of a pattern, beneath the components before
 * it.
 */
struct path_node {
	size_t		 id;		/* counted from 1 */
	const char	*name;		/* len bytes */
	size_t		 len;
	const struct path_node *parent;
	struct path_node *patterns;	/* children with `*` or `?` */
	struct path_node *next;		/* next such child of the parent */
	bool		 has_children;
	const char	*hide;		/* applies here and beneath; or NULL */
	const struct path_rule *rule[LEAVES];	/* per setting, the rule that
						 * wins among those that end
						 * here; or NULL */
};

/*
 * The tree of path rules. A child that is a plain name is found through one
 * hash table for the whole tree, so that the cost does not grow with their
 * number; each child with `*` or `?` is tried.
 */
struct subtrees {
	struct path_node *root;
	struct path_node **slots;	/* hash table of plain children */
	size_t		 mask;		/* mask + 1 slots, a power of 2 */
	size_t		 nodes;
	struct path_rule *rules;	/* in the order of the policy, as the
					 * origins of "paths" */
	size_t		 count;
	bool		 hides;		/* some rule hides names */
};

/* Returns the LEAF_* that has this name in a path rule, or -1. */
int	subtree_find_leaf(const char *name);

/*
 * Gets the settings that hold for this name; NULL: for the session as a whole.
 */
void	subtree_find(const struct policy *, bool fold, const char *resolved,
	    struct subtree *);

/* True if a component of the name is hidden where it is. */
bool	subtree_hides(const struct policy *, bool fold, const char *resolved);

/* True if any name may be hidden anywhere. */
bool	subtree_hides_any(const struct policy *);

/*
 * True if sessions with this policy create silly names: for uploads that become
 * visible when they are complete, or for files that a rename deprived of their
 * name.
 */
bool	subtree_makes_silly_names(const struct policy *);

/* True if a path rule applies to something beneath this directory. */
bool	subtree_has_below(const struct policy *, bool fold,
	    const char *resolved);

/* Returns the slot at which the search for this child begins. */
size_t	subtree_slot(const struct subtrees *, const struct path_node *parent,
	    const struct component *);

/* True if the node is the child of this parent that has this name. */
bool	subtree_is_child(const struct path_node *,
	    const struct path_node *parent, const struct component *,
	    bool fold);

/* True if the rule matches this name or a directory above it. */
bool	subtree_rule_holds(const struct path_rule *, bool fold,
	    const char *resolved);

/* Gets, per setting, the rule that wins for this name, or NULL. */
void	subtree_search(const struct policy *, bool fold, const char *resolved,
	    const struct path_rule *best[LEAVES]);

#endif
