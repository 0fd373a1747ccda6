/* SPDX-License-Identifier: ISC */
/*
 * A session that must not be. sshd throws stderr away, so the client is told
 * in its own protocol: slipway.conf(5).
 */
#ifndef SESSION_REFUSE_H
#define SESSION_REFUSE_H

#include "request/session.h"

/*
 * Answers INIT with version 3 and nothing announced, and each request with
 * FAILURE and `text`: some clients (lftp) do not care for the first answer
 * and show a later one. Returns after a few, when the client goes away, or
 * when it lets ten seconds pass.
 */
void	refuse_session(struct session *, const char *text);

#endif
