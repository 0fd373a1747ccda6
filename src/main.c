/* SPDX-License-Identifier: ISC */
/*
 * argv, policy, confinement, session. The order is the security argument:
 * nothing of the client's is read before the last step, and a policy that is
 * wrong in any way ends before it.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "policy/config.h"
#include "policy/policy.h"
#include "request/session.h"
#include "request/table.h"
#include "session/refuse.h"
#include "session/serve.h"
#include "system/charset.h"
#include "system/fs.h"
#include "system/log.h"
#include "system/sandbox.h"
#include "system/signals.h"

#define EXIT_POLICY	78	/* EX_CONFIG of sysexits(3) */
#define MAX_NAMES	64	/* of requests */

static struct session session;
static struct config *config;
static struct mistake mistake;
static const char *request_names[MAX_NAMES];

/* What the command line says beside settings. */
static struct options {
	bool		 on_stderr;	/* -e */
	bool		 check;		/* -t */
	bool		 explain;	/* -T */
	const char	*criteria;	/* -C */
	const char	*file;		/* -F */
	int		 level;		/* -l and -f, for the log before */
	int		 facility;	/* ... there is a policy */
	bool		 denied, allowed;	/* -P and -p were given */
	int		 force_mode;	/* -m, or -1 */
	bool		 nowhere;	/* -d "" */
	bool		 forced;	/* by ForceCommand, or as login shell */
	bool		 mistaken;	/* `mistake` says what is wrong */
	const char *const *groups;	/* once they were asked for */
} options = {
	.level = LOG_LEVEL_ERROR, .facility = LOG_AUTH, .force_mode = -1,
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

/* As OpenSSH's: a line, and an ending that says the start went wrong. */
static _Noreturn void
fatal(const char *what, const char *which)
{
	bool quoted = which != NULL;

	if (quoted)
		log_at(LOG_LEVEL_FATAL, "%s \"%s\"", what, which);
	else
		log_at(LOG_LEVEL_FATAL, "%s", what);
	/* sshd's clients see nothing of this; whoever tries it does. */
	if (!options.on_stderr && (options.check || options.explain ||
	    isatty(STDERR_FILENO)))
		fprintf(stderr, "%s%s%s%s\n", what, quoted ? " \"" : "",
		    quoted ? which : "", quoted ? "\"" : "");
	finish(255);
}

static _Noreturn void
usage(void)
{
	const char *name = getprogname();

	fprintf(stderr,
	    "usage: %s [-ehR] [-d start_directory] [-f log_facility] "
	    "[-l log_level]\n\t[-P denied_requests] "
	    "[-p allowed_requests] [-u umask]\n"
	    "\t[-F policy_file] [-m file_mode] [-o name=value]\n"
	    "       %s -Q protocol_feature\n"
	    "       %s -t | -T [-C criteria] [-F policy_file] "
	    "[-o name=value] [-PpR]\n"
	    "       %s -V\n", name, name, name, name);
	exit(1);
}

static _Noreturn void
version(void)
{
	puts("slipway " PACKAGE_VERSION BUILT_WITH);
	exit(0);
}

/* Each name of a request once, although several rows may bear it. */
static void
collect_names(void)
{
	size_t i, j, n = 0;

	for (i = 0; i < request_table_len; i++) {
		const struct request_row *row = &request_table[i];

		for (j = 0; j < n && strcmp(request_names[j], row->name) != 0;
		    j++)
			;
		if (j == n && !row->always && n < MAX_NAMES - 1)
			request_names[n++] = row->name;
	}
}

static void
query_requests(void)
{
	const char **name;

	for (name = request_names; *name != NULL; name++)
		puts(*name);
}

static void
query_versions(void)
{
	puts("3\n4\n5\n6");
}

static void
query_extensions(void)
{
	size_t i;

	for (i = 0; i < request_table_len; i++)
		if (request_table[i].wire != NULL && !request_table[i].absent)
			puts(request_table[i].wire);
}

static void
query_settings(void)
{
	config_settings(stdout);
}

static _Noreturn void
query(const char *what)
{
	static const struct {
		const char	*name;
		void		(*print)(void);
	} queries[] = {
		{ "requests", query_requests }, { "versions", query_versions },
		{ "extensions", query_extensions },
		{ "settings", query_settings },
	};
	size_t i;

	for (i = 0; i < nitems(queries); i++)
		if (strcasecmp(what, queries[i].name) == 0) {
			queries[i].print();
			exit(0);
		}
	fprintf(stderr, "Invalid query type\n");
	exit(1);
}

/* An octal mode; `complaint` says what another is not. */
static int
octal(const char *arg, const char *complaint)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(arg, &end, 8);
	if (v < 0 || v > 0777 || *end != '\0' || end == arg || errno != 0)
		fatal(complaint, arg);
	return (int)v;
}

/* The first mistake is the one that is told; nothing is half applied. */
static void
setting(int r)
{
	options.mistaken |= r != 0;
}

static void
flag(int letter, const char *value)
{
	if (!options.mistaken)
		setting(config_flag(config, letter, value, &mistake));
}

