/* SPDX-License-Identifier: ISC */
/*
 * argv, policy, confinement, session. The order is the security argument:
 * nothing of the client's is read before the last step.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "request/session.h"
#include "request/table.h"
#include "session/serve.h"
#include "system/fs.h"
#include "system/log.h"
#include "system/sandbox.h"
#include "system/signals.h"

static struct session session;

/* What the command line says that is no matter of policy. */
struct options {
	bool		 on_stderr;	/* -e */
	const char	*start_dir;	/* -d, not yet expanded */
};

/*
 * The one ending: what is still open is logged and closed. Before the
 * session was opened there is nothing to tell.
 */
static _Noreturn void
finish(int status)
{
	if (session.client != NULL) {
		handles_end(&session.handles);
		log_info("session closed for local user %s from [%s]",
		    session.self.name, session.client);
	}
	exit(status);
}

static void
no_memory(void)
{
	log_at(LOG_LEVEL_FATAL, "out of memory");
	finish(255);
}

static _Noreturn void
fatal(const char *fmt, const char *what)
{
	char text[1024];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), fmt, what);
#pragma GCC diagnostic pop
	log_at(LOG_LEVEL_FATAL, "%s", text);
	finish(255);
}

static _Noreturn void
usage(const char *name)
{
	fprintf(stderr,
	    "usage: %s [-ehR] [-d start_directory] [-f log_facility] "
	    "[-l log_level]\n\t[-m file_mode] [-P denied_requests] "
	    "[-p allowed_requests] [-u umask]\n"
	    "       %s -Q protocol_feature\n"
	    "       %s -V\n", name, name, name);
	exit(1);
}

static _Noreturn void
version(void)
{
	puts("slipway " PACKAGE_VERSION);
	exit(0);
}

/* -Q: each name once, although a row a version may bear it. */
static _Noreturn void
query(const char *what)
{
	size_t i;

	if (strcasecmp(what, "requests") != 0) {
		fprintf(stderr, "Invalid query type\n");
		exit(1);
	}
	for (i = 0; i < request_table_len; i++)
		if (i == 0 || strcmp(request_table[i].name,
		    request_table[i - 1].name) != 0)
			puts(request_table[i].name);
	exit(0);
}

/* An octal mode of at most `max`; `fmt` says what is wrong with another. */
static int
octal(const char *arg, const char *fmt)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(arg, &end, 8);
	if (v < 0 || v > 0777 || *end != '\0' || end == arg || errno != 0)
		fatal(fmt, arg);
	return (int)v;
}

static void
set_list(const char **list, const char *arg, const char *complaint)
{
	if (*list != NULL)
		fatal("%s", complaint);
	*list = arg;
}

/* As OpenSSH: complains of a name it does not know, and says more later. */
static void
set_level(struct policy *p, const char *arg)
{
	p->log.level = log_level_number(arg);
	if (p->log.level == LOG_LEVEL_INVALID)
		log_error("Invalid log level \"%s\"", arg);
}

static void
set_facility(struct policy *p, const char *arg)
{
	p->log.facility = log_facility_number(arg);
	if (p->log.facility == -1)
		log_error("Invalid log facility \"%s\"", arg);
}

static void
parse_options(int argc, char **argv, struct policy *p, struct options *o)
{
	static const char *allow[2];
	int ch;

	opterr = 0;
	while ((ch = getopt(argc, argv, "d:f:l:m:P:p:Q:u:cehRV")) != -1) {
		switch (ch) {
		case 'c':
			/* As a login shell: the rest is not for us. */
			return;
		case 'd':
			o->start_dir = optarg;
			break;
		case 'e':
			o->on_stderr = true;
			break;
		case 'f':
			set_facility(p, optarg);
			break;
		case 'l':
			set_level(p, optarg);
			break;
		case 'm':
			p->files.force_mode = octal(optarg,
			    "Invalid file mode \"%s\"");
			break;
		case 'P':
			set_list(&p->access.deny, optarg,
			    "Refused requests already set");
			break;
		case 'p':
			set_list(&allow[0], optarg,
			    "Permitted requests already set");
			p->access.allow = allow;
			break;
		case 'Q':
			query(optarg);
		case 'R':
			p->access.read_only = true;
			break;
		case 'u':
			p->files.umask = octal(optarg, "Invalid umask \"%s\"");
			break;
		case 'V':
			version();
		default:
			usage(getprogname());
		}
	}
}

