/* SPDX-License-Identifier: ISC */
/*
 * All requests, one kind each, in OpenSSH's order, with a form for each range
 * of versions. To read this table is to read the protocol.
 */
#include "config.h"

#include <string.h>

#include "os/digest.h"
#include "policy/rights.h"
#include "request/ops.h"
#include "request/table.h"
#include "request/upgrade.h"
#include "wire/sftp.h"

/* Every kind names the rights that it takes of the object and of the target. */
#define KIND(n, object, target, handler)				\
	.name = (n), .rights = { (object), (target) }, .run = (handler)
#define EXT(n, w, object, target, handler)				\
	KIND(n, object, target, handler), .wire = (w)
#define FORM(t, from, to, ...)						\
	.type = (t), .since = (from), .until = (to), .fields = { __VA_ARGS__ }
#define FORMS(...)							\
	.forms = (const struct request_form[]){ __VA_ARGS__, { .since = 0 } }
#define EXT_FORM(from, ...)	FORM(FXP_EXTENDED, from, 6, __VA_ARGS__)

#define INFO(text)	{ LOG_LEVEL_INFO, text }
#define VERBOSE(text)	{ LOG_LEVEL_VERBOSE, text }
#define DEBUG1(text)	{ LOG_LEVEL_DEBUG1, text }
#define DEBUG3(text)	{ LOG_LEVEL_DEBUG3, text }
#define H		"\"{handle}\" (handle {handle.number})"
#define H_UNSIGNED	"\"{handle}\" (handle {handle.unsigned})"
#define OLD_NEW		"old \"{path}\" new \"{target}\""

/*
 * Rights of which the upgrade, the flags or existing files decide which it
 * takes.
 */
#define OPENS	(RIGHT_READ | RIGHT_CREATE | RIGHT_MODIFY | RIGHT_DELETE | \
		RIGHT_SETSTAT)
#define SETS	(RIGHT_SETSTAT | RIGHT_MODIFY)
#define MAKES_DIR (RIGHT_MKDIR | RIGHT_SETSTAT)
#define LOOKS_FOR (RIGHT_LIST | RIGHT_STAT)
#define EXPANDS	RIGHTS_ALL
#define MOVES	(RIGHT_RENAME | RIGHT_DELETE | RIGHT_RMDIR)
#define COPIES	(RIGHT_CREATE | RIGHT_REPLACE | RIGHT_DELETE)
#define ARRIVES	(COPIES | RIGHT_MKDIR | RIGHT_RMDIR)
#define LINKS	(RIGHT_SYMLINK | RIGHT_LINK)
#define NEEDS_MD5	(DIGEST_HAS_MD5 ? 0 : KIND_ABSENT)

