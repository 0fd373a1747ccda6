/* SPDX-License-Identifier: ISC */
/*
 * A session that must not be. sshd throws stderr away, so the client is told
 * in its own protocol: slipway.conf(5).
 */
#ifndef SESSION_REJECT_H
#define SESSION_REJECT_H

#include "request/session.h"

/*
 * Answers INIT with version 3 and nothing announced, and each request with
 * FAILURE and `text`: many clients do not show the first answer but a later
 * one, or what they make of it. Returns after 64 requests, but not before ten
 * seconds have passed; when the client goes away; or when it lets ten seconds
 * pass between two packets, or does not read for so long.
 */
void	reject_session(struct session *, const char *text);

#endif
