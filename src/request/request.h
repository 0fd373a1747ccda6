/* SPDX-License-Identifier: ISC */
/*
 * A request, decoded once and upgraded to version 6 terms, and its kind, which
 * describes everything but its form on the wire.
 */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "os/fs.h"
#include "os/log.h"
#include "policy/policy.h"
#include "request/field.h"
#include "wire/attr.h"

struct handle;
struct temp;
struct request;
struct session;
struct task;

/*
 * The outcome of a request that is not complete: see task.h. Neither an errno
 * nor a status.
 */
#define PENDING		INT32_MIN

/* The most unknown owner names of a request that its STATUS lists. */
#define UNKNOWN_MAX	16

/*
 * A line of the log in OpenSSH's words. A name in braces stands for a field:
 * see field.c. A NULL text is no line.
 */
struct line {
	enum log_level	 level;
	const char	*text;
};

/* The form of a request on the wire in one or several versions. */
struct request_form {
	uint8_t		 type;		/* FXP_* */
	uint8_t		 since, until;	/* versions; 0 ends a kind's forms */
	enum field	 fields[FORM_FIELDS]; /* in wire order */

	/*
	 * Converts the fields to version 6 terms and completes the rights that
	 * the request takes. May change q->kind. Returns 0 or the outcome. NULL
	 * if there is nothing to do.
	 */
	int		(*upgrade)(const struct policy *, struct request *);

	/* Another name that may govern the request: the upgrade decides. */
	const char	*alias;
};

/* Bits of a kind. */
#define KIND_OPENS	0x0001u	/* refused in an expired session */
#define KIND_WRITES	0x0002u	/* refused in a read-only session */
#define KIND_UNGOVERNED	0x0004u	/* no name permits or refuses it */
#define KIND_EXPLAINS	0x0008u	/* if refused for lack of a right, a client that
				 * may know is told that the name is missing or,
				 * if it must be new, that it exists */
#define KIND_LOOKS	0x0010u	/* in a directory that must seem empty, it shows
				 * only the directory */
#define KIND_MAKES_HANDLE 0x0020u /* limits.handles counts its handle */
#define KIND_ENDS_HANDLE 0x0040u /* its record has the bytes transferred; none
				  * for a directory */
#define KIND_RECORDED_LATER 0x0080u /* a success is recorded by CLOSE */
#define KIND_SETTLED	0x0100u	/* path rules add nothing to what the OPEN of
				 * its handle decided */
#define KIND_REPLACES	0x0200u	/* not announced if replacing is off */
#define KIND_UNLISTED	0x0400u	/* not in supported and supported2 */
#define KIND_UNROOTED	0x0800u	/* unknown in a session with a root, since it
				 * names directories outside */
#define KIND_ABSENT	0x1000u	/* this build lacks a library for it */

/* Everything about a request that does not depend on the version. */
struct request_kind {
	const char	*name;		/* for -p, -P, -Q, policy and log */
	const char	*wire;		/* an extension's name, or NULL */
	unsigned	 bits;		/* KIND_* */
	unsigned	 rights[2];	/* all that it can take: rights.h */
	int		(*run)(struct session *, struct request *);
	const char	*openssh_data;	/* value of the pair in VERSION with
					 * which OpenSSH announces it, or
					 * NULL */
	const char	*extra_pair;	/* name of its pair in VERSION that
					 * OpenSSH does not send, or NULL */
	uint8_t		 bad_handle_v3;	/* FX_*; 0: as status.c has it */
	uint8_t		 lost_handle;	/* FX_* for a file that was closed; 0:
					 * FAILURE */
	const char	*bad_handle;	/* the log's error line, or NULL */
	struct line	 trace;		/* after "request ID: " */
	struct line	 line;
	struct line	 dir_line;	/* if the handle is no file's */
	const char	*record;	/* operation in log.transfers, or
					 * NULL */
	/*
	 * The list ends with a form of version 0. It stands apart: most forms
	 * hold no pointer, and what does is written to by each process as it
	 * starts.
	 */
	const struct request_form *forms;
};

/*
 * Rights that a request takes to a path or a handle, RIGHT_* of rights.h. The
 * flags of the call see to those that depend on whether the name exists.
 */
