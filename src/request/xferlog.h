/* SPDX-License-Identifier: ISC */
/* The records of log.transfers, for requests whose kind has a record. */
#ifndef REQUEST_XFERLOG_H
#define REQUEST_XFERLOG_H

#include "request/request.h"
#include "request/session.h"

/*
 * Begins the record of a request once it is decoded and upgraded, before it is
 * run, and sets q->recorded. The CLOSE of a directory has no record.
 */
void	xferlog_begin(const struct session *, struct request *);

/* Ends the record of a request, if q->recorded says that it was begun. */
void	xferlog_end(const struct request *, int outcome);

/* Records the files that are still open as the session ends. */
void	xferlog_forced(const struct session *);

#endif
