/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "wire/sftp.h"
#include "wire/status.h"

/* Status codes for errno values in versions 3 to 6; in 3, as OpenSSH has it. */
static const struct {
	int	error;
	uint8_t	code[4];
} errors[] = {
	{ ENOENT,	{ 2, 2, 2, 2 } },
	{ ENOTDIR,	{ 2, 2, 2, 19 } },
	{ ELOOP,	{ 2, 2, 2, 21 } },
	{ EBADF,	{ 2, 3, 3, 3 } },
	{ EPERM,	{ 3, 3, 3, 3 } },
	{ EACCES,	{ 3, 3, 3, 3 } },
	{ EFAULT,	{ 3, 4, 4, 4 } },
	{ ENAMETOOLONG,	{ 5, 5, 5, 20 } },
	{ EINVAL,	{ 5, 4, 4, 23 } },
	{ ENOSYS,	{ 8, 8, 8, 8 } },
	{ EOPNOTSUPP,	{ 4, 8, 8, 8 } },
	{ EEXIST,	{ 4, 11, 11, 11 } },
	{ ENOTEMPTY,	{ 4, 4, 4, 18 } },
	{ EISDIR,	{ 4, 4, 4, 24 } },
	{ EROFS,	{ 4, 12, 12, 12 } },
	{ ENOMEDIUM,	{ 4, 13, 13, 13 } },
	{ ENOSPC,	{ 4, 4, 14, 14 } },
	{ EDQUOT,	{ 4, 4, 15, 15 } },
	{ EUCLEAN,	{ 4, 4, 4, 28 } },
	{ EOVERFLOW,	{ 4, 4, 4, 23 } },
};

/*
 * The status codes of version 6, draft-13 9.1: the name of each code and the
 * code that older versions send in its place.
 */
static const struct {
	const char *name;
	uint8_t	code[3];
} codes[FX_LAST + 1] = {
	[FX_OK] = { "Success", { 0, 0, 0 } },
	[FX_EOF] = { "End of file", { 1, 1, 1 } },
	[FX_NO_SUCH_FILE] = { "No such file", { 2, 2, 2 } },
	[FX_PERMISSION_DENIED] = { "Permission denied", { 3, 3, 3 } },
	[FX_FAILURE] = { "Failure", { 4, 4, 4 } },
	[FX_BAD_MESSAGE] = { "Bad message", { 5, 5, 5 } },
	[FX_NO_CONNECTION] = { "No connection", { 6, 6, 6 } },
	[FX_CONNECTION_LOST] = { "Connection lost", { 7, 7, 7 } },
	[FX_OP_UNSUPPORTED] = { "Operation unsupported", { 8, 8, 8 } },
	[FX_INVALID_HANDLE] = { "Invalid handle", { 4, 9, 9 } },
	[FX_NO_SUCH_PATH] = { "No such path", { 2, 10, 10 } },
	[FX_FILE_ALREADY_EXISTS] = { "File already exists", { 4, 11, 11 } },
	[FX_WRITE_PROTECT] = { "Write protected", { 4, 12, 12 } },
	[FX_NO_MEDIA] = { "No media", { 4, 13, 13 } },
	[FX_NO_SPACE_ON_FILESYSTEM] =
	    { "No space on file system", { 4, 4, 14 } },
	[FX_QUOTA_EXCEEDED] = { "Quota exceeded", { 4, 4, 15 } },
	[FX_UNKNOWN_PRINCIPAL] = { "Unknown principal", { 4, 4, 16 } },
	[FX_LOCK_CONFLICT] = { "Lock conflict", { 4, 4, 17 } },
	[FX_DIR_NOT_EMPTY] = { "Directory not empty", { 4, 4, 4 } },
	[FX_NOT_A_DIRECTORY] = { "Not a directory", { 2, 2, 2 } },
	[FX_INVALID_FILENAME] = { "Invalid file name", { 5, 5, 5 } },
	[FX_LINK_LOOP] = { "Too many symbolic links", { 2, 2, 2 } },
	[FX_CANNOT_DELETE] = { "Cannot delete", { 4, 4, 4 } },
	[FX_INVALID_PARAMETER] = { "Invalid parameter", { 5, 4, 4 } },
	[FX_FILE_IS_A_DIRECTORY] = { "Is a directory", { 4, 4, 4 } },
	[FX_BYTE_RANGE_LOCK_CONFLICT] = { "Byte range is locked", { 4, 4, 4 } },
	[FX_BYTE_RANGE_LOCK_REFUSED] =
	    { "Byte range lock refused", { 4, 4, 4 } },
	[FX_DELETE_PENDING] = { "Delete pending", { 4, 4, 4 } },
	[FX_FILE_CORRUPT] = { "File corrupt", { 4, 4, 4 } },
	[FX_OWNER_INVALID] = { "Invalid owner", { 4, 4, 16 } },
	[FX_GROUP_INVALID] = { "Invalid group", { 4, 4, 16 } },
	[FX_NO_MATCHING_BYTE_RANGE_LOCK] =
	    { "No matching byte range lock", { 4, 4, 4 } },
};

uint32_t
status_code(int outcome, int version)
{
	int column = version < 3 ? 0 : version - 3;
	size_t i;

	if (outcome > FX_LAST)
		return FX_FAILURE;
	if (outcome >= 0)
		return version == 6 ? (uint32_t)outcome :
		    codes[outcome].code[column];
	for (i = 0; i < nitems(errors); i++)
		if (errors[i].error == -outcome)
			return errors[i].code[column];
	return FX_FAILURE;
}

const char *
status_name(uint32_t code)
{
	return code <= FX_LAST ? codes[code].name : "Unknown error";
}

const char *
status_text(int outcome, int version, int bare)
{
	uint32_t code = status_code(outcome, version);

	if (outcome < 0 && (version > 3 || (code == FX_FAILURE && !bare)))
		return strerror(-outcome);
	if (version > 3 && outcome > 0 && outcome <= FX_LAST)
		return codes[outcome].name;
	return status_name(code);
}