const struct request_kind table_kinds[] = {
{ KIND("open", OPENS, RIGHTS_NONE, op_open),
  .bits = KIND_OPENS | KIND_MAKES_HANDLE | KIND_RECORDED_LATER,
  .record = "open",
  .trace = DEBUG3("open flags {desired}"),
  .line = INFO("open \"{path}\" flags {pflags} mode 0{mode}"),
  FORMS(
	{ FORM(FXP_OPEN, 3, 3, PATH, DESIRED, ATTRS),
	  .upgrade = upgrade_open_v3 },
	{ FORM(FXP_OPEN, 4, 4, PATH, DESIRED, ATTRS),
	  .upgrade = upgrade_open_v4 },
	{ FORM(FXP_OPEN, 5, 5, PATH, DESIRED, FLAGS, ATTRS),
	  .upgrade = upgrade_open_v5 },
	{ FORM(FXP_OPEN, 6, 6, PATH, DESIRED, FLAGS, ATTRS),
	  .upgrade = upgrade_open_v6 }) },
{ KIND("close", RIGHTS_NONE, RIGHTS_NONE, op_close),
  .bits = KIND_ENDS_HANDLE,
  .record = "close",
  .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = DEBUG3("close handle {handle.unsigned}"),
  .line = INFO("close \"{handle}\"{handle.counts}"),
  .dir_line = INFO("closedir \"{handle}\""),
  FORMS({ FORM(FXP_CLOSE, 3, 6, HANDLE_OF_ANY) }) },
{ KIND("read", RIGHT_READ, RIGHTS_NONE, op_read),
  .bits = KIND_SETTLED,
  .lost_handle = FX_INVALID_HANDLE,
  .trace = DEBUG1("read " H " off {offset} len {count}"),
  FORMS({ FORM(FXP_READ, 3, 6, HANDLE, OFFSET, COUNT) }) },
{ KIND("write", RIGHT_MODIFY, RIGHTS_NONE, op_write),
  .bits = KIND_WRITES | KIND_SETTLED,
  .lost_handle = FX_INVALID_HANDLE,
  .trace = DEBUG1("write " H " off {offset} len {size}"),
  FORMS({ FORM(FXP_WRITE, 3, 6, HANDLE, OFFSET, DATA) }) },
{ KIND("lstat", RIGHT_STAT, RIGHTS_NONE, op_stat),
  .bits = KIND_LOOKS,
  .trace = DEBUG3("lstat"), .line = VERBOSE("lstat name \"{path}\""),
  FORMS(
	{ FORM(FXP_LSTAT, 3, 3, PATH_ITSELF) },
	{ FORM(FXP_LSTAT, 4, 6, PATH_ITSELF, WANTED) }) },
{ KIND("fstat", RIGHT_STAT, RIGHTS_NONE, op_stat),
  .trace = DEBUG1("fstat " H_UNSIGNED),
  FORMS(
	{ FORM(FXP_FSTAT, 3, 3, HANDLE_OF_ANY) },
	{ FORM(FXP_FSTAT, 4, 6, HANDLE_OF_ANY, WANTED) }) },
{ KIND("setstat", SETS, RIGHTS_NONE, op_setstat),
  .bits = KIND_WRITES | KIND_EXPLAINS,
  .record = "setstat",
  .trace = DEBUG1("setstat name \"{path}\""),
  FORMS(
	{ FORM(FXP_SETSTAT, 3, 6, PATH, ATTRS),
	  .upgrade = upgrade_setstat }) },
{ KIND("fsetstat", SETS, RIGHTS_NONE, op_fsetstat),
  .bits = KIND_WRITES,
  .record = "setstat",
  .trace = DEBUG1("fsetstat handle {handle.number}"),
  FORMS(
	{ FORM(FXP_FSETSTAT, 3, 5, HANDLE_OF_FILE, ATTRS),
	  .upgrade = upgrade_setstat },
	{ FORM(FXP_FSETSTAT, 6, 6, HANDLE_OF_ANY, ATTRS),
	  .upgrade = upgrade_setstat }) },
{ KIND("opendir", RIGHT_LIST, RIGHTS_NONE, op_opendir),
  .bits = KIND_OPENS | KIND_MAKES_HANDLE | KIND_LOOKS,
  .trace = DEBUG3("opendir"), .line = INFO("opendir \"{path}\""),
  FORMS({ FORM(FXP_OPENDIR, 3, 6, PATH) }) },
{ KIND("readdir", RIGHT_LIST, RIGHTS_NONE, op_readdir),
  .trace = DEBUG1("readdir " H),
  FORMS({ FORM(FXP_READDIR, 3, 6, HANDLE_OF_DIR) }) },
{ KIND("remove", RIGHT_DELETE, RIGHTS_NONE, op_remove),
  .bits = KIND_WRITES | KIND_EXPLAINS,
  .record = "remove",
  .trace = DEBUG3("remove"), .line = INFO("remove name \"{path}\""),
  FORMS({ FORM(FXP_REMOVE, 3, 6, PATH_OLD) }) },
{ KIND("mkdir", MAKES_DIR, RIGHTS_NONE, op_mkdir),
  .bits = KIND_WRITES | KIND_EXPLAINS,
  .record = "mkdir",
  .trace = DEBUG3("mkdir"),
  .line = INFO("mkdir name \"{path}\" mode 0{dir_mode}"),
  FORMS(
	{ FORM(FXP_MKDIR, 3, 6, PATH_NEW, ATTRS),
	  .upgrade = upgrade_mkdir }) },
{ KIND("rmdir", RIGHT_RMDIR, RIGHTS_NONE, op_rmdir),
  .bits = KIND_WRITES | KIND_EXPLAINS,
  .record = "rmdir",
  .trace = DEBUG3("rmdir"), .line = INFO("rmdir name \"{path}\""),
  FORMS({ FORM(FXP_RMDIR, 3, 6, PATH_OLD) }) },
{ KIND("realpath", RIGHT_LIST, RIGHTS_NONE, op_realpath),
  .trace = DEBUG3("realpath"), .line = VERBOSE("realpath \"{path}\""),
  FORMS(
	{ FORM(FXP_REALPATH, 3, 5, PATH_TEXT),
	  .upgrade = upgrade_realpath }) },
{ KIND("realpath", LOOKS_FOR, RIGHTS_NONE, op_realpath_v6),
  .bits = KIND_LOOKS,
  .trace = DEBUG3("realpath"), .line = VERBOSE("realpath \"{path}\""),
  FORMS(
	{ FORM(FXP_REALPATH, 6, 6, PATH_TEXT, OPTIONAL, CONTROL, MORE_PATHS),
	  .upgrade = upgrade_realpath_v6 }) },
{ KIND("stat", RIGHT_STAT, RIGHTS_NONE, op_stat),
  .bits = KIND_LOOKS,
  .trace = DEBUG3("stat"), .line = VERBOSE("stat name \"{path}\""),
  FORMS(
	{ FORM(FXP_STAT, 3, 3, PATH) },
	{ FORM(FXP_STAT, 4, 6, PATH, WANTED) }) },
{ KIND("rename", MOVES, ARRIVES, op_rename),
  .bits = KIND_WRITES | KIND_EXPLAINS | KIND_REPLACES,
  .record = "rename",
  .trace = DEBUG3("rename"), .line = INFO("rename " OLD_NEW),
  FORMS(
	{ FORM(FXP_RENAME, 3, 3, PATH_OLD, TARGET_NEW),
	  .upgrade = upgrade_rename_v3 },
	{ FORM(FXP_RENAME, 4, 4, PATH_OLD, TARGET_NEW, OPTIONAL, FLAGS),
	  .upgrade = upgrade_rename_v4, .alias = "posix-rename" },
	{ FORM(FXP_RENAME, 5, 6, PATH_OLD, TARGET_NEW, FLAGS),
	  .upgrade = upgrade_rename_v5, .alias = "posix-rename" }) },
{ KIND("readlink", RIGHT_STAT, RIGHTS_NONE, op_readlink),
  .trace = DEBUG3("readlink"), .line = VERBOSE("readlink \"{path}\""),
  FORMS({ FORM(FXP_READLINK, 3, 6, PATH_ITSELF) }) },
{ KIND("symlink", RIGHT_SYMLINK, RIGHTS_NONE, op_symlink),
  .bits = KIND_WRITES,
  .record = "symlink",
  .trace = DEBUG3("symlink"),
  .line = INFO("symlink old \"{link_text}\" new \"{path}\""),
  FORMS(
	{ FORM(FXP_SYMLINK, 3, 5, LINK_TEXT, PATH_NEW),
	  .upgrade = upgrade_symlink }) },
{ KIND("symlink", LINKS, RIGHT_LINK, op_symlink),
  .bits = KIND_WRITES,
  .record = "symlink",
  FORMS(
	{ FORM(FXP_LINK, 6, 6, PATH_NEW, LINK_TEXT, SYMBOLIC),
	  .upgrade = upgrade_link, .alias = "hardlink" }) },

{ EXT("posix-rename", "posix-rename@openssh.com", MOVES, ARRIVES, op_rename),
  .bits = KIND_WRITES | KIND_EXPLAINS | KIND_REPLACES,
  .record = "rename",
  .openssh_data = "1",
  .trace = DEBUG3("posix-rename"), .line = INFO("posix-rename " OLD_NEW),
  FORMS(
	{ EXT_FORM(3, PATH_OLD, TARGET_NEW),
	  .upgrade = upgrade_posix_rename }) },
{ EXT("statvfs", "statvfs@openssh.com", RIGHT_LIST, RIGHTS_NONE, op_statvfs),
  .openssh_data = "2",
  .trace = DEBUG3("statvfs"), .line = INFO("statvfs \"{path}\""),
  FORMS({ EXT_FORM(3, PATH) }) },
{ EXT("fstatvfs", "fstatvfs@openssh.com", RIGHT_LIST, RIGHTS_NONE, op_statvfs),
  .openssh_data = "2",
  .trace = DEBUG1("fstatvfs " H_UNSIGNED),
  FORMS({ EXT_FORM(3, HANDLE) }) },
{ EXT("hardlink", "hardlink@openssh.com", RIGHT_LINK, RIGHT_LINK, op_hardlink),
  .bits = KIND_WRITES,
  .record = "link",
  .openssh_data = "1",
  .trace = DEBUG3("hardlink"), .line = INFO("hardlink " OLD_NEW),
  FORMS({ EXT_FORM(3, PATH_ITSELF, TARGET_NEW) }) },
{ EXT("fsync", "fsync@openssh.com", RIGHTS_NONE, RIGHTS_NONE, op_fsync),
  .bits = KIND_WRITES,
  .openssh_data = "1", .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = DEBUG3("fsync (handle {handle.unsigned})"),
  .line = VERBOSE("fsync \"{handle}\""),
  FORMS({ EXT_FORM(3, HANDLE_OF_FILE) }) },
{ EXT("lsetstat", "lsetstat@openssh.com", SETS, RIGHTS_NONE, op_setstat),
  .bits = KIND_WRITES | KIND_EXPLAINS,
  .record = "setstat",
  .openssh_data = "1",
  .trace = DEBUG1("lsetstat name \"{path}\""),
  FORMS(
	{ EXT_FORM(3, PATH_ITSELF, ATTRS), .upgrade = upgrade_setstat }) },
{ EXT("limits", "limits@openssh.com", RIGHTS_NONE, RIGHTS_NONE, op_limits),
  .openssh_data = "1",
  .trace = DEBUG1("limits"),
  FORMS({ EXT_FORM(3, NOTHING) }) },
{ EXT("expand-path", "expand-path@openssh.com", EXPANDS, RIGHTS_NONE,
  op_expand_path),
  .openssh_data = "1",
  .trace = DEBUG3("expand, original \"{path}\""),
  FORMS(
	{ EXT_FORM(3, PATH_TEXT), .upgrade = upgrade_expand_path }) },
{ EXT("copy-data", "copy-data", RIGHT_READ, RIGHT_MODIFY, op_copy_data),
  .bits = KIND_WRITES,
  .record = "copy",
  .openssh_data = "1", .bad_handle_v3 = FX_NO_SUCH_FILE,
  .bad_handle = "process_extended_copy_data: bad read or write fd",
  .trace = DEBUG1("copy-data from " H " off {offset} len {length} to "
      "\"{target_handle}\" (handle {target_handle.number}) "
      "off {target_offset}"),
  FORMS(
	{ EXT_FORM(3, HANDLE, OFFSET, LENGTH, TARGET_HANDLE,
	  TARGET_OFFSET) }) },
{ EXT("home-directory", "home-directory", RIGHTS_NONE, RIGHTS_NONE,
  op_home_directory),
  .openssh_data = "1",
  .trace = DEBUG3("home-directory \"{user}\""),
  FORMS({ EXT_FORM(3, USER) }) },
{ EXT("users-groups-by-id", "users-groups-by-id@openssh.com", RIGHTS_NONE,
  RIGHTS_NONE, op_users_groups),
  .openssh_data = "1",
  FORMS({ EXT_FORM(3, USER_IDS, GROUP_IDS) }) },

/*
 * Requests that OpenSSH lacks. A kind that has the effect of one above has its
 * name, so that the same setting governs both; -Q requests lists new names
 * last.
 */
{ KIND("block", RIGHTS_NONE, RIGHTS_NONE, op_block),
  .trace = DEBUG1("block " H " off {offset} len {length}"),
  FORMS(
	{ FORM(FXP_BLOCK, 6, 6, HANDLE_OF_ANY, OFFSET, LENGTH, LOCK_MASK) }) },
{ KIND("unblock", RIGHTS_NONE, RIGHTS_NONE, op_unblock),
  .trace = DEBUG1("unblock " H " off {offset} len {length}"),
  FORMS({ FORM(FXP_UNBLOCK, 6, 6, HANDLE_OF_ANY, OFFSET, LENGTH) }) },
{ EXT("text-seek", "text-seek", RIGHT_READ, RIGHTS_NONE, op_text_seek),
  .trace = DEBUG1("text-seek " H " line {line}"),
  FORMS({ EXT_FORM(4, HANDLE, LINE) }) },
{ EXT("version-select", "version-select", RIGHTS_NONE, RIGHTS_NONE,
  op_version_select),
  .bits = KIND_UNGOVERNED | KIND_UNLISTED,
  .trace = DEBUG3("version-select \"{version}\""),
  FORMS({ EXT_FORM(3, VERSION) }) },
{ EXT("vendor-id", "vendor-id", RIGHTS_NONE, RIGHTS_NONE, op_vendor_id),
  .bits = KIND_UNGOVERNED | KIND_UNLISTED,
  .trace = DEBUG3("vendor-id \"{release}\""),
  FORMS(
	{ EXT_FORM(3, VENDOR, PRODUCT, RELEASE, BUILD) }) },
{ EXT("filename-translation-control", "filename-translation-control",
  RIGHTS_NONE, RIGHTS_NONE, op_translation_control),
  .bits = KIND_UNGOVERNED | KIND_UNLISTED,
  .trace = DEBUG3("filename-translation-control"),
  FORMS({ EXT_FORM(6, TRANSLATE) }) },
{ EXT("statvfs", "space-available", RIGHT_LIST, RIGHTS_NONE,
  op_space_available),
  .extra_pair = "space-available",
  .trace = DEBUG3("space-available"), .line = INFO("statvfs \"{path}\""),
  FORMS({ EXT_FORM(3, PATH) }) },
{ EXT("copy-data", "copy-file", RIGHT_READ, COPIES, op_copy_file),
  .bits = KIND_WRITES,
  .record = "copy",
  .extra_pair = "copy-file",
  .trace = DEBUG3("copy-file"), .line = INFO("copy-file " OLD_NEW),
  FORMS(
	{ EXT_FORM(3, PATH, TARGET_NEW, OVERWRITE),
	  .upgrade = upgrade_copy_file }) },
{ EXT("realpath", "get-temp-folder", RIGHT_LIST, RIGHTS_NONE,
  op_get_temp_folder),
  .bits = KIND_UNROOTED,
  .trace = DEBUG3("get-temp-folder"),
  FORMS({ EXT_FORM(3, NOTHING), .upgrade = upgrade_temp_folder }) },
{ EXT("mkdir", "make-temp-folder", RIGHT_MKDIR, RIGHTS_NONE,
  op_make_temp_folder),
  .bits = KIND_WRITES | KIND_UNROOTED,
  .record = "mkdir",
  .trace = DEBUG3("make-temp-folder"),
  FORMS({ EXT_FORM(3, NOTHING), .upgrade = upgrade_temp_folder }) },
{ EXT("read", "check-file-name", RIGHT_READ, RIGHTS_NONE, op_check_file),
  .bits = KIND_OPENS,
  .extra_pair = "check-file",
  .trace = DEBUG3("check-file"), .line = INFO("check-file \"{path}\""),
  FORMS(
	{ EXT_FORM(3, PATH, ALGORITHMS, OFFSET, LENGTH, BLOCK_SIZE) }) },
{ EXT("read", "check-file-handle", RIGHT_READ, RIGHTS_NONE, op_check_file),
  .extra_pair = "check-file", .lost_handle = FX_INVALID_HANDLE,
  .trace = DEBUG1("check-file " H " off {offset} len {length}"),
  FORMS(
	{ EXT_FORM(3, HANDLE, ALGORITHMS, OFFSET, LENGTH, BLOCK_SIZE) }) },
{ EXT("read", "md5-hash", RIGHT_READ, RIGHTS_NONE, op_md5_hash),
  .bits = KIND_OPENS | NEEDS_MD5,
  .trace = DEBUG3("md5-hash"), .line = INFO("md5-hash \"{path}\""),
  FORMS({ EXT_FORM(5, PATH, OFFSET, LENGTH, DATA) }) },
{ EXT("read", "md5-hash-handle", RIGHT_READ, RIGHTS_NONE, op_md5_hash),
  .bits = NEEDS_MD5,
  .lost_handle = FX_INVALID_HANDLE,
  .trace = DEBUG1("md5-hash " H " off {offset} len {length}"),
  FORMS({ EXT_FORM(5, HANDLE, OFFSET, LENGTH, DATA) }) },
{ EXT("read", "ranges@asyncssh.com", RIGHT_READ, RIGHTS_NONE, op_ranges),
  .extra_pair = "ranges@asyncssh.com", .lost_handle = FX_INVALID_HANDLE,
  .trace = DEBUG1("ranges " H " off {offset} len {length}"),
  FORMS({ EXT_FORM(3, HANDLE, OFFSET, LENGTH) }) },
};
const size_t table_len = nitems(table_kinds);

