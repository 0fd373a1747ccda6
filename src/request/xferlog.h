/* SPDX-License-Identifier: ISC */
/* What log.transfers has of a request: what its row says is a record. */
#ifndef REQUEST_XFERLOG_H
#define REQUEST_XFERLOG_H

#include "request/request.h"
#include "request/session.h"

/*
 * Once it is decoded and lifted, before it is run: what it is about. For a
 * CLOSE this is the last that is known of the handle.
 */
void	xferlog_begin(const struct session *, const struct request *);

/* With its answer; nothing if it was not begun. */
void	xferlog_end(const struct request *, int outcome);

/* The session ends, and with it what is still open. */
void	xferlog_forced(const struct session *);

#endif
