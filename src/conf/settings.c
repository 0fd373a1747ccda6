/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>
#include <sys/un.h>

#include "conf/expand.h"
#include "conf/path_rules.h"
#include "conf/setting.h"
#include "os/log.h"
#include "policy/policy.h"
#include "policy/rights.h"

static const struct word booleans[] = {
	{ "false", 0 }, { "true", 1 }, { 0 }
};
static const struct word applies[] = {
	{ "apply", APPLY }, { "ignore", APPLY_IGNORE },
	{ "refuse", APPLY_REFUSE }, { 0 }
};

/* Names are compared one by one, so that a name with a slash never matches. */
static bool
is_name_list(const char *list)
{
	return strchr(list, '/') == NULL;
}

static bool
is_log_target(const char *text)
{
	return strcmp(text, "syslog") == 0 || (text[0] == '/' &&
	    strlen(text) < sizeof(((struct sockaddr_un *)NULL)->sun_path));
}

/*
 * A row for the member of struct policy that has the setting's name, and one
 * for a member that has another name.
 */
#define ROW(m, ...)	NAMED(#m, m, __VA_ARGS__)
#define NAMED(name, m, ...) \
	{ name, __VA_ARGS__, .offset = offsetof(struct policy, m), \
	.width = sizeof(((struct policy *)NULL)->m) }

/* The words of a choice, and the values they stand for. */
#define WORDS(...)	.words = (const struct word[]){ __VA_ARGS__, { 0 } }

#define YEAR		(366LL * 24 * 60 * 60)

