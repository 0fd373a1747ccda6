/* SPDX-License-Identifier: ISC */
/* What a session gets: struct policy, or a refusal; and what -T and -t add. */
#include "config.h"

#include <syslog.h>

#include "policy_case.h"
#include "tap.h"

static const char *const no_options[OPTIONS_MAX] = { 0 };

/* Resolves. The caller ends it by finish(). */
static int
resolve(const char *const *options, const char *text,
    const struct facts *facts, struct config **c, struct policy *p,
    struct mistake *m)
{
	*c = case_config(options, text, m);
	return *c == NULL ? -1 : config_resolve(*c, facts, p, m);
}

static void
finish(struct config *c, struct policy *p)
{
	policy_free(p);
	config_free(c);
}

/* The defaults are those of the manual, and of OpenSSH where it has them. */
static void
check_defaults(void)
{
	struct policy p;

	policy_init(&p);
	ok(p.rename.overwrite == OVERWRITE_IF_ASKED &&
	    p.rename.open_handles == HANDLES_KEEP &&
	    p.rename.when == RENAME_WHEN_REFUSED &&
	    p.rename.busy_timeout == 0, "rename by default");
	ok(p.protocol.max_version == 6 && p.protocol.max_packet == 262144 &&
	    p.protocol.max_read == 261120 &&
	    p.protocol.messages == MESSAGES_SYSTEM &&
	    p.protocol.symlink_order == SYMLINK_ORDER_OPENSSH &&
	    p.protocol.hide_extensions == NULL, "protocol by default");
	ok(p.setstat.mode == APPLY && p.setstat.owner == APPLY &&
	    p.setstat.times == APPLY && p.setstat.size == APPLY &&
	    !p.setstat.ignore_denied, "setstat by default");
	ok(!p.session.refuse && p.session.message == NULL &&
	    p.session.idle_timeout == 0 && p.session.max_time == 0 &&
	    p.start_dir == NULL, "session by default");
	ok(!p.access.read_only && p.access.allow == NULL &&
	    p.access.deny == NULL && !p.restricted, "access by default");
	ok(p.files.umask == -1 && p.files.mode.force == -1,
	    "files by default");
	ok(p.log.level == 2 && p.log.facility == LOG_AUTH, "log by default");
}

/* A value of every kind arrives where the server reads it. */
static void
check_values(void)
{
	static const char text[] = "rules = ( {\n"
	    "rename = { overwrite = \"never\"; open_handles = \"close\";\n"
	    "	when = \"always\"; busy_timeout = 2; };\n"
	    "setstat = { mode = \"ignore\"; owner = \"refuse\";\n"
	    "	on_error = \"ignore-denied\"; };\n"
	    "protocol = { max_packet = \"1M\"; max_read = 131072;\n"
	    "	hide_extensions = ( \"a@x\", \"b@*\" ); };\n"
	    "session = { access = \"refuse\"; message = \"Go away\";\n"
	    "	idle_timeout = \"1h30m\"; max_time = \"1w2d\"; };\n"
	    "files = { umask = \"0027\"; };\n"
	    "log = { level = \"DEBUG3\"; facility = \"LOCAL7\"; };\n"
	    "start_dir = \"%d/in/%u-%U-%%\"; } );";
	struct mistake m = { 0 };
	struct config *c;
	struct policy p;

	ok(resolve(no_options, text, &case_facts, &c, &p, &m) == 0,
	    "a policy with a value of every kind");
	config_free(c);		/* the policy owns its strings */
	ok(p.rename.overwrite == OVERWRITE_NEVER &&
	    p.rename.open_handles == HANDLES_CLOSE &&
	    p.rename.when == RENAME_WHEN_ALWAYS, "choices");
	ok(p.rename.busy_timeout == 2000, "milliseconds");
	ok(p.session.idle_timeout == 5400 &&
	    p.session.max_time == 9 * 86400, "durations are in seconds");
	ok(p.setstat.mode == APPLY_IGNORE && p.setstat.owner == APPLY_REFUSE &&
	    p.setstat.times == APPLY && p.setstat.ignore_denied, "setstat");
	ok(p.protocol.max_packet == 1 << 20 && p.protocol.max_read == 1 << 17,
	    "sizes, as strings and as numbers");
	ok(strcmp(p.protocol.hide_extensions, "a@x,b@*") == 0, "patterns");
	ok(p.session.refuse && strcmp(p.session.message, "Go away") == 0,
	    "nobody else");
	ok(p.files.umask == 027, "a umask");
	ok(p.log.level == 7 && p.log.facility == LOG_LOCAL7, "the log");
	ok(strcmp(p.start_dir, "/home/webex/in/webex-1234-%") == 0,
	    "a path is expanded");
	policy_free(&p);
}