struct takes {
	unsigned	 always;	/* in any case */
	unsigned	 absent;	/* also, to create what is missing */
	unsigned	 present;	/* also, to change what exists */
};

/* The handles that a field accepts. */
enum wants {
	WANTS_NONE,
	WANTS_OPEN_FILE,	/* opened again if it was closed */
	WANTS_FILE,		/* ... which need not be open */
	WANTS_DIR,
	WANTS_ANY,
};

/* A file, directory or name that a request acts on, by path or by handle. */
struct operand {
	const char	*path;		/* as the client sent it, or NULL */
	struct handle	*handle;	/* NULL also if the id is unknown */
	unsigned	 how;		/* PLACE_*: how it is resolved */
	enum wants	 wants;
	struct place	 place;		/* of the path */
	struct temp	*temp;		/* that the path means: see atomic.c */
	struct takes	 takes;
};

/* Owner names that nobody has. */
struct unknown {
	int		 n;
	struct slice	 name[UNKNOWN_MAX];
};

/*
 * The members before `ruling` are zero when a request begins. Most requests do
 * not use those behind it, of which only `has` and `n` are zero. Clearing takes
 * a tenth of the time of a small request, so mind the holes.
 */
struct request {
	const struct request_kind *kind;
	const struct request_form *form;
	uint32_t	 id;

	/* Fields: see field.c. Strings are terminated, slices are not. */
	uint32_t	 count;		/* READ: bytes */
	uint64_t	 offset, length;
	uint64_t	 target_offset;
	struct slice	 data;		/* of WRITE; md5-hash: the known hash */
	uint32_t	 desired;	/* OPEN: PF_*; from v5 on ACE_* */
	uint32_t	 flags;		/* OPEN: FXF_*; RENAME: FXF_RENAME_* */
	uint32_t	 wanted;	/* STAT: attributes asked for, ATTR_*; 0
					 * asks for the usual ones */
	uint32_t	 lock_mask;	/* BLOCK: FXF_BLOCK_* */
	uint32_t	 block_size;	/* check-file: bytes a hash, or 0 */
	uint8_t		 control;	/* REALPATH: FXP_REALPATH_* */
	uint8_t		 symbolic;	/* LINK: not 0 for a symbolic link */
	uint8_t		 overwrite;	/* copy-file: not 0 to replace */
	uint8_t		 translate;	/* filename-translation-control */
	const char	*link_text;	/* target of a symbolic link */
	const char	*algorithms;	/* check-file: names of hashes */
	const char	*user;		/* home-directory; "": the session's */
	const char	*version;	/* version-select */
	const char	*vendor, *product, *release;	/* vendor-id */
	uint64_t	 build;
	struct slice	 more_paths;	/* REALPATH: appended to its path */
	struct slice	 user_ids, group_ids;	/* u32 each */
	uint64_t	 line;		/* text-seek */
	bool		 has_optional;	/* the fields after OPTIONAL came */
	bool		 precise;	/* not version 3: the first error is the
					 * outcome, with a precise status */

	/* Set by the upgrade. */
	bool		 writes;	/* it would change something */
	struct ask	 ask;
	uint32_t	 access;	/* OPEN: ACE_* */
	int		 creation;	/* OPEN: O_CREAT, O_EXCL, O_TRUNC */
	uint32_t	 pflags;	/* OPEN: PF_*, for the log */
	const char	*needs[3];	/* other names that must be permitted */

	bool		 recorded;	/* log.transfers has begun a record */
	bool		 publishes;	/* its rename gives object.temp its
					 * visible name: see publish.c */
	const char	*message;	/* for STATUS, instead of the usual */
	struct task	*task;		/* while PENDING: see task.h */

	/* RENAME has the old and the new name, a copy has source and target. */
	union {
		struct {
			struct operand	 object, target;
		};
		struct operand	 operand[2];
	};

	struct ruling	 ruling;	/* `conceal` is valid at once */
	struct attr	 attr;		/* a field, too */
	struct unknown	 unknown;	/* for STATUS */
};

/* True for RENAME and the like, which give their object another name. */
static inline bool
request_renames(const struct request *q)
{
	return q->target.path != NULL;
}

#endif
