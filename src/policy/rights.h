/* SPDX-License-Identifier: ISC */
/* What it takes to do something to a file, a bit each; policy.h has sets. */
#ifndef POLICY_RIGHTS_H
#define POLICY_RIGHTS_H

#include <stddef.h>

enum right {
	RIGHT_LIST	= 1 << 0,	/* the names in a directory */
	RIGHT_STAT	= 1 << 1,	/* attributes, the text of a link */
	RIGHT_READ	= 1 << 2,	/* what is in a file */
	RIGHT_CREATE	= 1 << 3,	/* a new file */
	RIGHT_MODIFY	= 1 << 4,	/* what is in a file that exists */
	RIGHT_REPLACE	= 1 << 5,	/* a file by another of its name */
	RIGHT_DELETE	= 1 << 6,
	RIGHT_RENAME	= 1 << 7,
	RIGHT_MKDIR	= 1 << 8,
	RIGHT_RMDIR	= 1 << 9,
	RIGHT_SYMLINK	= 1 << 10,
	RIGHT_LINK	= 1 << 11,
	RIGHT_SETSTAT	= 1 << 12,	/* attributes, but for the size */
};
#define RIGHTS_ALL	((1u << 13) - 1)
#define RIGHTS_NONE	0u

/* In the order of the bits; behind the last one the name is NULL. */
struct right_name {
	const char	*name;
	unsigned	 right;
};
extern const struct right_name rights_names[];

/* The right of the `len` bytes at `name`; 0 when there is none. */
unsigned	rights_find(const char *name, size_t len);

/*
 * Reads names separated by commas, "all" or "none". -1 when another word is
 * among them.
 */
long long	rights_read(const char *list);

/* Writes them as rights_read() takes them; returns buf. */
char	*rights_format(unsigned rights, char *buf, size_t size);

#endif
