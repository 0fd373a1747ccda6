/* SPDX-License-Identifier: ISC */
/*
 * Expansion of %u, %U, %d and %% in paths that an administrator wrote for many
 * users.
 */
#ifndef CONF_EXPAND_H
#define CONF_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

struct facts;

/*
 * Returns `path` with %u replaced by the user's name, %U by the uid, %d by the
 * home directory and %% by a percent sign, as far as `tokens` names them.
 * Returns NULL with the error's text set if a token is unknown, has no value,
 * or has one that could lead elsewhere: ".", "..", or a name with a slash, a
 * control character or a leading dash.
 */
char	*expand_path(const char *path, const char *tokens,
	    const struct facts *, struct arena *, struct error *);

/* Removes doubled and trailing slashes. Returns the length. */
size_t	expand_squeeze(char *path);

/*
 * True if this can be a session's root: it must be absolute or begin with %d,
 * must not be "/", and must not have "." or ".." as a component.
 */
bool	expand_is_root(const char *path);

/*
 * Returns how many bytes of the expanded path are the same for all users: up to
 * the component with the first token, or with the first of the characters in
 * `wild`. A leading %d counts as the same, since the user database defines it.
 * The path must be one that expands.
 */
size_t	expand_fixed(const char *path, const char *wild,
	    const struct facts *, struct arena *);

/*
 * As expand_path() for a root, with doubled and trailing slashes removed. The
 * first *fixed bytes are the same for all users or are the home directory; a
 * user may have made the directories after them.
 */
const char *expand_root(const char *path, const struct facts *,
	    struct arena *, size_t *fixed, struct error *);

#endif
