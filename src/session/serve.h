/* SPDX-License-Identifier: ISC */
/*
 * stdin and stdout: framing, batching and back-pressure. Knows no request.
 */
#ifndef SESSION_SERVE_H
#define SESSION_SERVE_H

#include "request/session.h"

/*
 * Runs the session until the client is gone or a signal ends it: whatever
 * was received whole is still run and answered. Returns the exit status of
 * the process, as OpenSSH's: 0, 11 for a frame that is too long, 255 for one
 * that makes no sense, 1 when stdin or stdout fails, 2 when poll(2) does.
 */
int	serve(struct session *);

#endif
