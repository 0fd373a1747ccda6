/* SPDX-License-Identifier: ISC */
/* The origin of a value, and the precedence of several: policy.md 3 and 4. */
#include "config.h"

#include "policy_case.h"
#include "tap.h"

static const struct {
	const char	*what;
	const char	*options[OPTIONS_MAX];
	const char	*text;
	const char	*line;		/* that -T must print */
} cases[] = {
	{ "no option and no file", { 0 }, NULL,
	    "rename.overwrite if-asked   # default\n" },
	{ "an empty file", { 0 }, "",
	    "session.idle_timeout none   # default\n" },
	{ "-o", { "rename.overwrite=always" }, NULL,
	    "rename.overwrite always   # -o\n" },
	{ "-o comes before the file", { "rename.overwrite=never" },
	    "rules = ( { rename = { overwrite = \"always\"; }; } );",
	    "rename.overwrite never   # -o\n" },
	{ "the first -o holds",
	    { "rename.overwrite=never", "rename.overwrite=always" }, NULL,
	    "rename.overwrite never   # -o\n" },
	{ "-o profile", { "profile=webex" }, NULL,
	    "rename.overwrite always   # -o (profile webex)\n" },
	{ "a profile's base", { "profile=webex" }, NULL,
	    "rename.open_handles reopen   # -o (profile sshfs)\n" },
	{ "-o before its profile",
	    { "profile=webex", "rename.overwrite=never" }, NULL,
	    "rename.overwrite never   # -o\n" },
	{ "-o profile before the file", { "profile=webex" },
	    "rules = ( { rename = { overwrite = \"never\"; }; } );",
	    "rename.overwrite always   # -o (profile webex)\n" },
	{ "-o profile from the file", { "profile=mine" },
	    "profiles = { mine = { rename = { overwrite = \"never\"; }; }; };",
	    "rename.overwrite never   # -o (profile mine)\n" },
	{ "-R", { "-R" }, NULL, "access.read_only true   # -R\n" },
	{ "-R cannot be loosened by -o", { "access.read_only=false", "-R" },
	    NULL, "access.read_only true   # -R\n" },
	{ "-R cannot be loosened by the file", { "-R" },
	    "rules = ( { access = { read_only = false; }; } );",
	    "access.read_only true   # -R\n" },
	{ "-l", { "-l INFO" }, NULL, "log.level INFO   # -l\n" },
	{ "the last -l holds", { "-l INFO", "-l QUIET" }, NULL,
	    "log.level QUIET   # -l\n" },
	{ "-l in any case, and DEBUG1", { "-l debug1" }, NULL,
	    "log.level DEBUG   # -l\n" },
	{ "-f", { "-f LOCAL3" }, NULL, "log.facility LOCAL3   # -f\n" },
	{ "-u", { "-u 027" }, NULL, "files.umask 027   # -u\n" },
	{ "-d", { "-d /srv/%u" }, NULL, "start_dir \"/srv/%u\"   # -d\n" },
	{ "-u before the file", { "-u 027" },
	    "rules = ( { files = { umask = \"077\"; }; } );",
	    "files.umask 027   # -u\n" },

	{ "a rule, and its line", { 0 },
	    "rules = (\n{\n rename = {\n overwrite = \"always\"; };\n } );",
	    "rename.overwrite always   # rule 1, p:4\n" },
	{ "the first rule wins", { 0 },
	    "rules = ( { rename = { overwrite = \"always\"; }; },\n"
	    "{ rename = { overwrite = \"never\"; }; } );",
	    "rename.overwrite always   # rule 1, p:1\n" },
	{ "a rule that does not match is none", { 0 },
	    "rules = ( { match = { user = \"x\"; };\n"
	    "rename = { overwrite = \"always\"; }; },\n"
	    "{ rename = { overwrite = \"never\"; }; } );",
	    "rename.overwrite never   # rule 2, p:3\n" },
	{ "each value by itself", { 0 },
	    "rules = ( { rename = { overwrite = \"always\"; }; },\n"
	    "{ rename = { overwrite = \"never\"; when = \"always\";\n"
	    "open_handles = \"reopen\"; }; } );",
	    "rename.open_handles reopen   # rule 2, p:3\n" },
	{ "a rule's profile", { 0 },
	    "rules = ( {\n}, {\nprofile = \"webex\"; } );",
	    "rename.overwrite always   # rule 2, p:3 (profile webex)\n" },
	{ "a rule's own setting before its profile", { 0 },
	    "rules = ( { profile = \"webex\";\n"
	    "rename = { overwrite = \"never\"; }; } );",
	    "rename.overwrite never   # rule 1, p:2\n" },
	{ "a rule's profile before the next rule", { 0 },
	    "rules = ( { profile = \"webex\"; },\n"
	    "{ rename = { overwrite = \"never\"; }; } );",
	    "rename.overwrite always   # rule 1, p:1 (profile webex)\n" },
	{ "a profile of the file names a built-in one", { 0 },
	    "profiles = { mine = { profile = \"webex\";\n"
	    "rename = { overwrite = \"never\"; }; }; };\n"
	    "rules = ( { profile = \"mine\"; } );",
	    "rename.overwrite never   # rule 1, p:3 (profile mine)\n" },
	{ "... whose settings come behind its own", { 0 },
	    "profiles = { mine = { profile = \"webex\";\n"
	    "rename = { overwrite = \"never\"; }; }; };\n"
	    "rules = ( { profile = \"mine\"; } );",
	    "rename.busy_timeout 1s   # rule 1, p:3 (profile sshfs)\n" },
	{ "a profile may stand behind the rules that name it", { 0 },
	    "rules = ( { profile = \"b\"; } );\nprofiles = {\n"
	    "b = { profile = \"a\"; }; a = { log = { level = \"INFO\"; }; };"
	    " };",
	    "log.level INFO   # rule 1, p:1 (profile a)\n" },

	{ "deny lists add up", { "-P remove" },
	    "rules = ( { access = { deny = [ \"mkdir\", \"write\" ]; }; },\n"
	    "{ access = { deny = \"rename\"; }; } );",
	    "access.deny remove,mkdir,write,rename   "
	    "# -P; rule 1, p:1; rule 2, p:2\n" },
	{ "allow lists intersect", { "-p open,read", "access.allow=read" },
	    "rules = ( { access = { allow = [ \"*read\" ]; }; } );",
	    "access.allow open,read & read & *read   "
	    "# -p; -o; rule 1, p:1\n" },
	{ "hidden extensions add up",
	    { "protocol.hide_extensions=a@x, b@x" },
	    "rules = ( { protocol = { hide_extensions = \"c@x\"; }; } );",
	    "protocol.hide_extensions a@x,b@x,c@x   # -o; rule 1, p:1\n" },
	{ "blanks around items do not count", { "access.deny= open ,  read" },
	    NULL, "access.deny open,read   # -o\n" },

	{ "what has no effect says so", { "rename.when=always" }, NULL,
	    "rename.when always   # does nothing while rename.open_handles "
	    "has its default; -o\n" },
	{ "... and not when it has", { "profile=force-close" }, NULL,
	    "rename.when always   # -o (profile force-close)\n" },
	{ "a text is shown in quotes", { "session.message=Ask Jane" }, NULL,
	    "session.message \"Ask Jane\"   # does nothing while "
	    "session.access has its default; -o\n" },

	{ "what looks like more is inside a string", { 0 },
	    "rules = ( { session = { access = \"refuse\";\n"
	    "message = \"say \\\"/* @ 022 # x\\\\\"; }; } );",
	    "session.message \"say \"/* @ 022 # x\\\"   # rule 1, p:2\n" },
	{ "comments and other forms", { 0 },
	    "# @include yes\n// 022 \"\n/* \"\n */ rules : ({\n"
	    "protocol : { max_version : 0x4, max_packet = 70000L } })",
	    "protocol.max_packet 70000   # rule 1, p:5\n" },

	{ "force-close", { "profile=force-close" }, NULL,
	    "rename.open_handles close   # -o (profile force-close)\n" },
	{ "force-close is webex", { "profile=force-close" }, NULL,
	    "rename.overwrite always   # -o (profile webex)\n" },
	{ "sshfs ignores what is denied", { "profile=sshfs" }, NULL,
	    "setstat.on_error ignore-denied   # -o (profile sshfs)\n" },
	{ "sshfs does not overwrite", { "profile=sshfs" }, NULL,
	    "rename.overwrite if-asked   # default\n" },
	{ "openssh names its version", { "profile=openssh" }, NULL,
	    "protocol.max_version 3   # -o (profile openssh)\n" },
	{ "openssh says it in OpenSSH's words", { "profile=openssh" }, NULL,
	    "protocol.messages openssh   # -o (profile openssh)\n" },
	{ "read-only", { "profile=read-only" }, NULL,
	    "access.read_only true   # -o (profile read-only)\n" },

	{ "rights intersect",
	    { "access.rights=stat,read,create", "access.own_rights=all" },
	    "rules = ( { access = { rights = [ \"list\", \"read\" ]; }; } );",
	    "access.rights stat,read,create & list,read   "
	    "# -o; rule 1, p:1\n" },
	{ "rename is two rights", { "access.rights=rename_dir,rename_file" },
	    NULL, "access.rights rename   # -o\n" },
	{ "... and each has a name", { "access.rights=stat,rename_file" },
	    "rules = ( { access = { rights = \"rename_dir\"; }; } );",
	    "access.rights stat,rename_file & rename_dir   # -o; rule 1" },
	{ "-m is a mode to force", { "-m 0640" }, NULL,
	    "files.mode force=0640   # -m\n" },
	{ "the last -m holds", { "-m 600", "-m 0" }, NULL,
	    "files.mode force=0000   # -m\n" },
	{ "-m before the file", { "-m 600" },
	    "rules = ( { files = { mode = { set = \"7\"; }; }; } );",
	    "files.mode force=0600   # -m\n" },
	{ "a mode is one value", { 0 },
	    "rules = ( { files = { mode = { clear = \"0022\";\n"
	    "set = \"0111\"; }; }; },\n"
	    "{ files = { mode = { force = \"600\"; }; }; } );",
	    "files.mode set=0111,clear=0022   # rule 1, p:1\n" },
	{ "a restricted session gives no set-id bits",
	    { "files.mode=set=0111", "access.rights=read" }, NULL,
	    "files.mode set=0111   # -o; clear=6000 is added, being "
	    "restricted\n" },
	{ "a root is shown as it is here", { "root=/srv//%u/in/" }, NULL,
	    "root \"/srv//%u/in/\"   # -o; here \"/srv/webex/in\"\n" },
	{ "no root, though a later rule has one", { "root=none" },
	    "rules = ( { root = \"/srv\"; } );", "root none   # -o\n" },
	{ "names to hide add up", { "files.hide=.git" },
	    "rules = ( { files = { hide = [ \"a b\", \"*.key\" ]; }; } );",
	    "files.hide .git,a b,*.key   # -o; rule 1, p:1\n" },
	{ "what protects is off where nothing restricts", { 0 }, NULL,
	    "access.protect_startup restricted   # default; here false\n" },
	{ "... and on where something does", { "access.rights=read" }, NULL,
	    "access.protect_startup restricted   # default; here true\n" },
	{ "a path rule, by its settings", { 0 },
	    "rules = ( { paths = (\n{ match = \"/in/%u/\";\n"
	    "rights = \"read\";\nhide = \"x\"; } ); } );",
	    "paths \"/in/webex\" rights read   # rule 1, p:3\n"
	    "paths \"/in/webex\" hide x   # rule 1, p:4\n" },
	{ "path rules of a profile", { 0 },
	    "profiles = { a = { paths = ( { match = \"/\";\n"
	    "files = { fsync = true; }; } ); }; };\n"
	    "rules = ( { profile = \"a\"; } );",
	    "paths \"/\" files.fsync true   # rule 1, p:3 (profile a)\n" },
	{ "a group as it is written", { "files.group=1234" }, NULL,
	    "files.group \"1234\"   # -o\n" },
	{ "no group is what most sessions have", { 0 }, NULL,
	    "files.group none   # default\n" },
	{ "a group of a path", { "files.group=1234" },
	    "rules = ( { paths = (\n{ match = \"/a\";\n"
	    "files = { group = \"none\"; }; } ); } );",
	    "paths \"/a\" files.group none   # rule 1, p:3\n" },
	{ "openssh has no sandbox", { "profile=openssh" }, NULL,
	    "sandbox off   # -o (profile openssh)\n" },
	{ "dropbox", { "profile=dropbox" }, NULL,
	    "access.rights create   # -o (profile dropbox)\n" },
	{ "dropbox has own files", { "profile=dropbox" }, NULL,
	    "access.own_rights stat,rename,setstat   "
	    "# -o (profile dropbox)\n" },
	{ "dropbox shows nothing", { "profile=dropbox" }, NULL,
	    "access.listings empty   # -o (profile dropbox)\n" },
	{ "dropbox publishes whole files", { "profile=dropbox" }, NULL,
	    "files.atomic yes   # -o (profile dropbox)\n" },
	{ "write-once", { "profile=write-once" }, NULL,
	    "access.rights list,stat,read,create,mkdir   "
	    "# -o (profile write-once)\n" },
	{ "write-once has own files", { "profile=write-once" }, NULL,
	    "access.own_rights rename,setstat   "
	    "# -o (profile write-once)\n" },
	{ "write-once publishes whole files", { "profile=write-once" }, NULL,
	    "files.atomic yes   # -o (profile write-once)\n" },
};