/* Lists, as policy_permits() reads them. */
static void
check_lists(void)
{
	const char *const options[OPTIONS_MAX] = {
		"-p open,read,remove", "-P statvfs"
	};
	static const char text[] = "rules = (\n"
	    "{ access = { allow = [ \"*\" ]; deny = \"rem*\"; }; },\n"
	    "{ access = { allow = \"read,remove\"; }; } );";
	static const struct {
		const char	*name;
		enum permit	 permit;
	} rows[] = {
		{ "read", PERMIT },
		{ "open", REFUSE_NOT_ALLOWED },	/* by the second rule */
		{ "close", REFUSE_NOT_ALLOWED },
		{ "remove", REFUSE_DENIED },
		{ "statvfs", REFUSE_DENIED },
		{ "fstatvfs", REFUSE_NOT_ALLOWED },
	};
	struct mistake m = { 0 };
	struct config *c;
	struct policy p;
	size_t i;

	ok(resolve(options, text, &case_facts, &c, &p, &m) == 0, "lists");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(policy_permits(&p, rows[i].name, false) == rows[i].permit,
		    "allow lists intersect, deny lists add up: %s",
		    rows[i].name);
	finish(c, &p);
}

/* What forbids something restricts; the rest does not. */
static void
check_restricted(void)
{
	static const struct {
		const char	*option;
		bool		 restricted;
	} rows[] = {
		{ "-R", true }, { "-p read", true }, { "-P read", true },
		{ "access.read_only=false", false },
		{ "rename.overwrite=never", true },
		{ "rename.overwrite=always", false },
		{ "setstat.mode=refuse", true },
		{ "setstat.mode=ignore", false },
		{ "session.access=refuse", true },
		{ "session.access=allow", false },
		{ "profile=webex", false }, { "profile=openssh", false },
		{ "profile=read-only", true }, { "-u 077", false },
	};
	const char *options[OPTIONS_MAX] = { 0 };
	struct mistake m = { 0 };
	struct config *c;
	struct policy p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options[0] = rows[i].option;
		resolve(options, NULL, &case_facts, &c, &p, &m);
		ok(p.restricted == rows[i].restricted, "%s restricts: %d",
		    rows[i].option, rows[i].restricted);
		finish(c, &p);
	}
}

/* A READ's answer fits a packet. */
static void
check_read_fits(void)
{
	const char *const options[OPTIONS_MAX] = { "protocol.max_packet=100K" };
	struct mistake m = { 0 };
	struct config *c;
	struct policy p;

	resolve(options, NULL, &case_facts, &c, &p, &m);
	ok(p.protocol.max_read == 99 * 1024, "max_read follows max_packet");
	finish(c, &p);
}

/* Whether a rule by address applies may be unknown. */
static void
check_unknown_address(void)
{
	static const struct {
		const char	*address;	/* the client's */
		const char	*settings;
		const char	*mistake;	/* or NULL */
	} rows[] = {
		{ NULL, "access = { read_only = true; };",
		    "p:1: access.read_only: rule 1 restricts, and whether it "
		    "applies is unknown (SSH_CONNECTION is not set?)" },
		{ NULL, "access = { deny = \"remove\"; };",
		    "p:1: access.deny: rule 1 restricts, and whether it "
		    "applies is unknown (SSH_CONNECTION is not set?)" },
		{ NULL, "profile = \"read-only\";",
		    "p:1: access.read_only: rule 1 restricts, and whether it "
		    "applies is unknown (SSH_CONNECTION is not set?)" },
		{ "UNKNOWN", "session = { access = \"refuse\"; };",
		    "p:1: session.access: rule 1 restricts, and whether it "
		    "applies is unknown (SSH_CONNECTION is not set?)" },
		{ NULL, "profile = \"webex\";", NULL },
		{ NULL, "access = { read_only = false; };", NULL },
		{ "10.0.0.1", "access = { read_only = true; };", NULL },
		{ "11.0.0.1", "access = { read_only = true; };", NULL },
	};
	struct facts facts = case_facts;
	struct mistake m;
	struct config *c;
	struct policy p;
	char text[256], line[MISTAKE_LINE_MAX];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.address = rows[i].address;
		snprintf(text, sizeof(text), "rules = ( { match = { address = "
		    "\"10.0.0.0/8\"; }; %s } );", rows[i].settings);
		r = resolve(no_options, text, &facts, &c, &p, &m);
		ok(rows[i].mistake == NULL ? r == 0 : r < 0 &&
		    strcmp(mistake_line(&m, line), rows[i].mistake) == 0,
		    "address %s and { %s }", rows[i].address == NULL ?
		    "NULL" : rows[i].address, rows[i].settings);
		finish(c, &p);
	}
	facts.address = NULL;
	facts.user = "other";
	r = resolve(no_options, "rules = ( { match = { user = \"webex\"; "
	    "address = \"10.0.0.0/8\"; }; profile = \"read-only\"; } );",
	    &facts, &c, &p, &m);
	ok(r == 0, "a rule that somebody else is meant by needs no address");
	finish(c, &p);
}

