/* SPDX-License-Identifier: ISC */
/*
 * The fields of requests. A table says for each how it is read, where it is
 * stored and how the log prints it.
 */
#ifndef REQUEST_FIELD_H
#define REQUEST_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/word.h"

struct log_line;

/* The number of fields in a form, including the NOTHING that ends it. */
#define FORM_FIELDS	6

/* The fields that a form lists. */
enum field {
	NOTHING,		/* ends a form */
	OPTIONAL,		/* the fields that follow may be missing */

	/* The object: a path whose final link is followed, ... */
	PATH,
	PATH_ITSELF,		/* ... is not followed, */
	PATH_NEW,		/* ... that is to be created, */
	PATH_OLD,		/* ... that is to lose its name, */
	PATH_TEXT,		/* ... or that is not resolved; */
	HANDLE,			/* or the handle of an open file, */
	HANDLE_OF_FILE,		/* ... that need not be open any more, */
	HANDLE_OF_DIR,		/* ... of a directory, */
	HANDLE_OF_ANY,		/* ... or of either. */
	TARGET_NEW,		/* the target, likewise */
	TARGET_HANDLE,

	ATTRS,
	OFFSET,
	LENGTH,
	TARGET_OFFSET,
	COUNT,
	DATA,
	DESIRED,
	FLAGS,
	WANTED,
	LOCK_MASK,
	BLOCK_SIZE,
	CONTROL,
	SYMBOLIC,
	OVERWRITE,
	TRANSLATE,
	LINK_TEXT,
	ALGORITHMS,
	USER,
	VERSION,
	VENDOR,
	PRODUCT,
	RELEASE,
	MORE_PATHS,
	USER_IDS,
	GROUP_IDS,
	LINE,
	BUILD,

	/* Fields that only the log has names for. */
	HANDLE_NUMBER,
	HANDLE_UNSIGNED,
	HANDLE_COUNTS,
	TARGET_NUMBER,
	PFLAGS,
	MODE,
	DIR_MODE,
	FIELDS
};

enum field_type {
	FIELD_NONE,		/* not on the wire */
	FIELD_OPTIONAL,		/* not on the wire: a request may end here */
	FIELD_PATH,		/* a string that is resolved */
	FIELD_NAME,		/* a string in the charset of names */
	FIELD_TEXT,
	FIELD_HANDLE,
	FIELD_DATA,
	FIELD_REST,		/* strings that are appended to the path */
	FIELD_ATTRS,
	FIELD_U64,
	FIELD_U32,
	FIELD_U8,
};

/* A row is small, since each request reads several rows. */
struct field_row {
	const char	*name;		/* in a log line, or NULL */
	uint16_t	 member;	/* offset in struct request */
	enum field_type	 type : 8;
	uint8_t		 operand;	/* a path or handle: 1 for the target */
	uint8_t		 how;		/* a path: PLACE_*; a handle: WANTS_* */
	void		(*print)(struct log_line *, const void *member);
};

/* Indexed by enum field. */
extern const struct field_row field_rows[FIELDS];

/* Returns the row of that name, which has `len` bytes, or NULL. */
const struct field_row *field_named(const char *name, size_t len);

/* Lists the words of the bits that are set: "READ,WRITE,CREATE". */
#define FIELD_WORDS_LEN	64
void	field_words(const struct word *, unsigned bits,
	    char to[FIELD_WORDS_LEN]);

/* The words of pflags, as the log has them. */
extern const struct word field_pflags[];

#endif
