/* SPDX-License-Identifier: ISC */
/*
 * What a client can ask, one row each, in OpenSSH's order; rows of one type
 * differ in their versions. To read this table is to read the protocol.
 */
#include "config.h"

#include <string.h>

#include "request/lift.h"
#include "request/ops.h"
#include "request/table.h"
#include "system/digest.h"
#include "wire/sftp.h"

#define ROW(n, t, from, to, s, handler)					\
	.name = (n), .type = (t), .since = (from), .until = (to),	\
	.shape = (s), .run = (handler)
#define EXT(n, w, from, s, handler)					\
	.name = (n), .wire = (w), .type = FXP_EXTENDED,			\
	.since = (from), .until = 6, .shape = (s), .run = (handler)

const struct request_row request_table[] = {
{ ROW("open", FXP_OPEN, 3, 3, "Pna", op_open),
  .opens = true, .lift = lift_open_v3,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 4, 4, "Pna", op_open),
  .opens = true, .lift = lift_open_v4,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 5, 5, "Pnna", op_open),
  .opens = true, .lift = lift_open_v5,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("open", FXP_OPEN, 6, 6, "Pnna", op_open),
  .opens = true, .lift = lift_open_v6,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ ROW("close", FXP_CLOSE, 3, 6, "e", op_close),
  .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3close handle %u", .line = "C" },
{ ROW("read", FXP_READ, 3, 6, "hon", op_read),
  .lost_handle = FX_INVALID_HANDLE,
  .trace = "1read \"%h\" (handle %n) off %o len %c" },
{ ROW("write", FXP_WRITE, 3, 6, "hod", op_write),
  .writes = true, .lost_handle = FX_INVALID_HANDLE,
  .trace = "1write \"%h\" (handle %n) off %o len %s" },
{ ROW("lstat", FXP_LSTAT, 3, 3, "p", op_stat),
  .trace = "3lstat", .line = "Vlstat name \"%p\"" },
{ ROW("lstat", FXP_LSTAT, 4, 6, "pn", op_stat),
  .lift = lift_stat_v4,
  .trace = "3lstat", .line = "Vlstat name \"%p\"" },
{ ROW("fstat", FXP_FSTAT, 3, 3, "e", op_fstat),
  .trace = "1fstat \"%h\" (handle %u)" },
{ ROW("fstat", FXP_FSTAT, 4, 6, "en", op_fstat),
  .lift = lift_stat_v4,
  .trace = "1fstat \"%h\" (handle %u)" },
{ ROW("setstat", FXP_SETSTAT, 3, 6, "Pa", op_setstat),
  .writes = true,
  .trace = "1setstat name \"%p\"" },
{ ROW("fsetstat", FXP_FSETSTAT, 3, 5, "Fa", op_fsetstat),
  .writes = true,
  .trace = "1fsetstat handle %n" },
{ ROW("fsetstat", FXP_FSETSTAT, 6, 6, "ea", op_fsetstat),
  .writes = true,
  .trace = "1fsetstat handle %n" },
{ ROW("opendir", FXP_OPENDIR, 3, 6, "P", op_opendir),
  .opens = true,
  .trace = "3opendir", .line = "Iopendir \"%p\"" },
{ ROW("readdir", FXP_READDIR, 3, 6, "D", op_readdir),
  .trace = "1readdir \"%h\" (handle %n)" },
{ ROW("remove", FXP_REMOVE, 3, 6, "x", op_remove),
  .writes = true,
  .trace = "3remove", .line = "Iremove name \"%p\"" },
{ ROW("mkdir", FXP_MKDIR, 3, 6, "ca", op_mkdir),
  .writes = true,
  .trace = "3mkdir", .line = "Imkdir name \"%p\" mode 0%m" },
{ ROW("rmdir", FXP_RMDIR, 3, 6, "x", op_rmdir),
  .writes = true,
  .trace = "3rmdir", .line = "Irmdir name \"%p\"" },
{ ROW("realpath", FXP_REALPATH, 3, 5, "R", op_realpath),
  .lift = lift_realpath,
  .trace = "3realpath", .line = "Vrealpath \"%p\"" },
{ ROW("realpath", FXP_REALPATH, 6, 6, "R?br", op_realpath_v6),
  .lift = lift_realpath,
  .trace = "3realpath", .line = "Vrealpath \"%p\"" },
{ ROW("stat", FXP_STAT, 3, 3, "P", op_stat),
  .trace = "3stat", .line = "Vstat name \"%p\"" },
{ ROW("stat", FXP_STAT, 4, 6, "Pn", op_stat),
  .lift = lift_stat_v4,
  .trace = "3stat", .line = "Vstat name \"%p\"" },
{ ROW("rename", FXP_RENAME, 3, 3, "xc", op_rename),
  .writes = true, .lift = lift_rename_v3,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("rename", FXP_RENAME, 4, 4, "xc?n", op_rename),
  .alias = "posix-rename", .writes = true, .lift = lift_rename_v4,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("rename", FXP_RENAME, 5, 6, "xcn", op_rename),
  .alias = "posix-rename", .writes = true, .lift = lift_rename_v5,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ ROW("readlink", FXP_READLINK, 3, 6, "p", op_readlink),
  .trace = "3readlink", .line = "Vreadlink \"%p\"" },
{ ROW("symlink", FXP_SYMLINK, 3, 5, "pp", op_symlink),
  .writes = true, .lift = lift_symlink,
  .trace = "3symlink", .line = "Isymlink old \"%t\" new \"%p\"" },
{ ROW("symlink", FXP_LINK, 6, 6, "clb", op_symlink),
  .alias = "hardlink", .writes = true, .lift = lift_link },

