/* SPDX-License-Identifier: ISC */
/* One packet and the form of its kind make a struct request. */
#ifndef REQUEST_DECODE_H
#define REQUEST_DECODE_H

#include "request/request.h"
#include "request/session.h"

/*
 * Reads the fields that q->form lists. Texts are terminated in
 * place, over the byte behind them: the reader's buffer is written to, and
 * must have one spare byte behind its end. Returns 0, FX_BAD_MESSAGE or
 * FX_INVALID_FILENAME.
 */
int	decode_request(struct session *, struct reader *, struct request *);

/*
 * Checks that the handles of the request are known, are of a file or directory
 * as its fields want, and are open where they must be: one that was let go for
 * a rename is opened again here. Returns 0 or the outcome.
 */
int	decode_handles(struct session *, struct request *);

/*
 * Translates a name that a client sent to that on disk; `to` has PATH_MAX
 * bytes. Returns 0, FX_INVALID_FILENAME or -ENAMETOOLONG.
 */
int	decode_name(struct session *, const char *, char *to);

#endif
