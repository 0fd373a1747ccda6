/* SPDX-License-Identifier: ISC */
/* The command line: settings go to the policy, the rest is kept here. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

struct conf;
struct ident;
struct error;

struct options {
	/* Set before: who takes the settings and the error; who asks. */
	struct conf	*conf;
	struct error	*error;
	const struct ident *self;
	bool		 on_stderr;	/* -e */
	bool		 check;		/* -t */
	bool		 explain;	/* -T */
	const char	*criteria;	/* -C */
	const char	*file;		/* -F */
	int		 level;		/* -l and -f, for the log before */
	int		 facility;	/* ... there is a policy */
	bool		 denied, allowed;	/* -P and -p were given */
	bool		 nowhere;	/* -d "" */
	bool		 forced;	/* by ForceCommand, or as login shell */
	bool		 invalid;	/* `error` says what is wrong */
};

/*
 * Reads the command line. Of errors in settings the first is kept, and the
 * session is to be refused for it; any other ends the process as OpenSSH's
 * does, and so do -Q and -V, which are answered here.
 */
void	options_parse(struct options *, int argc, char **argv);

/*
 * The end of a session that has not begun: "what", or "what "which"", is
 * logged, and said to whom is trying.
 */
_Noreturn void options_fatal(const struct options *, const char *what,
	    const char *which);

#endif