{ EXT("posix-rename", "posix-rename@openssh.com", 3, "xc", op_rename),
  .pair = "1", .writes = true, .lift = lift_posix_rename,
  .trace = "3posix-rename", .line = "Iposix-rename old \"%p\" new \"%q\"" },
{ EXT("statvfs", "statvfs@openssh.com", 3, "P", op_statvfs),
  .pair = "2",
  .trace = "3statvfs", .line = "Istatvfs \"%p\"" },
{ EXT("fstatvfs", "fstatvfs@openssh.com", 3, "h", op_fstatvfs),
  .pair = "2",
  .trace = "1fstatvfs \"%h\" (handle %u)" },
{ EXT("hardlink", "hardlink@openssh.com", 3, "pc", op_hardlink),
  .pair = "1", .writes = true,
  .trace = "3hardlink", .line = "Ihardlink old \"%p\" new \"%q\"" },
{ EXT("fsync", "fsync@openssh.com", 3, "F", op_fsync),
  .pair = "1", .writes = true, .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3fsync (handle %u)", .line = "Vfsync \"%h\"" },
{ EXT("lsetstat", "lsetstat@openssh.com", 3, "pa", op_lsetstat),
  .pair = "1", .writes = true,
  .trace = "1lsetstat name \"%p\"" },
{ EXT("limits", "limits@openssh.com", 3, "", op_limits),
  .pair = "1",
  .trace = "1limits" },
{ EXT("expand-path", "expand-path@openssh.com", 3, "R", op_expand_path),
  .pair = "1",
  .trace = "3expand, original \"%p\"" },
{ EXT("copy-data", "copy-data", 3, "hooho", op_copy_data),
  .pair = "1", .writes = true, .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "1copy-data from \"%h\" (handle %n) off %o len %l "
      "to \"%H\" (handle %N) off %w" },
{ EXT("home-directory", "home-directory", 3, "t", op_home_directory),
  .pair = "1",
  .trace = "3home-directory \"%t\"" },
{ EXT("users-groups-by-id", "users-groups-by-id@openssh.com", 3, "dd",
  op_users_groups),
  .pair = "1" },

