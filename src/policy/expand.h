/* SPDX-License-Identifier: ISC */
/* %u %U %d %% in paths that an administrator wrote for many users. */
#ifndef POLICY_EXPAND_H
#define POLICY_EXPAND_H

#include "policy/arena.h"
#include "policy/mistake.h"

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

#endif
