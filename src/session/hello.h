/* SPDX-License-Identifier: ISC */
/* INIT and VERSION: protocol 1.4. */
#ifndef SESSION_HELLO_H
#define SESSION_HELLO_H

#include "request/session.h"
#include "wire/buf.h"

/*
 * Answers an INIT. Afterwards s->version is what both speak. Returns false
 * when the packet has no version in it.
 */
bool	hello(struct session *, struct reader *);

#endif
