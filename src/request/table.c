/* SPDX-License-Identifier: ISC */
/*
 * What a client can ask, one row each, in OpenSSH's order; rows of one type
 * differ in their versions. To read this table is to read the protocol.
 */
#include "config.h"

#include <string.h>

#include "request/ops.h"
#include "request/table.h"
#include "wire/sftp.h"

/* Access and disposition for the pflags of version 3; protocol 4.1. */
static void
lift_open_v3(const struct policy *policy, struct request *q)
{
	uint32_t pflags = q->u32[0];
	bool creates = (pflags & PF_CREAT) != 0;
	bool truncates = (pflags & PF_TRUNC) != 0;

	(void)policy;
	q->pflags = pflags;
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
	q->writes = (q->access & ACE_WRITE_DATA) != 0 || creates || truncates;
	q->how[0] |= creates ? PLACE_CREATES : 0;
}

static void
lift_rename_v3(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->flags = RENAME_UNSAID;
	q->ask.replace = REPLACE_UNSAID;
}

static void
lift_posix_rename(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->flags = FXF_RENAME_OVERWRITE;
	q->ask.replace = REPLACE_YES;
}

/* Version 3 tries all that was asked, whatever fails (protocol 6.6). */
static void
lift_setstat_v3(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->keep_going = true;
}

/*
 * OpenSSH sends the text first and the link second, the drafts the other way
 * round. Decoded as two paths; the text is one only for the log.
 */
static void
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
}

/* An empty path is where the session started. */
static void
lift_realpath(const struct policy *policy, struct request *q)
{
	(void)policy;
	if (q->path[0][0] == '\0')
		q->path[0] = ".";
}

