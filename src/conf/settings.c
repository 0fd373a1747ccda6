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

#define MEMBER(m)	.offset = offsetof(struct policy, m), \
			.width = sizeof(((struct policy *)NULL)->m)
/* The words of a choice, and the values they stand for. */
#define WORDS(...)	.words = (const struct word[]){ __VA_ARGS__, { 0 } }

#define YEAR		(366LL * 24 * 60 * 60)

const struct setting settings[] = {
	{ "access.allow", SETTING_REQUESTS, .unset_word = "all",
	    .combine = INTERSECTS, .restricts = "*", .flag = 'p',
	    MEMBER(access.allow) },
	{ "access.deny", SETTING_REQUESTS, .unset_word = "none",
	    .combine = ADDS_UP, .restricts = "*", .flag = 'P',
	    MEMBER(access.deny) },
	{ "access.listings", SETTING_CHOICE, "full",
	    WORDS({ "full", LISTINGS_FULL }, { "empty", LISTINGS_EMPTY },
	    { "permitted", LISTINGS_PERMITTED }),
	    .restricts = "*", MEMBER(access.listings) },
	{ "access.own_rights", SETTING_RIGHTS, .unset_word = "none",
	    .combine = INTERSECTS, MEMBER(access.own_rights) },
	{ "access.protect_startup", SETTING_BOOL, .unset_word = "restricted",
	    .unset_number = STARTUP_IF_RESTRICTED,
	    WORDS({ "false", 0 }, { "true", 1 },
	    { "restricted", STARTUP_IF_RESTRICTED }),
	    .restricts = "true", MEMBER(access.protect_startup) },
	{ "access.read_only", SETTING_BOOL, "false", .words = booleans,
	    .restricts = "true", .flag = 'R', MEMBER(access.read_only) },
	{ "access.rights", SETTING_RIGHTS, .unset_word = "all",
	    .unset_number = RIGHTS_ALL, .combine = INTERSECTS,
	    .restricts = "*", MEMBER(access.rights) },
	{ "files.atomic", SETTING_CHOICE, "no",
	    WORDS({ "no", ATOMIC_NO }, { "yes", ATOMIC_YES },
	    { "keep", ATOMIC_KEEP }), MEMBER(files.atomic) },
	{ "files.dir_mode", SETTING_MODE, .unset_word = "none",
	    MEMBER(files.dir_mode) },
	{ "files.fsync", SETTING_BOOL, "false", .words = booleans,
	    MEMBER(files.fsync) },
	{ "files.group", SETTING_GROUP, .unset_word = "none",
	    MEMBER(files.group) },
	{ "files.hide", SETTING_NAMES, .unset_word = "none", .combine = ADDS_UP,
	    .restricts = "*", .valid = is_name_list,
	    .says = "names or patterns of names, without a slash",
	    MEMBER(files.hide) },
	{ "files.mode", SETTING_MODE, .unset_word = "none", .flag = 'm',
	    MEMBER(files.mode) },
	{ "files.symlinks", SETTING_CHOICE, "follow",
	    WORDS({ "follow", SYMLINKS_FOLLOW },
	    { "no-create", SYMLINKS_NO_CREATE },
	    { "no-follow", SYMLINKS_NO_FOLLOW }),
	    .restricts = "*", MEMBER(files.symlinks) },
	{ "files.umask", SETTING_OCTAL, .unset_word = "process",
	    .unset_number = -1, .max = 0777, .flag = 'u', MEMBER(files.umask) },
	{ "files.zero_copy", SETTING_BOOL, "false", .words = booleans,
	    MEMBER(files.zero_copy) },
	{ "limits.file_size", SETTING_SIZE, .unset_word = "none", .min = 1,
	    .max = 1LL << 60, .restricts = "*", MEMBER(limits.file_size) },
	{ "limits.handles", SETTING_NUMBER, .unset_word = "none", .min = 1,
	    .max = 1 << 20, MEMBER(limits.handles) },
	{ "limits.read_rate", SETTING_SIZE, .unset_word = "none", .min = 1024,
	    .max = 1LL << 40, MEMBER(limits.read_rate) },
	{ "limits.write_rate", SETTING_SIZE, .unset_word = "none", .min = 1024,
	    .max = 1LL << 40, MEMBER(limits.write_rate) },
	{ "log.checksum", SETTING_CHOICE, "none",
	    WORDS({ "none", CHECKSUM_NONE }, { "sha256", CHECKSUM_SHA256 }),
	    .needs = "log.transfers", MEMBER(log.checksum) },
	{ "log.facility", SETTING_CHOICE, "AUTH", .words = log_facilities,
	    .flag = 'f', MEMBER(log.facility) },
	{ "log.level", SETTING_CHOICE, "ERROR", .words = log_levels,
	    .flag = 'l', MEMBER(log.level) },
	{ "log.transfers", SETTING_TEXT, .unset_word = "none",
	    .valid = is_log_target, .says = "syslog, or the absolute path "
	    "of a socket", MEMBER(log.transfers) },
	{ "paths", SETTING_PATHS, .unset_word = "none", .combine = ADDS_UP,
	    .valid = path_rules_is_pattern, .says = "an absolute path or "
	    "pattern, without ., .. and **, for what it matches and all "
	    "below", MEMBER(paths) },
	{ "protocol.charset", SETTING_TEXT, .unset_word = "none",
	    .needs = "protocol.max_version", MEMBER(protocol.charset) },
	{ "protocol.hide_extensions", SETTING_NAMES, .unset_word = "none",
	    .combine = ADDS_UP, MEMBER(protocol.hide_extensions) },
	{ "protocol.max_packet", SETTING_SIZE, "256K", .min = 66560,
	    .max = 1 << 20, MEMBER(protocol.max_packet) },
	{ "protocol.max_read", SETTING_SIZE, "255K", .min = 65536,
	    .max = 1 << 20, MEMBER(protocol.max_read) },
	{ "protocol.max_version", SETTING_NUMBER, "3", .min = 3, .max = 6,
	    MEMBER(protocol.max_version) },
	{ "protocol.messages", SETTING_CHOICE, "system",
	    WORDS({ "system", MESSAGES_SYSTEM },
	    { "openssh", MESSAGES_OPENSSH }), MEMBER(protocol.messages) },
	{ "protocol.symlink_order", SETTING_CHOICE, "openssh",
	    WORDS({ "openssh", SYMLINK_ORDER_OPENSSH },
	    { "draft", SYMLINK_ORDER_DRAFT }), MEMBER(protocol.symlink_order) },
	{ "rename.busy_timeout", SETTING_DURATION, "0s", .max = 5, .unit = 1000,
	    MEMBER(rename.busy_timeout) },
	{ "rename.keep_mode", SETTING_BOOL, "false", .words = booleans,
	    MEMBER(rename.keep_mode) },
	{ "rename.open_handles", SETTING_CHOICE, "keep",
	    WORDS({ "keep", HANDLES_KEEP }, { "reopen", HANDLES_REOPEN },
	    { "close", HANDLES_CLOSE }),
	    .warns = "close", .warning = "what a client writes after the "
	    "rename is lost; reopen keeps it", MEMBER(rename.open_handles) },
	{ "rename.overwrite", SETTING_CHOICE, "if-asked",
	    WORDS({ "if-asked", OVERWRITE_IF_ASKED },
	    { "always", OVERWRITE_ALWAYS }, { "never", OVERWRITE_NEVER }),
	    .restricts = "never", MEMBER(rename.overwrite) },
	{ "rename.when", SETTING_CHOICE, "refused",
	    WORDS({ "refused", RENAME_WHEN_REFUSED },
	    { "always", RENAME_WHEN_ALWAYS }),
	    .needs = "rename.open_handles", MEMBER(rename.when) },
	{ "root", SETTING_ROOT, .unset_word = "none", .restricts = "*",
	    .valid = expand_is_root,
	    .says = "an absolute path below /, without . and ..",
	    MEMBER(root) },
	{ "sandbox", SETTING_CHOICE, "auto",
	    WORDS({ "auto", SANDBOX_AUTO }, { "require", SANDBOX_REQUIRE },
	    { "off", SANDBOX_OFF }), MEMBER(sandbox) },
	{ "session.access", SETTING_CHOICE, "allow",
	    WORDS({ "allow", 0 }, { "refuse", 1 }),
	    .restricts = "refuse", MEMBER(session.reject) },
	{ "session.idle_timeout", SETTING_DURATION, .unset_word = "none",
	    .min = 1, .max = YEAR, MEMBER(session.idle_timeout) },
	{ "session.max_time", SETTING_DURATION, .unset_word = "none", .min = 1,
	    .max = YEAR, MEMBER(session.max_time) },
	{ "session.message", SETTING_TEXT, .unset_word = "none",
	    .needs = "session.access", MEMBER(session.message) },
	{ "session.title", SETTING_BOOL, "true", .words = booleans,
	    MEMBER(session.title) },
	{ "setstat.mode", SETTING_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.mode) },
	{ "setstat.on_error", SETTING_CHOICE, "report",
	    WORDS({ "report", 0 }, { "ignore-denied", 1 }),
	    MEMBER(setstat.ignore_denied) },
	{ "setstat.owner", SETTING_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.owner) },
	{ "setstat.size", SETTING_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.size) },
	{ "setstat.times", SETTING_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.times) },
	{ "start_dir", SETTING_PATH, .unset_word = "home", .flag = 'd',
	    MEMBER(start_dir) },
};
const size_t settings_count = sizeof(settings) / sizeof(settings[0]);
