/* SPDX-License-Identifier: ISC */
/* Parses the syntax of the policy file, which is libconfig's, into a tree. */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include <libconfig.h>
#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

/*
 * Parses `len` bytes of text, followed by a NUL, into *tree, which
 * config_init() has initialised. Returns its root, which lives as long as
 * *tree, or NULL with the error's line, setting and text. Text that libconfig
 * misreads is rejected first (precheck.h). A syntax error quotes the line and
 * gives a hint for usual slips.
 */
config_setting_t *load_tree(config_t *tree, struct arena *, const char *text,
	    size_t len, struct error *);

#endif
