/* SPDX-License-Identifier: ISC */
/*
 * A session that must not be. sshd throws stderr away, so the client is told
 * in its own protocol: policy.md 3.
 */
#ifndef SESSION_REFUSE_H
#define SESSION_REFUSE_H

#include "request/session.h"

/*
 * Answers INIT with version 3 and nothing announced, and the first request
 * with FAILURE and `text`. Waits ten seconds for each, and returns.
 */
void	refuse_session(struct session *, const char *text);

#endif
