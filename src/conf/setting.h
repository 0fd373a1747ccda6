/* SPDX-License-Identifier: ISC */
/*
 * The table of settings, one row each. Parsing, checking, defaults, -T, -Q
 * settings and the test of the manual all use it, so that a new setting is a
 * row, a member of struct policy, the code that uses it and its entry in
 * slipway.conf(5).
 */
#ifndef CONF_SETTING_H
#define CONF_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/word.h"
#include "conf/error.h"

struct policy;

/* access.protect_startup is on if anything else restricts the session. */
#define STARTUP_IF_RESTRICTED	2

enum setting_type {
	SETTING_BOOL,
	SETTING_CHOICE,		/* one of the row's words */
	SETTING_NUMBER,
	SETTING_SIZE,		/* bytes, "4G" */
	SETTING_DURATION,		/* "1h30m"; min and max in seconds */
	SETTING_OCTAL,
	SETTING_RIGHTS,		/* names of rights; a mask */
	SETTING_MODE,		/* "set=0111,clear=022,force=640" */
	SETTING_TEXT,		/* one line */
	SETTING_GROUP,		/* name of a group; see conf/group.h */
	SETTING_PATH,		/* with %u %U %d %% */
	SETTING_ROOT,		/* such a path, see expand_is_root() */
	SETTING_REQUESTS,		/* request names or patterns of them */
	SETTING_NAMES,		/* patterns */
	SETTING_PATHS,		/* a path rule: pattern and settings */
};

/* Every value but the default forbids something. */
#define ANY_CHANGE	-1

/* Ways to combine the values of several rules. */
enum combine { FIRST_WINS, ADDS_UP, INTERSECTS };

struct setting {
	const char	*name;		/* dotted */
	enum setting_type	 type;
	const char	*default_text;	/* default as text; NULL: unset */
	const char	*unset_word;	/* the word for no value, or NULL */
	long long	 unset_number;	/* ... and its stored value */
	const struct word *words;
	long long	 min, max;	/* as written */
	enum combine	 combine;
	int		 restricts;	/* forbidding value, not 0; or
					 * ANY_CHANGE */
	int		 warns;		/* a value that -t warns of, not 0 */
	const char	*warning;	/* ... and its unexpected effect */
	const char	*needs;		/* the setting it needs for an effect */
	char		 flag;		/* option that sets it, or 0 */
	bool		(*valid)(const char *);	/* checks more than the type */
	const char	*says;		/* ... description of valid values */
	size_t		 offset, width;	/* of the member of struct policy */
};

/* Forms of a written value: one bit each, so that a type can accept several. */
enum given_as {
	GIVEN_TEXT = 1,			/* -o or a profile: any type */
	GIVEN_STRING = 2,
	GIVEN_NUMBER = 4,
	GIVEN_BOOL = 8,
	GIVEN_LIST = 16,		/* of strings, joined by commas */
	GIVEN_GROUP = 32,		/* of strings, as "a=b,c=d" */
	GIVEN_OTHER = 64,
	GIVEN_FLAG = 128,		/* an option of OpenSSH's: any type, and
					 * no word for no value */
};

struct given {
	enum given_as	 as;
	const char	*text;
	const char	*file;		/* where it was written */
	int		 line;		/* 0: an option */
};

/* A checked value: a number or a text; NULL text is no value. */
struct value {
	long long	 number;
	const char	*text;
};

/* The rows, sorted by name. */
extern const struct setting settings[];
extern const size_t settings_count;

/* True if several values of the setting make one list of names. */
bool	setting_is_list(const struct setting *);

/* Return the setting of this name or option letter, or NULL. */
const struct setting *setting_find(const char *name);
const struct setting *setting_find_flag(int flag);

/*
 * True if some setting's name begins with `name` and a dot, which is then no
 * setting's name.
 */
bool	setting_is_group(const char *name);

/*
 * Checks a value of this setting. Its text, if any, is copied to the arena.
 * Returns 0, or -1 with the error's text but not its place.
 */
int	setting_parse(const struct setting *, const struct given *,
	    struct arena *, struct value *, struct error *);

/*
 * Cuts an item off the front of a comma-separated list and removes the blanks
 * around it. *rest becomes NULL with the last one.
 */
char	*setting_next_item(char **rest);

/* Returns the default. */
struct value setting_default(const struct setting *);

/* Sets all members of a policy to their defaults. */
void	setting_defaults(struct policy *);

/* Stores a value that needs no combining in the policy. */
void	setting_store(const struct setting *, struct value, struct policy *);

/* True if the value forbids something that the default permits. */
bool	setting_restricts(const struct setting *, struct value);

/* Writes a value as it would be in a file; returns buf. */
char	*setting_format(const struct setting *, struct value, char *buf,
	    size_t size);

/* Return the type's name, and a description of its values in buf. */
const char *setting_type_name(const struct setting *);
char	*setting_values(const struct setting *, char *buf, size_t size);

#endif
