/* SPDX-License-Identifier: ISC */
/*
 * A policy between parsing and resolving: checked, but not yet that of a user.
 * Used by conf.c and rules.c, which build it, and by merge.c, check.c, effect.c
 * and explain.c.
 */
#ifndef CONF_RULES_H
#define CONF_RULES_H

#include <libconfig.h>
#include <stdbool.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "conf/setting.h"
#include "policy/subtree.h"

/* One setting and where it was written. Lists are in the order of the file. */
struct assignment {
	struct assignment *next;
	const struct setting *setting;
	struct value	 value;		/* of a path rule: its pattern */
	struct assignment *beneath;	/* of a path rule: its settings */
	enum path_leaf leaf;	/* of a setting beneath */
	const char	*file;
	int		 line;		/* 0: an option */
};

/* The part that rules and profiles have in common. */
struct body {
	struct assignment *assignments, *last;
	const char	*wants;		/* name of its profile, or NULL */
	const struct profile *profile;	/* ... the profile, once linked */
	const char	*file;
	int		 line;
	int		 wants_line;
};

struct profile {
	struct profile	*next;
	const char	*name;
	struct body	 body;
	bool		 named;		/* by a rule or profile, once linked */
};

/* The criteria that rules match by, in the order of rules_criteria. */
enum criterion {
	BY_USER, BY_GROUP, BY_ADDRESS, BY_LOCAL_ADDRESS, BY_LOCAL_PORT, CRITERIA
};

struct rule {
	struct rule	*next;
	int		 number;	/* from 1; 0 for options */
	const char *const *match[CRITERIA];	/* NULL-terminated lists, or
						 * NULL if not given */
	struct body	 body;
};

struct conf {
	struct arena	 arena;		/* memory of all but struct policy */
	config_t	 tree;		/* the file's; names point into it */
	const char *const *requests;	/* names, as given to conf_new() */
	const char *const *extensions;
	struct rule	 flags;		/* -R, -p and so on; the first rule */
	struct rule	 options;	/* -o; the second rule */
	struct rule	*last;		/* to which the next is appended */
	struct profile	*profiles;
	bool		 asks_groups;	/* some rule matches by group */
	const char	*unreadable;	/* name of a file that only its owner
					 * can read, or NULL */
};

/* The names of the criteria. */
extern const char *const rules_criteria[CRITERIA];

/* True if a built-in profile has that name. */
bool	rules_has_builtin(const char *name);

/*
 * Build a configuration: append a checked setting to a body, or put one that
 * is GIVEN_FLAG before all others; append a path rule, whose pattern is given,
 * and a setting to that; set the name of the profile that a body uses; append a
 * profile. `name` and `file` are kept by reference. Return 0, or -1 with the
 * error.
 */
int	rules_add(struct conf *, struct body *, const char *name,
	    const struct given *, struct error *);
int	rules_add_path(struct conf *, struct body *, const struct given *,
	    struct assignment **path, struct error *);
int	rules_add_to_path(struct conf *, struct assignment *path,
	    const char *name, const struct given *, struct error *);
int	rules_want_profile(struct conf *, struct body *, const struct given *,
	    struct error *);
struct profile *rules_add_profile(struct conf *, const char *name,
	    const char *file, int line);

/*
 * Finds the profiles that rules and profiles name, and rejects cycles. Must be
 * called before settings are read; calling it again is harmless.
 */
int	rules_link(struct conf *, struct error *);

/* True if the rule applies to everybody. */
bool	rules_is_for_all(const struct rule *);

/*
 * Visits the settings of a rule: its own, then those of its profile, then those
 * of the profile that this one names. Start with { .body = &rule->body }.
 * rules_next() returns false at the end.
 */
struct cursor {
	const struct body *body;
	const struct profile *profile;	/* NULL: of the rule itself */
	const struct assignment *assignment;	/* the setting found */
	const struct assignment *path;	/* the path rule that has it, or NULL */
};
bool	rules_next(struct cursor *);

/* Visits the settings of a path rule as well, after the path rule itself. */
bool	rules_next_beneath(struct cursor *);

#endif
