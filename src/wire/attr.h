/* SPDX-License-Identifier: ISC */
/*
 * File attributes, the ATTRS of all four versions: one struct and one table of
 * fields for both directions; draft-02 5, draft-13 7.
 */
#ifndef WIRE_ATTR_H
#define WIRE_ATTR_H

#include <stdint.h>

#include "base/buf.h"

/*
 * Bits of attr.has: the members that are set. They are our own and the same for
 * every version.
 */
#define HAS_SIZE	0x00001u
#define HAS_ALLOC	0x00002u
#define HAS_IDS		0x00004u	/* uid and gid: version 3 */
#define HAS_OWNER	0x00008u	/* owner, group: version 4 to 6 */
#define HAS_MODE	0x00010u
#define HAS_ATIME	0x00020u
#define HAS_BTIME	0x00040u
#define HAS_MTIME	0x00080u
#define HAS_CTIME	0x00100u
#define HAS_SUBSEC	0x00200u	/* nanoseconds of these times */
#define HAS_ACL		0x00400u
#define HAS_BITS	0x00800u
#define HAS_TEXT_HINT	0x01000u
#define HAS_MIME	0x02000u
#define HAS_NLINK	0x04000u
#define HAS_RAW_NAME	0x08000u
#define HAS_EXTENDED	0x10000u	/* pairs that must not be ignored */
#define HAS_NONE	0u		/* a field that is read and not used */

#define HAS_TIMES	(HAS_ATIME | HAS_BTIME | HAS_MTIME | HAS_CTIME)

/*
 * Attributes in the terms of version 6. Slices point into the packet they were
 * read from, or to memory of the sender that outlives attr_put(). Times are in
 * seconds since 1970, UTC.
 */
struct attr {
	uint32_t	has;
	uint8_t		type;		/* TYPE_*; version 4 and later */
	uint64_t	size;
	uint64_t	alloc;		/* bytes on disk */
	uint32_t	uid, gid;
	struct slice	owner, group;
	uint32_t	mode;		/* the whole st_mode in replies */
	int64_t		atime, btime, mtime, ctime;
	uint32_t	atime_ns, btime_ns, mtime_ns, ctime_ns;
	uint32_t	acl_flags;	/* ACL_*; older versions imply both */
	struct slice	acl;		/* count and entries: wire/acl.h */
	uint32_t	bits, bits_valid;
	uint8_t		text_hint;
	struct slice	mime;
	uint32_t	nlink;
	struct slice	raw_name;
	uint32_t	extended;	/* number of pairs, which are skipped */
};

/*
 * Reads an ATTRS of that version. The reader is dry afterwards if the packet
 * was too short. Returns 0, or FX_BAD_MESSAGE for a flag that the version does
 * not define, since the length of its field is unknown. Version 3 ignores such
 * flags, as OpenSSH does.
 */
int	attr_get(struct reader *, int version, struct attr *);

/* Appends those members of `a` that the version can carry. */
void	attr_put(struct buf *, int version, const struct attr *);

/*
 * Returns the HAS_* that the flags of a STAT request name (draft-13 8.6), in
 * whichever version they are defined. Undefined flags are ignored.
 */
uint32_t attr_asked(uint32_t flags);

/*
 * Returns the flags that a client may set in that version: the masks of the
 * "supported" extensions, draft-13 8.1.
 */
uint32_t attr_settable(int version);

#endif
