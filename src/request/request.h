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

#include "base/buf.h"
#include "os/fs.h"
#include "policy/policy.h"
#include "wire/attr.h"

struct handle;
struct temp;
struct request;
struct session;

/* An outcome: not done yet, run again. Neither an errno nor a status. */
#define PENDING		INT32_MIN

/* As many names that nobody has are told to who sent them in one request. */
#define UNKNOWN_MAX	16

/* flags of RENAME, beside the draft's: the version has no way to say. */
#define RENAME_UNSAID	0x80000000u

/*
 * One row is the whole truth about a request.
 *
 * The shape has a letter for each field, in wire order:
 *	P	path whose final link is followed	p	one that is not
 *	c	path that is to be made	x	one that is to lose its name
 *	R	path as text: no place is made of it
 *	h	file handle	D	directory handle	e	either
 *	F	file handle, whose file need not be open any more
 *	t	text		d	data			a	attrs
 *	l	text of a link
 *	o	u64		n	u32			b	byte
 *	r	the rest	?	what follows may be missing
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
	unsigned	 rights[2];	/* all it can take: rights.h */
	bool		 dirs;		/* looks at no more than a directory */
	bool		 candid;	/* refused for want of rights it says, to
					 * those who may know, that the name is
					 * missing or, if it is to be new, taken */
	bool		 opens;		/* what an expired session refuses */
	bool		 writes;	/* what a read-only session refuses */
	const char	*alias;		/* a name that may govern it instead */
	bool		 always;	/* no name governs it */
	int		(*upgrade)(const struct policy *, struct request *);
	int		(*run)(struct session *, struct request *);
	const char	*pair;		/* its data in VERSION, as OpenSSH's */
	const char	*late_pair;	/* its name there, after all others */
	bool		 absent;	/* what it needs is not built in */
	bool		 unlisted;	/* not in supported and supported2 */
	bool		 outside;	/* speaks of what no root holds */
	uint8_t		 bad_handle_v3;	/* 0: as status.c has it */
	uint8_t		 lost_handle;	/* a file that is gone; 0: FAILURE */
	const char	*bad_handle;	/* what the log says of one, or NULL */
	const char	*trace;
	const char	*line;
	const char	*record;	/* what log.transfers calls it */
};

/*
 * What a request takes of a path or a handle: RIGHT_* of rights.h. What
 * depends on whether there is something is left to the call's flags.
 */
struct takes {
	unsigned	 always;	/* whatever there is */
	unsigned	 absent;	/* also, to make what is missing */
	unsigned	 present;	/* also, to touch what is there */
};

/* Owners that nobody knows. */
struct unknown {
	int		 n;
	struct slice	 name[UNKNOWN_MAX];
};

/*
 * What stands before `attr` is zero when a request begins; of what is behind
 * it, which most requests have no use for, only `has` and `n` are.
 */
struct request {
	uint32_t	 id;
	const struct request_row *row;

	/* The fields, in the order of the shape. Strings are terminated. */
	const char	*path[2];
	unsigned	 how[2];	/* PLACE_* */
	const char	*text;
	struct slice	 str[4];	/* P, p, c, t, l, d and r, as bytes */
	struct handle	*handle[2];
	char		 wants[2];	/* their letters in the shape */
	uint64_t	 u64[3];
	uint32_t	 u32[2];
	uint8_t		 byte;
	int		 optional;	/* fields behind `?` that were there */
	bool		 precise;	/* not version 3: the first error is the
					 * answer, and there is a word for it */

	/* What the lift made of them. */
	uint32_t	 access;	/* OPEN: ACE_* */
	uint32_t	 flags;		/* OPEN: FXF_*; RENAME: FXF_RENAME_* */
	uint32_t	 pflags;	/* OPEN: PF_*, as the log prints it */
	uint32_t	 wanted;	/* STAT: attributes asked for, ATTR_*;
					 * 0 asks for the usual ones */
	const char	*needs[3];	/* other names that must be permitted */
	bool		 writes;	/* it would change something */
	struct ask	 ask;
	struct takes	 takes[2];	/* of each path or handle */

	struct place	 place[2];
	struct ruling	 ruling;
	const char	*message;	/* for STATUS, in place of the usual */
	uint64_t	 done;		/* PENDING: how far it is */
	struct temp	*temp[2];	/* that a path means, held: atomic.c */
	bool		 publishes;	/* CLOSE: part[0] gets its name */
	struct displacing *work;	/* PENDING: what rename.c has begun */
	struct copying	*copying;	/* PENDING: what copy-file has open */
	struct digesting *digesting;	/* PENDING: what digest.c hashes */
	struct naming	*naming;	/* PENDING: names that info.c looks up */
	unsigned	 wait;		/* PENDING: milliseconds to let pass */

	/* dispatch.c: it was run, and silly names it gave up are to go. */
	bool		 over;
	bool		 replied;	/* not with a STATUS */
	int		 outcome;

	struct attr	 attr;		/* a field of the shape, too */
	struct unknown	 unknown;	/* for STATUS */
};

#endif
