/* SPDX-License-Identifier: ISC */
/*
 * Zero-copy READs, and the sizes of standard input and output.
 *
 * Data goes from a file to standard output by splice(2) through a pipe. That
 * takes half of the CPU time of copying. The pipe refers to the file's pages:
 * if the file is changed or shortened in place, by this session or by another
 * program, replies change that were already promised or sent. It is therefore
 * only for files that are replaced and never changed: files.zero_copy.
 */
#ifndef OS_PIPE_H
#define OS_PIPE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pipe {
	bool	 usable;	/* standard output is a pipe */
	int	 fd[2];		/* both 0 while there is no pipe */
	int	 size;		/* in bytes */
	bool	 tried;		/* to make it larger */
	size_t	 len;		/* bytes in the pipe, to be sent next */
};

/*
 * Fills the pipe, which must be empty, with `len` bytes of the file at `off`,
 * or with as many as the file has left. Returns their number. 0, with an empty
 * pipe, means the end of the file or that splice(2) is not possible: the caller
 * reads instead.
 */
size_t	 pipe_fill(struct pipe *, int fd, size_t len, uint64_t off);

/* Closes the pipe until it is needed again, unless there are bytes in it. */
void	 pipe_end(struct pipe *);

/*
 * Moves all bytes of the pipe to memory, which must have room for them. Returns
 * false if they cannot be read; the pipe is empty in either case.
 */
bool	 pipe_take(struct pipe *, uint8_t *to);

/*
 * Moves bytes to standard output: as many as it takes without waiting, or all
 * of them, until a signal arrives, if it `waits`. Returns as write(2).
 */
ssize_t	 pipe_send(struct pipe *, bool waits);

/* Sets or clears O_NONBLOCK, and clears O_APPEND. Returns false on error. */
bool	 pipe_set_blocking(int fd, bool blocking);

/*
 * Widens the pipe `fd` to 256 KiB. Returns the size it had, for pipe_narrow(),
 * or 0 if it stays as it is: it is wide, or no pipe, or the limit is near for
 * what the pipes of this user may hold together (pipe-user-pages-soft in
 * pipe(7)). Beyond that limit the pipes of all programs of the user are small.
 */
int	 pipe_widen(int fd);

/* Narrows it. Returns false while more bytes are in it than will fit. */
bool	 pipe_narrow(int fd, int size);

#endif