const struct request_row request_table[] = {
{ .name = "open", .type = FXP_OPEN, .since = 3, .until = 4,
  .shape = "Pna", .lift = lift_open_v3, .run = op_open,
  .trace = "3open flags %i", .line = "Iopen \"%p\" flags %f mode 0%m" },
{ .name = "close", .type = FXP_CLOSE, .since = 3, .until = 6,
  .shape = "e", .run = op_close, .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3close handle %u", .line = "C" },
{ .name = "read", .type = FXP_READ, .since = 3, .until = 6,
  .shape = "hon", .run = op_read, .lost_handle = FX_INVALID_HANDLE,
  .trace = "1read \"%h\" (handle %n) off %o len %c" },
{ .name = "write", .type = FXP_WRITE, .since = 3, .until = 6,
  .shape = "hod", .writes = true, .run = op_write,
  .lost_handle = FX_INVALID_HANDLE,
  .trace = "1write \"%h\" (handle %n) off %o len %s" },
{ .name = "lstat", .type = FXP_LSTAT, .since = 3, .until = 3,
  .shape = "p", .run = op_stat,
  .trace = "3lstat", .line = "Vlstat name \"%p\"" },
{ .name = "fstat", .type = FXP_FSTAT, .since = 3, .until = 3,
  .shape = "e", .run = op_fstat,
  .trace = "1fstat \"%h\" (handle %u)" },
{ .name = "setstat", .type = FXP_SETSTAT, .since = 3, .until = 3,
  .shape = "Pa", .writes = true, .lift = lift_setstat_v3, .run = op_setstat,
  .trace = "1setstat name \"%p\"" },
{ .name = "fsetstat", .type = FXP_FSETSTAT, .since = 3, .until = 3,
  .shape = "Fa", .writes = true, .lift = lift_setstat_v3,
  .run = op_fsetstat,
  .trace = "1fsetstat handle %n" },
{ .name = "opendir", .type = FXP_OPENDIR, .since = 3, .until = 6,
  .shape = "P", .run = op_opendir,
  .trace = "3opendir", .line = "Iopendir \"%p\"" },
{ .name = "readdir", .type = FXP_READDIR, .since = 3, .until = 6,
  .shape = "D", .run = op_readdir,
  .trace = "1readdir \"%h\" (handle %n)" },
{ .name = "remove", .type = FXP_REMOVE, .since = 3, .until = 6,
  .shape = "p", .writes = true, .run = op_remove,
  .trace = "3remove", .line = "Iremove name \"%p\"" },
{ .name = "mkdir", .type = FXP_MKDIR, .since = 3, .until = 6,
  .shape = "ca", .writes = true, .run = op_mkdir,
  .trace = "3mkdir", .line = "Imkdir name \"%p\" mode 0%m" },
{ .name = "rmdir", .type = FXP_RMDIR, .since = 3, .until = 6,
  .shape = "p", .writes = true, .run = op_rmdir,
  .trace = "3rmdir", .line = "Irmdir name \"%p\"" },
{ .name = "realpath", .type = FXP_REALPATH, .since = 3, .until = 5,
  .shape = "P", .lift = lift_realpath, .run = op_realpath,
  .trace = "3realpath", .line = "Vrealpath \"%p\"" },
{ .name = "stat", .type = FXP_STAT, .since = 3, .until = 3,
  .shape = "P", .run = op_stat,
  .trace = "3stat", .line = "Vstat name \"%p\"" },
{ .name = "rename", .type = FXP_RENAME, .since = 3, .until = 4,
  .shape = "pc", .writes = true, .lift = lift_rename_v3, .run = op_rename,
  .trace = "3rename", .line = "Irename old \"%p\" new \"%q\"" },
{ .name = "readlink", .type = FXP_READLINK, .since = 3, .until = 6,
  .shape = "p", .run = op_readlink,
  .trace = "3readlink", .line = "Vreadlink \"%p\"" },
{ .name = "symlink", .type = FXP_SYMLINK, .since = 3, .until = 5,
  .shape = "pp", .writes = true, .lift = lift_symlink, .run = op_symlink,
  .trace = "3symlink", .line = "Isymlink old \"%t\" new \"%p\"" },

{ .name = "posix-rename", .wire = "posix-rename@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "pc", .writes = true, .lift = lift_posix_rename,
  .run = op_rename,
  .trace = "3posix-rename", .line = "Iposix-rename old \"%p\" new \"%q\"" },
{ .name = "statvfs", .wire = "statvfs@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "2",
  .shape = "P", .run = op_statvfs,
  .trace = "3statvfs", .line = "Istatvfs \"%p\"" },
{ .name = "fstatvfs", .wire = "fstatvfs@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "2",
  .shape = "h", .run = op_fstatvfs,
  .trace = "1fstatvfs \"%h\" (handle %u)" },
{ .name = "hardlink", .wire = "hardlink@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "pc", .writes = true, .run = op_hardlink,
  .trace = "3hardlink", .line = "Ihardlink old \"%p\" new \"%q\"" },
{ .name = "fsync", .wire = "fsync@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "F", .writes = true, .run = op_fsync,
  .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "3fsync (handle %u)", .line = "Vfsync \"%h\"" },
{ .name = "lsetstat", .wire = "lsetstat@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "pa", .writes = true, .lift = lift_setstat_v3,
  .run = op_lsetstat,
  .trace = "1lsetstat name \"%p\"" },
{ .name = "limits", .wire = "limits@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "", .run = op_limits,
  .trace = "1limits" },
{ .name = "expand-path", .wire = "expand-path@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "P", .run = op_expand_path,
  .trace = "3expand, original \"%p\"" },
{ .name = "copy-data", .wire = "copy-data",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "hooho", .writes = true, .run = op_copy_data,
  .bad_handle_v3 = FX_NO_SUCH_FILE,
  .trace = "1copy-data from \"%h\" (handle %n) off %o len %l "
      "to \"%H\" (handle %N) off %w" },
{ .name = "home-directory", .wire = "home-directory",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "t", .run = op_home_directory,
  .trace = "3home-directory \"%t\"" },
{ .name = "users-groups-by-id", .wire = "users-groups-by-id@openssh.com",
  .type = FXP_EXTENDED, .since = 3, .until = 6, .announce = "1",
  .shape = "dd", .run = op_users_groups },
};
const size_t request_table_len = nitems(request_table);

static bool
row_speaks(const struct request_row *row, int version)
{
	return version >= row->since && version <= row->until;
}

const struct request_row *
table_find(uint8_t type, int version)
{
	size_t i;

	for (i = 0; i < nitems(request_table); i++)
		if (request_table[i].type == type &&
		    request_table[i].wire == NULL &&
		    row_speaks(&request_table[i], version))
			return &request_table[i];
	return NULL;
}

const struct request_row *
table_find_extended(struct slice name, int version)
{
	size_t i;

	for (i = 0; i < nitems(request_table); i++)
		if (request_table[i].wire != NULL &&
		    row_speaks(&request_table[i], version) &&
		    strlen(request_table[i].wire) == name.len &&
		    memcmp(request_table[i].wire, name.p, name.len) == 0)
			return &request_table[i];
	return NULL;
}
