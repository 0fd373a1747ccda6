/* SPDX-License-Identifier: ISC */
/*
 * Reading and setting POSIX ACLs. File systems without them return -EOPNOTSUPP.
 */
#ifndef OS_POSIX_ACL_H
#define OS_POSIX_ACL_H

#include "os/fs.h"
#include "wire/aclmap.h"

/*
 * Reads an ACL of `kind` ACL_ACCESS or ACL_DEFAULT. After 0 was returned, the
 * caller frees it with aclmap_free(). Each file has an access ACL, which may be
 * just its mode; a default ACL may be empty.
 */
int	posix_acl_get(const struct place *, int kind, struct posix_acl *);

/* Sets an ACL. An empty default ACL is removed. */
int	posix_acl_set(const struct place *, int kind, const struct posix_acl *);

#endif
