/* SPDX-License-Identifier: ISC */
/*
 * A policy between reading and resolving: checked, but not yet anybody's.
 * Shared by config.c, which builds it, and resolve.c, check.c and explain.c.
 */
#ifndef CONF_RULES_H
#define CONF_RULES_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "conf/setting.h"

/* One value, and where it was written. Lists are in the order of the file. */
struct setting {
	struct setting	*next;
	const struct knob *knob;
	struct value	 value;		/* of a path rule, its pattern */
	struct setting	*beneath;	/* ... and what it sets there */
	const char	*file;
	int		 line;		/* 0: an option */
};

/* What a rule and a profile have in common. */
struct body {
	struct setting	*settings, *last;
	const char	*wants;		/* the profile named, or NULL */
	const struct profile *profile;	/* ... once it is found */
	const char	*file;
	int		 line;
	int		 wants_line;
};

struct profile {
	struct profile	*next;
	const char	*name;
	struct body	 body;
};

/* What a rule matches by: lists that end with NULL, or NULL for not given. */
struct criteria {
	const char *const *user;
	const char *const *group;
	const char *const *address;
	const char *const *local_address;
	const char *const *local_port;
};

struct rule {
	struct rule	*next;
	int		 number;	/* from 1; 0 for options */
	struct criteria	 match;
	struct body	 body;
};

struct config {
	struct arena	 arena;		/* all of this, but for struct policy */
	config_t	 tree;		/* the file's; names point into it */
	const char *const *requests;	/* names, as config_new() got them */
	const char *const *extensions;
	struct rule	 flags;		/* -R, -p and so on; first of all */
	struct rule	 options;	/* -o; second */
	struct rule	*last;		/* where the next rule goes */
	struct profile	*profiles;
};

/* A profile that every policy knows, or NULL. */
struct builtin;
const struct builtin *builtin_find(const char *name);

/*
 * How a config is built: adds a checked setting at the end of a body; adds a
 * path rule, and to that a setting; notes the profile that a body names; adds
 * a profile. The strings `name` and
 * `file` are kept by reference. -1 with the mistake.
 */
int	body_add(struct config *, struct body *, const char *name,
	    const struct given *, const char *file, int line,
	    struct mistake *);
int	body_add_path(struct config *, struct body *, const char *pattern,
	    const char *file, int line, struct setting **path,
	    struct mistake *);
int	path_add(struct config *, struct setting *path, const char *name,
	    const struct given *, const char *file, int line,
	    struct mistake *);
int	body_want(struct config *, struct body *, const char *profile,
	    const char *file, int line, struct mistake *);
struct profile *profile_add(struct config *, const char *name,
	    const char *file, int line);

/*
 * Finds the profiles that rules and profiles name, and refuses cycles. To be
 * called before anything is read out; again does no harm.
 */
int	config_link(struct config *, struct mistake *);

/* True if the rule applies whoever comes. */
bool	rule_is_for_all(const struct rule *);

/*
 * Checks that names can be written in each charset that a rule or an option
 * names, whomever it applies to. -1 with the mistake.
 */
int	config_check_charsets(struct config *, struct mistake *);

/* The first criterion that an undecided rule lacks. */
const char *rule_needs(const struct rule *, const struct facts *);

/*
 * Walks what a rule says: its own settings, then its profile's, then those of
 * the profile which that one names. Begin with { .body = &rule->body }.
 */
struct cursor {
	const struct body *body;
	const struct profile *profile;	/* NULL: the rule itself */
	const struct setting *setting;	/* the one found */
};
bool	cursor_next(struct cursor *);

/* A value that holds, and who said so. */
struct origin {
	struct origin	*next;		/* of a list that adds up, intersects */
	const struct rule *rule;
	const struct profile *profile;
	const struct setting *setting;
};

/* What holds for certain facts: for each row of the knob table its origins. */
struct outcome {
	struct origin	**origins;	/* knob_count of them; NULL: default */
	struct origin	**last;		/* ... of each the last */
	const struct rule *flags;	/* OpenSSH's own options */
	struct undecided {
		struct undecided *next;
		const struct rule *rule;
	}		*undecided;
};

/* Evaluates all rules in one pass; the outcome lives in the config's arena. */
void	config_evaluate(struct config *, const struct facts *,
	    struct outcome *);

/*
 * Makes an outcome a policy, whatever else is undecided; *policy is as
 * knob_defaults() leaves it. -1 with the mistake.
 */
int	outcome_apply(const struct outcome *, const struct facts *,
	    struct policy *, struct mistake *);

/* Does this forbid something that the default permits? */
bool	setting_restricts(const struct setting *);

/* Does any value that holds forbid something? */
bool	outcome_restricts(const struct outcome *);

#endif
