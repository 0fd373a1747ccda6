/* SPDX-License-Identifier: ISC */
/*
 * The session of a user who is rejected. sshd discards standard error, so the
 * reason is sent in the protocol: see session.access in slipway.conf(5).
 */
#ifndef SESSION_REJECT_H
#define SESSION_REJECT_H

#include "request/session.h"

/*
 * Answers INIT with version 3 without extensions, and each request with FAILURE
 * and `text`: many clients show the error of a later request, not of the first.
 * Returns after 64 requests, but not before ten seconds have passed; when the
 * client closes the connection; or when it does not send a packet, or read, for
 * ten seconds.
 */
void	reject_session(struct session *, const char *text);

#endif
