/* SPDX-License-Identifier: ISC */
/*
 * -t: warnings about settings that are valid and do not do what the author
 * meant.
 */
#include "config.h"

#include "policy_case.h"
#include "tap.h"

#define A32	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/*
 * Rules, or the settings of a single rule, and the beginning of the warning
 * after "p:1: warning: rule 1: "; NULL for none. Each has only one fault.
 */
static const struct row {
	const char	*settings;
	const char	*warning;
} rows[] = {
	/* Settings that need another one. */
	{ "rename = { when = \"always\"; };", "rename.when: does nothing while "
	    "rename.open_handles is keep" },
	{ "rename = { when = \"refused\"; };", NULL },
	{ "rename = { when = \"always\"; open_handles = \"close\"; };",
	    "rename.open_handles: what" },
	{ "rename = { when = \"always\"; }; paths = ( { match = \"/a\"; "
	    "rename = { open_handles = \"reopen\"; }; } );", NULL },
	{ "paths = ( { match = \"/a\"; rename = { when = \"always\"; }; } );",
	    "paths: \"/a\" in line 1: rename.when: does nothing while" },
	{ "protocol = { charset = \"CP1252\"; };", "protocol.charset: does "
	    "nothing while protocol.max_version is 3" },
	{ "protocol = { charset = \"CP1252\"; max_version = 6; };", NULL },
	{ "session = { message = \"no\"; };", "session.message: does nothing "
	    "while session.access is allow" },
	{ "session = { message = \"none\"; };", NULL },

	{ "log = { checksum = \"sha256\"; };", "log.checksum: does nothing "
	    "while log.transfers is none" },
	{ "log = { checksum = \"sha256\"; transfers = \"syslog\"; };", NULL },

	/* Values that surprise. */
	{ "rename = { open_handles = \"close\"; };", "rename.open_handles: "
	    "what a client writes after the rename is lost" },
	{ "paths = ( { match = \"/a\"; rename = { open_handles = \"close\"; }; "
	    "} );", "paths: \"/a\" in line 1: rename.open_handles: what a "
	    "client writes after the rename is lost" },
	{ "paths = ( { match = \"/a\"; rename = { open_handles = \"reopen\"; "
	    "}; } );", NULL },

	/* Empty listings. */
	{ "access = { listings = \"empty\"; };", "access.listings: empty does "
	    "nothing for" },
	{ "access = { listings = \"full\"; };", NULL },
	{ "access = { listings = \"permitted\"; };", "access.listings: "
	    "permitted leaves out nothing" },
	{ "access = { listings = \"permitted\"; rights = \"list,stat\"; };",
	    "access.listings: permitted leaves out nothing" },
	{ "access = { listings = \"permitted\"; rights = \"list,read\"; };",
	    "access.listings: permitted leaves out every name" },
	{ "access = { listings = \"permitted\"; rights = \"list\"; }; "
	    "paths = ( { match = \"/in\"; rights = \"stat\"; } );", NULL },
	{ "access = { listings = \"permitted\"; }; "
	    "paths = ( { match = \"/in\"; rights = \"none\"; } );", NULL },
	{ "access = { listings = \"empty\"; rights = \"list,stat,read\"; };",
	    "access.listings: empty" },
	{ "access = { listings = \"empty\"; rights = \"stat,read\"; };",
	    NULL },
	{ "access = { listings = \"empty\"; }; paths = ( { match = \"/in\"; "
	    "rights = \"create\"; } );", NULL },
	{ "paths = ( { match = \"/in\"; listings = \"empty\"; "
	    "rights = \"list,stat,create\"; } );",
	    "paths: \"/in\" in line 1: listings: empty" },
	{ "paths = ( { match = \"/in\"; listings = \"empty\"; "
	    "rights = \"create\"; } );", NULL },
	{ "access = { rights = \"read\"; }; "
	    "paths = ( { match = \"/in\"; listings = \"empty\"; } );", NULL },

	/* Zero-copy READs. */
	{ "files = { zero_copy = true; };", "files.zero_copy: does nothing "
	    "for those who may" },
	{ "files = { zero_copy = false; };", NULL },
	{ "files = { zero_copy = true; }; access = { read_only = true; };",
	    NULL },
	{ "files = { zero_copy = true; }; access = { rights = \"read\"; };",
	    NULL },
	{ "paths = ( { match = \"/a\"; rights = \"read,link\"; "
	    "files = { zero_copy = true; }; } );",
	    "paths: \"/a\" in line 1: files.zero_copy: does nothing" },
	{ "paths = ( { match = \"/a\"; rights = \"read,stat\"; "
	    "files = { zero_copy = true; }; } );", NULL },

	/* Access to the session. */
	{ "session = { access = \"refuse\"; };", "session.access: refuses "
	    "everybody" },
	{ "match = { user = \"root\"; }; session = { access = \"refuse\"; };",
	    NULL },
	{ "match = { user = \"root\"; }; session = { access = \"allow\"; };",
	    "session.access: allow keeps nobody out" },
	{ "session = { access = \"allow\"; };", NULL },
	{ "match = { user = \"root\"; }; session = { access = \"allow\"; }; },"
	    "{ session = { access = \"refuse\"; };", NULL },
	{ "match = { user = \"root\"; }; profile = \"webex\"; },"
	    "{ session = { access = \"refuse\"; };", "session.access: refuses "
	    "everybody" },

	/* Patterns of another kind. */
	{ "paths = ( { match = \"/a,/b\"; rights = \"read\"; } );",
	    "paths: \"/a,/b\" in line 1: a comma" },
	{ "paths = ( { match = \"/a[0-9]\"; rights = \"read\"; } );",
	    "paths: \"/a[0-9]\" in line 1: [ and ]" },
	{ "paths = ( { match = \"/{a}\"; rights = \"read\"; } );",
	    "paths: \"/{a}\" in line 1: { and }" },
	{ "paths = ( { match = \"/a\\\\*\"; rights = \"read\"; } );",
	    "paths: \"/a\\*\" in line 1: a backslash" },
	{ "paths = ( { match = \"/a[b\"; rights = \"read\"; } );", NULL },
	{ "paths = ( { match = \"/a*?\"; hide = \"[a]\"; } );",
	    "paths: \"/a*?\" in line 1: hide: [ and ]" },
	{ "files = { hide = \"{a,b}\"; };", "files.hide: { and }" },
	{ "files = { hide = [ \"a\", \"*.b\", \"none\" ]; };", NULL },
	{ "match = { user = \"web[0-9]*\"; }; log = { level = \"INFO\"; };",
	    "user \"web[0-9]*\": [ and ]" },
	{ "match = { group = \"{a}*\"; }; log = { level = \"INFO\"; };",
	    "group \"{a}*\": { and }" },

	/* Names that do not exist. */
	{ "files = { hide = [ \"a\", \"..\" ]; };", "files.hide: \"..\" is in "
	    "every directory" },
	{ "files = { hide = \".\"; };", "files.hide: \".\" is in every "
	    "directory" },
	{ "files = { hide = [ \".x\", \"...\" ]; };", NULL },
	{ "files = { hide = \"" A32 A32 A32 A32 "\"; };", NULL },
	{ "protocol = { hide_extensions = \"limits@openssh.com,x\"; };",
	    "protocol.hide_extensions: \"x\" fits no extension" },
	{ "protocol = { hide_extensions = \"*@openssh.com\"; };", NULL },

	/* Rights that cannot be used. */
	{ "access = { rights = \"replace,rename\"; };", "access.rights: "
	    "replace does nothing without delete" },
	{ "access = { rights = \"replace,create\"; own_rights = \"delete\"; };",
	    NULL },
	{ "access = { rights = \"replace,delete\"; };", NULL },
	{ "access = { rights = \"rename\"; }; rename = { keep_mode = true; };",
	    "rename.keep_mode: does nothing without the rights to replace" },
	{ "rename = { keep_mode = true; };", NULL },
	{ "access = { rights = \"create\"; "
	    "own_rights = \"stat,mkdir,list\"; };",
	    "access.own_rights: list,mkdir does nothing" },
	{ "access = { rights = \"create\"; own_rights = \"all\"; };", NULL },
	{ "access = { rights = \"create\"; own_rights = \"rename\"; };", NULL },
	{ "access = { rights = \"create\"; own_rights = \"rename_dir\"; };",
	    "access.own_rights: rename_dir does nothing" },
	{ "access = { rights = \"mkdir\"; own_rights = \"setstat\"; };", NULL },
	{ "access = { rights = \"mkdir\"; own_rights = \"read\"; };",
	    "access.own_rights: does nothing, since no rule gives the right "
	    "to create\n" },
	{ "access = { rights = \"read\"; own_rights = \"stat\"; };",
	    "access.own_rights: does nothing, since no rule gives the right "
	    "to create or to mkdir\n" },
	{ "access = { rights = \"read\"; own_rights = \"stat\"; }; "
	    "paths = ( { match = \"/in\"; rights = \"create\"; } );", NULL },
	{ "access = { read_only = true; }; "
	    "paths = ( { match = \"/in\"; rights = \"all\"; } );",
	    "paths: \"/in\" in line 1: rights: access.read_only holds" },
	{ "access = { read_only = true; }; "
	    "paths = ( { match = \"/in\"; rights = \"read\"; } );", NULL },
	{ "access = { read_only = false; }; "
	    "paths = ( { match = \"/in\"; rights = \"all\"; } );", NULL },

	{ "access = { rights = \"list,stat,read,create,rename\"; }; "
	    "rename = { overwrite = \"always\"; };", "rename.overwrite: does "
	    "nothing without the rights to replace" },
	{ "access = { rights = \"create,rename,replace,delete\"; }; "
	    "rename = { overwrite = \"always\"; };", NULL },
	{ "access = { rights = \"list,rename\"; }; rename = { "
	    "overwrite = \"never\"; };", NULL },
	{ "access = { rights = \"list,create\"; }; "
	    "setstat = { times = \"ignore\"; };", "setstat.times: does "
	    "nothing without the right to setstat" },
	{ "access = { rights = \"list,create\"; own_rights = \"setstat\"; }; "
	    "setstat = { times = \"ignore\"; on_error = \"ignore-denied\"; };",
	    NULL },
	{ "access = { rights = \"list,create\"; }; "
	    "setstat = { mode = \"ignore\"; times = \"refuse\"; };", NULL },
	{ "access = { rights = \"list\"; }; rename = { overwrite = "
	    "\"always\"; }; paths = ( { match = \"/in\"; "
	    "rights = \"all\"; } );", NULL },

	/* Paths as they are outside the root. */
	{ "root = \"/srv/%u\"; start_dir = \"/srv/%u/files\";", "start_dir: "
	    "names begin at the root: its name there is \"/files\"" },
	{ "root = \"/srv/%u\"; start_dir = \"/files\";", NULL },
	{ "root = \"/srv\"; start_dir = \"/srv2\";", NULL },
	{ "root = \"/srv\"; paths = ( { match = \"/srv\"; hide = \"x\"; } );",
	    "paths: \"/srv\" in line 1: names begin at the root: its name "
	    "there is \"/\"" },
	{ "root = \"none\"; start_dir = \"/srv2\";", NULL },

	/* Modes and sizes. */
	{ "files = { mode = { set = \"0440\"; clear = \"0044\"; }; };",
	    "files.mode: what is both" },
	{ "files = { mode = { set = \"0440\"; clear = \"0002\"; }; };", NULL },
	{ "files = { dir_mode = { force = \"0750\"; clear = \"0002\"; }; };",
	    "files.dir_mode: set and clear do nothing" },
	{ "protocol = { max_read = \"1M\"; };", "protocol.max_read: is lowered "
	    "to 1K less" },
	{ "protocol = { max_read = \"255K\"; };", NULL },
	{ "protocol = { max_read = \"1000K\"; max_packet = \"1M\"; };", NULL },

	/* Criteria. */
	{ "match = { user = [ \"root\", \"!root\" ]; }; "
	    "log = { level = \"INFO\"; };",
	    "matches nobody, since user excludes" },
	{ "match = { group = [ \"*\", \"!*\" ]; }; "
	    "log = { level = \"INFO\"; };", "matches nobody, since group" },
	{ "match = { user = [ \"root\", \"root*\", \"!root\" ]; }; "
	    "log = { level = \"INFO\"; };", NULL },
	{ "match = { address = \"0:0:*\"; }; log = { level = \"INFO\"; };",
	    "address \"0:0:*\": zeros are written as ::" },
	{ "match = { local_address = \"010.*\"; }; "
	    "log = { level = \"INFO\"; };", "local_address \"010.*\": "
	    "addresses are written without zeros" },
	{ "match = { address = [ \"10.*\", \"2001:db8:0:1*\", \"::1*\", "
	    "\"fe80*\", \"10.0.0.?\" ]; }; log = { level = \"INFO\"; };",
	    NULL },

	/* The built-in profiles are right. */
	{ "profile = \"dropbox\";", NULL },
	{ "profile = \"write-once\";", NULL },
	{ "profile = \"read-only\";", NULL },
	{ "profile = \"sshfs\";", NULL },
	{ "profile = \"openssh\";", NULL },
};

