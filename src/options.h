/* SPDX-License-Identifier: ISC */
/* The command line. Settings go to the policy; the rest is kept here. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

struct conf;
struct ident;
struct error;

struct options {
	/* The caller sets these three. */
	struct conf	*conf;		/* takes the settings */
	struct error	*error;		/* the first error in a setting */
	const struct ident *self;	/* the user of the session */

	bool		 on_stderr;	/* -e */
	bool		 check;		/* -t */
	bool		 explain;	/* -T */
	const char	*criteria;	/* -C */
	const char	*file;		/* -F */
	int		 level;		/* -l; until there is a policy */
	int		 facility;	/* -f; until there is a policy */
	bool		 denied, allowed;	/* -P and -p were given */
	bool		 nowhere;	/* -d "" */
	bool		 forced;	/* -c: started as a login shell */
	bool		 invalid;	/* a setting is; *error describes it */
};

/*
 * Parses the command line. For the first error in a setting, sets `invalid` and
 * *error; the caller then rejects the session. Any other error ends the process
 * as it does in OpenSSH. -Q and -V print their answer and end the process.
 */
void	options_parse(struct options *, int argc, char **argv);

/*
 * Logs `what`, followed by `which` in quotes unless that is NULL, and ends the
 * process with status 255. With -t and -T, or on a terminal, also prints it.
 */
_Noreturn void options_fatal(const struct options *, const char *what,
	    const char *which);

#endif
