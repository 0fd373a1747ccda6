/* SPDX-License-Identifier: ISC */
/* The door to ACLs. File systems without any answer -EOPNOTSUPP. */
#ifndef OS_POSIX_ACL_H
#define OS_POSIX_ACL_H

#include "os/fs.h"
#include "wire/aclmap.h"

/*
 * Reads an ACL, ACL_ACCESS or ACL_DEFAULT; to be freed when 0 was returned.
 * Every file has the first, if only as its mode; the second may be empty.
 */
int	posix_acl_get(const struct place *, int kind, struct posix_acl *);

/* Sets it. An empty default ACL is removed. */
int	posix_acl_set(const struct place *, int kind, const struct posix_acl *);

#endif
