/* SPDX-License-Identifier: ISC */
/*
 * An error in the policy rejects the session; its line tells place and fault.
 */
#include "config.h"

#include <limits.h>

#include "policy_case.h"
#include "tap.h"

#define RULE(settings)	"rules = (\n{ " settings " } );\n"

static const struct {
	const char	*options[OPTIONS_MAX];
	const char	*text;
	const char	*line;		/* the line of the error */
} errors[] = {
	/* Options. */
	{ { "rename.overwrite" }, NULL,
	    "-o: \"rename.overwrite\" has no value (-o name=value)" },
	{ { "rename.overwrit=always" }, NULL,
	    "-o: rename.overwrit: there is no such setting "
	    "(-Q settings lists them)" },
	{ { "overwrite=always" }, NULL,
	    "-o: overwrite: there is no such setting "
	    "(rename.overwrite is one)" },
	{ { "rename=always" }, NULL,
	    "-o: rename: there is no such setting (-Q settings lists them)" },
	{ { "match=x" }, NULL,
	    "-o: match: there is no such setting (-Q settings lists them)" },
	{ { "rename.overwrite=yes" }, NULL,
	    "-o: rename.overwrite: must be if-asked, always or never, "
	    "not \"yes\"" },
	{ { "access.read_only=yes" }, NULL,
	    "-o: access.read_only: must be false or true, not \"yes\"" },
	{ { "rename.overwrite=" }, NULL,
	    "-o: rename.overwrite: must be if-asked, always or never, "
	    "not \"\"" },
	{ { "session.message=a\nb" }, NULL,
	    "-o: session.message: holds a control character" },
	{ { "profile=nosuch" }, NULL,
	    "-o: profile: there is no profile \"nosuch\" (built in: openssh, "
	    "sshfs, webex, force-close, read-only, dropbox, write-once)" },
	{ { "profile=webex", "profile=sshfs" }, NULL,
	    "-o: profile: there can be only one (a profile in the file may "
	    "name another)" },
	{ { "-p" }, NULL, "-p: wants a value" },
	{ { "-R true" }, NULL, "-R: takes no value" },
	{ { "-x" }, NULL, "-x: there is no such option" },
	{ { "-p open,nosuch" }, NULL,
	    "-p: access.allow: \"nosuch\" fits no request "
	    "(-Q requests lists them)" },
	{ { "-P nosuch*" }, NULL,
	    "-P: access.deny: \"nosuch*\" fits no request "
	    "(-Q requests lists them)" },
	{ { "-P open,,read" }, NULL,
	    "-P: access.deny: has an empty item (one comma too many?)" },
	{ { "-P !open" }, NULL,
	    "-P: access.deny: \"!open\": a list of names cannot be negated" },
	{ { "-u 8" }, NULL,
	    "-u: files.umask: must be 000 to 777 or process, not \"8\"" },
	{ { "-u 1777" }, NULL,
	    "-u: files.umask: must be 000 to 777 or process, not \"1777\"" },
	{ { "-d /srv/%h" }, NULL,
	    "-d: start_dir: \"/srv/%h\": unknown token %h "
	    "(there are %u %U %d %%)" },

	/* Syntax, with hints for the usual slips. */
	{ { 0 }, "rules = ( { access = {\nread_only = yes; }; } );",
	    "p:2: syntax error (write true or false): read_only = yes; }; } "
	    ");" },
	{ { 0 }, "rules = (\n{ rename = { overwrite = always; }; } );",
	    "p:2: syntax error (text is written in quotes): { rename = { "
	    "overwrite = always; }; } );" },
	{ { 0 }, "rules = (\n{ rename.overwrite = \"always\"; } );",
	    "p:2: syntax error (a dotted name is for -o; here its parts are "
	    "groups, a = { b = ...; }): { rename.overwrite = \"always\"; } "
	    ");" },
	{ { 0 }, "rules = (\n{ }\n{ } );",
	    "p:3: syntax error (a comma is missing between } and {): { } );" },
	{ { 0 }, "rules = (\n{ rename = { overwrite\nwhen = \"always\" }; } );",
	    "p:3: syntax error (a = is missing behind a name): when = "
	    "\"always\" }; } );" },
	{ { 0 }, "rules = ( {\n",
	    "p:2: syntax error (the file ends, and the bracket of line 1 is "
	    "still open)" },
	{ { 0 }, "rules = (\n{ profile = \"webex\"\n\"sshfs\"; } );",
	    "p:3: profile: two strings with nothing between would be read as "
	    "one (is a comma or a semicolon missing?)" },
	{ { 0 }, RULE("match = { user = [ \"a\" \"b\" ]; };"),
	    "p:2: user: two strings with nothing between would be read as one "
	    "(is a comma or a semicolon missing?)" },
	{ { 0 }, "rules = ();\nrules = ();",
	    "p:2: duplicate setting name: rules = ();" },
	{ { 0 }, RULE("log = { level = \"INFO\"; level = \"QUIET\"; };"),
	    "p:2: duplicate setting name: { log = { level = \"INFO\"; level = "
	    "\"QUIET\"; }; } );" },
	{ { 0 }, "rules = ();\n/* and then\nrules",
	    "p:2: this comment does not end" },
	{ { 0 }, RULE("profile = \"webex;\n"),
	    "p:2: profile: no quote ends this string on its line" },
	{ { 0 }, "\n@include \"other\"\n",
	    "p:2: @include is not supported" },
	{ { 0 }, RULE("session = { message = \"a\\x00b\"; };"),
	    "p:2: message: \\x00 would end the string" },

	/* The place of settings, rules and profiles. */
	{ { 0 }, "\nrename = { overwrite = \"always\"; };",
	    "p:2: rename: only rules and profiles are allowed here "
	    "(settings: rules = ( { ... } );)" },
	{ { 0 }, "rules = { };",
	    "p:1: rules: must be a list (rules = ( { ... }, { ... } );)" },
	{ { 0 }, "rules = ( \"a\" );",
	    "p:1: rules: rule 1 must be a group ({ ... })" },
	{ { 0 }, "profiles = ( );",
	    "p:1: profiles: must be a group "
	    "(profiles = { name = { ... }; };)" },
	{ { 0 }, "profiles = { a = 1; };",
	    "p:1: a: a profile must be a group (a = { ... };)" },
	{ { 0 }, "profiles = { webex = { }; };",
	    "p:1: webex: a profile of this name is built in (choose another, "
	    "which may name it)" },
	{ { 0 }, "profiles = { a = { match = { user = \"x\"; }; }; };",
	    "p:1: match: there is no such setting "
	    "(-Q settings lists them)" },
	{ { 0 }, RULE("overwrite = \"always\";"),
	    "p:2: overwrite: there is no such setting "
	    "(rename.overwrite is one)" },
	{ { 0 }, RULE("rename = { overwrit = \"always\"; };"),
	    "p:2: rename.overwrit: there is no such setting "
	    "(-Q settings lists them)" },
	{ { 0 }, RULE("rename = \"always\";"),
	    "p:2: rename: must be a group of settings (rename = { ... };)" },
	{ { 0 }, RULE("profile = 1;"),
	    "p:2: profile: must be one profile's name, in quotes" },
	{ { 0 }, RULE("profile = [ \"webex\", \"sshfs\" ];"),
	    "p:2: profile: must be one profile's name, in quotes" },
	{ { 0 }, RULE("profile = \"nosuch\";"),
	    "p:2: profile: there is no profile \"nosuch\" (built in: openssh, "
	    "sshfs, webex, force-close, read-only, dropbox, write-once)" },
	{ { 0 }, "profiles = {\na = { profile = \"b\"; };\n"
	    "b = { profile = \"a\"; };\n};",
	    "p:2: profile: \"a\" leads back to itself (by way of \"b\")" },
	{ { 0 }, "profiles = { a = { profile = \"a\"; }; };",
	    "p:1: profile: \"a\" leads back to itself (by way of \"a\")" },

	/* Values. */
	{ { 0 }, RULE("rename = { overwrite = true; };"),
	    "p:2: rename.overwrite: must be if-asked, always or never, "
	    "not \"true\" (in quotes)" },
	{ { 0 }, RULE("rename = { overwrite = \"sometimes\"; };"),
	    "p:2: rename.overwrite: must be if-asked, always or never, "
	    "not \"sometimes\" (in quotes)" },
	{ { 0 }, RULE("rename = { overwrite = { a = 1; }; };"),
	    "p:2: rename.overwrite: must be if-asked, always or never, "
	    "not \"{ ... }\" (in quotes)" },
	{ { 0 }, RULE("access = { read_only = \"true\"; };"),
	    "p:2: access.read_only: must be false or true, not \"true\" "
	    "(without quotes)" },
	{ { 0 }, RULE("access = { read_only = 1; };"),
	    "p:2: access.read_only: must be false or true, not \"1\" "
	    "(without quotes)" },
	{ { 0 }, RULE("access = { deny = [ ]; };"),
	    "p:2: access.deny: is empty" },
	{ { 0 }, RULE("access = { deny = ( \"open\", 1 ); };"),
	    "p:2: access.deny: must be request names or patterns, not "
	    "\"( ... )\" (a string, or a list [ \"a\", \"b\" ])" },
	{ { 0 }, RULE("access = { deny = \"nosuch\"; };"),
	    "p:2: access.deny: \"nosuch\" fits no request "
	    "(-Q requests lists them)" },
	{ { 0 }, RULE("files = { umask = 22; };"),
	    "p:2: files.umask: must be 000 to 777 or process, not \"22\" "
	    "(a string of octal digits such as \"022\")" },
	{ { 0 }, RULE("files = { umask = 022; };"),
	    "p:2: umask: a number that begins with 0 is not octal here (write "
	    "octal modes as strings, \"022\")" },
	{ { 0 }, RULE("protocol = { max_version = 7; };"),
	    "p:2: protocol.max_version: must be 3 to 6, not \"7\" "
	    "(without quotes)" },
	{ { 0 }, RULE("protocol = { max_version = \"3\"; };"),
	    "p:2: protocol.max_version: must be 3 to 6, not \"3\" "
	    "(without quotes)" },
	{ { 0 }, RULE("protocol = { max_version = 3.5; };"),
	    "p:2: protocol.max_version: must be 3 to 6, not "
	    "\"a number with a fraction\" (without quotes)" },
	{ { 0 }, RULE("protocol = { max_version = -3; };"),
	    "p:2: protocol.max_version: must be 3 to 6, not \"-3\" "
	    "(without quotes)" },
	{ { 0 }, RULE("protocol = { max_version = 4294967299; };"),
	    "p:2: max_version: this number is too large (sizes may be written "
	    "as strings, \"4G\"; no limit is \"none\")" },
	{ { 0 }, RULE("protocol = { max_packet = 4294967296L; };"),
	    "p:2: max_packet: this number is too large (sizes may be written "
	    "as strings, \"4G\"; no limit is \"none\")" },
	{ { 0 }, RULE("protocol = { max_packet = 0x100000000; };"),
	    "p:2: max_packet: this number is too large (sizes may be written "
	    "as strings, \"4G\"; no limit is \"none\")" },
	{ { 0 }, RULE("protocol = { max_packet = 9999999999999999999999; };"),
	    "p:2: max_packet: this number is too large (sizes may be written "
	    "as strings, \"4G\"; no limit is \"none\")" },
	{ { 0 }, RULE("protocol = { max_packet = \"99999999999999999999\"; };"),
	    "p:2: protocol.max_packet: must be 65K to 1M, not "
	    "\"99999999999999999999\" (bytes, or a string such as \"256K\")" },
	{ { 0 }, RULE("protocol = { max_packet = \"9000000000000000T\"; };"),
	    "p:2: protocol.max_packet: must be 65K to 1M, not "
	    "\"9000000000000000T\" (bytes, or a string such as \"256K\")" },
	{ { 0 }, RULE("protocol = { max_read = \"64\"; };"),
	    "p:2: protocol.max_read: must be 64K to 1M, not \"64\" "
	    "(bytes, or a string such as \"256K\")" },
	{ { 0 }, RULE("protocol = { max_read = 65535; };"),
	    "p:2: protocol.max_read: must be 64K to 1M, not \"65535\" "
	    "(bytes, or a string such as \"256K\")" },
	{ { 0 }, RULE("rename = { busy_timeout = \"6s\"; };"),
	    "p:2: rename.busy_timeout: must be 0s to 5s, not \"6s\" "
	    "(seconds, or a string such as \"5m\" or \"1h30m\")" },
	{ { 0 }, RULE("rename = { busy_timeout = \"none\"; };"),
	    "p:2: rename.busy_timeout: must be 0s to 5s, not \"none\" "
	    "(seconds, or a string such as \"5m\" or \"1h30m\")" },
	{ { 0 }, RULE("session = { idle_timeout = 0; };"),
	    "p:2: session.idle_timeout: must be 1s to 366d or none, not \"0\" "
	    "(seconds, or a string such as \"5m\" or \"1h30m\")" },
	{ { 0 }, RULE("session = { idle_timeout = \"1x\"; };"),
	    "p:2: session.idle_timeout: must be 1s to 366d or none, not "
	    "\"1x\" (seconds, or a string such as \"5m\" or \"1h30m\")" },

	/* Permissions of the user. */
	{ { "access.rights=list,remove" }, NULL,
	    "-o: access.rights: must be all, none, or of list, stat, "
	    "read, create, modify, replace, delete, rename, "
	    "rename_file, rename_dir, mkdir, rmdir, symlink, link and "
	    "setstat, not \"list,remove\"" },
	{ { "access.rights=read write" }, NULL,
	    "-o: access.rights: must be all, none, or of list, stat, "
	    "read, create, modify, replace, delete, rename, "
	    "rename_file, rename_dir, mkdir, rmdir, symlink, link and "
	    "setstat, not \"read write\"" },
	{ { "access.rights=read," }, NULL,
	    "-o: access.rights: must be all, none, or of list, stat, "
	    "read, create, modify, replace, delete, rename, "
	    "rename_file, rename_dir, mkdir, rmdir, symlink, link and "
	    "setstat, not \"read,\"" },
	{ { "access.own_rights=" }, NULL,
	    "-o: access.own_rights: must be all, none, or of list, "
	    "stat, read, create, modify, replace, delete, rename, "
	    "rename_file, rename_dir, mkdir, rmdir, symlink, link and "
	    "setstat, not \"\"" },
	{ { 0 }, RULE("access = { rights = true; };"),
	    "p:2: access.rights: must be all, none, or of list, stat, "
	    "read, create, modify, replace, delete, rename, "
	    "rename_file, rename_dir, mkdir, rmdir, symlink, link and "
	    "setstat, not \"true\" (a string, "
	    "or a list [ \"a\", \"b\" ])" },
	{ { 0 }, RULE("rights = \"read\";"),
	    "p:2: rights: there is no such setting (access.rights is "
	    "one)" },
	{ { "access.listings=none" }, NULL,
	    "-o: access.listings: must be full, empty or permitted, "
	    "not \"none\"" },
	{ { 0 }, RULE("access = { protect_startup = \"yes\"; };"),
	    "p:2: access.protect_startup: must be false, true or "
	    "restricted, not \"yes\" (without quotes)" },
	{ { "root=/" }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"/\"" },
	{ { "root=//" }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"//\"" },
	{ { "root=srv" }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"srv\"" },
	{ { "root=%u" }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"%u\"" },
	{ { "root=/srv/../%u" }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"/srv/../%u\"" },
	{ { "root=/srv/." }, NULL,
	    "-o: root: must be an absolute path below /, without . and "
	    ".., not \"/srv/.\"" },
	{ { "root=/srv/%h" }, NULL,
	    "-o: root: \"/srv/%h\": unknown token %h (there are %u %U "
	    "%d %%)" },
	{ { 0 }, RULE("root = 1;"),
	    "p:2: root: must be an absolute path below /, without . "
	    "and .., not \"1\" (in quotes)" },
	{ { "sandbox=on" }, NULL,
	    "-o: sandbox: must be auto, require or off, not \"on\"" },
	{ { "files.atomic=true" }, NULL,
	    "-o: files.atomic: must be no, yes or keep, not \"true\"" },
	{ { "files.symlinks=no" }, NULL,
	    "-o: files.symlinks: must be follow, no-create or "
	    "no-follow, not \"no\"" },
	{ { "files.hide=.git,a/b" }, NULL,
	    "-o: files.hide: must be names or patterns of names, "
	    "without a slash, not \".git,a/b\"" },
	{ { "files.mode=set=8" }, NULL,
	    "-o: files.mode: must be octal modes of set, clear and "
	    "force, not \"set=8\"" },
	{ { "files.mode=set=10000" }, NULL,
	    "-o: files.mode: must be octal modes of set, clear and "
	    "force, not \"set=10000\"" },
	{ { "files.mode=unset=1" }, NULL,
	    "-o: files.mode: must be octal modes of set, clear and "
	    "force, not \"unset=1\"" },
	{ { "files.dir_mode=set=1," }, NULL,
	    "-o: files.dir_mode: must be octal modes of set, clear and "
	    "force, not \"set=1,\"" },
	{ { "-m 8" }, NULL,
	    "-m: files.mode: must be octal modes of set, clear and "
	    "force, not \"8\"" },
	{ { 0 }, RULE("files = { mode = 640; };"),
	    "p:2: files.mode: must be octal modes of set, clear and "
	    "force, not \"640\" ({ set = \"0111\"; clear = \"022\"; }, "
	    "each in quotes)" },
	{ { 0 }, RULE("files = { mode = { set = 111; }; };"),
	    "p:2: files.mode: must be octal modes of set, clear and "
	    "force, not \"{ ... }\" ({ set = \"0111\"; clear = "
	    "\"022\"; }, each in quotes)" },
	{ { 0 }, RULE("files = { mode = { }; };"),
	    "p:2: files.mode: must be octal modes of set, clear and "
	    "force, not \"{ ... }\" ({ set = \"0111\"; clear = "
	    "\"022\"; }, each in quotes)" },
	{ { 0 }, RULE("files = { mode = { sets = \"1\"; }; };"),
	    "p:2: files.mode: must be octal modes of set, clear and "
	    "force, not \"sets=1\" ({ set = \"0111\"; clear = \"022\"; "
	    "}, each in quotes)" },
	{ { "limits.handles=0" }, NULL,
	    "-o: limits.handles: must be 1 to 1048576 or none, not "
	    "\"0\"" },
	{ { 0 }, RULE("limits = { handles = \"1\"; };"),
	    "p:2: limits.handles: must be 1 to 1048576 or none, not "
	    "\"1\" (without quotes)" },
	{ { "limits.file_size=2097152T" }, NULL,
	    "-o: limits.file_size: must be 1 to 1048576T or none, not "
	    "\"2097152T\"" },
	{ { "limits.read_rate=1" }, NULL,
	    "-o: limits.read_rate: must be 1K to 1T or none, not \"1\"" },
	{ { "log.transfers=log/x" }, NULL,
	    "-o: log.transfers: must be syslog, or the absolute path "
	    "of a socket, not \"log/x\"" },

	/* Path rules. */
	{ { "paths=/in" }, NULL,
	    "-o: paths: must be a list of path rules, in a file (paths "
	    "= ( { match = \"/in/*\"; rights = \"read\"; } );)" },
	{ { 0 }, RULE("paths = \"/in\";"),
	    "p:2: paths: must be a list of path rules, in a file "
	    "(paths = ( { match = \"/in/*\"; rights = \"read\"; } );)" },
	{ { 0 }, RULE("paths = { match = \"/in\"; };"),
	    "p:2: paths: must be a list of path rules, in a file "
	    "(paths = ( { match = \"/in/*\"; rights = \"read\"; } );)" },
	{ { 0 }, RULE("paths = ( \"/in\" );"),
	    "p:2: paths: a path rule must be a group with match = "
	    "\"/a/path\"" },
	{ { 0 }, RULE("paths = ( { rights = \"read\"; } );"),
	    "p:2: paths: a path rule must be a group with match = "
	    "\"/a/path\"" },
	{ { 0 }, RULE("paths = ( { match = 1; } );"),
	    "p:2: paths: a path rule must be a group with match = "
	    "\"/a/path\"" },
	{ { 0 }, RULE("paths = ( { match = \"in\"; } );"),
	    "p:2: paths: must be an absolute path or pattern, without "
	    "., .. and **, for what it matches and all below, not "
	    "\"in\" (* and ? match no slash)" },
	{ { 0 }, RULE("paths = ( { match = \"\"; } );"),
	    "p:2: paths: is empty" },
	{ { 0 }, RULE("paths = ( { match = \"none\"; } );"),
	    "p:2: paths: must be an absolute path or pattern, without ., .. "
	    "and **, for what it matches and all below, not \"none\" (* and "
	    "? match no slash)" },
	{ { 0 }, RULE("paths = ( { match = \"/in/**\"; } );"),
	    "p:2: paths: must be an absolute path or pattern, without "
	    "., .. and **, for what it matches and all below, not "
	    "\"/in/**\" (* and ? match no slash)" },
	{ { 0 }, RULE("paths = ( { match = \"/in/../x\"; } );"),
	    "p:2: paths: must be an absolute path or pattern, without "
	    "., .. and **, for what it matches and all below, not "
	    "\"/in/../x\" (* and ? match no slash)" },
	{ { 0 }, RULE("paths = ( { match = \"/./in\"; } );"),
	    "p:2: paths: must be an absolute path or pattern, without "
	    "., .. and **, for what it matches and all below, not "
	    "\"/./in\" (* and ? match no slash)" },
	{ { 0 }, RULE("paths = ( { match = \"/%h\"; } );"),
	    "p:2: paths: \"/%h\": unknown token %h (there are %u %U %d "
	    "%%)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; rights = \"rd\"; } );"),
	    "p:2: rights: must be all, none, or of list, stat, read, "
	    "create, modify, replace, delete, rename, rename_file, "
	    "rename_dir, mkdir, rmdir, symlink, link and setstat, not "
	    "\"rd\" (a string, or a "
	    "list [ \"a\", \"b\" ])" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; "
	    "access = { rights = \"read\"; }; } );"),
	    "p:2: access.rights: is called rights in a path rule" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; "
	    "files = { hide = \"x\"; }; } );"),
	    "p:2: files.hide: is called hide in a path rule" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; "
	    "files = { umask = \"022\"; }; } );"),
	    "p:2: files.umask: holds for the whole session (rights, "
	    "own_rights, listings, hide, files.mode, files.dir_mode, "
	    "files.group, files.atomic, files.fsync, files.zero_copy and "
	    "those of rename can be set for a path)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; "
	    "files = { symlinks = \"follow\"; }; } );"),
	    "p:2: files.symlinks: holds for the whole session (rights, "
	    "own_rights, listings, hide, files.mode, files.dir_mode, "
	    "files.group, files.atomic, files.fsync, files.zero_copy and "
	    "those of rename can be set for a path)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; root = \"/x\"; } );"),
	    "p:2: root: holds for the whole session (rights, "
	    "own_rights, listings, hide, files.mode, files.dir_mode, "
	    "files.group, files.atomic, files.fsync, files.zero_copy and "
	    "those of rename can be set for a path)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; profile = \"webex\"; } );"),
	    "p:2: profile: there is no such setting (rights, "
	    "own_rights, listings, hide, files.mode, files.dir_mode, "
	    "files.group, files.atomic, files.fsync, files.zero_copy and "
	    "those of rename can be set for a path)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; foo = 1; } );"),
	    "p:2: foo: there is no such setting (rights, own_rights, "
	    "listings, hide, files.mode, files.dir_mode, files.group, "
	    "files.atomic, files.fsync, files.zero_copy and those of "
	    "rename can be set for a path)" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; hide = [ \"a/b\" ]; } );"),
	    "p:2: hide: must be names or patterns of names, without a "
	    "slash, not \"a/b\" (a string, or a list [ \"a\", \"b\" ])" },
	{ { 0 }, RULE("paths = ( { match = \"/a\"; "
	    "rename = { overwrite = true; }; } );"),
	    "p:2: rename.overwrite: must be if-asked, always or never, "
	    "not \"true\" (in quotes)" },

	/* Groups: the facts are those of a user who is in none of these. */
	{ { "files.group=no-such-group" }, NULL,
	    "-o: files.group: there is no group \"no-such-group\"" },
	{ { 0 }, RULE("files = { group = 12345; };"),
	    "p:2: files.group: must be a group, not \"12345\" (in quotes)" },
	{ { 0 }, "rules = ( { files = {\ngroup = \"4000000000\"; }; } );",
	    "p:2: files.group: webex is not in the group \"4000000000\", "
	    "and so cannot give it to files" },
	{ { 0 }, RULE("paths = ( { match = \"/a\";\n"
	    "files = { group = \"no-such-group\"; }; } );"),
	    "p:3: files.group: there is no group \"no-such-group\"" },

	/* Criteria. */
	{ { 0 }, RULE("match = \"webex\";"),
	    "p:2: match: must be a group (match = { user = \"...\"; };)" },
	{ { 0 }, RULE("match = { uid = 0; };"),
	    "p:2: match.uid: is not a criterion (user, group, address, "
	    "local_address and local_port are)" },
	{ { 0 }, RULE("user = \"webex\"; profile = \"webex\";"),
	    "p:2: user: is a criterion, not a setting (match = { user = "
	    "...; };)" },
	{ { 0 }, RULE("match = { user = 1; };"),
	    "p:2: match.user: must be a string in quotes, or a list of them" },
	{ { 0 }, RULE("match = { user = \"\"; };"),
	    "p:2: match.user: \"\" is empty" },
	{ { 0 }, RULE("match = { user = [ ]; };"),
	    "p:2: match.user: \"\" is empty" },
	{ { 0 }, RULE("match = { user = [ \"!a\", \"!b\" ]; };"),
	    "p:2: match.user: matches nobody, since everything in it is "
	    "negated (add \"*\")" },
	{ { 0 }, RULE("match = { user = \"a, ! b\"; };"),
	    "p:2: match.user: \"! b\" has a blank after its !" },
	{ { 0 }, RULE("match = { group = \"!\"; };"),
	    "p:2: match.group: \"!\" is empty" },
	{ { 0 }, RULE("match = { user = \"jane\t\"; };"),
	    "p:2: match.user: \"jane?\" holds a control character" },
	{ { 0 }, RULE("match = { group = [ \"*\", \"!a\\nb\" ]; };"),
	    "p:2: match.group: \"!a?b\" holds a control character" },
	{ { 0 }, RULE("match = { address = \"!10.0.0.0/8\"; };"),
	    "p:2: match.address: matches nobody, since everything in it is "
	    "negated (add \"*\")" },
	{ { 0 }, RULE("match = { address = \"10.0.0.0/33\"; };"),
	    "p:2: match.address: \"10.0.0.0/33\" has a prefix length that is "
	    "out of range" },
	{ { 0 }, RULE("match = { address = \"10.9.0.0/8\"; };"),
	    "p:2: match.address: \"10.9.0.0/8\" has bits behind its prefix "
	    "length" },
	{ { 0 }, RULE("match = { address = \"host.example.org\"; };"),
	    "p:2: match.address: \"host.example.org\" is not an address, a "
	    "network or a pattern of one" },
	{ { 0 }, RULE("match = { address = \"::ffff:0:0/95\"; };"),
	    "p:2: match.address: \"::ffff:0:0/95\" has bits behind its prefix "
	    "length" },
	{ { 0 }, RULE("match = { local_port = 0; };"),
	    "p:2: match.local_port: \"0\" is not a port from 1 to 65535" },
	{ { 0 }, RULE("match = { local_port = 65536; };"),
	    "p:2: match.local_port: \"65536\" is not a port from 1 to 65535" },
	{ { 0 }, RULE("match = { local_port = \"ssh\"; };"),
	    "p:2: match.local_port: \"ssh\" is not a port from 1 to 65535" },
};

