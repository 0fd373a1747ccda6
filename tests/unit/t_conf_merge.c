/* SPDX-License-Identifier: ISC */
/* The policy of a session, or its rejection; and remarks of -T and -t. */
#include "config.h"

#include <syslog.h>

#include "conf/setting.h"
#include "policy/rights.h"
#include "policy_case.h"
#include "tap.h"

static const char *const no_options[OPTIONS_MAX] = { 0 };

/* Resolves a policy. The caller calls finish(). */
static int
resolve(const char *const *options, const char *text,
    const struct facts *facts, struct conf **c, struct policy *p,
    struct error *e)
{
	*c = case_conf(options, text, e);
	return *c == NULL ? -1 : conf_resolve(*c, facts, p, e);
}

static void
finish(struct conf *c, struct policy *p)
{
	policy_free(p);
	conf_free(c);
}

/* The defaults are those of the manual, and OpenSSH's where it has them. */
static void
check_defaults(void)
{
	struct policy p;

	setting_defaults(&p);
	ok(p.rename.overwrite == OVERWRITE_IF_ASKED &&
	    p.rename.open_handles == HANDLES_KEEP &&
	    p.rename.when == RENAME_WHEN_REFUSED && !p.rename.keep_mode &&
	    p.rename.busy_timeout == 0, "rename by default");
	ok(p.protocol.max_version == 3 && p.protocol.max_packet == 262144 &&
	    p.protocol.max_read == 261120 &&
	    p.protocol.messages == MESSAGES_SYSTEM &&
	    p.protocol.symlink_order == SYMLINK_ORDER_OPENSSH &&
	    p.protocol.hide_extensions == NULL, "protocol by default");
	ok(p.setstat.mode == APPLY && p.setstat.owner == APPLY &&
	    p.setstat.times == APPLY && p.setstat.size == APPLY &&
	    !p.setstat.ignore_denied, "setstat by default");
	ok(!p.session.reject && p.session.message == NULL &&
	    p.session.idle_timeout == 0 && p.session.max_time == 0 &&
	    p.start_dir == NULL, "session by default");
	ok(!p.access.read_only && p.access.allow == NULL &&
	    p.access.deny == NULL && !p.restricted, "access by default");
	ok(p.access.rights == RIGHTS_ALL && p.access.own_rights == 0 &&
	    p.access.listings == LISTINGS_FULL && !p.access.protect_startup &&
	    p.paths == NULL && p.root == NULL && !p.resolves, "no name judged");
	ok(p.files.umask == -1 && mode_rule_apply(&p.files.mode, 06755) ==
	    06755 && mode_rule_apply(&p.files.dir_mode, 02755) == 02755 &&
	    p.files.atomic == ATOMIC_NO && !p.files.fsync &&
	    !p.files.zero_copy && p.files.hide == NULL &&
	    p.files.symlinks == SYMLINKS_FOLLOW,
	    "files by default");
	ok(p.limits.handles == 0 && p.limits.file_size == 0 &&
	    p.limits.read_rate == 0 && p.limits.write_rate == 0,
	    "no limits by default");
	ok(p.sandbox == SANDBOX_AUTO && p.log.transfers == NULL,
	    "a sandbox by default");
	ok(p.log.level == 2 && p.log.facility == LOG_AUTH, "log by default");
}

