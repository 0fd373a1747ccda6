/* SPDX-License-Identifier: ISC */
/* Declarations shared by predict.c, on_handle.c and on_names.c. */
#ifndef PREDICT_H
#define PREDICT_H

#include "reserved.h"

/* Status codes of the drafts. */
enum { FX_OK, FX_EOF, FX_NO_SUCH_FILE, FX_PERMISSION_DENIED, FX_FAILURE,
    FX_BAD_MESSAGE, FX_INVALID_HANDLE = 9, FX_FILE_ALREADY_EXISTS = 11,
    FX_NO_SPACE = 14, FX_DIR_NOT_EMPTY = 18, FX_NOT_A_DIRECTORY,
    FX_LINK_LOOP = 21, FX_INVALID_PARAMETER = 23, FX_FILE_IS_A_DIRECTORY };

/* A letter whose reply is being predicted. */
struct asked {
	const struct scope	*sc;
	struct world		*w;
	const struct letter	*l;
	const struct answer	*got;
	struct expect		*e;
	struct held		*h;	/* the handle of the letter */
};

/* Fill in the reply to expect. Return true. */
bool	expect(const struct asked *, int outcome);
bool	expect_attrs(const struct asked *, int ino);

/*
 * Expect an error of LINK or RENAME: the given one, or another that holds as
 * well, for the order of checks is the server's. Return true.
 */
bool	expect_either_error(const struct asked *, const struct spot *old,
	    const struct spot *new, int outcome);

/*
 * Expect OK, or ENOSPC because the storage has lost bytes. Return true if the
 * server answered ENOSPC.
 */
bool	expect_maybe_lost(const struct asked *);

/* Resolve a path. A kept upload stands for a missing file. */
struct spot find(const struct asked *, enum path, bool follow);

/* Resolve a path that is to be a new name. */
struct spot find_new(const struct asked *, enum path);

bool	is_dir(const struct asked *, const struct spot *);

/* True if the file of a handle still has the name in the handle. */
bool	has_name(const struct asked *, const struct held *);

/* True if bytes were lost and no reply has reported it. */
bool	is_unreported(const struct asked *, int ino);

/* on_handle.c: OPEN, OPENDIR and letters that name a handle. */
bool	predict_open(const struct asked *);
bool	predict_opendir(const struct asked *);
bool	predict_on_handle(const struct asked *);

/* on_names.c: REMOVE and RENAME. */
bool	predict_remove(const struct asked *);
bool	predict_rename(const struct asked *);

#endif
