/* SPDX-License-Identifier: ISC */
/*
 * The files that a session made, by what they are: no name, no link and no
 * rename makes another file one of them. So many are remembered, the latest.
 */
#ifndef FILES_CREATED_H
#define FILES_CREATED_H

#include <stdbool.h>
#include <stddef.h>

#define OWN_MAX	4096

struct fs_id;
struct statx;

struct created {
	struct fs_id	*files;		/* made with the first */
	size_t		 len;		/* at most OWN_MAX */
	size_t		 next;		/* where the next one goes */
};

/* Without memory it is not remembered. */
void	created_add(struct created *, const struct statx *);

bool	created_has(const struct created *, const struct statx *);

#endif