/* A name that could lead elsewhere does not become part of a path. */
static void
check_expansion(void)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "../x", "-o", "a\nb", "a\177"
	};
	static const char *const good[] = { "a", "a.b", "...", "a-b", "\303\251" };
	const char *const options[OPTIONS_MAX] = { "start_dir=/srv/%u" };
	struct facts facts = case_facts;
	struct mistake m;
	struct config *c;
	struct policy p;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		facts.user = bad[i];
		ok(resolve(options, NULL, &facts, &c, &p, &m) < 0,
		    "user number %zu is no part of a path", i);
		finish(c, &p);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		facts.user = good[i];
		ok(resolve(options, NULL, &facts, &c, &p, &m) == 0 &&
		    strcmp(p.start_dir + 5, good[i]) == 0,
		    "%s is a part of a path", good[i]);
		finish(c, &p);
	}
}

/* What -T prints below the settings. */
static void
check_remarks(void)
{
	static const char text[] = "rules = ( { match = { address = "
	    "\"10.0.0.0/8\"; };\nlog = { level = \"INFO\"; }; },\n"
	    "{ match = { group = \"x\"; local_port = 2222; }; },\n"
	    "{ match = { user = \"x\"; group = \"y\"; }; } );";
	const char *const read_only[OPTIONS_MAX] = { "-R" };
	struct facts facts = case_facts;
	struct mistake m = { 0 };
	struct config *c = case_config(no_options, text, &m);
	FILE *null = fopen("/dev/null", "w");
	char *out;

	ok(config_explain(c, &facts, null, &m) == 0, "-T decides all");
	facts.address = NULL;
	facts.groups = NULL;
	ok(config_explain(c, &facts, null, &m) == 1, "-T lacks something");
	fclose(null);
	config_free(c);
	out = case_explain(no_options, text, &facts);
	ok(strstr(out, "\n# undecided: rule 1, p:1 needs address\n") != NULL,
	    "undecided for want of an address");
	ok(strstr(out, "\n# undecided: rule 2, p:3 needs group\n") != NULL,
	    "undecided for want of groups");
	ok(strstr(out, "rule 3") == NULL,
	    "decided by the user, whatever the groups");
	ok(strstr(out, "log.level ERROR   # default\n") != NULL,
	    "an undecided rule sets nothing");
	free(out);

	out = case_explain(read_only, NULL, &facts);
	ok(strstr(out, "\n# ") == NULL, "forced, and no shell's files");
	free(out);
	facts.shell = "/usr/bin/zsh";
	facts.forced = false;
	out = case_explain(read_only, NULL, &facts);
	ok(strstr(out, "\n# restricted, which holds only where ForceCommand")
	    != NULL, "restricted but not forced");
	ok(strstr(out, "\n# restricted, but /usr/bin/zsh reads files of webex "
	    "in the home directory") != NULL, "restricted, but for the shell");
	ok(strstr(out, "Landlock") == NULL, "restricted, with Landlock");
	free(out);
	facts.no_landlock = true;
	out = case_explain(read_only, NULL, &facts);
	ok(strstr(out, "\n# restricted, but this kernel has no Landlock") !=
	    NULL, "restricted, without Landlock");
	free(out);
	out = case_explain(no_options, NULL, &facts);
	ok(strstr(out, "\n# ") == NULL, "nothing restricted, nothing to say");
	free(out);
}

