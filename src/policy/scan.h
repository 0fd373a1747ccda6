/* SPDX-License-Identifier: ISC */
/*
 * A look at a policy's text before libconfig reads it: finds what libconfig
 * lets pass although it changes the meaning, and remembers what people often
 * write by mistake, for a hint once libconfig finds a syntax error.
 */
#ifndef POLICY_SCAN_H
#define POLICY_SCAN_H

#include <stddef.h>

#include "policy/mistake.h"

struct scan {
	const char	*hint;		/* the first slip, or NULL */
	int		 line;
};

/*
 * Refused: @include, NUL bytes, comments and strings that do not end, two
 * strings without a comma, integers that do not fit or begin with 0, and a
 * comma behind a list's last item, which some versions take. Returns 0, or -1
 * with the mistake's line and text.
 */
int	scan_text(const char *text, size_t len, struct scan *,
	    struct mistake *);

#endif