static void
check(const char *const options[OPTIONS_MAX], const char *text,
    const char *line)
{
	char *out = case_explain(options, text, &case_facts);

	if (!ok(strcmp(out, line) == 0, "%s", line))
		printf("# not %s\n", out);
	free(out);
}

/* Values that are longer than any buffer are rejected in the same way. */
static void
check_long(void)
{
	const char *const none[OPTIONS_MAX] = { 0 };
	char text[PATH_MAX + 64], line[ERROR_LINE_MAX], item[136];

	snprintf(text, sizeof(text), RULE("root = \"/%0*d\";"), PATH_MAX, 0);
	check(none, text, "p:2: root: is too long for a path");
	snprintf(text, sizeof(text), "start_dir=/%0*d", PATH_MAX - 1, 0);
	check((const char *[OPTIONS_MAX]){ text }, NULL,
	    "-o: start_dir: is too long for a path");
	memset(item, '*', 130);
	strcpy(item + 130, "remov");
	snprintf(text, sizeof(text), RULE("access = { deny = \"%s\"; };"),
	    item);
	snprintf(line, sizeof(line), "p:2: access.deny: \"%.100s\" fits no "
	    "request (-Q requests lists them)", item);
	check(none, text, line);
}

/* A rule that applies to nobody here is checked like any other. */
static void
check_unmatched(void)
{
	const char *const none[OPTIONS_MAX] = { 0 };
	char *out = case_explain(none, "rules = ( { match = { user = "
	    "\"nobody-here\"; };\nlog = { level = \"x\"; }; } );",
	    &case_facts);

	ok(strncmp(out, "p:2: log.level: must be QUIET", 29) == 0,
	    "a rule for another user is checked too");
	free(out);
}

