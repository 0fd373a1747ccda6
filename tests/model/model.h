/* SPDX-License-Identifier: ISC */
/*
 * An exhaustive check of a small scope. It runs every short sequence of
 * requests over two names, a directory and a link to it, and compares each
 * reply and the tree with a model of POSIX and of the policy.
 *
 * A letter is one request with its arguments, from a fixed alphabet; sequences
 * are words over it. A world is the state of the model: a tree, the handles,
 * and the temporary files. The model shares no code with the server, which
 * only drive.c includes, so that both cannot be wrong in the same way.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define nelems(a)	(sizeof(a) / sizeof((a)[0]))

#define HANDLES		2	/* open at a time, in all sessions together */
#define SESSIONS	2
#define INODES		16
#define RESERVED_MAX		8
#define FILE_SIZE	24	/* bytes of a file, at most */
#define NOTHING		(-1)	/* no inode, no handle, no name, no file */

/* The components of a path. */
enum name { NAME_A, NAME_B, NAME_D, NAME_L, NAMES };

/* The paths of requests and the targets of symbolic links. */
enum path { PATH_A, PATH_B, PATH_D, PATH_L, PATH_DA, PATH_LA, PATH_BA,
    PATH_TOP, PATHS };

struct path_row {
	const char	*text;
	int		 len;			/* components; 0 is the top */
	enum name	 part[2];
};
extern const struct path_row path_rows[PATHS];
extern const char *const name_texts[NAMES];

/*
 * OP_LIST is OPENDIR, READDIR to the end, and CLOSE. OP_END ends a session and
 * begins another in its place.
 */
enum op { OP_OPEN, OP_CLOSE, OP_READ, OP_WRITE, OP_FSTAT, OP_FSETSIZE,
    OP_FSETMODE, OP_STAT, OP_LSTAT, OP_SETSIZE, OP_SETMODE, OP_REMOVE,
    OP_RENAME, OP_LINK, OP_SYMLINK, OP_MKDIR, OP_RMDIR, OP_OPENDIR,
    OP_READDIR, OP_LIST, OP_END };

/* `how` of a RENAME. RENAME_PLAIN sets no flag in version 6. */
enum how_rename { RENAME_PLAIN, RENAME_POSIX, RENAME_OVERWRITE };

/* `how` of a WRITE: the fate of its bytes on the storage. */
enum how_write { WRITE_STORED, WRITE_REFUSED, WRITE_LOST_AT_FLUSH,
    WRITE_LOST_AT_CLOSE };

/* A request. Members that the request does not use are 0. */
struct letter {
	uint8_t	op, session, path, path2, handle, how;
};

/* True if a request names its object by a handle. */
static inline bool
is_on_handle(enum op op)
{
	return op == OP_CLOSE || op == OP_READ || op == OP_WRITE ||
	    op == OP_FSTAT || op == OP_FSETSIZE || op == OP_FSETMODE ||
	    op == OP_READDIR;
}

/* A row of `ways`, which `how` of an OPEN is an index of. */
struct way {
	const char	*text;		/* in the words of tests/wire/wire */
	bool		 reads, writes, appends, creates, truncates, excludes;
	bool		 removes;	/* DELETE_ON_CLOSE, of version 6 */
	unsigned	 mode;		/* to create with; 0 sends none */
};
extern const struct way ways[];
extern const size_t way_count;

#define SET_SIZE	1	/* bytes, of every request that sets a size */
#define SET_MODE	0555	/* of every request that sets a mode */
#define WRITTEN		"xy"	/* of every WRITE, at offset 0 */
#define OLD_TOP		"old"	/* content of a at first, unless bare */
#define OLD_BELOW	"below"	/* content of d/a at first, unless bare */

enum handles_rule { HANDLES_STAY, HANDLES_COME_BACK, HANDLES_CLOSED };
enum uploads_rule { UPLOADS_IN_PLACE, UPLOADS_ATOMIC, UPLOADS_KEPT };

/* A policy, as options of the server and as rules of the model. */
struct policy_row {
	const char	*name;
	const char	*options[4];	/* arguments of -o, NULL at the end */
	bool		 root;		/* confined: -o root= */
	bool		 overwrites;	/* a plain RENAME replaces */
	enum handles_rule handles;	/* of handles on renamed files */
	enum uploads_rule uploads;
	bool		 no_delete;	/* all rights but delete */
};

/* The circumstances that all sequences of a run share. */
struct scope {
	const struct policy_row *policy;
	int		 version;
	int		 sessions;
	bool		 bare;		/* the tree begins without files */
	bool		 faults;	/* one WRITE may fail */
};

enum kind { KIND_NONE, KIND_FILE, KIND_DIR, KIND_LINK };

