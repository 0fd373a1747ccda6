/* SPDX-License-Identifier: ISC */
/*
 * Options, policy, confinement, session. The order is the security argument:
 * no input of the client is read before the last step, and an error in the
 * policy ends the process before it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "conf/conf.h"
#include "confine/sandbox.h"
#include "options.h"
#include "os/charset.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/log.h"
#include "os/signals.h"
#include "os/sink.h"
#include "os/title.h"
#include "paths/locate.h"
#include "policy/policy.h"
#include "request/session.h"
#include "request/table.h"
#include "request/trace.h"
#include "request/xferlog.h"
#include "session/init.h"
#include "session/reject.h"
#include "session/serve.h"

#define EXIT_POLICY	78	/* EX_CONFIG of sysexits(3) */

static struct session session;
static struct conf *conf;
static struct error error;
static struct facts facts;
static struct options options = {
	.error = &error, .self = &session.self, .level = LOG_LEVEL_ERROR,
	.facility = LOG_AUTH,
};

/*
 * Exits. A session that was opened logs and closes its open handles first, and
 * logs its end.
 */
static _Noreturn void
finish(int status)
{
	if (session.client != NULL) {
		xferlog_forced(&session);
		trace_forced(&session);
		handles_end(&session.handles);
		log_info("session closed for local user %s from [%s]",
		    session.self.name, session.client);
	}
	sink_finish();
	exit(status);
}

static void
no_memory(void)
{
	log_at(LOG_LEVEL_FATAL, "out of memory");
	finish(255);
}

