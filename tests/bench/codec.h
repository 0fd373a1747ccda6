/* SPDX-License-Identifier: ISC */
/*
 * The load generator's own codec for SFTP versions 3 to 6: written from the
 * drafts and sharing nothing with the server, so that both cannot be wrong
 * together.
 */
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet {
	INIT = 1, VERSION = 2, OPEN = 3, CLOSE = 4, READ = 5, WRITE = 6,
	LSTAT = 7, FSTAT = 8, SETSTAT = 9, FSETSTAT = 10, OPENDIR = 11,
	READDIR = 12, REMOVE = 13, MKDIR = 14, RMDIR = 15, REALPATH = 16,
	STAT = 17, RENAME = 18,
	STATUS = 101, HANDLE = 102, DATA = 103, NAME = 104, ATTRS = 105,
	EXTENDED = 200
};

enum status {
	ST_OK = 0, ST_EOF = 1, ST_NO_SUCH_FILE = 2
};

/*
 * Ways to open a file; put_open_flags() encodes them for the session's version.
 */
enum how {
	OPEN_READ, OPEN_WRITE, OPEN_CREATE
};

/* A growing buffer; the bytes before `head` have been taken from it. */
struct bytes {
	uint8_t	*at;
	size_t	 head, len, size;
};

/* Makes room for `room` more bytes after len, or ends the program. */
void	 bytes_reserve(struct bytes *, size_t room);
void	 put_u8(struct bytes *, unsigned);
void	 put_u32(struct bytes *, uint32_t);
void	 put_u64(struct bytes *, uint64_t);
void	 put_raw(struct bytes *, const void *, size_t);
void	 put_str(struct bytes *, const void *, size_t);
void	 put_cstr(struct bytes *, const char *);
/*
 * Appends pflags (versions 3, 4) or access and disposition, and the attributes
 * of OPEN.
 */
void	 put_open_flags(struct bytes *, int version, enum how);

/* A reader. Once a field runs past the end, it sets `bad` and returns zeros. */
struct reader {
	const uint8_t	*at, *end;
	bool		 bad;
};

uint8_t	 get_u8(struct reader *);
uint32_t get_u32(struct reader *);
uint64_t get_u64(struct reader *);
/* Returns a string's bytes in place. */
const uint8_t *get_str(struct reader *, uint32_t *len);

/* The members of an ATTRS that rows compare. */
struct attrs {
	uint64_t	size;
	uint32_t	flags, permissions;
	uint8_t		type;	/* as in version 4 and later, for any version */
};

struct attrs get_attrs(struct reader *, int version);

#endif
