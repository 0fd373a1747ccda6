/* SPDX-License-Identifier: ISC */
/*
 * Path rules between resolve.c, which collects them, and area.c, which finds
 * those that match a name: a tree of components. A child that is a plain name
 * is found through one table for the whole tree, so that it costs the same
 * however many there are; a child with `*` or `?` is one to try.
 */
#ifndef CONF_PATH_RULES_H
#define CONF_PATH_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/error.h"
#include "policy/subtree.h"

struct facts;
struct origin;

/* What can be set beneath a path, so that the most specific rule wins. */
enum path_leaf {
	LEAF_RIGHTS, LEAF_OWN_RIGHTS, LEAF_LISTINGS,
	LEAF_MODE, LEAF_DIR_MODE, LEAF_ATOMIC, LEAF_FSYNC,
	LEAF_OVERWRITE, LEAF_OPEN_HANDLES, LEAF_WHEN, LEAF_BUSY_TIMEOUT,
	LEAVES,
	LEAF_HIDE = LEAVES,		/* adds up instead */
};

struct leaf {
	const char	*name;		/* in a path rule */
	const char	*knob;		/* ... and in a rule */
	size_t		 offset, width;	/* the member of struct area */
};
extern const struct leaf leaves[LEAVES + 1];

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
	struct area	 values;
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

struct paths {
	struct path_node *root;
	struct path_node **slots;	/* children that are plain names */
	size_t		 mask;		/* slots are mask + 1, a power of 2 */
	size_t		 nodes;
	struct path_rule *rules;	/* in their order */
	size_t		 count;
	bool		 hides;		/* one of them does */
};

/* Which leaf is this, by its name in a path rule, or in a rule? -1: none. */
int	leaf_find(const char *name);
int	leaf_find_knob(const char *knob);

/* Is this the pattern of a path rule, but for what its tokens stand for? */
bool	paths_is_pattern(const char *);

/*
 * Makes the tree of all path rules that hold, in their order, in the arena of
 * *p, whose other members are settled. NULL with the mistake's text.
 */
struct paths *paths_build(const struct origin *, const struct facts *,
	    struct policy *p, struct mistake *);

/*
 * Puts real names in place of the plain components that rules begin with: as
 * rules are compared with names that were resolved, one over a link would
 * match nothing. `real` does so for a path of PATH_MAX bytes, as
 * fs_resolve_rule() does. Returns 0, or -1 with the mistake.
 */
int	paths_resolve(struct policy *, int (*real)(void *arg, char *path,
	    size_t fixed), void *arg, struct mistake *);

/* The slot in which to begin to look for this child. */
size_t	paths_slot(const struct paths *, const struct path_node *parent,
	    const char *name, size_t len);

/* True if the rule matches this name, or something above it. */
bool	paths_rule_holds(const struct policy *, const struct path_rule *,
	    const char *resolved);

/* For each leaf the rule that wins for this name, or NULL. */
void	paths_search(const struct policy *, const char *resolved,
	    const struct path_rule *best[LEAVES]);

#endif