static void
flag_once(int letter, const char *value, bool *given, const char *complaint)
{
	if (*given)
		fatal(complaint, NULL);
	*given = true;
	flag(letter, value);
}

/* As OpenSSH: complains of a name it does not know, and gives up later. */
static void
set_level(const char *arg)
{
	options.level = log_level_number(arg);
	if (options.level == LOG_LEVEL_INVALID)
		log_error("Invalid log level \"%s\"", arg);
	else
		flag('l', arg);
}

static void
set_facility(const char *arg)
{
	options.facility = log_facility_number(arg);
	if (options.facility == -1)
		log_error("Invalid log facility \"%s\"", arg);
	else
		flag('f', arg);
}

/* A start directory: the tilde is a shell's, the tokens are the policy's. */
static void
set_start_dir(const char *arg)
{
	static char path[PATH_MAX];
	const char *p;

	if (ident_expand_tilde(&session.self, arg, path) != 0)
		fatal("tilde_expand_filename: expansion failed", NULL);
	/* Nowhere cannot be entered: that is logged, like any other. */
	options.nowhere = path[0] == '\0';
	if (options.nowhere)
		return;
	for (p = path; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] == '\0' || strchr("%duU", p[1]) == NULL)
			fatal("percent_expand: unknown key", p);
	flag('d', path);
}

static void
parse_option(int ch)
{
	switch (ch) {
	case 'C':
		options.criteria = optarg;
		break;
	case 'd':
		set_start_dir(optarg);
		break;
	case 'e':
		options.on_stderr = true;
		break;
	case 'F':
		options.file = optarg;
		break;
	case 'f':
		set_facility(optarg);
		break;
	case 'l':
		set_level(optarg);
		break;
	case 'm':
		options.force_mode = octal(optarg, "Invalid file mode");
		break;
	case 'o':
		if (!options.mistaken)
			setting(config_option(config, optarg, &mistake));
		break;
	case 'P':
		flag_once('P', optarg, &options.denied,
		    "Refused requests already set");
		break;
	case 'p':
		flag_once('p', optarg, &options.allowed,
		    "Permitted requests already set");
		break;
	case 'Q':
		query(optarg);
	case 'R':
		flag('R', NULL);
		break;
	case 'T':
		options.explain = true;
		break;
	case 't':
		options.check = true;
		break;
	case 'u':
		(void)octal(optarg, "Invalid umask");
		flag('u', optarg);
		break;
	case 'V':
		version();
	default:
		usage();
	}
}

static void
parse_options(int argc, char **argv)
{
	int ch;

	opterr = 0;
	while ((ch = getopt(argc, argv,
	    "C:d:F:f:l:m:o:P:p:Q:u:cehRTtV")) != -1) {
		/* As a login shell: the rest is not for us. */
		if (ch == 'c') {
			options.forced = true;
			return;
		}
		parse_option(ch);
	}
	if (optind == argc || options.mistaken)
		return;
	mistake_at(&mistake, "", 0, NULL);
	setting(mistake_say(&mistake, "\"%.100s\" is left over behind the "
	    "options (a pattern that a shell expanded?)", argv[optind]));
}

static void
start_log(int level, int facility)
{
	if (level == LOG_LEVEL_INVALID) {
		fprintf(stderr, "Unrecognized internal syslog level code -1\n");
		exit(1);
	}
	if (facility == -1 && !options.on_stderr) {
		fprintf(stderr,
		    "Unrecognized internal syslog facility code -1\n");
		exit(1);
	}
	log_init(getprogname(), (enum log_level)level, facility,
	    options.on_stderr);
}

/* The words of SSH_CONNECTION: addresses and ports, the client's first. */
static void
connection_facts(struct facts *f)
{
	static char words[256];
	const char *connection = getenv("SSH_CONNECTION");
	char *p = words, *port;

	if (connection == NULL ||
	    strlcpy(words, connection, sizeof(words)) >= sizeof(words))
		return;
	f->address = strsep(&p, " ");
	(void)strsep(&p, " ");
	f->local_address = strsep(&p, " ");
	if ((port = strsep(&p, " ")) != NULL)
		f->local_port = (int)strtonum(port, 0, 65535, NULL);
}

static void
user_facts(struct facts *f, const struct ident *user)
{
	f->user = user->name;
	f->uid = user->uid;
	f->home = user->home;
	f->shell = user->shell;
}

static void
own_facts(struct facts *f)
{
	user_facts(f, &session.self);
	connection_facts(f);
	f->forced = options.forced ||
	    getenv("SSH_ORIGINAL_COMMAND") != NULL;
}

/* Options and file become the policy of this session. Returns 0 or -1. */
static int
load_policy(void)
{
	struct facts facts = { 0 };

	own_facts(&facts);
	if (options.mistaken ||
	    config_file(config, options.file, &facts, fs_program_owner(),
	    &mistake) != 0)
		return -1;
	if (config_check_charsets(config, charset_known, &mistake) != 0)
		return -1;
	if (config_asks_groups(config) &&
	    (facts.groups = options.groups = ident_own_groups()) == NULL) {
		mistake_at(&mistake, "", 0, NULL);
		return mistake_say(&mistake,
		    "the groups of this session cannot be looked up");
	}
	if (config_resolve(config, &facts, &session.policy, &mistake) != 0)
		return -1;
	session.policy.files.force_mode = options.force_mode;
	options.forced = facts.forced;
	return 0;
}

