/* SPDX-License-Identifier: ISC */
/*
 * The transfer log: one JSON object for each change or transfer, sent as a
 * datagram to syslog's socket or, with a newline at its end, to another one.
 * Sending never waits. A record that finds the reader's queue full is kept, in
 * at most SINK_KEPT bytes, and is sent before the next one or by sink_flush().
 * A record is lost if those bytes are full, or if nobody has the socket; the
 * next record says how many were lost, and the log says so once. Records are
 * assembled piece by piece, one at a time: sink_begin(), then fields, then
 * sink_end() or sink_drop().
 */
#ifndef OS_SINK_H
#define OS_SINK_H

#include <stdbool.h>
#include <stdint.h>

#define SINK_KEPT	(256 * 1024)	/* some 700 records */

/*
 * Opens the log. `to` is "syslog" or the path of a unix socket. If nobody is
 * listening there yet, that is logged, and each record tries again.
 */
void	sink_open(const char *to, int facility);

/* True if the log is open. Callers ask before they do work for a record. */
bool	sink_on(void);

/*
 * Begins a record of the operation `op` with the time, the name of this host,
 * the session, the user and the client's address.
 */
void	sink_begin(const char *user, const char *client, const char *op);

/* Adds a number field. Fields of a dropped record are ignored. */
void	sink_number(const char *key, uint64_t);

/*
 * Adds a text field. Bytes that are not UTF-8 are replaced and long texts are
 * truncated; in either case the original bytes are added as "<key>_hex".
 */
void	sink_text(const char *key, const char *);

/* Sends or keeps the record, unless it was dropped. */
void	sink_end(void);

/* Discards the record that was begun. */
void	sink_drop(void);

/*
 * Returns the socket, to be polled for POLLOUT, while records are kept;
 * otherwise -1. sink_flush() is due when poll(2) returns anything for it.
 */
int	sink_waiting(void);

/* Sends the records that are kept, as far as the reader's queue has room. */
void	sink_flush(void);

/*
 * Sends the records that are kept at the end of the session. Waits up to a
 * second for room if there are any, and loses the rest.
 */
void	sink_finish(void);

#endif