/* A value of each kind arrives where the server reads it. */
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
	    "root = \"/srv/%u/\"; sandbox = \"require\";\n"
	    "access = { rights = [ \"stat\", \"read\" ];\n"
	    "	own_rights = \"setstat\"; listings = \"empty\"; };\n"
	    "files = { umask = \"0027\"; atomic = \"keep\"; fsync = true;\n"
	    "	mode = { set = \"0111\"; clear = \"022\"; };\n"
	    "	dir_mode = { force = \"2770\"; };\n"
	    "	hide = ( \".git\", \"*~\" ); symlinks = \"no-follow\"; };\n"
	    "limits = { handles = 9; file_size = \"5G\";\n"
	    "	read_rate = 1024; write_rate = \"1T\"; };\n"
	    "paths = ( { match = \"/in\"; rights = \"all\"; } );\n"
	    "log = { level = \"DEBUG3\"; facility = \"LOCAL7\";\n"
	    "	transfers = \"/run/log\"; };\n"
	    "start_dir = \"%d/in/%u-%U-%%\"; } );";
	struct error e = { 0 };
	struct conf *c;
	struct policy p;

	ok(resolve(no_options, text, &case_facts, &c, &p, &e) == 0,
	    "a policy with a value of every kind");
	conf_free(c);		/* the policy owns its strings */
	ok(p.rename.overwrite == OVERWRITE_NEVER &&
	    p.rename.open_handles == HANDLES_CLOSE &&
	    p.rename.when == RENAME_WHEN_ALWAYS, "choices");
	ok(p.rename.busy_timeout == 2 && policy_decide(&p, NULL,
	    &(struct ask){ 0 }).busy_timeout == 2000, "milliseconds");
	ok(p.session.idle_timeout == 5400 &&
	    p.session.max_time == 9 * 86400, "durations are in seconds");
	ok(p.setstat.mode == APPLY_IGNORE && p.setstat.owner == APPLY_REFUSE &&
	    p.setstat.times == APPLY && p.setstat.ignore_denied, "setstat");
	ok(p.protocol.max_packet == 1 << 20 && p.protocol.max_read == 1 << 17,
	    "sizes, as strings and as numbers");
	ok(strcmp(p.protocol.hide_extensions, "a@x,b@*") == 0, "patterns");
	ok(p.session.reject && strcmp(p.session.message, "Go away") == 0,
	    "nobody else");
	ok(p.files.umask == 027, "a umask");
	ok(p.log.level == 7 && p.log.facility == LOG_LOCAL7, "the log");
	ok(strcmp(p.start_dir, "/home/webex/in/webex-1234-%") == 0,
	    "a path is expanded");
	ok(strcmp(p.root, "/srv/webex") == 0 && p.root_fixed == 4 &&
	    p.sandbox == SANDBOX_REQUIRE, "a root");
	ok(p.access.rights == (RIGHT_STAT | RIGHT_READ) &&
	    p.access.own_rights == RIGHT_SETSTAT &&
	    p.access.listings == LISTINGS_EMPTY,
	    "rights");
	ok(p.files.atomic == ATOMIC_KEEP && p.files.fsync &&
	    p.files.symlinks == SYMLINKS_NO_FOLLOW &&
	    strcmp(p.files.hide, ".git,*~") == 0, "what files are like");
	ok(mode_rule_apply(&p.files.mode, 06642) == 0751 &&
	    mode_rule_apply(&p.files.dir_mode, 0) == 02770,
	    "modes, and no set-id bits for files");
	ok(p.limits.handles == 9 && p.limits.file_size == 5ULL << 30 &&
	    p.limits.read_rate == 1024 && p.limits.write_rate == 1ULL << 40,
	    "limits above 2^32");
	ok(strcmp(p.log.transfers, "/run/log") == 0, "where transfers go");
	ok(p.resolves && p.restricted && p.access.protect_startup &&
	    p.paths != NULL, "it is judged by names");
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
	struct error e = { 0 };
	struct conf *c;
	struct policy p;
	size_t i;

	ok(resolve(options, text, &case_facts, &c, &p, &e) == 0, "lists");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(policy_permits(&p, rows[i].name, false) == rows[i].permit,
		    "allow lists intersect, deny lists add up: %s",
		    rows[i].name);
	finish(c, &p);
}