static void
check_nul(void)
{
	static const char text[] = "rules = ();\n\0 rules = ( nonsense";
	struct conf *c = conf_new(case_requests, case_extensions);
	struct error e;
	char line[ERROR_LINE_MAX];

	ok(conf_text(c, "p", text, sizeof(text) - 1, &e) < 0 &&
	    strcmp(error_line(&e, line),
	    "p:2: a NUL byte would end the file here") == 0,
	    "a NUL byte does not hide the rest");
	conf_free(c);
}

/* Each beginning of a policy is rejected or accepted, and none crashes. */
static void
check_truncated(void)
{
	static const char text[] =
	    "profiles = { a = { profile = \"webex\"; }; }; /* x */\n"
	    "rules = ( { match = { user = [ \"a\", \"!b\" ]; local_port = 22;\n"
	    "address = \"10.0.0.0/8\"; }; profile = \"a\"; // y\n"
	    "root = \"/srv/%u\"; access = { rights = [ \"read\" ]; };\n"
	    "paths = ( { match = \"/a/*\"; rights = \"none\"; hide = ( "
	    "\"x\" );\nfiles = { mode = { set = \"1\"; force = \"2\"; "
	    "}; }; }, { match = \"/\"; } );\n"
	    "files = { umask = \"022\"; }; protocol = { max_version = 3; }; }"
	    " );";
	struct conf *c;
	struct error e;
	char part[sizeof(text)];
	size_t n, refused = 0;

	for (n = 0; n < sizeof(text); n++) {
		memcpy(part, text, n);
		part[n] = '\0';
		c = conf_new(case_requests, case_extensions);
		refused += conf_text(c, "p", part, n, &e) < 0;
		conf_free(c);
	}
	ok(refused > 200 && refused < sizeof(text),
	    "a truncated policy is refused (%zu of %zu)", refused,
	    sizeof(text));
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		check(errors[i].options, errors[i].text,
		    errors[i].line);
	check_long();
	check_unmatched();
	check_nul();
	check_truncated();
	return done();
}
