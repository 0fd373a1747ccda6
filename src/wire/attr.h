/* SPDX-License-Identifier: ISC */
/*
 * ATTRS, in all four versions: one struct, one table of fields, both
 * directions; draft-02 5, draft-13 7.
 */
#ifndef WIRE_ATTR_H
#define WIRE_ATTR_H

#include <stdint.h>

#include "base/buf.h"

/* What a struct attr holds; our own bits, the same whatever the version. */
#define HAS_SIZE	0x00001u
#define HAS_ALLOC	0x00002u
#define HAS_IDS		0x00004u	/* uid, gid: version 3 */
#define HAS_OWNER	0x00008u	/* owner, group: version 4 and later */
#define HAS_MODE	0x00010u
#define HAS_ATIME	0x00020u
#define HAS_BTIME	0x00040u
#define HAS_MTIME	0x00080u
#define HAS_CTIME	0x00100u
#define HAS_SUBSEC	0x00200u	/* the nanoseconds of the times held */
#define HAS_ACL		0x00400u
#define HAS_BITS	0x00800u
#define HAS_TEXT_HINT	0x01000u
#define HAS_MIME	0x02000u
#define HAS_NLINK	0x04000u
#define HAS_RAW_NAME	0x08000u
#define HAS_EXTENDED	0x10000u	/* pairs that may not be passed over */
#define HAS_NONE	0u		/* read, and of no use */

#define HAS_TIMES	(HAS_ATIME | HAS_BTIME | HAS_MTIME | HAS_CTIME)

/* Slices point into the packet they were read from, or to where the sender
 * keeps them. Times are in seconds since 1970, UTC. */
struct attr {
	uint32_t	has;
	uint8_t		type;		/* TYPE_*, version 4 and later */
	uint64_t	size;
	uint64_t	alloc;		/* bytes on disk */
	uint32_t	uid, gid;
	struct slice	owner, group;
	uint32_t	mode;		/* the whole st_mode when we send */
	int64_t		atime, btime, mtime, ctime;
	uint32_t	atime_ns, btime_ns, mtime_ns, ctime_ns;
	uint32_t	acl_flags;	/* ACL_*; or what older versions mean */
	struct slice	acl;		/* count and entries: wire/acl.h */
	uint32_t	bits, bits_valid;
	uint8_t		text_hint;
	struct slice	mime;
	uint32_t	nlink;
	struct slice	raw_name;
	uint32_t	extended;	/* count of pairs, which are skipped */
};

/*
 * Reads an ATTRS of that version. The reader is dry afterwards when it was
 * too short. Returns 0, or FX_BAD_MESSAGE for a flag that the version does
 * not know, since what follows cannot be measured then (version 3 ignores
 * such flags, as OpenSSH does).
 */
int	attr_get(struct reader *, int version, struct attr *);

/* Writes what `a` holds and the version can carry. */
void	attr_put(struct buf *, int version, const struct attr *);

/*
 * Returns the HAS_* that the flags of a STAT ask for (draft-13 8.6): whatever
 * a version has under them, and nothing for flags that none of them knows.
 */
uint32_t attr_asked(uint32_t flags);

/* The flags a client may set in that version: masks of `supported`, 8.1. */
uint32_t attr_settable(int version);

#endif