/* A wrong policy must never become no policy. */
static _Noreturn void
refuse_mistake(void)
{
	char line[MISTAKE_LINE_MAX], text[96];

	log_error("%s", mistake_line(&mistake, line));
	if (isatty(STDIN_FILENO)) {
		fprintf(stderr, "%s\n", line);
		exit(EXIT_POLICY);
	}
	snprintf(text, sizeof(text), "sftp policy error, "
	    "ask the administrator (%d)", (int)getpid());
	refuse_session(&session, text);
	exit(EXIT_POLICY);
}

static _Noreturn void
tell_mistake(void)
{
	char line[MISTAKE_LINE_MAX];

	fprintf(stderr, "%s\n", mistake_line(&mistake, line));
	exit(EXIT_POLICY);
}

static bool
user_exists(const char *name)
{
	uint32_t id;

	return ident_find_user(name, &id);
}

static bool
group_exists(const char *name)
{
	uint32_t id;

	return ident_find_group(name, &id);
}

/* -t: is all of it right, for whomever? */
static _Noreturn void
check_policy(void)
{
	static const struct lookup lookup = { user_exists, group_exists };
	struct facts facts = { 0 };

	own_facts(&facts);
	if (options.mistaken ||
	    config_file(config, options.file, &facts, fs_program_owner(),
	    &mistake) != 0 ||
	    config_check_charsets(config, charset_known, &mistake) != 0 ||
	    config_check(config, &lookup, stderr, &mistake) != 0)
		tell_mistake();
	exit(0);
}

/*
 * -T: what holds for the user who asks or, with -C, for another, of whom
 * only what is said there is known, and what the database knows.
 */
static void
criteria_facts(struct facts *f, struct ident *user)
{
	*f = (struct facts){ .user = session.self.name };
	if (config_criteria(config, options.criteria, f, &mistake) != 0)
		tell_mistake();
	if (ident_named(f->user, user) != 0)
		return;
	user_facts(f, user);
	f->groups = options.groups = ident_groups_of(user);
}

static _Noreturn void
explain_policy(void)
{
	struct facts facts = { 0 };
	struct ident user;
	int r;

	own_facts(&facts);
	if (options.criteria != NULL)
		criteria_facts(&facts, &user);
	else
		facts.groups = options.groups = ident_own_groups();
	if (options.mistaken ||
	    config_file(config, options.file, &facts, fs_program_owner(),
	    &mistake) != 0 ||
	    config_check_charsets(config, charset_known, &mistake) != 0 ||
	    (r = config_explain(config, &facts, stdout, &mistake)) < 0)
		tell_mistake();
	exit(r);
}

/* The client's address for the log: the first word of SSH_CONNECTION. */
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

/* A directory that cannot be entered is logged; the session goes on where
 * it stands. */
static void
enter_start_dir(void)
{
	const char *dir = options.nowhere ? "" : session.policy.start_dir;
	int r;

	if (dir != NULL && (r = fs_chdir(dir)) != 0)
		log_error("chdir to \"%s\" failed: %s", dir, strerror(-r));
	if (fs_getcwd(session.cwd, sizeof(session.cwd)) != 0)
		session.cwd[0] = '\0';
}

static void
apply_policy(void)
{
	const struct policy *p = &session.policy;
	int r;

	start_log(p->log.level, p->log.facility);
	if (p->restricted && !options.forced)
		log_error("restricted but not forced: without ForceCommand "
		    "this user can run any command");
	if ((r = sandbox_harden()) != 0)
		fatal("unable to make the process undumpable", strerror(-r));
	session.translate = true;
	if (p->protocol.charset != NULL && (session.charset =
	    charset_open(p->protocol.charset)) == NULL)
		no_memory();
	if (p->files.umask >= 0)
		fs_umask((mode_t)p->files.umask);
	if (!p->session.refuse)
		return;
	log_error("session refused for local user %s, as the policy says",
	    session.self.name);
	refuse_session(&session, p->session.message != NULL ?
	    p->session.message : "sftp is not available to this user");
	exit(EXIT_POLICY);
}

int
main(int argc, char **argv)
{
	sandbox_stdio();
	signals_init();
	buf_no_memory = no_memory;
	collect_names();
	config = config_new(request_names);
	if (ident_self(&session.self) != 0) {
		fprintf(stderr, "No user found for uid %lu\n",
		    (unsigned long)getuid());
		return 1;
	}
	parse_options(argc, argv);
	start_log(options.level, options.facility);
	if (options.check)
		check_policy();
	if (options.explain)
		explain_policy();
	if (load_policy() != 0)
		refuse_mistake();
	config_free(config);
	handles_init(&session.handles);
	apply_policy();
	session.client = client_address();
	log_info("session opened for local user %s from [%s]",
	    session.self.name, session.client);
	enter_start_dir();
	finish(serve(&session));
}
