/* SPDX-License-Identifier: ISC */
/*
 * The syntax of the policy file, which is that of libconfig 1.5: from text to
 * a tree. What names and values mean is not known here.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

enum node_type {
	NODE_GROUP,		/* { name = value; ... } */
	NODE_LIST,		/* ( value, ... ) */
	NODE_ARRAY,		/* [ value, ... ], scalars of one type */
	NODE_STRING,
	NODE_INT,
	NODE_INT64,		/* an integer written with an L */
	NODE_FLOAT,
	NODE_BOOL,
};

struct node {
	struct node	*next;		/* the one behind it in its parent */
	struct node	*children;
	const char	*name;		/* in a group; else NULL */
	const char	*text;		/* a string; a number, an integer in
					 * plain decimals; "true", "false" */
	int		 line;		/* where it begins */
	enum node_type	 type;
};

/*
 * Returns the file as a group, in the arena; or NULL with the mistake's line
 * and text. `text` has a NUL behind its `len` bytes. What libconfig reads and
 * this refuses, since it would change or hide what was meant: @include, NUL
 * bytes, also as \x00, comments that do not end, or go on behind a mere CR,
 * strings that do not end on their line, two strings with nothing between,
 * integers beyond 31 bits or with leading zeroes; and more than 32 brackets
 * within each other.
 */
struct node *tree_read(struct arena *, const char *text, size_t len,
	    struct mistake *);

/* The member of a group of that name, or NULL. */
const struct node *tree_member(const struct node *, const char *name);

#endif
