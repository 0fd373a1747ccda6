/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "conf/expand.h"
#include "conf/path_rules.h"
#include "conf/setting.h"
#include "policy/policy.h"
#include "policy/rights.h"

static const struct word booleans[] = {
	{ "false", 0, NULL }, { "true", 1, NULL }, { 0 }
};
static const struct word accesses[] = {
	{ "allow", 0, NULL }, { "refuse", 1, NULL }, { 0 }
};
static const struct word levels[] = {
	{ "QUIET", 0, NULL }, { "FATAL", 1, NULL }, { "ERROR", 2, NULL },
	{ "INFO", 3, NULL }, { "VERBOSE", 4, NULL }, { "DEBUG", 5, NULL },
	{ "DEBUG1", 5, NULL }, { "DEBUG2", 6, NULL }, { "DEBUG3", 7, NULL },
	{ 0 }
};
static const struct word facilities[] = {
	{ "DAEMON", LOG_DAEMON, NULL }, { "USER", LOG_USER, NULL },
	{ "AUTH", LOG_AUTH, NULL }, { "AUTHPRIV", LOG_AUTHPRIV, NULL },
	{ "LOCAL0", LOG_LOCAL0, NULL }, { "LOCAL1", LOG_LOCAL1, NULL },
	{ "LOCAL2", LOG_LOCAL2, NULL }, { "LOCAL3", LOG_LOCAL3, NULL },
	{ "LOCAL4", LOG_LOCAL4, NULL }, { "LOCAL5", LOG_LOCAL5, NULL },
	{ "LOCAL6", LOG_LOCAL6, NULL }, { "LOCAL7", LOG_LOCAL7, NULL },
	{ 0 }
};
static const struct word messages[] = {
	{ "system", MESSAGES_SYSTEM, NULL },
	{ "openssh", MESSAGES_OPENSSH, NULL }, { 0 }
};
static const struct word orders[] = {
	{ "openssh", SYMLINK_ORDER_OPENSSH, NULL },
	{ "draft", SYMLINK_ORDER_DRAFT, NULL }, { 0 }
};
static const struct word overwrites[] = {
	{ "if-asked", OVERWRITE_IF_ASKED, NULL },
	{ "always", OVERWRITE_ALWAYS, NULL },
	{ "never", OVERWRITE_NEVER, NULL }, { 0 }
};
static const struct word open_handles[] = {
	{ "keep", HANDLES_KEEP, NULL }, { "reopen", HANDLES_REOPEN, NULL },
	{ "close", HANDLES_CLOSE, "what a client writes after the rename is "
	    "lost; reopen keeps it" }, { 0 }
};
static const struct word whens[] = {
	{ "refused", RENAME_WHEN_REFUSED, NULL },
	{ "always", RENAME_WHEN_ALWAYS, NULL }, { 0 }
};
static const struct word applies[] = {
	{ "apply", APPLY, NULL }, { "ignore", APPLY_IGNORE, NULL },
	{ "refuse", APPLY_REFUSE, NULL }, { 0 }
};
static const struct word on_errors[] = {
	{ "report", 0, NULL }, { "ignore-denied", 1, NULL }, { 0 }
};
static const struct word startup[] = {
	{ "false", 0, NULL }, { "true", 1, NULL },
	{ "restricted", STARTUP_IF_RESTRICTED, NULL }, { 0 }
};
static const struct word listings[] = {
	{ "full", 0, NULL }, { "empty", 1, NULL }, { 0 }
};
static const struct word atomics[] = {
	{ "no", ATOMIC_NO, NULL }, { "yes", ATOMIC_YES, NULL },
	{ "keep", ATOMIC_KEEP, NULL }, { 0 }
};
static const struct word symlinks[] = {
	{ "follow", SYMLINKS_FOLLOW, NULL },
	{ "no-create", SYMLINKS_NO_CREATE, NULL },
	{ "no-follow", SYMLINKS_NO_FOLLOW, NULL }, { 0 }
};
static const struct word sandboxes[] = {
	{ "auto", SANDBOX_AUTO, NULL }, { "require", SANDBOX_REQUIRE, NULL },
	{ "off", SANDBOX_OFF, NULL }, { 0 }
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
#define YEAR		(366LL * 24 * 60 * 60)

const struct knob knobs[] = {
	{ "access.allow", KNOB_REQUESTS, .none = "all", .combine = INTERSECTS,
	    .restricts = "*", .flag = 'p', MEMBER(access.allow) },
	{ "access.deny", KNOB_REQUESTS, .none = "none", .combine = ADDS_UP,
	    .restricts = "*", .flag = 'P', MEMBER(access.deny) },
	{ "access.listings", KNOB_CHOICE, "full", .words = listings,
	    .restricts = "empty", MEMBER(access.empty_listings) },
	{ "access.own_rights", KNOB_RIGHTS, .none = "none",
	    .combine = INTERSECTS, MEMBER(access.own_rights) },
	{ "access.protect_startup", KNOB_BOOL, .none = "restricted",
	    .none_number = STARTUP_IF_RESTRICTED, .words = startup,
	    .restricts = "true", MEMBER(access.protect_startup) },
	{ "access.read_only", KNOB_BOOL, "false", .words = booleans,
	    .restricts = "true", .flag = 'R', MEMBER(access.read_only) },
	{ "access.rights", KNOB_RIGHTS, .none = "all",
	    .none_number = RIGHTS_ALL, .combine = INTERSECTS,
	    .restricts = "*", MEMBER(access.rights) },
	{ "files.atomic", KNOB_CHOICE, "no", .words = atomics,
	    MEMBER(files.atomic) },
	{ "files.dir_mode", KNOB_MODE, .none = "none",
	    MEMBER(files.dir_mode) },
	{ "files.fsync", KNOB_BOOL, "false", .words = booleans,
	    MEMBER(files.fsync) },
	{ "files.hide", KNOB_NAMES, .none = "none", .combine = ADDS_UP,
	    .restricts = "*", .valid = is_name_list,
	    .says = "names or patterns of names, without a slash",
	    MEMBER(files.hide) },
	{ "files.mode", KNOB_MODE, .none = "none", .flag = 'm',
	    MEMBER(files.mode) },
	{ "files.symlinks", KNOB_CHOICE, "follow", .words = symlinks,
	    .restricts = "*", MEMBER(files.symlinks) },
	{ "files.umask", KNOB_OCTAL, .none = "process", .none_number = -1,
	    .max = 0777, .flag = 'u', MEMBER(files.umask) },
	{ "limits.file_size", KNOB_SIZE, .none = "none", .min = 1,
	    .max = 1LL << 60, .restricts = "*", MEMBER(limits.file_size) },
	{ "limits.handles", KNOB_NUMBER, .none = "none", .min = 1,
	    .max = 1 << 20, MEMBER(limits.handles) },
	{ "limits.read_rate", KNOB_SIZE, .none = "none", .min = 1024,
	    .max = 1LL << 40, MEMBER(limits.read_rate) },
	{ "limits.write_rate", KNOB_SIZE, .none = "none", .min = 1024,
	    .max = 1LL << 40, MEMBER(limits.write_rate) },
	{ "log.facility", KNOB_CHOICE, "AUTH", .words = facilities,
	    .flag = 'f', MEMBER(log.facility) },
	{ "log.level", KNOB_CHOICE, "ERROR", .words = levels,
	    .flag = 'l', MEMBER(log.level) },
	{ "log.transfers", KNOB_TEXT, .none = "none", .valid = is_log_target,
	    .says = "syslog, or the absolute path of a socket",
	    MEMBER(log.transfers) },
	{ "paths", KNOB_PATHS, .none = "none", .combine = ADDS_UP,
	    .valid = paths_is_pattern, .says = "an absolute path or pattern, "
	    "without ., .. and **, for what it matches and all below",
	    MEMBER(paths) },
	{ "protocol.charset", KNOB_TEXT, .none = "none",
	    .needs = "protocol.max_version", MEMBER(protocol.charset) },
	{ "protocol.hide_extensions", KNOB_NAMES, .none = "none",
	    .combine = ADDS_UP, MEMBER(protocol.hide_extensions) },
	{ "protocol.max_packet", KNOB_SIZE, "256K", .min = 66560,
	    .max = 1 << 20, MEMBER(protocol.max_packet) },
	{ "protocol.max_read", KNOB_SIZE, "255K", .min = 65536,
	    .max = 1 << 20, MEMBER(protocol.max_read) },
	{ "protocol.max_version", KNOB_NUMBER, "3", .min = 3, .max = 6,
	    MEMBER(protocol.max_version) },
	{ "protocol.messages", KNOB_CHOICE, "system", .words = messages,
	    MEMBER(protocol.messages) },
	{ "protocol.symlink_order", KNOB_CHOICE, "openssh", .words = orders,
	    MEMBER(protocol.symlink_order) },
	{ "rename.busy_timeout", KNOB_DURATION, "0s", .max = 5, .unit = 1000,
	    MEMBER(rename.busy_timeout) },
	{ "rename.open_handles", KNOB_CHOICE, "keep", .words = open_handles,
	    MEMBER(rename.open_handles) },
	{ "rename.overwrite", KNOB_CHOICE, "if-asked", .words = overwrites,
	    .restricts = "never", MEMBER(rename.overwrite) },
	{ "rename.when", KNOB_CHOICE, "refused", .words = whens,
	    .needs = "rename.open_handles", MEMBER(rename.when) },
	{ "root", KNOB_ROOT, .none = "none", .restricts = "*",
	    .valid = expand_is_root,
	    .says = "an absolute path below /, without . and ..",
	    MEMBER(root) },
	{ "sandbox", KNOB_CHOICE, "auto", .words = sandboxes,
	    MEMBER(sandbox) },
	{ "session.access", KNOB_CHOICE, "allow", .words = accesses,
	    .restricts = "refuse", MEMBER(session.refuse) },
	{ "session.idle_timeout", KNOB_DURATION, .none = "none", .min = 1,
	    .max = YEAR, MEMBER(session.idle_timeout) },
	{ "session.max_time", KNOB_DURATION, .none = "none", .min = 1,
	    .max = YEAR, MEMBER(session.max_time) },
	{ "session.message", KNOB_TEXT, .none = "none",
	    .needs = "session.access", MEMBER(session.message) },
	{ "session.title", KNOB_BOOL, "true", .words = booleans,
	    MEMBER(session.title) },
	{ "setstat.mode", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.mode) },
	{ "setstat.on_error", KNOB_CHOICE, "report", .words = on_errors,
	    MEMBER(setstat.ignore_denied) },
	{ "setstat.owner", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.owner) },
	{ "setstat.size", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.size) },
	{ "setstat.times", KNOB_CHOICE, "apply", .words = applies,
	    .restricts = "refuse", MEMBER(setstat.times) },
	{ "start_dir", KNOB_PATH, .none = "home", .flag = 'd',
	    MEMBER(start_dir) },
};
const size_t knob_count = sizeof(knobs) / sizeof(knobs[0]);