static void
start_log(const struct policy *p, bool on_stderr)
{
	if (p->log.level == LOG_LEVEL_INVALID) {
		fprintf(stderr, "Unrecognized internal syslog level code -1\n");
		exit(1);
	}
	if (p->log.facility == -1 && !on_stderr) {
		fprintf(stderr,
		    "Unrecognized internal syslog facility code -1\n");
		exit(1);
	}
	log_init(getprogname(), (enum log_level)p->log.level, p->log.facility,
	    on_stderr);
}

/* Replaces %d, %u, %U and %% in a start directory. */
static void
expand_percent(const struct ident *self, const char *from, char *to,
    size_t size)
{
	char number[16], letter[2] = "";
	const char *piece;

	snprintf(number, sizeof(number), "%u", self->uid);
	to[0] = '\0';
	for (; *from != '\0'; from++) {
		letter[0] = *from;
		piece = letter;
		if (*from == '%') {
			switch (*++from) {
			case '%':
				break;
			case 'd':
				piece = self->home;
				break;
			case 'u':
				piece = self->name;
				break;
			case 'U':
				piece = number;
				break;
			default:
				letter[0] = *from;
				fatal("percent_expand: unknown key %%%s",
				    letter);
			}
		}
		if (strlcat(to, piece, size) >= size)
			fatal("%s", "percent_expand: string too long");
	}
}

/* -d: a directory that cannot be entered is logged, and the session goes on
 * where it stands. */
static void
enter_start_dir(const struct ident *self, const char *dir)
{
	char expanded[PATH_MAX], path[PATH_MAX];
	int r;

	if (ident_expand_tilde(self, dir, expanded) != 0)
		fatal("%s", "tilde_expand_filename: expansion failed");
	expand_percent(self, expanded, path, sizeof(path));
	if ((r = fs_chdir(path)) != 0)
		log_error("chdir to \"%s\" failed: %s", path, strerror(-r));
}

/* The client's address: the first word of SSH_CONNECTION. */
static const char *
client_address(void)
{
	const char *connection = getenv("SSH_CONNECTION"), *blank;
	char *address;

	if (connection == NULL)
		return "UNKNOWN";
	if ((blank = strchr(connection, ' ')) == NULL) {
		log_error("Malformed SSH_CONNECTION variable: \"%s\"",
		    connection);
		session.client = connection;
		finish(255);
	}
	address = strndup(connection, (size_t)(blank - connection));
	if (address == NULL)
		no_memory();
	return address;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct policy *policy = &session.policy;
	int r;

	sandbox_stdio();
	signals_init();
	buf_no_memory = no_memory;
	policy_init(policy);
	policy->log.level = LOG_LEVEL_ERROR;
	policy->log.facility = LOG_AUTH;
	if (ident_self(&session.self) != 0) {
		fprintf(stderr, "No user found for uid %lu\n",
		    (unsigned long)getuid());
		return 1;
	}
	parse_options(argc, argv, policy, &options);
	start_log(policy, options.on_stderr);
	if ((r = sandbox_harden()) != 0)
		fatal("unable to make the process undumpable: %s",
		    strerror(-r));
	if (policy->files.umask >= 0)
		fs_umask((mode_t)policy->files.umask);
	handles_init(&session.handles);
	session.client = client_address();
	log_info("session opened for local user %s from [%s]",
	    session.self.name, session.client);
	if (options.start_dir != NULL)
		enter_start_dir(&session.self, options.start_dir);
	if (fs_getcwd(session.cwd, sizeof(session.cwd)) != 0)
		session.cwd[0] = '\0';
	finish(serve(&session));
}
