/* SPDX-License-Identifier: ISC */
/* The log lines that OpenSSH writes when a request arrives. */
#ifndef REQUEST_TRACE_H
#define REQUEST_TRACE_H

#include "request/request.h"
#include "request/session.h"

/*
 * Writes the trace and the line of q->kind, as far as the level includes them.
 * No line has a level below INFO; the gate asks for that before it calls.
 */
void	trace_request(const struct request *);

/*
 * Closes every handle that is still open at the end of the session, and writes
 * for each the line of a CLOSE, marked as forced.
 */
void	trace_forced(struct session *);

/*
 * Writes a line for each attribute of `a` that a SETSTAT is about to set.
 * `name` is the file as the client knows it.
 */
void	trace_sets(const struct attr *a, const char *name);

#endif
