/* SPDX-License-Identifier: ISC */
/* ACLs as an attribute: between wire/aclmap.h and os/posix_acl.h, with names. */
#ifndef REQUEST_ATTR_ACL_H
#define REQUEST_ATTR_ACL_H

#include "request/request.h"

/*
 * Adds the ACL of a file to its attributes, which then point into the buffer.
 * Adds none where it cannot be had, of a link, or when it is too long to be
 * sent.
 */
void	attr_acl_get(const struct place *, const struct statx *,
	    struct attr *, struct buf *);

/*
 * Can the ACL of the request be set, on a directory or a file that is to be
 * made? Returns 0 or the outcome, with the names that nobody has.
 */
int	attr_acl_check(struct request *, bool dir);

/* The same on what is there. */
int	attr_acl_check_place(struct request *, const struct place *);

/*
 * Sets it, each of the two ACLs only if that changes what somebody may do:
 * what is read and written back leaves also the mask as it is. It grants no
 * more than the ruling lets a mode grant; where that fixes the mode, the mode
 * is all there is.
 */
int	attr_acl_set(const struct request *, const struct place *);

#endif
