/* SPDX-License-Identifier: ISC */
/*
 * READs and WRITEs that follow one another on one handle without a gap share a
 * system call. Nothing runs between them, so each gets the result that it would
 * have had alone, and each still passes the gate, is logged and is answered by
 * itself. Requests of 4 KiB cost a third less.
 */
#ifndef REQUEST_AHEAD_H
#define REQUEST_AHEAD_H

#include "request/request.h"
#include "request/session.h"

/*
 * Reads `len` bytes for the request into reply_data_room(), and the bytes that
 * the requests behind it ask for to the places of their replies. Returns as
 * fs_read().
 */
ssize_t	ahead_read(struct session *, const struct request *, uint32_t len,
	    bool *end);

/*
 * Writes the data of the request and of those behind it. Returns as fs_write()
 * for this one; a failure of another is found when that one is run.
 */
int	ahead_write(struct session *, const struct request *);

/* True if bytes were read ahead that no request has taken yet. */
bool	ahead_waits(const struct session *);

/*
 * Forgets bytes that were read ahead, once the buffer of replies was written
 * out.
 */
void	ahead_forget(struct session *);

#endif
