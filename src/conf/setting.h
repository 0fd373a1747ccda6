/* SPDX-License-Identifier: ISC */
/*
 * THE knob table: every setting there is, one row each. Parsing, checking,
 * defaults, -T, -Q settings and the manual's test all read it, so a new
 * setting is a row, a member of struct policy, its use and its entry in
 * slipway.conf(5).
 */
#ifndef CONF_SETTING_H
#define CONF_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "conf/error.h"

struct policy;

/* access.protect_startup is on where something else restricts. */
#define STARTUP_IF_RESTRICTED	2

enum knob_type {
	KNOB_BOOL,
	KNOB_CHOICE,		/* one of the row's words */
	KNOB_NUMBER,
	KNOB_SIZE,		/* bytes, "4G" */
	KNOB_DURATION,		/* "1h30m"; min and max are in seconds */
	KNOB_OCTAL,
	KNOB_RIGHTS,		/* names of rights; a mask */
	KNOB_MODE,		/* "set=0111,clear=022,force=640" */
	KNOB_TEXT,		/* one line */
	KNOB_PATH,		/* in which %u %U %d %% expand */
	KNOB_ROOT,		/* such a path that expand_is_root() takes */
	KNOB_REQUESTS,		/* request names or patterns of them */
	KNOB_NAMES,		/* patterns */
	KNOB_PATHS,		/* path rules: a pattern, and what it sets */
};

/* What holds when several rules set it. */
enum combine { FIRST_WINS, ADDS_UP, INTERSECTS };

struct word {
	const char	*name;
	int		 value;
	const char	*warning;	/* for -t: what people do not expect */
};

struct knob {
	const char	*name;		/* dotted */
	enum knob_type	 type;
	const char	*initial;	/* the default as text; NULL is none */
	const char	*none;		/* what no value is called, or NULL */
	long long	 none_number;	/* ... and stored as */
	const struct word *words;
	long long	 min, max;	/* as written */
	int		 unit;		/* stored = written * unit; 0 is 1 */
	enum combine	 combine;
	const char	*restricts;	/* which value forbids; "*" is any but
					 * the default */
	const char	*needs;		/* without which it does nothing */
	char		 flag;		/* the option that sets it, or 0 */
	bool		(*valid)(const char *);	/* what the type leaves open */
	const char	*says;		/* ... and which values there are */
	size_t		 offset, width;	/* the member of struct policy */
};

/* How a value was written; a bit each, for what a type accepts. */
enum given_as {
	GIVEN_TEXT = 1,			/* -o or a profile: any type */
	GIVEN_STRING = 2,
	GIVEN_NUMBER = 4,
	GIVEN_BOOL = 8,
	GIVEN_LIST = 16,		/* of strings, here joined by commas */
	GIVEN_GROUP = 32,		/* of strings, here "a=b,c=d" */
	GIVEN_OTHER = 64,
	GIVEN_FLAG = 128,		/* an option of OpenSSH's: any type, and
					 * no word means that there is no value */
};

struct given {
	enum given_as	 as;
	const char	*text;
};

/* A value that was checked: a number, or text, or NULL text for none. */
struct value {
	long long	 number;
	const char	*text;
};

/* The rows, sorted by name. */
extern const struct knob knobs[];
extern const size_t knob_count;

/* True if several values of the setting make one list of names. */
bool	knob_is_list(const struct knob *);

/* NULL when there is no such setting. */
const struct knob *knob_find(const char *name);
const struct knob *knob_find_flag(int flag);

/* Is there a setting whose name begins with `name` and a dot? */
bool	knob_is_group(const char *name);

/*
 * Checks a value for this setting. Its text, if it has one, is kept in the
 * arena. Returns 0, or -1 with the mistake's text (not its place).
 */
int	knob_parse(const struct knob *, const struct given *, struct arena *,
	    struct value *, struct mistake *);

/* The default. */
struct value knob_default(const struct knob *);

/* Sets a policy to what holds where the administrator says nothing. */
void	knob_defaults(struct policy *);

/* Puts a value that needs no combining where the policy keeps it. */
void	knob_store(const struct knob *, struct value, struct policy *);

/* Does this value forbid something that the default permits? */
bool	knob_restricts(const struct knob *, struct value);

/* The word's warning for -t, or NULL. */
const char *knob_warning(const struct knob *, struct value);

/* Writes a value as the file would have it; returns buf. */
char	*knob_format(const struct knob *, struct value, char *buf, size_t size);

/* The type's name, and what values there are; returns buf. */
const char *knob_type_name(const struct knob *);
char	*knob_values(const struct knob *, char *buf, size_t size);

#endif
