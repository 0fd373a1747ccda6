/* SPDX-License-Identifier: ISC */
/* ACLs as an attribute: converts names, wire/aclmap.h and os/posix_acl.h. */
#ifndef REQUEST_ATTR_ACL_H
#define REQUEST_ATTR_ACL_H

#include "request/request.h"

/*
 * Adds the ACL of a file to its attributes, which then point into the buffer.
 * Adds nothing for a link, if the ACL cannot be read, or if it is too long to
 * be sent.
 */
void	attr_acl_get(const struct place *, const struct statx *,
	    struct attr *, struct buf *);

/*
 * Checks that the ACL of the request can be set on a file or directory that is
 * to be made. Returns 0 or the outcome, with unknown names in q->unknown.
 */
int	attr_acl_check(struct request *, bool dir);

/* Checks the same for an object that exists. */
int	attr_acl_check_place(struct request *, const struct place *);

/*
 * Sets the ACL of the request, each of the two ACLs only if that changes what a
 * user may do: an ACL that is read and written back keeps its mask. Grants no
 * more than the ruling lets a mode grant; where the ruling fixes the mode, only
 * the mode is set. Returns 0 or the outcome.
 */
int	attr_acl_set(const struct request *, const struct place *);

#endif