/* What OpenSSH does not have. A name above governs where the effect is one
 * of those; -Q requests lists the others last. */
{ ROW("block", FXP_BLOCK, 6, 6, "eoon", op_block),
  .trace = "1block \"%h\" (handle %n) off %o len %l" },
{ ROW("unblock", FXP_UNBLOCK, 6, 6, "eoo", op_unblock),
  .trace = "1unblock \"%h\" (handle %n) off %o len %l" },
{ EXT("text-seek", "text-seek", 4, "ho", op_text_seek),
  .trace = "1text-seek \"%h\" (handle %n) line %o" },
{ EXT("version-select", "version-select", 3, "t", op_version_select),
  .always = true, .unlisted = true,
  .trace = "3version-select \"%t\"" },
{ EXT("vendor-id", "vendor-id", 3, "ttto", op_vendor_id),
  .always = true, .unlisted = true,
  .trace = "3vendor-id \"%t\"" },
{ EXT("filename-translation-control", "filename-translation-control", 6, "b",
  op_translation_control),
  .always = true, .unlisted = true,
  .trace = "3filename-translation-control" },
{ EXT("statvfs", "space-available", 3, "P", op_space_available),
  .late_pair = "space-available",
  .trace = "3space-available", .line = "Istatvfs \"%p\"" },
{ EXT("copy-data", "copy-file", 3, "Pcb", op_copy_file),
  .late_pair = "copy-file", .writes = true, .lift = lift_copy_file,
  .trace = "3copy-file", .line = "Icopy-file old \"%p\" new \"%q\"" },
{ EXT("realpath", "get-temp-folder", 3, "", op_get_temp_folder),
  .outside = true,
  .trace = "3get-temp-folder" },
{ EXT("mkdir", "make-temp-folder", 3, "", op_make_temp_folder),
  .outside = true, .writes = true,
  .trace = "3make-temp-folder" },
{ EXT("read", "check-file-name", 3, "Ptoon", op_check_file),
  .late_pair = "check-file", .opens = true,
  .trace = "3check-file", .line = "Icheck-file \"%p\"" },
{ EXT("read", "check-file-handle", 3, "htoon", op_check_file),
  .late_pair = "check-file", .lost_handle = FX_INVALID_HANDLE,
  .trace = "1check-file \"%h\" (handle %n) off %o len %l" },
{ EXT("read", "md5-hash", 5, "Pood", op_md5_hash),
  .absent = !DIGEST_HAS_MD5, .opens = true,
  .trace = "3md5-hash", .line = "Imd5-hash \"%p\"" },
{ EXT("read", "md5-hash-handle", 5, "hood", op_md5_hash),
  .absent = !DIGEST_HAS_MD5, .lost_handle = FX_INVALID_HANDLE,
  .trace = "1md5-hash \"%h\" (handle %n) off %o len %l" },
{ EXT("read", "ranges@asyncssh.com", 3, "hoo", op_ranges),
  .late_pair = "ranges@asyncssh.com", .lost_handle = FX_INVALID_HANDLE,
  .trace = "1ranges \"%h\" (handle %n) off %o len %l" },
};
const size_t request_table_len = nitems(request_table);

bool
table_speaks(const struct request_row *row, int version)
{
	return !row->absent && version >= row->since && version <= row->until;
}

const struct request_row *
table_find(uint8_t type, int version)
{
	size_t i;

	for (i = 0; i < nitems(request_table); i++)
		if (request_table[i].type == type &&
		    request_table[i].wire == NULL &&
		    table_speaks(&request_table[i], version))
			return &request_table[i];
	return NULL;
}

const struct request_row *
table_find_extended(struct slice name, int version)
{
	size_t i;

	for (i = 0; i < nitems(request_table); i++)
		if (request_table[i].wire != NULL &&
		    table_speaks(&request_table[i], version) &&
		    strlen(request_table[i].wire) == name.len &&
		    memcmp(request_table[i].wire, name.p, name.len) == 0)
			return &request_table[i];
	return NULL;
}

const struct request_row *
table_named(const char *name)
{
	size_t i = 0;

	/* Only names that stand in the table are asked for. */
	while (strcmp(request_table[i].name, name) != 0)
		i++;
	return &request_table[i];
}

void
table_names(const char *names[REQUEST_NAMES_MAX])
{
	const struct request_row *row;
	size_t i, n = 0;

	for (row = request_table; row < request_table + request_table_len;
	    row++) {
		for (i = 0; i < n && strcmp(names[i], row->name) != 0; i++)
			;
		if (i == n && !row->always && n < REQUEST_NAMES_MAX - 1)
			names[n++] = row->name;
	}
	names[n] = NULL;
}
