/* SPDX-License-Identifier: ISC */
/* What the doors to the file system act on. */
#ifndef OS_PLACE_H
#define OS_PLACE_H

/* How a path is to be resolved, and what came of it. */
#define PLACE_FOLLOW	0x1u	/* a final symbolic link is followed */
#define PLACE_FD	0x2u	/* dirfd is the thing itself; name is "" */
#define PLACE_CREATES	0x4u	/* to be made: no name of ours */
#define PLACE_NAME	0x8u	/* to lose its name: not followed even where
				 * a slash stands behind it */
#define PLACE_NONE	0x20u	/* it is only a path: not resolved at all */
#define PLACE_DIR	0x10u	/* such a slash: only a directory will do */

struct walked;

/*
 * A path, resolved once: a name relative to a directory. Made by paths/locate.h
 * or by a function below, good for one request. In a plain session
 * a client's is AT_FDCWD and the path itself. In a walking one it is an
 * O_PATH descriptor and one name, never empty, "." or "..", which no call
 * follows; or, with PLACE_FD, the descriptor itself.
 */
struct place {
	int		 dirfd;
	const char	*name;
	unsigned	 flags;
	const char	*shown;		/* as the client knows it */
	const char	*resolved;	/* as rules on names know it; or NULL */
	struct walked	*walked;	/* of a walking session; or NULL */
};

/* The place that an open descriptor is. */
struct place place_fd(int fd, const char *shown);

/* The place of an entry of an open directory. */
struct place place_entry(int dirfd, const char *name);

#endif
