/* SPDX-License-Identifier: ISC */
/*
 * Standard input and output of a session: framing, batching and back-pressure.
 * This module knows nothing about requests.
 */
#ifndef SESSION_SERVE_H
#define SESSION_SERVE_H

#include "request/session.h"

/*
 * Runs the session until the client is gone or a signal arrives. All packets
 * that were received completely are still run and answered. Returns the exit
 * status of the process, as OpenSSH's: 0; 11 for a packet that is too long; 255
 * for a malformed one; 1 if standard input or output fails; 2 if poll(2) fails.
 */
int	serve(struct session *);

#endif