/* Settings that forbid something restrict the session, others do not. */
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
		{ "root=/srv", true }, { "root=none", false },
		{ "access.rights=all", false }, { "access.rights=none", true },
		{ "access.own_rights=stat", false },
		{ "access.listings=empty", true },
		{ "access.protect_startup=true", true },
		{ "access.protect_startup=false", false },
		{ "access.protect_startup=restricted", false },
		{ "files.hide=x", true }, { "files.hide=none", false },
		{ "files.symlinks=follow", false },
		{ "files.symlinks=no-create", true },
		{ "files.symlinks=no-follow", true },
		{ "files.mode=640", false }, { "files.atomic=yes", false },
		{ "limits.file_size=1", true },
		{ "limits.file_size=none", false },
		{ "limits.handles=1", false },
		{ "limits.write_rate=1K", false },
		{ "sandbox=require", false }, { "log.transfers=syslog", false },
		{ "profile=dropbox", true }, { "profile=write-once", true },
	};
	const char *options[OPTIONS_MAX] = { 0 };
	struct error e = { 0 };
	struct conf *c;
	struct policy p;
	bool here;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options[0] = rows[i].option;
		resolve(options, NULL, &case_facts, &c, &p, &e);
		ok(p.restricted == rows[i].restricted, "%s restricts: %d",
		    rows[i].option, rows[i].restricted);
		/* OpenSSH's own options forbid, and change nothing else. */
		here = p.restricted && rows[i].option[0] != '-';
		ok(p.restricted_here == here &&
		    p.files.mode.clear == (here ? POLICY_SETID : 0),
		    "%s takes set-id bits: %d", rows[i].option, here);
		finish(c, &p);
	}
}

/* Sessions that resolve paths, and sessions that protect startup files. */
static void
check_resolves(void)
{
	static const struct {
		const char	*option;
		const char	*settings;
		bool		 resolves, protects;
	} rows[] = {
		{ NULL, "", false, false },
		{ "-R", "", false, false },
		{ "-P remove", "", false, false },
		{ "-p open,read", "", false, false },
		{ "-P remove", "access = { deny = \"mkdir\"; };", true, true },
		{ NULL, "access = { read_only = true; };", false, false },
		{ NULL, "access = { read_only = true; rights = \"read\"; };",
		    true, false },
		{ NULL, "access = { rights = \"read\"; };", true, true },
		{ NULL, "access = { rights = \"read\"; "
		    "protect_startup = false; };", true, false },
		{ NULL, "access = { deny = \"remove\"; "
		    "protect_startup = false; };", false, false },
		{ NULL, "access = { protect_startup = true; };", true, true },
		{ "-R", "access = { protect_startup = true; };", true, true },
		{ NULL, "access = { protect_startup = \"restricted\"; };",
		    false, false },
		{ NULL, "access = { rights = \"read\"; "
		    "protect_startup = \"restricted\"; };", true, true },
		{ NULL, "access = { own_rights = \"read\"; };",
		    false, false },
		{ NULL, "root = \"/srv\";", true, true },
		{ NULL, "files = { hide = \"x\"; };", true, true },
		{ NULL, "files = { symlinks = \"no-create\"; };", true, true },
		{ NULL, "files = { mode = { force = \"600\"; }; };",
		    false, false },
		{ NULL, "paths = ( { match = \"/\"; rights = \"all\"; } );",
		    true, false },
		{ NULL, "paths = ( { match = \"/\"; rights = \"read\"; } );",
		    true, true },
		{ NULL, "paths = ( { match = \"/\"; hide = \"x\"; } );",
		    true, true },
		{ NULL, "paths = ( );", false, false },
		{ NULL, "profile = \"openssh\";", false, false },
		{ NULL, "profile = \"webex\";", false, false },
		{ NULL, "profile = \"dropbox\";", true, true },
	};
	const char *options[OPTIONS_MAX] = { 0 };
	struct error e = { 0 };
	struct conf *c;
	struct policy p;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options[0] = rows[i].option;
		snprintf(text, sizeof(text), "rules = ( { %s } );",
		    rows[i].settings);
		resolve(options, text, &case_facts, &c, &p, &e);
		ok(p.resolves == rows[i].resolves &&
		    p.access.protect_startup == rows[i].protects,
		    "%s { %s } %s, %s", rows[i].option == NULL ? "" :
		    rows[i].option, rows[i].settings, rows[i].resolves ?
		    "resolves" : "does not resolve", rows[i].protects ?
		    "protects" : "does not protect");
		finish(c, &p);
	}
}

