/* SPDX-License-Identifier: ISC */
/*
 * The files and directories that a session created, recognised by identity: no
 * name, link or rename makes another file one of them. The latest CREATED_MAX
 * are remembered.
 */
#ifndef FILES_CREATED_H
#define FILES_CREATED_H

#include <stdbool.h>
#include <stddef.h>

#define CREATED_MAX	4096

struct fs_id;
struct statx;

struct created {
	struct fs_id	*files;		/* allocated with the first file */
	size_t		 len;		/* at most CREATED_MAX */
	size_t		 next;		/* index of the next one */
};

/* Remembers a file; does nothing when memory runs out. */
void	created_add(struct created *, const struct statx *);

/* True if the file is remembered. */
bool	created_has(const struct created *, const struct statx *);

#endif
