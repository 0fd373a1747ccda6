/* SPDX-License-Identifier: ISC */
/*
 * The content of the acl field: a count and so many entries, draft-13 7.8.
 * The acl-flags that version 6 has before it are attr.c's.
 */
#ifndef WIRE_ACL_H
#define WIRE_ACL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Most entries that are read or sent, and most bytes that they may take. */
#define ACES_MAX	2048
#define ACES_MAX_LEN	(128 * 1024)

/* Whom an entry of a POSIX ACL, or one on the wire, is about. */
enum acl_tag {
	TAG_OWNER, TAG_USER, TAG_GROUP_OBJ, TAG_GROUP, TAG_MASK, TAG_OTHER,
};

/*
 * An entry. `who` is what the wire has; tag and id, never of a mask, are
 * whom the system knows by that name. Neither is made from the other here.
 */
struct ace {
	uint32_t	type;		/* ACE_ALLOWED, ... */
	uint32_t	flag;
	uint32_t	mask;
	struct slice	who;
	enum acl_tag	tag;
	uint32_t	id;		/* of TAG_USER and TAG_GROUP */
};

struct aces {
	struct ace	*ace;
	size_t		 n;
};

/*
 * Reads entries, whose `who` stay where they are. Returns 0; FX_BAD_MESSAGE
 * when count and bytes do not agree; FX_OP_UNSUPPORTED for more than
 * ACES_MAX. To be freed when it was 0.
 */
int	acl_get(struct slice, struct aces *);
void	acl_free(struct aces *);

/* One entry, as it follows the count. */
void	acl_put(struct buf *, const struct ace *);

#endif