const struct setting settings[] = {
	ROW(access.allow, SETTING_REQUESTS, .unset_word = "all",
	    .combine = INTERSECTS, .restricts = ANY_CHANGE, .flag = 'p'),
	ROW(access.deny, SETTING_REQUESTS, .unset_word = "none",
	    .combine = ADDS_UP, .restricts = ANY_CHANGE, .flag = 'P'),
	ROW(access.listings, SETTING_CHOICE, "full",
	    WORDS({ "full", LISTINGS_FULL }, { "empty", LISTINGS_EMPTY },
	    { "permitted", LISTINGS_PERMITTED }), .restricts = ANY_CHANGE),
	ROW(access.own_rights, SETTING_RIGHTS, .unset_word = "none",
	    .combine = INTERSECTS),
	ROW(access.protect_startup, SETTING_BOOL, .unset_word = "restricted",
	    .unset_number = STARTUP_IF_RESTRICTED, WORDS({ "false", 0 },
	    { "true", 1 }, { "restricted", STARTUP_IF_RESTRICTED }),
	    .restricts = true),
	ROW(access.read_only, SETTING_BOOL, "false", .words = booleans,
	    .restricts = true, .flag = 'R'),
	ROW(access.rights, SETTING_RIGHTS, .unset_word = "all",
	    .unset_number = RIGHTS_ALL, .combine = INTERSECTS,
	    .restricts = ANY_CHANGE),
	ROW(files.atomic, SETTING_CHOICE, "no", WORDS({ "no", ATOMIC_NO },
	    { "yes", ATOMIC_YES }, { "keep", ATOMIC_KEEP })),
	ROW(files.dir_mode, SETTING_MODE, .unset_word = "none"),
	ROW(files.fsync, SETTING_BOOL, "false", .words = booleans),
	ROW(files.group, SETTING_GROUP, .unset_word = "none"),
	ROW(files.hide, SETTING_NAMES, .unset_word = "none", .combine = ADDS_UP,
	    .restricts = ANY_CHANGE, .valid = is_name_list,
	    .says = "names or patterns of names, without a slash"),
	ROW(files.mode, SETTING_MODE, .unset_word = "none", .flag = 'm'),
	ROW(files.symlinks, SETTING_CHOICE, "follow",
	    WORDS({ "follow", SYMLINKS_FOLLOW },
	    { "no-create", SYMLINKS_NO_CREATE },
	    { "no-follow", SYMLINKS_NO_FOLLOW }), .restricts = ANY_CHANGE),
	ROW(files.umask, SETTING_OCTAL, .unset_word = "process",
	    .unset_number = -1, .max = 0777, .flag = 'u'),
	ROW(files.zero_copy, SETTING_BOOL, "false", .words = booleans),
	ROW(limits.file_size, SETTING_SIZE, .unset_word = "none", .min = 1,
	    .max = 1LL << 60, .restricts = ANY_CHANGE),
	ROW(limits.handles, SETTING_NUMBER, .unset_word = "none", .min = 1,
	    .max = 1 << 20),
	ROW(limits.read_rate, SETTING_SIZE, .unset_word = "none", .min = 1024,
	    .max = 1LL << 40),
	ROW(limits.write_rate, SETTING_SIZE, .unset_word = "none", .min = 1024,
	    .max = 1LL << 40),
	ROW(log.checksum, SETTING_CHOICE, "none",
	    WORDS({ "none", CHECKSUM_NONE }, { "sha256", CHECKSUM_SHA256 }),
	    .needs = "log.transfers"),
	ROW(log.facility, SETTING_CHOICE, "AUTH", .words = log_facilities,
	    .flag = 'f'),
	ROW(log.level, SETTING_CHOICE, "ERROR", .words = log_levels,
	    .flag = 'l'),
	ROW(log.transfers, SETTING_TEXT, .unset_word = "none",
	    .valid = is_log_target,
	    .says = "syslog, or the absolute path of a socket"),
	ROW(paths, SETTING_PATHS, .unset_word = "none", .combine = ADDS_UP,
	    .valid = path_rules_is_pattern,
	    .says = "an absolute path or pattern, without ., .. and **, for "
	    "what it matches and all below"),
	ROW(protocol.charset, SETTING_TEXT, .unset_word = "none",
	    .needs = "protocol.max_version"),
	ROW(protocol.hide_extensions, SETTING_NAMES, .unset_word = "none",
	    .combine = ADDS_UP),
	ROW(protocol.max_packet, SETTING_SIZE, "256K", .min = 66560,
	    .max = 1 << 20),
	ROW(protocol.max_read, SETTING_SIZE, "255K", .min = 65536,
	    .max = 1 << 20),
	ROW(protocol.max_version, SETTING_NUMBER, "3", .min = 3, .max = 6),
	ROW(protocol.messages, SETTING_CHOICE, "system",
	    WORDS({ "system", MESSAGES_SYSTEM },
	    { "openssh", MESSAGES_OPENSSH })),
	ROW(protocol.symlink_order, SETTING_CHOICE, "openssh",
	    WORDS({ "openssh", SYMLINK_ORDER_OPENSSH },
	    { "draft", SYMLINK_ORDER_DRAFT })),
	ROW(rename.busy_timeout, SETTING_DURATION, "0s", .max = 5),
	ROW(rename.keep_mode, SETTING_BOOL, "false", .words = booleans),
	ROW(rename.open_handles, SETTING_CHOICE, "keep",
	    WORDS({ "keep", HANDLES_KEEP }, { "reopen", HANDLES_REOPEN },
	    { "close", HANDLES_CLOSE }), .warns = HANDLES_CLOSE,
	    .warning = "what a client writes after the rename is lost; reopen "
	    "keeps it"),
	ROW(rename.overwrite, SETTING_CHOICE, "if-asked",
	    WORDS({ "if-asked", OVERWRITE_IF_ASKED },
	    { "always", OVERWRITE_ALWAYS }, { "never", OVERWRITE_NEVER }),
	    .restricts = OVERWRITE_NEVER),
	ROW(rename.when, SETTING_CHOICE, "refused",
	    WORDS({ "refused", RENAME_WHEN_REFUSED },
	    { "always", RENAME_WHEN_ALWAYS }), .needs = "rename.open_handles"),
	ROW(root, SETTING_ROOT, .unset_word = "none", .restricts = ANY_CHANGE,
	    .valid = expand_is_root,
	    .says = "an absolute path below /, without . and .."),
	ROW(sandbox, SETTING_CHOICE, "auto", WORDS({ "auto", SANDBOX_AUTO },
	    { "require", SANDBOX_REQUIRE }, { "off", SANDBOX_OFF })),
	NAMED("session.access", session.reject, SETTING_CHOICE, "allow",
	    WORDS({ "allow", 0 }, { "refuse", 1 }), .restricts = 1),
	ROW(session.idle_timeout, SETTING_DURATION, .unset_word = "none",
	    .min = 1, .max = YEAR),
	ROW(session.max_time, SETTING_DURATION, .unset_word = "none", .min = 1,
	    .max = YEAR),
	ROW(session.message, SETTING_TEXT, .unset_word = "none",
	    .needs = "session.access"),
	ROW(session.title, SETTING_BOOL, "true", .words = booleans),
	ROW(setstat.mode, SETTING_CHOICE, "apply", .words = applies,
	    .restricts = APPLY_REFUSE),
	NAMED("setstat.on_error", setstat.ignore_denied, SETTING_CHOICE,
	    "report", WORDS({ "report", 0 }, { "ignore-denied", 1 })),
	ROW(setstat.owner, SETTING_CHOICE, "apply", .words = applies,
	    .restricts = APPLY_REFUSE),
	ROW(setstat.size, SETTING_CHOICE, "apply", .words = applies,
	    .restricts = APPLY_REFUSE),
	ROW(setstat.times, SETTING_CHOICE, "apply", .words = applies,
	    .restricts = APPLY_REFUSE),
	ROW(start_dir, SETTING_PATH, .unset_word = "home", .flag = 'd'),
};
const size_t settings_count = sizeof(settings) / sizeof(settings[0]);
