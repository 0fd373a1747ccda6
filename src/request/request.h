/* SPDX-License-Identifier: ISC */
/*
 * A request, decoded once and raised to version 6 terms, and the row of the
 * table that says everything about its kind.
 */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"
#include "system/fs.h"
#include "wire/attr.h"
#include "wire/buf.h"

struct handle;
struct request;
struct session;

/* An outcome: not done yet, run again. Neither an errno nor a status. */
#define PENDING		INT32_MIN

/* flags of RENAME, beside the draft's: the version has no way to say. */
#define RENAME_UNSAID	0x80000000u

/*
 * One row is the whole truth about a request.
 *
 * The shape has a letter for each field, in wire order:
 *	P	path whose final link is followed	p	one that is not
 *	c	path that is to be made
 *	h	file handle	D	directory handle	e	either
 *	F	file handle, whose file need not be open any more
 *	t	text		d	data			a	attrs
 *	o	u64		n	u32			b	byte
 *	?	what follows may be missing		*	the last repeats
 *
 * trace and line are OpenSSH's log lines: a letter for the level (1, 3 for
 * debug; I, V), then text in which a percent sign and a letter stand for a
 * field: see trace.c. A trace line starts with the request id. The line "C"
 * is the one that ends a handle.
 */
struct request_row {
	const char	*name;		/* for -p, -P, -Q, policy and log */
	const char	*wire;		/* an extension's name, or NULL */
	uint8_t		 type;		/* FXP_* */
	uint8_t		 since, until;	/* versions */
	const char	*shape;
	bool		 writes;	/* what a read-only session refuses */
	void		(*lift)(const struct policy *, struct request *);
	int		(*run)(struct session *, struct request *);
	const char	*announce;	/* an extension's data in VERSION */
	uint8_t		 bad_handle_v3;	/* 0: as status.c has it */
	uint8_t		 lost_handle;	/* a file that is gone; 0: FAILURE */
	const char	*trace;
	const char	*line;
};

struct request {
	uint32_t	 id;
	const struct request_row *row;

	/* The fields, in the order of the shape. Strings are terminated. */
	const char	*path[2];
	unsigned	 how[2];	/* PLACE_FOLLOW or 0 */
	const char	*text;
	struct slice	 str[3];	/* P, p, t and d, as bytes */
	struct handle	*handle[2];
	uint64_t	 u64[3];
	uint32_t	 u32[2];
	uint8_t		 byte;
	struct attr	 attr;

	/* What the lift made of them. */
	uint32_t	 access;	/* OPEN: ACE_* */
	uint32_t	 flags;		/* OPEN: FXF_*; RENAME: FXF_RENAME_* */
	uint32_t	 pflags;	/* OPEN: PF_*, as the log prints it */
	bool		 keep_going;	/* SETSTAT: an error stops nothing */
	bool		 writes;	/* it would change something */
	struct ask	 ask;

	struct place	 place[2];
	struct ruling	 ruling;
	const char	*message;	/* for STATUS, in place of the usual */
	uint64_t	 done;		/* PENDING: how far it is */
	struct displacing *work;	/* PENDING: what rename.c has begun */
	unsigned	 wait;		/* PENDING: milliseconds to let pass */
};

#endif
