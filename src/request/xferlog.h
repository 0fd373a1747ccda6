/* SPDX-License-Identifier: ISC */
/* What log.transfers has of a request: what its row says is a record. */
#ifndef REQUEST_XFERLOG_H
#define REQUEST_XFERLOG_H

#include "request/request.h"
#include "request/session.h"

/*
 * Begins the record of a request once it is decoded and upgraded, before it is
 * run, and sets q->recorded. For a CLOSE this is the last that is known of the
 * handle; for one of a directory there is no record.
 */
void	xferlog_begin(const struct session *, struct request *);

/* Ends the record of a request, which q->recorded says was begun. */
void	xferlog_end(const struct request *, int outcome);

/* The session ends, and with it what is still open. */
void	xferlog_forced(const struct session *);

#endif