const struct request_form *
table_form(const struct request_kind *kind, int version)
{
	const struct request_form *form;

	if ((kind->bits & KIND_ABSENT) != 0)
		return NULL;
	TABLE_EACH_FORM(form, kind)
		if (version >= form->since && version <= form->until)
			return form;
	return NULL;
}

static void
table_index(struct table_index *index, int version)
{
	const struct request_kind *kind;
	const struct request_form *form;

	*index = (struct table_index){ .version = version };
	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		if (kind->wire != NULL)
			continue;
		form = table_form(kind, version);
		if (form == NULL || index->of[form->type].kind != NULL)
			continue;
		index->of[form->type].kind = kind;
		index->of[form->type].form = form;
	}
}

bool
table_find(struct table_index *index, struct request *q, uint8_t type,
    int version)
{
	if (index->version != version)
		table_index(index, version);
	if (type >= TABLE_TYPES || index->of[type].kind == NULL)
		return false;
	q->kind = index->of[type].kind;
	q->form = index->of[type].form;
	return true;
}

bool
table_find_extended(struct request *q, struct slice name, int version)
{
	const struct request_kind *kind;

	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		if (kind->wire == NULL || strlen(kind->wire) != name.len ||
		    memcmp(kind->wire, name.p, name.len) != 0)
			continue;
		if ((q->form = table_form(kind, version)) != NULL) {
			q->kind = kind;
			return true;
		}
	}
	return false;
}

const struct request_kind *
table_named(const char *name)
{
	size_t i = 0;

	/* Callers ask only for names in the table. */
	while (strcmp(table_kinds[i].name, name) != 0)
		i++;
	return &table_kinds[i];
}

void
table_names(const char *names[REQUEST_NAMES_MAX])
{
	const struct request_kind *kind;
	size_t i, n = 0;

	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		for (i = 0; i < n && strcmp(names[i], kind->name) != 0; i++)
			;
		if (i == n && (kind->bits & KIND_UNGOVERNED) == 0 &&
		    n < REQUEST_NAMES_MAX - 1)
			names[n++] = kind->name;
	}
	names[n] = NULL;
}