/* The bytes of a root that are the same for all users. */
static void
check_root(void)
{
	static const struct {
		const char	*root, *user, *home;
		const char	*wanted;	/* NULL: rejected */
		size_t		 fixed;
	} rows[] = {
		{ "/srv", "u", "/home/u", "/srv", 4 },
		{ "//srv//x/", "u", "/home/u", "/srv/x", 6 },
		{ "/srv/%u", "u", "/home/u", "/srv/u", 4 },
		{ "/srv//x-%u/in", "u", "/home/u", "/srv/x-u/in", 4 },
		{ "/%u/in", "u", "/home/u", "/u/in", 0 },
		{ "/a%%/%u", "u", "/home/u", "/a%/u", 3 },
		{ "/a%%", "u", "/home/u", "/a%", 3 },
		{ "/srv/%U", "u", "/home/u", "/srv/1234", 4 },
		{ "%d", "u", "/home//u/", "/home/u", 7 },
		{ "%d/in/%u", "u", "/home/u", "/home/u/in/u", 7 },
		{ "%dx", "u", "/home/u", "/home/ux", 0 },
		{ "/srv/%d", "u", "/home/u", "/srv/home/u", 4 },
		{ "%d", "u", "/", NULL, 0 },
		{ "%d", "u", "home", NULL, 0 },
		{ "%d", "u", "/home/../u", NULL, 0 },
		{ "%d", "u", NULL, NULL, 0 },
		{ "/srv/%u", "..", "/home/u", NULL, 0 },
		{ "/srv/%u", "", "/home/u", NULL, 0 },
		{ "/srv/%u", "-u", "/home/u", NULL, 0 },
		{ "/srv/%u", "a/b", "/home/u", NULL, 0 },
		{ "/srv/.%u", ".", "/home/u", NULL, 0 },
		{ "/srv/.%u", "a", "/home/u", "/srv/.a", 4 },
	};
	const char *options[OPTIONS_MAX] = { 0 };
	struct facts facts = case_facts;
	struct error e;
	struct conf *c;
	struct policy p;
	char option[64];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.user = rows[i].user;
		facts.home = rows[i].home;
		snprintf(option, sizeof(option), "root=%s", rows[i].root);
		options[0] = option;
		r = resolve(options, NULL, &facts, &c, &p, &e);
		ok(rows[i].wanted == NULL ? r < 0 : r == 0 &&
		    strcmp(p.root, rows[i].wanted) == 0 &&
		    p.root_fixed == rows[i].fixed,
		    "a root %s for %s of %s is %s", rows[i].root,
		    rows[i].user, rows[i].home == NULL ? "nowhere" :
		    rows[i].home, rows[i].wanted == NULL ? "refused" :
		    rows[i].wanted);
		finish(c, &p);
	}
}

/* The reply to a READ fits into a packet. */
static void
check_read_fits(void)
{
	const char *const options[OPTIONS_MAX] = { "protocol.max_packet=100K" };
	struct error e = { 0 };
	struct conf *c;
	struct policy p;
	char *out;

	resolve(options, NULL, &case_facts, &c, &p, &e);
	ok(p.protocol.max_read == 99 * 1024, "max_read follows max_packet");
	finish(c, &p);
	out = case_explain(options, NULL, &case_facts);
	ok(strstr(out, "\nprotocol.max_read 255K   # default; here 99K, for "
	    "protocol.max_packet\n") != NULL, "... and -T says so");
	free(out);
	out = case_explain(no_options, NULL, &case_facts);
	ok(strstr(out, "\nprotocol.max_read 255K   # default\n") != NULL,
	    "... if it does");
	free(out);
}