/* Criteria of a rule. Each one matches rule 1 or does not. */
static const struct {
	const char	*match;
	bool		 applies;
} matches[] = {
	{ "", true },
	{ "user = \"webex\";", true },
	{ "user = \"web*\";", true },
	{ "user = \"we?ex\";", true },
	{ "user = \"Webex\";", false },
	{ "user = \"web\";", false },
	{ "user = [ \"x\", \"webex\" ];", true },
	{ "user = ( \"x\", \"webex\" );", true },
	{ "user = \"x, webex\";", true },
	{ "user = [ \"x\", \"y\" ];", false },
	{ "user = [ \"*\", \"!webex\" ];", false },
	{ "user = [ \"!webex\", \"*\" ];", false },
	{ "user = [ \"*\", \"!x\" ];", true },
	{ "group = \"partners\";", true },
	{ "group = \"part*\";", true },
	{ "group = \"webex\";", false },
	{ "group = [ \"*\", \"!partners\" ];", false },
	{ "group = [ \"staff\", \"!partners\" ];", false },
	{ "address = \"10.9.0.0/16\";", true },
	{ "address = \"10.8.0.0/16\";", false },
	{ "address = \"10.9.8.7\";", true },
	{ "address = \"::ffff:10.9.8.7\";", true },
	{ "address = \"::ffff:10.9.0.0/112\";", true },
	{ "address = \"::ffff:10.9.8.4/126\";", true },
	{ "address = \"::ffff:10.9.8.6/128\";", false },
	{ "address = \"10.9.*\";", true },
	{ "address = \"10.8.*\";", false },
	{ "address = [ \"10.0.0.0/8\", \"!10.9.0.0/16\" ];", false },
	{ "address = [ \"!10.1.0.0/16\", \"*\" ];", true },
	{ "local_address = \"192.0.2.1\";", true },
	{ "local_address = \"192.0.2.2\";", false },
	{ "local_port = 2222;", true },
	{ "local_port = \"2222\";", true },
	{ "local_port = [ 22, 2222 ];", true },
	{ "local_port = 22;", false },
	{ "user = \"webex\"; group = \"staff\"; local_port = 2222;", true },
	{ "user = \"webex\"; group = \"none\";", false },
	{ "user = \"x\"; group = \"staff\";", false },
	{ "user = \"webex\"; address = \"10.8.0.0/16\";", false },
};

