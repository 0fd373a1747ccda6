/* SPDX-License-Identifier: ISC */
/* Decodes a packet, by the form of its kind, into a struct request. */
#ifndef REQUEST_DECODE_H
#define REQUEST_DECODE_H

#include "request/request.h"
#include "request/session.h"

/*
 * Reads the fields that q->form lists. Strings are terminated in place, which
 * overwrites their lengths in the reader's buffer. Returns 0, FX_BAD_MESSAGE or
 * FX_INVALID_FILENAME.
 */
int	decode_request(struct session *, struct reader *, struct request *);

/*
 * Checks that the handles of the request are valid, have the type that its
 * fields want, and are open if they must be: a file that was closed for a
 * rename is opened again. Returns 0 or the outcome.
 */
int	decode_handles(struct session *, struct request *);

#endif