/* Bytes of a file that a WRITE acknowledged and the storage lost. */
enum loss {
	LOSS_NONE,
	LOSS_AT_FLUSH,		/* the next flush or close reports it */
	LOSS_AT_CLOSE,		/* the next close reports it */
	LOSS_STUCK,		/* reported; the handle has to repeat it */
	LOSS_TOLD,		/* reported */
};

struct inode {
	uint8_t		 kind, len, text, loss;	/* text: enum path, of a link */
	uint16_t	 mode;
	int8_t		 at[NAMES];	/* entries: an inode or NOTHING */
	char		 data[FILE_SIZE];
};

enum reserved_kind {
	RESERVED_NONE,
	RESERVED_UPLOAD,	/* the temporary file of an upload */
	RESERVED_KEPT,		/* the same, left by a session that ended */
	RESERVED_SILLY,		/* a removed file that handles still need */
	RESERVED_LITTER,	/* a file that could not be removed */
};

/* A file under a name of the server's own, .slipway-*, hidden from clients. */
struct reserved {
	uint8_t		 kind, session;
	uint8_t		 name;		/* of an upload: the one it is for */
	uint8_t		 users;		/* a bit for each handle */
	int8_t		 dir, ino;
	int8_t		 old;		/* the file an upload began over */
	bool		 replaces;	/* publishing may overwrite */
};

enum held_state { H_FREE, H_OPEN, H_LET_GO };

/* An open handle. The server has a struct handle of its own. */
struct held {
	uint8_t		 state, session;
	uint8_t		 opened;	/* enum path */
	uint8_t		 depth;		/* components in `now`; 0: no name */
	uint8_t		 now[2];
	uint8_t		 seen;		/* names that READDIR read ahead */
	int8_t		 ino;
	int8_t		 upload;	/* its temporary file, or NOTHING */
	bool		 is_dir;	/* made by OPENDIR */
	bool		 reads, writes, appends;
	bool		 listed;	/* READDIR has returned all names */
	bool		 fixed;		/* `seen` is set */
	bool		 refused;	/* a WRITE failed after H_LET_GO */
	bool		 dirty;		/* written to and not flushed */
	bool		 away;		/* closed until it is used again */
	bool		 uploaded;	/* its upload has been published */
};

struct world {
	struct inode	 ino[INODES];	/* the first is the top */
	struct held	 h[HANDLES];
	struct reserved	 reserved[RESERVED_MAX];
	bool		 faulted;	/* the one lost WRITE has happened */
};

enum expect_type { EXPECT_STATUS, EXPECT_HANDLE, EXPECT_DATA, EXPECT_ATTRS,
    EXPECT_NAMES };

/* The reply that the model expects. */
struct expect {
	enum expect_type type;
	int		 status, other;	/* either is right; -1: no other */
	uint8_t		 kind;
	unsigned	 mode, size;
	uint8_t		 must, may;	/* a bit for each name */
	uint8_t		 len;
	char		 data[FILE_SIZE];
};

/* The reply that the server gave. */
struct answer {
	uint8_t		 type;		/* FXP_ number */
	int		 status;
	uint8_t		 kind;
	unsigned	 mode;
	uint64_t	 size;
	uint8_t		 names;
	size_t		 len;
	char		 data[64];
	char		 fault[96];	/* in its form, or "" */
};

#define MAX_LETTERS	400

/*
 * letters.c. Fill in the alphabet of a scope; `to` has room for MAX_LETTERS.
 * Return the number of letters.
 */
size_t	letters_make(const struct scope *, struct letter *to);

/* Print a letter as a line for tests/wire/wire, without its newline. */
void	letter_print(FILE *, const struct scope *, const struct letter *);

/* predict.c. Return the status code for 0, an errno or STATUS(code). */
#define STATUS(code)	(1000 + (code))
int	status_of(int version, int outcome);

/* Return the status of a request on a handle that does not exist. */
int	status_of_stale(int version, enum op);

/* Return the number of the next handle, or NOTHING. */
int	world_free_handle(const struct world *);

/* Fill in the world that the sequences of a scope begin with. */
void	world_begin(const struct scope *, struct world *);

/*
 * Apply a letter to the world and fill in the reply to expect. Where two
 * replies are right, the world becomes the one of the reply `got`, or of the
 * likelier reply if `got` is NULL. Return false for a letter that is not
 * applicable, whose reply the model does not predict.
 */
bool	predict(const struct scope *, struct world *, const struct letter *,
	    const struct answer *got, struct expect *);

/* Apply the end of a session to the world. */
void	predict_end(const struct scope *, struct world *, int session);

/* keys.c. Return a hash that is equal for equivalent worlds. */
uint64_t world_key(const struct scope *, const struct world *);

#endif
