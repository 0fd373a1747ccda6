/* SPDX-License-Identifier: ISC */
/*
 * What a client can ask, one row each, in OpenSSH's order; rows of one type
 * differ in their versions. To read this table is to read the protocol.
 */
#include "config.h"

#include <string.h>

#include "os/digest.h"
#include "policy/rights.h"
#include "request/ops.h"
#include "request/table.h"
#include "request/upgrade.h"
#include "wire/sftp.h"

/* Nobody adds a row without saying what it takes of its first two operands. */
#define ROW(n, t, from, to, s, first, second, handler)			\
	.name = (n), .type = (t), .since = (from), .until = (to),	\
	.shape = (s), .rights = { (first), (second) }, .run = (handler)
#define EXT(n, w, from, s, first, second, handler)			\
	.name = (n), .wire = (w), .type = FXP_EXTENDED,			\
	.since = (from), .until = 6, .shape = (s),			\
	.rights = { (first), (second) }, .run = (handler)

/* Where the lift, the flags or what is there decide which of these it is. */
#define OPENS	(RIGHT_READ | RIGHT_CREATE | RIGHT_MODIFY | RIGHT_DELETE | \
		RIGHT_SETSTAT)
#define SETS	(RIGHT_SETSTAT | RIGHT_MODIFY)
#define MAKES_DIR (RIGHT_MKDIR | RIGHT_SETSTAT)
#define LOOKS_FOR RIGHTS_ALL
#define EXPANDS	RIGHTS_ALL
#define MOVES	(RIGHT_RENAME | RIGHT_DELETE | RIGHT_RMDIR)
#define COPIES	(RIGHT_CREATE | RIGHT_REPLACE | RIGHT_DELETE)
#define ARRIVES	(COPIES | RIGHT_MKDIR | RIGHT_RMDIR)
#define LINKS	(RIGHT_SYMLINK | RIGHT_LINK)