static void
start_log(int level, int facility)
{
	if (level == -1) {
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

/* Makes an empty configuration that knows requests and extensions by name. */
static struct conf *
new_conf(void)
{
	static const char *requests[REQUEST_NAMES_MAX];
	static const char *extensions[INIT_NAMES_MAX];

	table_names(requests);
	init_names(extensions);
	return conf_new(requests, extensions);
}

/* Takes addresses and ports from SSH_CONNECTION, the client's first. */
static void
connection_facts(void)
{
	const char *connection = getenv("SSH_CONNECTION");
	char *p, *port;

	if (connection == NULL)
		return;
	if ((p = strdup(connection)) == NULL)
		no_memory();
	facts.address = strsep(&p, " ");
	(void)strsep(&p, " ");
	facts.local_address = strsep(&p, " ");
	if ((port = strsep(&p, " ")) != NULL)
		facts.local_port = (int)strtonum(port, 0, 65535, NULL);
}

static void
user_facts(const struct ident *user)
{
	facts.user = user->name;
	facts.uid = user->uid;
	facts.home = user->home;
	facts.shell = user->shell;
}

static void
own_facts(void)
{
	user_facts(&session.self);
	connection_facts();
	facts.forced = options.forced ||
	    getenv("SSH_ORIGINAL_COMMAND") != NULL;
}

/* Reads the policy file, unless an option was invalid. Returns 0 or -1. */
static int
read_policy(void)
{
	return options.invalid ? -1 :
	    conf_file(conf, options.file, &facts, &error);
}

/* Makes the policy of this session from options and file. Returns 0 or -1. */
static int
load_policy(void)
{
	if (read_policy() != 0)
		return -1;
	if (conf_asks_groups(conf) &&
	    (facts.groups = ident_groups(NULL)) == NULL) {
		error_at(&error, "", 0, NULL);
		return error_say(&error,
		    "the groups of this session cannot be looked up");
	}
	return conf_resolve(conf, &facts, &session.policy, &error);
}

static _Noreturn void
print_error(void)
{
	char line[ERROR_LINE_MAX];

	fprintf(stderr, "%s\n", error_line(&error, line));
	exit(EXIT_POLICY);
}

/* Rejects the session: without its policy it would be unrestricted. */
static _Noreturn void
reject_error(void)
{
	char line[ERROR_LINE_MAX], text[96];

	log_error("%s", error_line(&error, line));
	if (isatty(STDIN_FILENO))
		print_error();
	snprintf(text, sizeof(text), "sftp policy error, "
	    "ask the administrator (%d)", (int)getpid());
	reject_session(&session, text);
	exit(EXIT_POLICY);
}

/* Checks the whole policy, for all users (-t), and exits. */
static _Noreturn void
check_policy(void)
{
	if (read_policy() != 0 || conf_check(conf, &facts, stderr, &error) != 0)
		print_error();
	exit(0);
}

/* Sets the facts for -T -C from the criteria and the user database. */
static void
criteria_facts(void)
{
	static struct ident user;

	facts = (struct facts){ .user = session.self.name, .login = &user };
	if (conf_criteria(conf, options.criteria, &facts, &error) != 0)
		print_error();
	/* The group database may know members that the user database lacks. */
	if (ident_named(facts.user, &user) == 0)
		user_facts(&user);
	else
		user = (struct ident){ .uid = (uid_t)-1, .gid = (gid_t)-1,
		    .name = facts.user };
}

/* Explains the policy of this user or, with -C, of another (-T), and exits. */
static _Noreturn void
explain_policy(void)
{
	int r;

	if (options.criteria != NULL)
		criteria_facts();
	facts.no_landlock = !sandbox_has_landlock(true);
	facts.no_landlock_to_read = !sandbox_has_landlock(false);
	if (read_policy() != 0)
		print_error();
	/* Users may have thousands of groups; few policies match by group. */
	if (conf_asks_groups(conf))
		facts.groups = facts.login == NULL ||
		    facts.login->uid != (uid_t)-1 ?
		    ident_groups(facts.login) : NULL;
	r = conf_explain(conf, &facts, &session.fs, stdout, &error);
	if (r < 0)
		print_error();
	exit(r == CONF_REJECTED ? EXIT_POLICY : r);
}

/* Returns the client's address for the log, from SSH_CONNECTION. */
static const char *
client_address(void)
{
	const char *connection = getenv("SSH_CONNECTION");

	if (connection == NULL)
		return "UNKNOWN";
	if (strchr(connection, ' ') == NULL) {
		log_error("Malformed SSH_CONNECTION variable: \"%s\"",
		    connection);
		session.client = connection;
		finish(255);
	}
	return facts.address;
}

/*
 * Makes paths obey the policy. Opens the root if there is one, or if rules on
 * names require that paths are resolved. Returns 0 or -1.
 */
static int
open_paths(void)
{
	struct policy *p = &session.policy;

	if (p->resolves &&
	    conf_open_root(conf, &facts, p, &session.fs, &error) != 0)
		return -1;
	locate_obey(&session.fs, p);
	if (p->access.protect_startup)
		startup_begin(&session.startup, session.self.home);
	return 0;
}

/*
 * Enters the start directory. A failure is logged, and the session stays where
 * it is. Beneath a root, the home directory is looked up there, as after
 * chroot(2).
 */
static void
enter_start_dir(void)
{
	const char *dir = options.nowhere ? "" : session.policy.start_dir;
	int r;

	if (session.fs.confined) {
		log_info("session confined to \"%s\"", session.fs.outside);
		if (dir == NULL &&
		    locate_enter(&session.fs, session.self.home) == 0)
			return;
	}
	if ((r = locate_enter(&session.fs, dir)) == 0)
		return;
	if (dir != NULL) {
		log_error("chdir to \"%s\" failed: %s", dir, strerror(-r));
		(void)locate_enter(&session.fs, NULL);
	}
}

static void
apply_policy(void)
{
	const struct policy *p = &session.policy;
	int r;

	start_log(p->log.level, p->log.facility);
	if (p->restricted && !facts.forced)
		log_error("restricted but not forced: without ForceCommand "
		    "this user can run any command");
	if ((r = sandbox_harden()) != 0)
		options_fatal(&options, "unable to make the process "
		    "undumpable", strerror(-r));
	session.translate = true;
	if (p->protocol.charset != NULL && (session.charset =
	    charset_open(p->protocol.charset)) == NULL)
		no_memory();
	if (p->files.umask >= 0)
		fs_umask((mode_t)p->files.umask);
	if (p->log.transfers != NULL)
		sink_open(p->log.transfers, p->log.facility);
	if (!p->session.reject)
		return;
	log_error("session refused for local user %s, as the policy says",
	    session.self.name);
	reject_session(&session, p->session.message != NULL ?
	    p->session.message : "sftp is not available to this user");
	exit(EXIT_POLICY);
}

/*
 * Enters the sandbox. Sessions without restrictions get one only if the policy
 * requires it: their users can run any program anyway. A required sandbox that
 * is not complete ends the session.
 */
static void
confine(void)
{
	const struct policy *p = &session.policy;
	unsigned is, all = CONFINES_FILES | CONFINES_CALLS;
	bool writes = !p->access.read_only;

	if (p->sandbox == SANDBOX_OFF ||
	    (p->sandbox == SANDBOX_AUTO && !p->restricted))
		return;
	is = sandbox_enter(session.fs.confined ? session.fs.root : -1, writes);
	log_verbose("sandbox: Landlock %s, seccomp %s",
	    (is & CONFINES_FILES) != 0 ? "on" : "off",
	    (is & CONFINES_CALLS) != 0 ? "on" : "off");
	if (p->sandbox == SANDBOX_REQUIRE && is != all) {
		conf_blame(conf, &facts, "sandbox", &error);
		(void)error_say(&error, "required, but this kernel or this "
		    "build has no %s", (is & CONFINES_FILES) != 0 ?
		    "seccomp" : "usable Landlock");
		reject_error();
	}
	if (session.fs.confined && (is & CONFINES_FILES) == 0)
		log_error("no Landlock: a directory that is moved out of the "
		    "root while it is in use leads out of it");
}

int
main(int argc, char **argv)
{
	title_init(argc, argv);
	signals_init(sandbox_stdio());
	clock_check_zone();
	buf_no_memory = no_memory;
	options.conf = conf = new_conf();
	if (ident_self(&session.self) != 0) {
		fprintf(stderr, "No user found for uid %lu\n",
		    (unsigned long)getuid());
		return 1;
	}
	options_parse(&options, argc, argv);
	start_log(options.level, options.facility);
	own_facts();
	if (options.check)
		check_policy();
	if (options.explain)
		explain_policy();
	if (load_policy() != 0 || open_paths() != 0)
		reject_error();
	handles_init(&session.handles, session.fs.cwd);
	apply_policy();
	confine();
	conf_free(conf);
	session.client = client_address();
	if (session.policy.session.title)
		title_begin(session.self.name, session.client);
	log_info("session opened for local user %s from [%s]",
	    session.self.name, session.client);
	enter_start_dir();
	finish(serve(&session));
}
