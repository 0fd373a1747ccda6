/* SPDX-License-Identifier: ISC */
/* The report of -T. */
#ifndef CONF_EXPLAIN_H
#define CONF_EXPLAIN_H

#include <stdio.h>

struct conf;
struct error;
struct facts;
struct fs;

/* Writes the report that conf_explain() promises, once profiles are linked. */
int	explain_policy(struct conf *, const struct facts *, struct fs *,
	    FILE *, struct error *);

#endif