const struct request_row table_rows[] = {
{ ROW("open", FXP_OPEN, 3, 3, "Pna",
  OPENS, RIGHTS_NONE, op_open),
  .record = "open",
  .opens = true, .upgrade = upgrade_open_v3,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 4, 4, "Pna",
  OPENS, RIGHTS_NONE, op_open),
  .record = "open",
  .opens = true, .upgrade = upgrade_open_v4,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 5, 5, "Pnna",
  OPENS, RIGHTS_NONE, op_open),
  .record = "open",
  .opens = true, .upgrade = upgrade_open_v5,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 6, 6, "Pnna",
  OPENS, RIGHTS_NONE, op_open),
  .record = "open",
  .opens = true, .upgrade = upgrade_open_v6,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("close", FXP_CLOSE, 3, 6, "e",
  RIGHTS_NONE, RIGHTS_NONE, op_close),
  .record = "close",
  .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3close handle %u", .line = "C" },
{ ROW("read", FXP_READ, 3, 6, "hon",
  RIGHT_READ, RIGHTS_NONE, op_read),
  .lost_handle = FX_INVALID_HANDLE,
  .trace = "1read \"%h\" (handle %n) off %o len %c" },
{ ROW("write", FXP_WRITE, 3, 6, "hod",
  RIGHT_MODIFY, RIGHTS_NONE, op_write),
  .writes = true, .lost_handle = FX_INVALID_HANDLE,
  .trace = "1write \"%h\" (handle %n) off %o len %s" },
{ ROW("lstat", FXP_LSTAT, 3, 3, "p",
  RIGHT_STAT, RIGHTS_NONE, op_stat),
  .dirs = true, .trace = "3lstat", .line = "Vlstat name \"%p\"" },
{ ROW("lstat", FXP_LSTAT, 4, 6, "pn",
  RIGHT_STAT, RIGHTS_NONE, op_stat),
  .dirs = true, .upgrade = upgrade_stat_v4,
  .trace = "3lstat", .line = "Vlstat name \"%p\"" },
{ ROW("fstat", FXP_FSTAT, 3, 3, "e",
  RIGHT_STAT, RIGHTS_NONE, op_fstat),
  .trace = "1fstat \"%h\" (handle %u)" },
{ ROW("fstat", FXP_FSTAT, 4, 6, "en",
  RIGHT_STAT, RIGHTS_NONE, op_fstat),
  .upgrade = upgrade_stat_v4,
  .trace = "1fstat \"%h\" (handle %u)" },
{ ROW("setstat", FXP_SETSTAT, 3, 6, "Pa",
  SETS, RIGHTS_NONE, op_setstat),
  .record = "setstat", .candid = true,
  .writes = true, .upgrade = upgrade_setstat,
  .trace = "1setstat name \"%p\"" },
{ ROW("fsetstat", FXP_FSETSTAT, 3, 5, "Fa",
  SETS, RIGHTS_NONE, op_fsetstat),
  .record = "setstat",
  .writes = true, .upgrade = upgrade_setstat,
  .trace = "1fsetstat handle %n" },
{ ROW("fsetstat", FXP_FSETSTAT, 6, 6, "ea",
  SETS, RIGHTS_NONE, op_fsetstat),
  .record = "setstat",
  .writes = true, .upgrade = upgrade_setstat,
  .trace = "1fsetstat handle %n" },
{ ROW("opendir", FXP_OPENDIR, 3, 6, "P",
  RIGHT_LIST, RIGHTS_NONE, op_opendir),
  .dirs = true, .opens = true,
  .trace = "3opendir", .line = "Iopendir \"%p\"" },
{ ROW("readdir", FXP_READDIR, 3, 6, "D",
  RIGHT_LIST, RIGHTS_NONE, op_readdir),
  .trace = "1readdir \"%h\" (handle %n)" },
{ ROW("remove", FXP_REMOVE, 3, 6, "x",
  RIGHT_DELETE, RIGHTS_NONE, op_remove),
  .record = "remove", .candid = true,
  .writes = true,
  .trace = "3remove", .line = "Iremove name \"%p\"" },
{ ROW("mkdir", FXP_MKDIR, 3, 6, "ca",
  MAKES_DIR, RIGHTS_NONE, op_mkdir),
  .record = "mkdir", .candid = true,
  .writes = true, .upgrade = upgrade_mkdir,
  .trace = "3mkdir", .line = "Imkdir name \"%p\" mode 0%m" },
{ ROW("rmdir", FXP_RMDIR, 3, 6, "x",
  RIGHT_RMDIR, RIGHTS_NONE, op_rmdir),
  .record = "rmdir", .candid = true,
  .writes = true,
  .trace = "3rmdir", .line = "Irmdir name \"%p\"" },
{ ROW("realpath", FXP_REALPATH, 3, 5, "R",
  RIGHT_LIST, RIGHTS_NONE, op_realpath),
  .upgrade = upgrade_realpath,
  .trace = "3realpath", .line = "Vrealpath \"%p\"" },
{ ROW("realpath", FXP_REALPATH, 6, 6, "R?br",
  LOOKS_FOR, RIGHTS_NONE, op_realpath_v6),
  .dirs = true, .upgrade = upgrade_realpath_v6,
  .trace = "3realpath", .line = "Vrealpath \"%p\"" },
{ ROW("stat", FXP_STAT, 3, 3, "P",
  RIGHT_STAT, RIGHTS_NONE, op_stat),
  .dirs = true, .trace = "3stat", .line = "Vstat name \"%p\"" },
{ ROW("stat", FXP_STAT, 4, 6, "Pn",
  RIGHT_STAT, RIGHTS_NONE, op_stat),
  .dirs = true, .upgrade = upgrade_stat_v4,
  .trace = "3stat", .line = "Vstat name \"%p\"" },
{ ROW("rename", FXP_RENAME, 3, 3, "xc",
  MOVES, ARRIVES, op_rename),
  .record = "rename", .candid = true,
  .writes = true, .upgrade = upgrade_rename_v3,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("rename", FXP_RENAME, 4, 4, "xc?n",
  MOVES, ARRIVES, op_rename),
  .record = "rename", .candid = true,
  .alias = "posix-rename", .writes = true, .upgrade = upgrade_rename_v4,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("rename", FXP_RENAME, 5, 6, "xcn",
  MOVES, ARRIVES, op_rename),
  .record = "rename", .candid = true,
  .alias = "posix-rename", .writes = true, .upgrade = upgrade_rename_v5,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("readlink", FXP_READLINK, 3, 6, "p",
  RIGHT_STAT, RIGHTS_NONE, op_readlink),
  .trace = "3readlink", .line = "Vreadlink \"%p\"" },
{ ROW("symlink", FXP_SYMLINK, 3, 5, "pp",
  RIGHT_SYMLINK, RIGHTS_NONE, op_symlink),
  .record = "symlink",
  .writes = true, .upgrade = upgrade_symlink,
  .trace = "3symlink", .line = "Isymlink old \"%t\" new \"%p\"" },
{ ROW("symlink", FXP_LINK, 6, 6, "clb",
  LINKS, RIGHT_LINK, op_symlink),
  .record = "symlink",
  .alias = "hardlink", .writes = true, .upgrade = upgrade_link },

