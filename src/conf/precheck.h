/* SPDX-License-Identifier: ISC */
/*
 * A check of a policy file's text before libconfig parses it. It understands
 * strings and comments, and rejects text that libconfig silently reads as
 * something else: @include, NUL bytes (also as \x00), comments that do not end
 * or that continue after a CR, strings that do not end on their line, two
 * strings with nothing between them, and integers that exceed 31 bits or begin
 * with a zero. It also rejects more than 32 nested brackets, since libconfig is
 * recursive.
 */
#ifndef CONF_PRECHECK_H
#define CONF_PRECHECK_H

#include <stddef.h>

#include "conf/error.h"

/*
 * Checks `len` bytes that are followed by a NUL. Returns the line of the
 * innermost bracket that is still open at the end, or 0 if there is none.
 * Returns -1 with the error's line, the setting that is assigned there, and its
 * text.
 */
int	precheck_text(const char *text, size_t len, struct error *);

#endif
