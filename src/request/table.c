/* SPDX-License-Identifier: ISC */
/*
 * What a client can ask, one row each, in OpenSSH's order; rows of one type
 * differ in their versions. To read this table is to read the protocol.
 */
#include "config.h"

#include <string.h>

#include "request/ops.h"
#include "request/table.h"
#include "system/digest.h"
#include "wire/sftp.h"

/* What OPEN would do to a file, and its flags as the log has them. */
static void
open_effects(struct request *q)
{
	uint32_t d = q->flags & FXF_ACCESS_DISPOSITION;
	bool creates = d == FXF_CREATE_NEW || d == FXF_CREATE_TRUNCATE ||
	    d == FXF_OPEN_OR_CREATE;
	bool truncates = d == FXF_CREATE_TRUNCATE ||
	    d == FXF_TRUNCATE_EXISTING;
	bool writes = (q->access & (ACE_WRITE_DATA | ACE_APPEND_DATA)) != 0;

	q->pflags = ((q->access & ACE_READ_DATA) != 0 ? PF_READ : 0) |
	    (writes ? PF_WRITE : 0) | (creates ? PF_CREAT : 0) |
	    (truncates ? PF_TRUNC : 0) |
	    (d == FXF_CREATE_NEW ? PF_EXCL : 0) |
	    ((q->flags & FXF_APPEND_DATA) != 0 ? PF_APPEND : 0);
	q->writes = writes || creates || truncates ||
	    (q->flags & FXF_DELETE_ON_CLOSE) != 0;
	/* What is to be new is no link, either. */
	q->how[0] = ((q->flags & FXF_NOFOLLOW) != 0 || d == FXF_CREATE_NEW ?
	    0 : PLACE_FOLLOW) | (creates ? PLACE_CREATES : 0);
}

/* Access and disposition for the pflags of versions 3 and 4 */
static int
lift_open_v3(const struct policy *policy, struct request *q)
{
	uint32_t pflags = q->u32[0];
	bool creates = (pflags & PF_CREAT) != 0;
	bool truncates = (pflags & PF_TRUNC) != 0;

	(void)policy;
	q->access = ((pflags & PF_READ) != 0 ? ACE_READ_DATA : 0) |
	    ((pflags & PF_WRITE) != 0 ? ACE_WRITE_DATA : 0);
	/* EXCL without CREAT is undefined in POSIX, and dropped. */
	if (creates && (pflags & PF_EXCL) != 0)
		q->flags = FXF_CREATE_NEW;
	else if (creates)
		q->flags = truncates ? FXF_CREATE_TRUNCATE :
		    FXF_OPEN_OR_CREATE;
	else
		q->flags = truncates ? FXF_TRUNCATE_EXISTING :
		    FXF_OPEN_EXISTING;
	if ((pflags & PF_APPEND) != 0)
		q->flags |= FXF_APPEND_DATA;
	open_effects(q);
	q->pflags = pflags;
	return 0;
}

/* What else an administrator may have denied that this OPEN would do. */
static void
open_needs(struct request *q)
{
	int n = 0;

	if ((q->flags & FXF_DELETE_ON_CLOSE) != 0)
		q->needs[n++] = "remove";
	if ((q->flags & FXF_BLOCK) != 0)
		q->needs[n++] = "block";
	if ((q->attr.has & (HAS_OWNER | HAS_ACL | HAS_ALLOC)) != 0 &&
	    (q->flags & FXF_ACCESS_DISPOSITION) != FXF_OPEN_EXISTING)
		q->needs[n++] = "fsetstat";
}

static int
lift_open_v4(const struct policy *policy, struct request *q)
{
	int r = lift_open_v3(policy, q);

	if ((q->u32[0] & PF_TEXT) != 0)
		q->flags |= FXF_TEXT_MODE;
	open_needs(q);
	return r;
}

/* Access that only adds to the end is append mode. */
static void
open_access(struct request *q)
{
	q->access = q->u32[0];
	q->flags = q->u32[1];
	if ((q->flags & FXF_APPEND_DATA_ATOMIC) != 0 ||
	    ((q->access & ACE_APPEND_DATA) != 0 &&
	    (q->access & ACE_WRITE_DATA) == 0))
		q->flags |= FXF_APPEND_DATA;
}

