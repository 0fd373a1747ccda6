/* SPDX-License-Identifier: ISC */
/* limits.file_size: the size that the ruling lets a file have. */
#ifndef REQUEST_LIMIT_H
#define REQUEST_LIMIT_H

#include "request/request.h"

/*
 * Checks that a file may have `len` bytes from `off` on. Returns 0, or
 * FX_QUOTA_EXCEEDED with a message. No bytes are allowed anywhere.
 */
int	limit_range(struct request *, uint64_t off, uint64_t len);

/* Checks the size and the space that the attributes ask for, likewise. */
int	limit_attrs(struct request *);

/*
 * Shortens *step, the bytes of a step of a copy from `from_off` in `from` to
 * `off`, to the room that is left. Returns 0; or, if there is no room and the
 * source has more bytes, FX_QUOTA_EXCEEDED with a message.
 */
int	limit_step(struct request *, int from, uint64_t from_off, uint64_t off,
	    uint64_t *step);

#endif
