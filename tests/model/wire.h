/* SPDX-License-Identifier: ISC */
/* Packets and replies, written from the drafts, not from the server. */
#ifndef WIRE_H
#define WIRE_H

#include "model.h"

enum { T_OPEN = 3, T_CLOSE, T_READ, T_WRITE, T_LSTAT, T_FSTAT, T_SETSTAT,
    T_FSETSTAT, T_OPENDIR, T_READDIR, T_REMOVE, T_MKDIR, T_RMDIR, T_STAT = 17,
    T_RENAME, T_SYMLINK = 20, T_LINK, T_STATUS = 101, T_HANDLE, T_DATA,
    T_NAME, T_ATTRS, T_EXTENDED = 200 };

#define HANDLE_LEN	8	/* bytes of the server's handles */

struct handle_id {
	uint8_t	bytes[HANDLE_LEN];
};

/* A packet, without its length field. */
struct packet {
	int	 version;
	size_t	 len;
	uint8_t	 data[256];
};

/* Make the packet of a letter; `id` is its handle. */
void	packet_make(struct packet *, int version, const struct letter *,
	    const struct handle_id *id);

/*
 * Read a reply of `len` bytes, without its length field. Copy the handle of a
 * HANDLE reply to *id. Errors of form go to the answer's `fault`.
 */
void	reply_read(int version, const uint8_t *, size_t len,
	    struct answer *, struct handle_id *id);

#endif
