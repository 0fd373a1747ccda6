/* SPDX-License-Identifier: ISC */
/*
 * From options and a policy file to struct policy. main.c calls, in this order:
 *
 *	c = conf_new(requests, extensions);
 *	conf_flag(c, 'R', NULL, &e)		for -R -p -P -d -u -l -f -m
 *	conf_option(c, optarg, &e)		for -o name=value
 *	conf_file(c, path, &facts, &e)		path NULL: the default file
 *	conf_resolve(c, &facts, &policy, &e)	or, for -t, conf_check();
 *						for -T, conf_explain()
 *	conf_open_root(c, &facts, &policy, &fs, &e)
 *						if names must be resolved
 *	conf_free(c)				the policy owns its strings
 *
 * Each returns 0, or -1 with *e filled in, after which the session must be
 * rejected. These functions log nothing; error_line() makes text of an error.
 * Facts about the user come in struct facts.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdio.h>

#include "conf/error.h"

struct conf;
struct fs;
struct ident;
struct policy;

/*
 * The facts that rules match by, and the values of %u, %U and %d. NULL and 0
 * mean unknown.
 */
struct facts {
	const char	*user;
	uid_t		 uid;
	const char	*home;
	const char	*shell;
	const struct ident *login;	/* for -T: whose groups count; NULL:
					 * those of the process */
	const char *const *groups;	/* names, NULL-terminated */
	const char	*address;	/* the client's, from SSH_CONNECTION */
	const char	*local_address;
	int		 local_port;
	const char	*path;		/* for -T: the path asked about */
	bool		 forced;	/* SSH_ORIGINAL_COMMAND is set */
	bool		 no_landlock;	/* for -T: the kernel has none */
	bool		 no_landlock_to_read; /* ... for access.read_only */
};

/*
 * Makes a configuration without rules. `requests` are the names that -Q
 * requests prints, `extensions` those of extensions and of other pairs in
 * VERSION. Both lists end with NULL and must outlive the configuration.
 * conf_free() accepts NULL.
 */
struct conf	*conf_new(const char *const *requests,
	    const char *const *extensions);
void	conf_free(struct conf *);

/*
 * Adds an option of OpenSSH's as a setting that precedes all others. `flag` is
 * one of the letters RpPdulfm, `value` its argument or NULL. The last of
 * several -d, -u, -l, -f or -m wins, as in OpenSSH; -p and -P add up.
 */
int	conf_flag(struct conf *, int flag, const char *value,
	    struct error *);

/* Adds -o name=value or -o profile=name. The first of several wins. */
int	conf_option(struct conf *, const char *assignment,
	    struct error *);

/*
 * Reads the policy file: `path` from -F, in which %u, %U and %% are expanded,
 * or the default file if NULL, which may be missing. The file must be one that
 * only root or the owner of the program can have written. Then checks that file
 * names can be converted to each charset that a rule or an option names,
 * whomever it applies to.
 */
int	conf_file(struct conf *, const char *path, const struct facts *,
	    struct error *);

/* Parses a policy in memory, which is trusted. Errors name it `name`. */
int	conf_text(struct conf *, const char *name, const char *text,
	    size_t len, struct error *);

/* True if some rule matches by group. Otherwise facts.groups may be NULL. */
bool	conf_asks_groups(const struct conf *);

/*
 * Evaluates all rules for these facts, once a session. Initialises *policy,
 * which the caller frees with policy_free(), after an error as well.
 */
int	conf_resolve(struct conf *, const struct facts *, struct policy *,
	    struct error *);

/*
 * Sets the place of an error that is found when the policy is used: that of the
 * setting of this name which holds for these facts.
 */
void	conf_blame(struct conf *, const struct facts *, const char *name,
	    struct error *);

/*
 * Opens the root of a session, or "/" if the policy has none, for `fs`, and
 * resolves the path rules there, including those that the session itself cannot
 * follow or see. conf_resolve() has made *policy for these facts.
 */
int	conf_open_root(struct conf *, const struct facts *,
	    struct policy *, struct fs *, struct error *);

/*
 * -t: writes a line for each setting that is valid and probably an error.
 * Checks everything, whomever it applies to, and looks users and groups up in
 * the user database. Then checks that the user of these facts can give files
 * the groups that the policy wants. Returns 0, or -1 with the error.
 */
int	conf_check(struct conf *, const struct facts *, FILE *,
	    struct error *);

/*
 * -T: writes all settings, sorted, with their origins, or those that hold for
 * facts.path; then the rules that these facts leave undecided; then remarks.
 * Opens the root and resolves the path with `fs`, which is all zero; if that
 * fails, writes the error as the reason why such a session is rejected. With
 * NULL, all names are written as they are in the policy. Returns 0, 1 if a rule
 * is undecided, CONF_REJECTED, or -1 with an error.
 */
#define CONF_REJECTED	2
int	conf_explain(struct conf *, const struct facts *, struct fs *,
	    FILE *, struct error *);

/*
 * -C user=U,address=A,local_address=A,local_port=N,path=P: sets the members of
 * *facts that are named; a path takes the rest of the text. The caller fills in
 * uid, home, shell and groups of the user, and clears the other members first
 * if they are to be unknown.
 */
int	conf_criteria(struct conf *, const char *criteria, struct facts *,
	    struct error *);

/*
 * -Q settings: writes name, type, values and default of each setting, one per
 * line.
 */
void	conf_settings(FILE *);

#endif