/* The address may be unknown unless a rule by address restricts. */
static void
check_unknown_address(void)
{
	static const struct {
		const char	*address;	/* the client's */
		const char	*settings;
		const char	*error;	/* the error, or NULL */
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
	struct error e;
	struct conf *c;
	struct policy p;
	char text[256], line[ERROR_LINE_MAX];
	size_t i;
	int r;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.address = rows[i].address;
		snprintf(text, sizeof(text), "rules = ( { match = { address = "
		    "\"10.0.0.0/8\"; }; %s } );", rows[i].settings);
		r = resolve(no_options, text, &facts, &c, &p, &e);
		ok(rows[i].error == NULL ? r == 0 : r < 0 &&
		    strcmp(error_line(&e, line), rows[i].error) == 0,
		    "address %s and { %s }", rows[i].address == NULL ?
		    "NULL" : rows[i].address, rows[i].settings);
		finish(c, &p);
	}
	facts.address = NULL;
	facts.user = "other";
	r = resolve(no_options, "rules = ( { match = { user = \"webex\"; "
	    "address = \"10.0.0.0/8\"; }; profile = \"read-only\"; } );",
	    &facts, &c, &p, &e);
	ok(r == 0, "a rule for another user needs no address");
	finish(c, &p);
}

/* A name that could lead elsewhere does not become part of a path. */
static void
check_expansion(void)
{
	static const char *const bad[] = {
		"", ".", "..", "a/b", "../x", "-o", "a\nb", "a\177"
	};
	static const char *const good[] = {
		"a", "a.b", "...", "a-b", "\303\251"
	};
	const char *const options[OPTIONS_MAX] = { "start_dir=/srv/%u" };
	struct facts facts = case_facts;
	struct error e;
	struct conf *c;
	struct policy p;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		facts.user = bad[i];
		ok(resolve(options, NULL, &facts, &c, &p, &e) < 0,
		    "user number %zu is no part of a path", i);
		finish(c, &p);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		facts.user = good[i];
		ok(resolve(options, NULL, &facts, &c, &p, &e) == 0 &&
		    strcmp(p.start_dir + 5, good[i]) == 0,
		    "%s is a part of a path", good[i]);
		finish(c, &p);
	}
}

/* Remarks that -T prints after the settings. */
static void
check_remarks(void)
{
	static const char text[] = "rules = ( { match = { address = "
	    "\"10.0.0.0/8\"; };\nlog = { level = \"INFO\"; }; },\n"
	    "{ match = { group = \"x\"; local_port = 2222; }; },\n"
	    "{ match = { user = \"x\"; group = \"y\"; }; } );";
	const char *const read_only[OPTIONS_MAX] = { "-R" };
	const char *const rights[OPTIONS_MAX] = { "access.rights=create" };
	struct facts facts = case_facts;
	struct error e = { 0 };
	struct conf *c = case_conf(no_options, text, &e);
	FILE *null = fopen("/dev/null", "w");
	char *out;

	ok(conf_explain(c, &facts, NULL, null, &e) == 0, "-T decides all");
	facts.address = NULL;
	facts.groups = NULL;
	ok(conf_explain(c, &facts, NULL, null, &e) == 1,
	    "-T lacks something");
	fclose(null);
	conf_free(c);
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
	ok(strstr(out, "access.protect_startup keeps") == NULL,
	    "-R writes nothing, so that nothing is protected");
	free(out);
	out = case_explain(rights, NULL, &facts);
	ok(strstr(out, ": access.protect_startup keeps this server from "
	    "changing them") != NULL, "the shell's files are protected");
	free(out);
	out = case_explain(no_options, NULL, &facts);
	ok(strstr(out, "\n# ") == NULL, "no remark without a restriction");
	free(out);
}

/* Remarks of -T about a root and Landlock. */
static void
check_landlock(void)
{
	static const struct {
		const char	*options[OPTIONS_MAX];
		enum { NONE, SOME, ALL } lacks;	/* some: an old kernel */
		const char	*remark;	/* or NULL */
	} rows[] = {
		{ { "root=/srv" }, SOME, NULL },
		{ { "root=/srv" }, ALL, "\n# restricted, but this kernel" },
		{ { "-R" }, NONE, NULL },
		{ { "-R" }, SOME, "\n# restricted, but this kernel" },
		{ { "root=/srv", "sandbox=off" }, NONE,
		    "\n# restricted, but sandbox is \"off\": " },
		{ { "-R", "sandbox=off" }, NONE, NULL },
		{ { "sandbox=auto" }, ALL, NULL },
		{ { "sandbox=require" }, SOME, NULL },
		{ { "-R", "sandbox=require" }, NONE, NULL },
		{ { "-R", "sandbox=require" }, SOME,
		    "\n# sandbox is \"require\", but this kernel" },
		{ { "sandbox=require" }, ALL,
		    "\n# sandbox is \"require\", but this kernel" },
	};
	struct facts facts = case_facts;
	size_t i;
	char *out;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.no_landlock = rows[i].lacks == ALL;
		facts.no_landlock_to_read = rows[i].lacks != NONE;
		out = case_explain(rows[i].options, NULL, &facts);
		ok(rows[i].remark == NULL ? strstr(out, "\n# ") == NULL :
		    strstr(out, rows[i].remark) != NULL,
		    "Landlock, %zu", i);
		free(out);
	}
}