/* Version 5 can say less, and means nothing by what it cannot say. */
static int
lift_open_v5(const struct policy *policy, struct request *q)
{
	uint32_t d = q->u32[1] & FXF_ACCESS_DISPOSITION;

	(void)policy;
	open_access(q);
	if ((q->flags & ~(uint32_t)(FXF_ACCESS_DISPOSITION | FXF_APPEND_DATA |
	    FXF_APPEND_DATA_ATOMIC | FXF_TEXT_MODE)) != 0 ||
	    d > FXF_TRUNCATE_EXISTING)
		return FX_OP_UNSUPPORTED;
	open_effects(q);
	open_needs(q);
	return 0;
}

static int
lift_open_v6(const struct policy *policy, struct request *q)
{
	uint32_t d = q->u32[1] & FXF_ACCESS_DISPOSITION, block;

	(void)policy;
	open_access(q);
	if (d > FXF_TRUNCATE_EXISTING)
		return FX_INVALID_PARAMETER;
	block = q->flags & FXF_BLOCK;
	if ((q->flags & (0xffff0000u | FXF_BACKUP_STREAM)) != 0 ||
	    (block != 0 && block != FXF_BLOCK_SHARED &&
	    block != FXF_BLOCK_EXCLUSIVE))
		return FX_OP_UNSUPPORTED;
	if ((q->flags & FXF_OVERRIDE_OWNER) != 0 &&
	    (q->access & ACE_WRITE_OWNER) == 0)
		return FX_INVALID_PARAMETER;
	/* A lock takes the access that it bars others from. */
	if ((block == FXF_BLOCK_SHARED && (q->access & ACE_READ_DATA) == 0) ||
	    (block == FXF_BLOCK_EXCLUSIVE && (q->access &
	    (ACE_WRITE_DATA | ACE_APPEND_DATA)) == 0))
		return FX_PERMISSION_DENIED;
	open_effects(q);
	open_needs(q);
	return 0;
}

/* What STAT asks for beyond what it gets anyway. */
static int
lift_stat_v4(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->wanted = q->u32[0];
	return 0;
}

static int
lift_posix_rename(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->flags = FXF_RENAME_OVERWRITE;
	q->ask.replace = REPLACE_YES;
	return 0;
}

static int
lift_rename_v3(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->flags = RENAME_UNSAID;
	q->ask.replace = REPLACE_UNSAID;
	return 0;
}

/* With a flag it is what OpenSSH calls posix-rename. */
static int
lift_rename_v5(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->flags = q->u32[0];
	q->ask.replace = REPLACE_NO;
	if ((q->flags & ~(uint32_t)(FXF_RENAME_OVERWRITE | FXF_RENAME_ATOMIC |
	    FXF_RENAME_NATIVE)) != 0)
		return FX_OP_UNSUPPORTED;
	if (q->flags != 0) {
		q->ask.replace = REPLACE_YES;
		q->row = table_named("posix-rename");
	}
	return 0;
}

/* libssh speaks version 4 with the flags of 5. */
static int
lift_rename_v4(const struct policy *policy, struct request *q)
{
	return q->optional > 0 ? lift_rename_v5(policy, q) :
	    lift_rename_v3(policy, q);
}

/*
 * OpenSSH sends the text first and the link second, the drafts the other way
 * round. Decoded as two paths; the text is one only for the log.
 */
static int
lift_symlink(const struct policy *policy, struct request *q)
{
	const char *link = q->path[1];

	q->text = q->path[0];
	if (policy->protocol.symlink_order == SYMLINK_ORDER_DRAFT) {
		link = q->path[0];
		q->text = q->path[1];
	}
	q->path[0] = link;
	q->how[0] = PLACE_CREATES;
	q->path[1] = NULL;
	return 0;
}

/* Version 6 has one request for both kinds of link. */
static int
lift_link(const struct policy *policy, struct request *q)
{
	(void)policy;
	if (q->byte != 0) {
		q->row = table_named("symlink");
		return q->text[0] == '\0' ? FX_INVALID_FILENAME : 0;
	}
	q->row = table_named("hardlink");
	q->path[1] = q->path[0];
	q->how[1] = q->how[0];
	q->path[0] = q->text;
	q->how[0] = 0;
	return 0;
}

static int
lift_copy_file(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->ask.replace = q->byte != 0 ? REPLACE_YES : REPLACE_NO;
	return 0;
}

/* An empty path is where the session started. */
static int
lift_realpath(const struct policy *policy, struct request *q)
{
	(void)policy;
	if (q->path[0][0] == '\0')
		q->path[0] = ".";
	return 0;
}

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
