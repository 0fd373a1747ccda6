/* SPDX-License-Identifier: ISC */
/* The two log lines that OpenSSH writes when a request arrives. */
#ifndef REQUEST_TRACE_H
#define REQUEST_TRACE_H

#include "request/request.h"

/* Writes the trace and the line of q->row, as far as the level wants them. */
void	trace_request(const struct request *);

/* "READ,WRITE,CREATE": pflags as the log has them. `to` has 64 bytes. */
void	trace_pflags(uint32_t pflags, char *to);

#endif