/* -T of one path: each setting and its origin. */
static void
check_area(void)
{
	static const char text[] = "profiles = { in = { paths = ( {\n"
	    "match = \"/in\"; rights = \"create\"; listings = \"empty\";\n"
	    "hide = \"x\"; } ); }; };\n"
	    "rules = (\n"
	    "{ access = { rights = \"read,stat\"; }; },\n"
	    "{ access = { rights = \"list,read\"; };\n"
	    "files = { hide = [ \".git\", \".svn\" ]; };\n"
	    "paths = ( { match = \"/in/%u/*\";\n"
	    "rights = \"all\";\n"
	    "hide = \"y\"; } ); },\n"
	    "{\n"
	    "profile = \"in\"; },\n"
	    "{ files = { hide = \"z\"; }; } );\n";
	static const struct {
		const char	*path;
		const char	*wanted[5];
	} rows[] = {
		{ "/", { "rights stat,read & list,read   # rule 1, p:5; "
		    "rule 2, p:6\n", "listings full   # default\n",
		    "\nhide .git,.svn,z   # rule 2, p:7; rule 4, p:13\n",
		    "\n# path rules lie below it" } },
		{ "/in", { "rights create   # rule 3, p:12 (profile in)\n",
		    "listings empty   # rule 3, p:12 (profile in)\n",
		    "\nhide .git,.svn,z   # rule 2, p:7; rule 4, p:13\n"
		    "hide x   # rule 3, p:12 (profile in)\n",
		    "\n# path rules lie below it" } },
		{ "/in/webex/y", { "rights all   # rule 2, p:9\n",
		    "listings empty   # rule 3, p:12 (profile in)\n",
		    "\nhide y   # rule 2, p:10\n"
		    "hide x   # rule 3, p:12 (profile in)\n",
		    "\n# hidden: " } },
		{ "//in/webex//y/", { "rights all   # rule 2, p:9\n" } },
		{ "/in/other/y", { "rights create   # rule 3, p:12" } },
		{ "/a/.svn/b", { "\n# hidden: " } },
	};
	struct facts facts = case_facts;
	size_t i, k;
	char *out;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.path = rows[i].path;
		out = case_explain(no_options, text, &facts);
		for (k = 0; k < 5 && rows[i].wanted[k] != NULL; k++)
			if (!ok(strstr(out, rows[i].wanted[k]) != NULL,
			    "-T of %s, %zu", rows[i].path, k))
				printf("# wanted %s# in %s", rows[i].wanted[k],
				    out);
		free(out);
	}
	facts.path = "/b";
	out = case_explain(no_options, text, &facts);
	ok(strncmp(out, "rights ", 7) == 0 && strstr(out, "\n#") == NULL,
	    "-T of a name that nothing is special about");
	ok(strstr(out, "log.level") == NULL && strstr(out, "access.") == NULL,
	    "... is about that only");
	free(out);
	out = case_explain((const char *[OPTIONS_MAX]){ "-R", "-P remove" },
	    "rules = ( { access = { allow = \"read,open\"; }; } );", &facts);
	ok(strstr(out, "\nhide none   # default\n"
	    "access.allow read,open   # rule 1, p:1\n"
	    "access.deny remove   # -P\naccess.read_only true   # -R\n") !=
	    NULL, "... and about what holds for every name");
	free(out);
}