/* Returns the output of -t for a policy; the caller frees it. */
static char *
check(const char *const *options, const char *text)
{
	struct error e = { 0 };
	struct conf *c = case_conf(options, text, &e);
	char *out;
	size_t size;
	FILE *stream = open_memstream(&out, &size);

	if (c == NULL || conf_check(c, &case_facts, stream, &e) != 0)
		fprintf(stream, "error: %s", e.text);
	fclose(stream);
	conf_free(c);
	return out;
}

static void
check_row(const struct row *row)
{
	static const char *const no_options[OPTIONS_MAX] = { 0 };
	char text[512], *out, *said;
	bool right;

	snprintf(text, sizeof(text), "rules = ( { %s } );", row->settings);
	said = out = check(no_options, text);
	if (row->warning == NULL) {
		right = *out == '\0';
	} else {
		said = strstr(out, " warning: rule ");
		said = said == NULL ? out : said + strlen(" warning: rule 1: ");
		right = strncmp(said, row->warning,
			    strlen(row->warning)) == 0 &&
		    strchr(said, '\n') == strrchr(said, '\n');
	}
	if (!ok(right, "%s", row->settings))
		printf("# %s\n", out);
	free(out);
}

/* Faults that only an option can have. */
static void
check_options(void)
{
	static const struct {
		const char	*options[OPTIONS_MAX];
		const char	*warning;	/* or NULL */
	} all[] = {
		{ { "files.hide=[a,b]" }, "files.hide: brackets are left out" },
		{ { "files.hide=(a)" }, "files.hide: brackets are left out" },
		{ { "session.message=\"x y\"", "session.access=refuse" },
		    "session.message: quotes are left out" },
		{ { "files.hide=a,b" }, NULL },
		{ { "log.level=INFO", "log.level=DEBUG" },
		    "log.level: is given twice" },
		{ { "log.level=INFO", "files.hide=a", "files.hide=b" }, NULL },
		{ { "profile=sshfs", "rename.busy_timeout=2s" }, NULL },
		{ { "session.access=refuse" }, NULL },
	};
	const char *said;
	char *out;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		out = check(all[i].options, "");
		said = strncmp(out, "-o: warning: ", 13) == 0 ? out + 13 : out;
		if (!ok(all[i].warning == NULL ? *out == '\0' :
		    strncmp(said, all[i].warning,
		    strlen(all[i].warning)) == 0, "-o %s",
		    all[i].options[0]))
			printf("# %s\n", out);
		free(out);
	}
}

static void
check_profiles(void)
{
	static const char *const no_options[OPTIONS_MAX] = { 0 };
	char *out = check(no_options, "profiles = {\n"
	    "a = { profile = \"b\"; };\n"
	    "b = { files = { fsync = true; }; };\n"
	    "c = { files = { fsync = true; }; };\n"
	    "};\nrules = ( { profile = \"a\"; } );");

	ok(strcmp(out, "p:4: warning: profile c: no rule names it\n") == 0,
	    "a profile that nothing names");
	free(out);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	check_options();
	check_profiles();
	return done();
}
