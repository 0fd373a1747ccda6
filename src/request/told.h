/* SPDX-License-Identifier: ISC */
/*
 * Attributes that a client sends back as STAT told them. From version 4 on STAT
 * tells more than can be set. A value that the object has already is no change,
 * and is left out of the request.
 */
#ifndef REQUEST_TOLD_H
#define REQUEST_TOLD_H

#include "request/request.h"

/*
 * Leaves out attributes that nobody can set and that the object has already:
 * the times of creation and of the last change, the number of links, the space
 * that it occupies; with `link`, for a link itself, the size and the mode too.
 * Looks at the object only if there is one of them. Returns 0 or -errno.
 */
int	told_attrs(struct request *, const struct place *, bool link);

/*
 * Leaves out a creation time that comes with times that can be set, and logs
 * that: clients set all three after an upload, and would take an error for its
 * failure. `shown` is the object's name.
 */
void	told_birth(struct request *, const char *shown);

/*
 * Leaves out an owner and a group, found by their names, that the object has
 * already: chown(2) would still remove set-id bits. Returns 0 or -errno.
 */
int	told_owner(struct request *, const struct place *);

/*
 * Returns `r`, the outcome of setting the size, or 0 if the object is not a
 * file and has that size.
 */
int	told_size(const struct request *, const struct place *, int r);

#endif
