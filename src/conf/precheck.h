/* SPDX-License-Identifier: ISC */
/*
 * A look at the text of a policy file before libconfig parses it. It knows
 * strings and comments, and refuses what libconfig would read, without a word,
 * as something else than was written: @include, NUL bytes, also as \x00,
 * comments that do not end, or go on behind a mere CR, strings that do not end
 * on their line, two strings with nothing between, integers beyond 31 bits or
 * with a leading zero. More than 32 brackets within each other are refused,
 * too, since libconfig recurses into them.
 */
#ifndef CONF_PRECHECK_H
#define CONF_PRECHECK_H

#include <stddef.h>

#include "conf/error.h"

/*
 * Looks at `len` bytes with a NUL behind them. Returns the line of the innermost
 * bracket that is open at the end, or 0 if none is; or -1 with the line, the
 * setting that is being assigned there, and the text.
 */
int	precheck_text(const char *text, size_t len, struct mistake *);

#endif