{ EXT("posix-rename", "posix-rename@openssh.com", 3, "xc",
  MOVES, ARRIVES, op_rename),
  .record = "rename", .candid = true,
  .pair = "1", .writes = true, .upgrade = upgrade_posix_rename,
  .trace = "3posix-rename", .line = "Iposix-rename old \"%p\" new \"%q\"" },
{ EXT("statvfs", "statvfs@openssh.com", 3, "P",
  RIGHT_LIST, RIGHTS_NONE, op_statvfs),
  .pair = "2",
  .trace = "3statvfs", .line = "Istatvfs \"%p\"" },
{ EXT("fstatvfs", "fstatvfs@openssh.com", 3, "h",
  RIGHT_LIST, RIGHTS_NONE, op_fstatvfs),
  .pair = "2",
  .trace = "1fstatvfs \"%h\" (handle %u)" },
{ EXT("hardlink", "hardlink@openssh.com", 3, "pc",
  RIGHT_LINK, RIGHT_LINK, op_hardlink),
  .record = "link",
  .pair = "1", .writes = true,
  .trace = "3hardlink", .line = "Ihardlink old \"%p\" new \"%q\"" },
{ EXT("fsync", "fsync@openssh.com", 3, "F",
  RIGHTS_NONE, RIGHTS_NONE, op_fsync),
  .pair = "1", .writes = true, .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3fsync (handle %u)", .line = "Vfsync \"%h\"" },
{ EXT("lsetstat", "lsetstat@openssh.com", 3, "pa",
  SETS, RIGHTS_NONE, op_lsetstat),
  .record = "setstat", .candid = true,
  .pair = "1", .writes = true, .upgrade = upgrade_setstat,
  .trace = "1lsetstat name \"%p\"" },
{ EXT("limits", "limits@openssh.com", 3, "",
  RIGHTS_NONE, RIGHTS_NONE, op_limits),
  .pair = "1",
  .trace = "1limits" },
{ EXT("expand-path", "expand-path@openssh.com", 3, "R",
  EXPANDS, RIGHTS_NONE, op_expand_path),
  .pair = "1", .upgrade = upgrade_expand_path,
  .trace = "3expand, original \"%p\"" },
{ EXT("copy-data", "copy-data", 3, "hooho",
  RIGHT_READ, RIGHT_MODIFY, op_copy_data),
  .record = "copy",
  .pair = "1", .writes = true, .bad_handle_v3 = FX_NO_SUCH_FILE,
  .bad_handle = "process_extended_copy_data: bad read or write fd",
  .trace = "1copy-data from \"%h\" (handle %n) off %o len %l "
      "to \"%H\" (handle %N) off %w" },
{ EXT("home-directory", "home-directory", 3, "t",
  RIGHTS_NONE, RIGHTS_NONE, op_home_directory),
  .pair = "1",
  .trace = "3home-directory \"%t\"" },
{ EXT("users-groups-by-id", "users-groups-by-id@openssh.com", 3, "dd",
  RIGHTS_NONE, RIGHTS_NONE, op_users_groups),
  .pair = "1" },

