/* SPDX-License-Identifier: ISC */
/*
 * The rights that requests need on a file or directory, one bit each. struct
 * policy has sets of them.
 */
#ifndef POLICY_RIGHTS_H
#define POLICY_RIGHTS_H

#include <stddef.h>

enum right {
	RIGHT_LIST	= 1 << 0,	/* read a directory's entries */
	RIGHT_STAT	= 1 << 1,	/* read attributes and link texts */
	RIGHT_READ	= 1 << 2,	/* read a file */
	RIGHT_CREATE	= 1 << 3,	/* create a file */
	RIGHT_MODIFY	= 1 << 4,	/* change an existing file's contents */
	RIGHT_REPLACE	= 1 << 5,	/* replace a file by another one */
	RIGHT_DELETE	= 1 << 6,
	RIGHT_RENAME_FILE = 1 << 7,	/* anything but a directory */
	RIGHT_MKDIR	= 1 << 8,
	RIGHT_RMDIR	= 1 << 9,
	RIGHT_SYMLINK	= 1 << 10,
	RIGHT_LINK	= 1 << 11,
	RIGHT_SETSTAT	= 1 << 12,	/* change attributes except the size */
	RIGHT_RENAME_DIR = 1 << 13,
};
#define RIGHT_RENAME	(RIGHT_RENAME_FILE | RIGHT_RENAME_DIR)
#define RIGHTS_ALL	((1u << 14) - 1)
#define RIGHTS_NONE	0u

/*
 * The rights that a session can have to a directory because it made it. The
 * others concern the files in it as well, which may be of other sessions.
 */
#define RIGHTS_OWN_DIR	(RIGHT_STAT | RIGHT_SETSTAT)

/*
 * The names of the rights. A name that stands for several comes before each of
 * these. "rename" is one: policies that were written before files and
 * directories were told apart mean both by it. The last row has a NULL name.
 */
struct right_name {
	const char	*name;
	unsigned	 right;
};
extern const struct right_name rights_names[];

/*
 * Parses comma-separated names, "all" or "none". Returns the set of rights, or
 * -1 if there is any other word.
 */
long long	rights_read(const char *list);

/*
 * Writes a set of rights in the form that rights_read() accepts, truncated to
 * `size` bytes. Returns buf.
 */
char	*rights_format(unsigned rights, char *buf, size_t size);

#endif
