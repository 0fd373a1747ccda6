/* SPDX-License-Identifier: ISC */
/*
 * From options and a policy file to struct policy. main.c does, in order:
 *
 *	c = config_new(requests, extensions);
 *	config_flag(c, 'R', NULL, &m)		for -R -p -P -d -u -l -f -m
 *	config_option(c, optarg, &m)		for -o name=value
 *	config_file(c, path, &facts, &m)	path NULL: the default file
 *	config_resolve(c, &facts, &policy, &m)	or, for -t, config_check();
 *						for -T, config_explain()
 *	config_open_root(c, &facts, &policy, &fs, &m)
 *						where names are walked
 *	config_free(c)				the policy owns its strings
 *
 * Each returns 0, or -1 with *m filled in: the session must then be refused.
 * Nothing here logs; a mistake becomes text by mistake_line(). Who the user is
 * comes in by struct facts.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdio.h>

#include "conf/error.h"

struct config;
struct fs;
struct policy;

/* What rules match by, and what %u %U %d stand for. NULL and 0 are unknown. */
struct facts {
	const char	*user;
	uid_t		 uid;
	const char	*home;
	const char	*shell;
	const char *const *groups;	/* names, NULL-terminated */
	const char	*address;	/* the client's, from SSH_CONNECTION */
	const char	*local_address;
	int		 local_port;
	const char	*path;		/* only for -T: the name asked about */
	bool		 forced;	/* SSH_ORIGINAL_COMMAND is set */
	bool		 no_landlock;	/* for -T: not in this kernel */
	bool		 no_landlock_to_read; /* ... for access.read_only */
};

/*
 * Makes a config without any setting. `requests` are the names that -Q requests
 * prints, `extensions` those of extensions and of other pairs in VERSION. Both
 * lists end with NULL and must outlive the config. config_free(NULL) is fine.
 */
struct config	*config_new(const char *const *requests,
	    const char *const *extensions);
void	config_free(struct config *);

/*
 * An option of OpenSSH's that counts as a setting in front of all others.
 * `flag` is one of the letters RpPdulfm, `value` its argument or NULL. Of a
 * repeated -d -u -l -f -m the last holds, as in OpenSSH; -p and -P add up.
 */
int	config_flag(struct config *, int flag, const char *value,
	    struct mistake *);

/* -o name=value, and -o profile=name. Of a repeated one the first holds. */
int	config_option(struct config *, const char *assignment,
	    struct mistake *);

/*
 * Reads the policy file: `path` from -F, in which %u %U %% expand, or the
 * default when NULL, whose absence is no policy. It must be what only root or
 * the owner of the program can have written. Then checks for everybody, the
 * options too, that names can be written in the charsets they name.
 */
int	config_file(struct config *, const char *path, const struct facts *,
	    struct mistake *);

/* The same from memory, without any question of trust; mistakes say `name`. */
int	config_text(struct config *, const char *name, const char *text,
	    size_t len, struct mistake *);

/* Is there a rule that matches by group? Else facts.groups may be NULL. */
bool	config_asks_groups(const struct config *);

/*
 * Evaluates everything for these facts, once a session. *policy is
 * initialised here; policy_free() ends it, after a mistake as well.
 */
int	config_resolve(struct config *, const struct facts *, struct policy *,
	    struct mistake *);

/*
 * Places a mistake that shows only when the policy is put to use: at the
 * setting of that name that holds for these facts.
 */
void	config_blame(struct config *, const struct facts *, const char *name,
	    struct mistake *);

/*
 * Opens the root of a session, or "/" where the policy has none, for `fs`, and
 * resolves its path rules there, whatever the session itself may not follow or
 * see. *policy is what config_resolve() made for these facts.
 */
int	config_open_root(struct config *, const struct facts *,
	    struct policy *, struct fs *, struct mistake *);

/*
 * -t: writes a warning a line for what is no mistake, yet hardly meant.
 * Everything is checked, whomever it applies to. Users and groups are looked up
 * in the user database.
 */
int	config_check(struct config *, FILE *, struct mistake *);

/*
 * -T: writes every setting, sorted, with where it comes from, or what holds
 * for the path of the facts; then rules that these facts cannot decide, then
 * what holds only partly. `fs`, all zero, is used to open the root and to
 * resolve the path; where that fails the mistake is written as what refuses
 * such a session. NULL leaves all names as they are written. Returns 1 when a
 * rule is undecided.
 */
int	config_explain(struct config *, const struct facts *, struct fs *,
	    FILE *, struct mistake *);

/*
 * -C user=U,address=A,local_address=A,local_port=N,path=P: sets those members
 * of *facts that are named; a path takes all that follows. The caller fills in
 * uid, home, shell and groups for the user, and clears the others first if
 * they should be unknown.
 */
int	config_criteria(struct config *, const char *criteria, struct facts *,
	    struct mistake *);

/* -Q settings: name, type, values and default, a setting a line. */
void	config_settings(FILE *);

#endif