/* -C for -T. */
static void
check_criteria(void)
{
	static const char *const bad[] = {
		"", "user", "user=", "uid=1", "user=a,", "local_port=x",
		"local_port=0", "local_port=65536", "address=",
		"path", "path=", "path=a", "path=/a/../b", "path=/.",
		"path=%d/x",
	};
	struct conf *c = conf_new(case_requests, case_extensions);
	struct facts f = { 0 };
	struct error e;
	char line[ERROR_LINE_MAX];
	size_t i;

	ok(conf_criteria(c, "user=a,path=/a,b=c", &f, &e) == 0 &&
	    strcmp(f.path, "/a,b=c") == 0, "-C path= takes what is left");
	ok(conf_criteria(c, "path=/", &f, &e) == 0 &&
	    strcmp(f.path, "/") == 0, "-C path=/");
	ok(conf_criteria(c, "user=a,address=::1,local_port=22", &f, &e) == 0
	    && strcmp(f.user, "a") == 0 && strcmp(f.address, "::1") == 0 &&
	    f.local_port == 22 && f.local_address == NULL,
	    "-C sets what it names");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(conf_criteria(c, bad[i], &f, &e) < 0, "-C '%s'", bad[i]);
	conf_criteria(c, "uid=1", &f, &e);
	ok(strcmp(error_line(&e, line), "-C: \"uid=1\" is not a criterion "
	    "(user=, address=, local_address=, local_port= and, as the "
	    "last, path= are)") == 0,
	    "-C says what it takes");
	conf_free(c);
}

/* -t: all warnings, in the order of the rules. */
static void
check_warnings(void)
{
	static const char text[] = "rules = (\n"
	    "{ match = { user = [ \"root\", \"no-such-user\", \"*x\" ];\n"
	    "   group = [ \"*\", \"!no-such-group\" ]; };\n"
	    "  access = { deny = \"remove\"; }; },\n"
	    "{ match = { user = \"*\"; }; log = { level = \"INFO\"; }; },\n"
	    "{ match = { user = \"root\"; };\n"
	    "  log = { level = \"QUIET\"; }; },\n"
	    "{ log = { level = \"QUIET\"; facility = \"USER\"; }; },\n"
	    "{ },\n"
	    "{ access = { deny = \"mkdir\"; }; },\n"
	    "{ access = { deny = \"rename\"; }; },\n"
	    "{ profile = \"force-close\"; },\n"
	    "{ access = { own_rights = \"stat,read\"; };\n"
	    "  paths = ( { match = \"/a\"; },\n"
	    "    { match = \"/b\"; rights = \"read,list,stat\"; },\n"
	    "    { match = \"/b\"; rights = \"list\"; hide = \"x\"; },\n"
	    "    { match = \"/c\"; own_rights = \"stat,rename\"; } ); },\n"
	    "{ match = { user = \"root\"; };\n"
	    "  paths = ( { match = \"/b\"; rights = \"list\"; },\n"
	    "    { match = \"/b/\"; rights = \"list,stat\";\n"
	    "      files = { group = \"no-group\"; }; } ); },\n"
	    "{ paths = ( { match = \"/b/\"; rights = \"list\"; },\n"
	    "    { match = \"/b\"; hide = \"x\"; } ); } );";
	static const char wanted[] =
	    "p:2: warning: rule 1: there is no user \"no-such-user\"\n"
	    "p:2: warning: rule 1: there is no group \"no-such-group\"\n"
	    "p:6: warning: rule 3: can never win, since rule 2 comes first "
	    "for everybody\n"
	    "p:9: warning: rule 5: sets nothing\n"
	    "p:12: warning: rule 8: rename.open_handles: what a client writes "
	    "after the rename is lost; reopen keeps it\n"
	    "p:13: warning: rule 9: paths: \"/a\" in line 14 sets nothing\n"
	    "p:18: warning: rule 10: files.group in line 21: there is no "
	    "group \"no-group\", and the sessions of this rule are rejected\n"
	    "p:18: warning: rule 10: paths: \"/b\" in line 19 can never win, "
	    "since that in line 15 comes first\n";
	struct error e = { 0 };
	struct conf *c = case_conf(no_options, text, &e);
	char *out;
	size_t size;
	FILE *stream = open_memstream(&out, &size);

	ok(conf_check(c, &case_facts, stream, &e) == 0, "-t of warnings only");
	fclose(stream);
	if (!ok(strcmp(out, wanted) == 0, "-t warns"))
		printf("# %s\n", out);
	free(out);
	conf_free(c);
}