/* What OpenSSH does not have. A name above governs where the effect is one
 * of those; -Q requests lists the others last. */
{ ROW("block", FXP_BLOCK, 6, 6, "eoon",
  RIGHTS_NONE, RIGHTS_NONE, op_block),
  .trace = "1block \"%h\" (handle %n) off %o len %l" },
{ ROW("unblock", FXP_UNBLOCK, 6, 6, "eoo",
  RIGHTS_NONE, RIGHTS_NONE, op_unblock),
  .trace = "1unblock \"%h\" (handle %n) off %o len %l" },
{ EXT("text-seek", "text-seek", 4, "ho",
  RIGHT_READ, RIGHTS_NONE, op_text_seek),
  .trace = "1text-seek \"%h\" (handle %n) line %o" },
{ EXT("version-select", "version-select", 3, "t",
  RIGHTS_NONE, RIGHTS_NONE, op_version_select),
  .always = true, .unlisted = true,
  .trace = "3version-select \"%t\"" },
{ EXT("vendor-id", "vendor-id", 3, "ttto",
  RIGHTS_NONE, RIGHTS_NONE, op_vendor_id),
  .always = true, .unlisted = true,
  .trace = "3vendor-id \"%t\"" },
{ EXT("filename-translation-control", "filename-translation-control", 6, "b",
  RIGHTS_NONE, RIGHTS_NONE, op_translation_control),
  .always = true, .unlisted = true,
  .trace = "3filename-translation-control" },
{ EXT("statvfs", "space-available", 3, "P",
  RIGHT_LIST, RIGHTS_NONE, op_space_available),
  .late_pair = "space-available",
  .trace = "3space-available", .line = "Istatvfs \"%p\"" },
{ EXT("copy-data", "copy-file", 3, "Pcb",
  RIGHT_READ, COPIES, op_copy_file),
  .record = "copy",
  .late_pair = "copy-file", .writes = true, .upgrade = upgrade_copy_file,
  .trace = "3copy-file", .line = "Icopy-file old \"%p\" new \"%q\"" },
{ EXT("realpath", "get-temp-folder", 3, "",
  RIGHT_LIST, RIGHTS_NONE, op_get_temp_folder),
  .outside = true, .upgrade = upgrade_temp_folder,
  .trace = "3get-temp-folder" },
{ EXT("mkdir", "make-temp-folder", 3, "",
  RIGHT_MKDIR, RIGHTS_NONE, op_make_temp_folder),
  .record = "mkdir",
  .outside = true, .writes = true, .upgrade = upgrade_temp_folder,
  .trace = "3make-temp-folder" },
{ EXT("read", "check-file-name", 3, "Ptoon",
  RIGHT_READ, RIGHTS_NONE, op_check_file),
  .late_pair = "check-file", .opens = true,
  .trace = "3check-file", .line = "Icheck-file \"%p\"" },
{ EXT("read", "check-file-handle", 3, "htoon",
  RIGHT_READ, RIGHTS_NONE, op_check_file),
  .late_pair = "check-file", .lost_handle = FX_INVALID_HANDLE,
  .trace = "1check-file \"%h\" (handle %n) off %o len %l" },
{ EXT("read", "md5-hash", 5, "Pood",
  RIGHT_READ, RIGHTS_NONE, op_md5_hash),
  .absent = !DIGEST_HAS_MD5, .opens = true,
  .trace = "3md5-hash", .line = "Imd5-hash \"%p\"" },
{ EXT("read", "md5-hash-handle", 5, "hood",
  RIGHT_READ, RIGHTS_NONE, op_md5_hash),
  .absent = !DIGEST_HAS_MD5, .lost_handle = FX_INVALID_HANDLE,
  .trace = "1md5-hash \"%h\" (handle %n) off %o len %l" },
{ EXT("read", "ranges@asyncssh.com", 3, "hoo",
  RIGHT_READ, RIGHTS_NONE, op_ranges),
  .late_pair = "ranges@asyncssh.com", .lost_handle = FX_INVALID_HANDLE,
  .trace = "1ranges \"%h\" (handle %n) off %o len %l" },
};
const size_t table_len = nitems(table_rows);

bool
table_speaks(const struct request_row *row, int version)
{
	return !row->absent && version >= row->since && version <= row->until;
}

const struct request_row *
table_find(uint8_t type, int version)
{
	size_t i;

	for (i = 0; i < nitems(table_rows); i++)
		if (table_rows[i].type == type &&
		    table_rows[i].wire == NULL &&
		    table_speaks(&table_rows[i], version))
			return &table_rows[i];
	return NULL;
}

const struct request_row *
table_find_extended(struct slice name, int version)
{
	size_t i;

	for (i = 0; i < nitems(table_rows); i++)
		if (table_rows[i].wire != NULL &&
		    table_speaks(&table_rows[i], version) &&
		    strlen(table_rows[i].wire) == name.len &&
		    memcmp(table_rows[i].wire, name.p, name.len) == 0)
			return &table_rows[i];
	return NULL;
}

const struct request_row *
table_named(const char *name)
{
	size_t i = 0;

	/* Only names that stand in the table are asked for. */
	while (strcmp(table_rows[i].name, name) != 0)
		i++;
	return &table_rows[i];
}

void
table_names(const char *names[REQUEST_NAMES_MAX])
{
	const struct request_row *row;
	size_t i, n = 0;

	for (row = table_rows; row < table_rows + table_len;
	    row++) {
		for (i = 0; i < n && strcmp(names[i], row->name) != 0; i++)
			;
		if (i == n && !row->always && n < REQUEST_NAMES_MAX - 1)
			names[n++] = row->name;
	}
	names[n] = NULL;
}
