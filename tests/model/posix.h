/* SPDX-License-Identifier: ISC */
/*
 * A file system in a struct: the calls of Linux, with their errors in the order
 * of Linux. Functions that return an outcome return 0 or an errno.
 */
#ifndef POSIX_H
#define POSIX_H

#include "model.h"

/* The result of resolving a path: its last entry. */
struct spot {
	int	 error;		/* of the resolution; 0 or an errno */
	int	 dir, name;	/* of the entry */
	int	 ino;		/* of the entry, or NOTHING */
	int	 upload;	/* its temporary file, or NOTHING */
	int	 kept;		/* a kept upload for it, or NOTHING */
};

/* Resolve a path. Names of uploads of `session`, if any, are those uploads. */
struct spot posix_find(const struct world *, int session, enum path,
	    bool follow);

/* Resolve `depth` names, without regard to uploads. */
struct spot posix_find_name(const struct world *, const uint8_t *now,
	    int depth);

/* Make an inode without a name. Return its number. */
int	posix_new(struct world *, enum kind, unsigned mode);

/* True if the owner may write to the inode. */
bool	posix_writable(const struct world *, int ino);

/* True if the inode is `top` or lies below it. */
bool	posix_below(const struct world *, int ino, int top);

/* Return the number of links, reserved names included. */
int	posix_links(const struct world *, int ino);

/* Return the outcome of open(2), unlink(2) or truncate(2); change nothing. */
int	posix_check_open(const struct world *, const struct spot *,
	    const struct way *);
int	posix_check_unlink(const struct world *, const struct spot *);
int	posix_check_truncate(const struct world *, const struct spot *);

int	posix_rename(struct world *, const struct spot *old,
	    const struct spot *new, bool replace);
int	posix_link(struct world *, const struct spot *old,
	    const struct spot *new);
int	posix_rmdir(struct world *, const struct spot *);

/* Do mkdir(2), or symlink(2) with a target. */
int	posix_add(struct world *, const struct spot *, enum kind,
	    unsigned mode, enum path text);

void	posix_truncate(struct world *, int ino, unsigned size);
void	posix_write(struct world *, int ino, bool append, const char *);

/* Free inodes that neither a name nor a handle leads to. */
void	posix_sweep(struct world *);

#endif