/* -C for -T. */
static void
check_criteria(void)
{
	static const char *const bad[] = {
		"", "user", "user=", "uid=1", "user=a,", "local_port=x",
		"local_port=0", "local_port=65536", "address=",
	};
	struct config *c = config_new(case_requests);
	struct facts f = { 0 };
	struct mistake m;
	char line[MISTAKE_LINE_MAX];
	size_t i;

	ok(config_criteria(c, "user=a,address=::1,local_port=22", &f, &m) == 0
	    && strcmp(f.user, "a") == 0 && strcmp(f.address, "::1") == 0 &&
	    f.local_port == 22 && f.local_address == NULL,
	    "-C sets what it names");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(config_criteria(c, bad[i], &f, &m) < 0, "-C '%s'", bad[i]);
	config_criteria(c, "uid=1", &f, &m);
	ok(strcmp(mistake_line(&m, line), "-C: \"uid=1\" is no criterion "
	    "(user=, address=, local_address=, local_port= and, as the "
	    "last, path= are)") == 0,
	    "-C says what it takes");
	config_free(c);
}

static bool
user_exists(const char *name)
{
	return strcmp(name, "webex") == 0;
}

static bool
group_exists(const char *name)
{
	return strcmp(name, "staff") == 0;
}

/* -t: all warnings, in the order of the rules. */
static void
check_warnings(void)
{
	static const struct lookup lookup = { user_exists, group_exists };
	static const char text[] = "rules = (\n"
	    "{ match = { user = [ \"webex\", \"nobody-here\", \"*x\" ];\n"
	    "   group = [ \"*\", \"!nogroup\" ]; };\n"
	    "  access = { deny = \"remove\"; }; },\n"
	    "{ match = { user = \"*\"; }; log = { level = \"INFO\"; }; },\n"
	    "{ match = { user = \"webex\"; };\n"
	    "  log = { level = \"QUIET\"; }; },\n"
	    "{ log = { level = \"QUIET\"; facility = \"USER\"; }; },\n"
	    "{ },\n"
	    "{ access = { deny = \"mkdir\"; }; },\n"
	    "{ access = { deny = \"rename\"; }; },\n"
	    "{ profile = \"force-close\"; } );";
	static const char wanted[] =
	    "p:2: warning: rule 1: there is no user \"nobody-here\"\n"
	    "p:2: warning: rule 1: there is no group \"nogroup\"\n"
	    "p:6: warning: rule 3: can never win, since rule 2 comes first "
	    "for everybody\n"
	    "p:9: warning: rule 5: sets nothing\n"
	    "p:12: warning: rule 8: rename.open_handles: what a client writes "
	    "after the rename is lost; reopen keeps it\n";
	struct mistake m = { 0 };
	struct config *c = case_config(no_options, text, &m);
	char *out;
	size_t size;
	FILE *stream = open_memstream(&out, &size);

	ok(config_check(c, &lookup, stream, &m) == 0, "-t of warnings only");
	fclose(stream);
	if (!ok(strcmp(out, wanted) == 0, "-t warns"))
		printf("# %s\n", out);
	free(out);
	config_free(c);
}

/* -t finds what no session of ours would. */
static void
check_check(void)
{
	static const struct lookup lookup = { user_exists, group_exists };
	struct mistake m = { 0 };
	struct config *c = case_config(no_options,
	    "profiles = { a = { profile = \"a\"; }; };", &m);

	ok(config_check(c, &lookup, stderr, &m) == -1,
	    "-t refuses a cycle that nobody enters");
	config_free(c);
}

/* Many rules cost one pass each. */
static void
check_many(void)
{
	struct mistake m = { 0 };
	struct config *c;
	struct policy p;
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int i;

	fputs("rules = (\n", stream);
	for (i = 0; i < 500; i++)
		fprintf(stream, "{ match = { user = \"user-%d\"; group = [ "
		    "\"*\", \"!g%d\" ]; }; profile = \"webex\"; },\n", i, i);
	fputs("{ match = { user = \"web*\"; }; log = { level = \"INFO\"; }; "
	    "} );\n", stream);
	fclose(stream);
	ok(resolve(no_options, text, &case_facts, &c, &p, &m) == 0 &&
	    p.log.level == 3 && p.rename.overwrite == OVERWRITE_IF_ASKED,
	    "the last of 501 rules holds");
	finish(c, &p);
	free(text);
}

int
main(void)
{
	check_defaults();
	check_values();
	check_lists();
	check_restricted();
	check_read_fits();
	check_unknown_address();
	check_expansion();
	check_remarks();
	check_criteria();
	check_warnings();
	check_check();
	check_many();
	return done();
}
