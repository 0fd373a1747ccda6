/* SPDX-License-Identifier: ISC */
/* The syntax of the policy file, which is libconfig's: from text to a tree. */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include <libconfig.h>
#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

/*
 * Parses `len` bytes of text, with a NUL behind them, into *tree, which
 * config_init() has made. Returns its root, which lives as long as *tree; or
 * NULL with the mistake's line, setting and text. What libconfig misreads is
 * refused before (precheck.h); of a syntax error the text tells the line as it
 * was written, and what is often meant by such a line.
 */
config_setting_t *load_tree(config_t *tree, struct arena *, const char *text,
	    size_t len, struct mistake *);

#endif