/* -t: a right that everybody has need not be granted. */
static void
check_idle_gifts(void)
{
	static const char rule[] = "access.own_rights: does nothing, since no "
	    "rule takes these rights away\n";
	static const char path[] = "own_rights of a path: does nothing, since "
	    "no rule takes these rights away\n";
	static const struct {
		const char	*settings;
		const char	*warning;	/* or NULL */
	} rows[] = {
		{ "access = { own_rights = \"stat\"; };", rule },
		{ "access = { own_rights = \"none\"; };", NULL },
		{ "access = { own_rights = \"stat\"; "
		    "rights = \"stat,create\"; };", rule },
		{ "access = { own_rights = \"stat\"; rights = \"create\"; };",
		    NULL },
		{ "access = { own_rights = \"stat\"; };\n"
		    "paths = ( { match = \"/\"; rights = \"create\"; } );",
		    NULL },
		{ "paths = ( { match = \"/\"; rights = \"create\";\n"
		    "own_rights = \"read\"; } );", NULL },
		{ "paths = ( { match = \"/\"; rights = \"read,create\";\n"
		    "own_rights = \"read\"; } );", path },
		{ "profile = \"dropbox\";", NULL },
		{ "profile = \"write-once\";", NULL },
	};
	struct error e = { 0 };
	struct conf *c;
	char text[256], *out;
	size_t i, size;
	FILE *stream;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "rules = ( { %s } );",
		    rows[i].settings);
		c = case_conf(no_options, text, &e);
		stream = open_memstream(&out, &size);
		conf_check(c, &case_facts, stream, &e);
		fclose(stream);
		ok(rows[i].warning == NULL ? *out == '\0' :
		    strncmp(out, "p:1: warning: rule 1: ", 22) == 0 &&
		    strcmp(out + 22, rows[i].warning) == 0,
		    "-t and own_rights, %zu", i);
		free(out);
		conf_free(c);
	}
}

/* -t finds errors that no session on this host would. */
static void
check_check(void)
{
	struct error e = { 0 };
	char line[ERROR_LINE_MAX];
	struct conf *c = case_conf(no_options,
	    "profiles = { a = { profile = \"a\"; }; };", &e);

	ok(conf_check(c, &case_facts, stderr, &e) == -1,
	    "-t refuses a cycle that nobody enters");
	conf_free(c);
	c = case_conf(no_options, "rules = ( { match = { user = \"webex\"; };\n"
	    "files = { group = \"4000000000\"; }; } );", &e);
	ok(conf_check(c, &case_facts, stderr, &e) == -1 &&
	    strcmp(error_line(&e, line), "p:2: files.group: webex is not in "
	    "the group \"4000000000\", and so cannot give it to files") == 0,
	    "-t refuses a group that its user cannot give");
	conf_free(c);
	c = case_conf(no_options, "rules = ( { match = { user = \"x\"; };\n"
	    "files = { group = \"4000000000\"; }; } );", &e);
	ok(conf_check(c, &case_facts, stderr, &e) == 0,
	    "-t leaves alone the groups of other users");
	conf_free(c);
}

/* Many rules take one pass each. */
static void
check_many(void)
{
	struct error e = { 0 };
	struct conf *c;
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
	ok(resolve(no_options, text, &case_facts, &c, &p, &e) == 0 &&
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
	check_resolves();
	check_root();
	check_read_fits();
	check_unknown_address();
	check_expansion();
	check_remarks();
	check_landlock();
	check_area();
	check_criteria();
	check_warnings();
	check_idle_gifts();
	check_check();
	check_many();
	return done();
}