static void
check_cases(void)
{
	char *out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		out = case_explain(cases[i].options, cases[i].text,
		    &case_facts);
		if (!ok(strstr(out, cases[i].line) != NULL, "%s",
		    cases[i].what))
			printf("# wanted %s# in\n%s\n", cases[i].line, out);
		free(out);
	}
}

static void
check_matches(void)
{
	const char *const none[OPTIONS_MAX] = { 0 };
	const char *wanted;
	char text[512], *out;
	size_t i;

	for (i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		snprintf(text, sizeof(text), "rules = ( { match = { %s };\n"
		    "log = { level = \"INFO\"; }; } );", matches[i].match);
		wanted = matches[i].applies ?
		    "log.level INFO   # rule 1, p:2\n" :
		    "log.level ERROR   # default\n";
		out = case_explain(none, text, &case_facts);
		if (!ok(strstr(out, wanted) != NULL, "match { %s } is %s",
		    matches[i].match, matches[i].applies ? "met" : "not met"))
			printf("# %s\n", out);
		free(out);
	}
}

/* The client's address as it comes from SSH_CONNECTION. */
static void
check_client_address(void)
{
	static const struct {
		const char	*address, *match;
		bool		 applies;
	} rows[] = {
		{ "::ffff:10.9.8.7", "10.9.0.0/16", true },
		{ "::ffff:10.9.8.7", "10.9.*", true },
		{ "2001:db8::1", "2001:db8::/32", true },
		{ "2001:db8::1", "2001:db9::/32", false },
		{ "2001:db8::1", "10.0.0.0/8", false },
		{ "2001:db8::1", "0.0.0.0/0", false },
		{ "2001:DB8:0::1", "2001:db8::1", true },
		{ "fe80::1%eth0", "fe80::/10", true },
		{ "10.9.8.7", "::/0", false },
		{ "10.9.8.7", "0.0.0.0/0", true },
		{ "10.9.8.7", "10.9.8.6/31", true },
		{ "10.9.8.7", "10.9.8.4/31", false },
	};
	const char *const none[OPTIONS_MAX] = { 0 };
	struct facts facts = case_facts;
	char text[256], *out;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		facts.address = rows[i].address;
		snprintf(text, sizeof(text), "rules = ( { match = { address "
		    "= \"%s\"; }; log = { level = \"INFO\"; }; } );",
		    rows[i].match);
		out = case_explain(none, text, &facts);
		ok((strstr(out, "log.level INFO") != NULL) == rows[i].applies,
		    "%s is%s in %s", rows[i].address,
		    rows[i].applies ? "" : " not", rows[i].match);
		free(out);
	}
}

/* -T prints each setting once, sorted, and nothing else if all is right. */
static void
check_sorted(void)
{
	const char *const none[OPTIONS_MAX] = { 0 };
	char *out = case_explain(none, NULL, &case_facts);
	char *rest = out, *line, *last = NULL;
	bool sorted = true;
	int n = 0;

	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		sorted = sorted && *line != '#' &&
		    (last == NULL || strcmp(last, line) < 0);
		last = line;
		n++;
	}
	ok(n > 20, "-T prints %d settings", n);
	ok(sorted, "-T is sorted");
	free(out);
}

int
main(void)
{
	check_cases();
	check_matches();
	check_client_address();
	check_sorted();
	return done();
}
