/* SPDX-License-Identifier: ISC */
/* Places: the resolved paths that the file system calls act on. */
#ifndef OS_PLACE_H
#define OS_PLACE_H

/* Flags of a place. They say how a path is to be resolved, and the result. */
#define PLACE_FOLLOW	0x1u	/* follow a final symbolic link */
#define PLACE_FD	0x2u	/* dirfd is the file itself; name is "" */
#define PLACE_CREATES	0x4u	/* to be created */
#define PLACE_NAME	0x8u	/* to be removed or renamed: never followed */
#define PLACE_NONE	0x20u	/* used as text only; not resolved */
#define PLACE_DIR	0x10u	/* had a trailing slash: must be a directory */

struct hold;

/*
 * A resolved path: a name relative to a directory. It is made by paths/locate.h
 * or a function below and is valid for one request. In a session without a root
 * or rules on names, a client's path becomes AT_FDCWD and the path itself. In
 * other sessions it becomes an O_PATH descriptor and a single name, which is
 * never empty, "." or ".." and which no call follows; or, with PLACE_FD, a
 * descriptor of the file itself.
 */
struct place {
	int		 dirfd;
	unsigned	 flags;
	const char	*name;
	const char	*shown;		/* path as the client sent it */
	const char	*resolved;	/* as rules on names see it, or NULL */
	struct hold	*hold;		/* of a resolved path, or NULL */
};

/* Returns a place for an open descriptor. */
static inline struct place
place_fd(int fd, const char *shown)
{
	return (struct place){ .dirfd = fd, .name = "", .flags = PLACE_FD,
	    .shown = shown };
}

/* Returns a place for a name in an open directory. */
static inline struct place
place_entry(int dirfd, const char *name)
{
	return (struct place){ .dirfd = dirfd, .name = name, .shown = name };
}

#endif
