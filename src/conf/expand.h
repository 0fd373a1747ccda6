/* SPDX-License-Identifier: ISC */
/* %u %U %d %% in paths that an administrator wrote for many users. */
#ifndef CONF_EXPAND_H
#define CONF_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

struct facts;

/*
 * Returns `path` with %u the user's name, %U the uid, %d the home directory,
 * %% a percent sign; of these only those in `tokens`. NULL with the mistake's
 * text when a token is unknown, or stands for nothing, or for a name that
 * could lead elsewhere: ".", "..", with a slash, a control character or a
 * leading dash.
 */
const char *expand_path(const char *path, const char *tokens,
	    const struct facts *, struct arena *, struct mistake *);

/* Leaves out slashes behind slashes, and the last. Returns the length. */
size_t	expand_squeeze(char *path);

/*
 * Can this be a session's root? It must be absolute, or begin with %d, and be
 * neither "/" nor hold "." or ".." as a component.
 */
bool	expand_is_root(const char *path);

/*
 * How many bytes of what the path expands to hold for everybody: up to the
 * component with the first token, or the first of the characters in `wild`. A
 * %d that it begins with counts, since the user database says what it is. The
 * path is one that expands.
 */
size_t	expand_fixed(const char *path, const char *wild,
	    const struct facts *, struct arena *);

/*
 * The same as expand_path() for a root, without slashes that say nothing.
 * *fixed bytes of it hold for everybody or are the home directory; what stands
 * behind them may be a name of the user's making.
 */
const char *expand_root(const char *path, const struct facts *,
	    struct arena *, size_t *fixed, struct mistake *);

#endif
