/* SPDX-License-Identifier: ISC */
/* The rules that apply, and the values that hold, once profiles are linked. */
#ifndef CONF_MERGE_H
#define CONF_MERGE_H

#include "conf/rules.h"

/* A value that holds, and its origin. */
struct origin {
	struct origin	*next;		/* of values that add up or intersect */
	const struct rule *rule;
	const struct profile *profile;
	const struct assignment *assignment;
};

/*
 * The values that hold for certain facts: the origins of each row of the table
 * of settings.
 */
struct outcome {
	struct origin	**origins;	/* settings_count; NULL: default */
	struct origin	**last;		/* ... the last of each */
	const struct rule *flags;	/* OpenSSH's own options */
	struct undecided {
		struct undecided *next;
		const struct rule *rule;
	}		*undecided;
};

/*
 * Evaluates all rules in one pass. The outcome lives in the configuration's
 * arena.
 */
void	merge_evaluate(struct conf *, const struct facts *,
	    struct outcome *);

/*
 * Applies an outcome to *policy, which setting_defaults() has initialised;
 * ignores undecided rules. Returns 0, or -1 with the error.
 */
int	merge_apply(const struct outcome *, const struct facts *,
	    struct policy *, struct error *);

/*
 * Does both, and rejects a policy whose restrictions these facts leave
 * undecided. Returns 0, or -1 with the error.
 */
int	merge_resolve(struct conf *, const struct facts *, struct policy *,
	    struct error *);

/* Returns the name of the first criterion that leaves a rule undecided. */
const char *merge_needs(const struct rule *, const struct facts *);

#endif
