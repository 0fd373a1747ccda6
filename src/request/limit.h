/* SPDX-License-Identifier: ISC */
/* How large the ruling lets a file become: limits.file_size. */
#ifndef REQUEST_LIMIT_H
#define REQUEST_LIMIT_H

#include "request/request.h"

/*
 * May a file have `len` bytes from `off` on? 0, or FX_QUOTA_EXCEEDED and the
 * words for it. No bytes may be anywhere.
 */
int	limit_range(struct request *, uint64_t off, uint64_t len);

/* May it be of that size, and take that space, as the attributes want it? */
int	limit_attrs(struct request *);

/*
 * A step of a copy, from `from_off` in `from` to `off`: shortens *step to what
 * there is room for. When there is none, 0 and an empty step if there is
 * nothing left to copy either.
 */
int	limit_step(struct request *, int from, uint64_t from_off, uint64_t off,
	    uint64_t *step);

#endif
