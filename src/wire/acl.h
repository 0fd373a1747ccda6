/* SPDX-License-Identifier: ISC */
/*
 * The contents of the acl attribute: a count and that many entries, draft-13
 * 7.8. The acl-flags that version 6 puts before the count are read and written
 * by attr.c.
 */
#ifndef WIRE_ACL_H
#define WIRE_ACL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Limits on entries that are read or sent: their count and their bytes. */
#define ACES_MAX	2048
#define ACES_MAX_LEN	(128 * 1024)

/* The kinds of principal that an entry of a POSIX ACL names. */
enum acl_tag {
	TAG_OWNER, TAG_USER, TAG_GROUP_OBJ, TAG_GROUP, TAG_MASK, TAG_OTHER,
};

/*
 * One entry. `who` is the name on the wire; tag and id are the principal that
 * the system knows by that name, and never TAG_MASK. Callers translate between
 * them: this module does not.
 */
struct ace {
	uint32_t	type;		/* ACE_ALLOWED, ... of sftp.h */
	uint32_t	flag;
	uint32_t	mask;
	struct slice	who;
	enum acl_tag	tag;
	uint32_t	id;		/* uid of TAG_USER, gid of TAG_GROUP */
};

struct aces {
	struct ace	*ace;
	size_t		 n;
};

/*
 * Reads the entries of an acl attribute. Their `who` point into the slice.
 * Returns 0, after which the caller frees `aces` with acl_free();
 * FX_BAD_MESSAGE if the count and the bytes disagree; FX_OP_UNSUPPORTED for
 * more than ACES_MAX entries. `aces` is empty after an error.
 */
int	acl_get(struct slice, struct aces *);
void	acl_free(struct aces *);

/* Appends one entry in wire form. The caller has written the count. */
void	acl_put(struct buf *, const struct ace *);

#endif
