/* SPDX-License-Identifier: ISC */
/*
 * Data on its way from a file to stdout that is never copied, only referred
 * to: a READ of 32 KiB costs a third of what it costs to copy it, one of 255
 * KiB a quarter. What is written to the file meanwhile changes what lies here,
 * and with it replies that were given before: so it is for sessions that write
 * nothing, and what others do to a file they read is no promise of ours.
 */
#ifndef OS_PIPE_H
#define OS_PIPE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pipe {
	bool	 usable;	/* by this session: it is made when needed */
	int	 fd[2];		/* 0 and 0 while there is none */
	size_t	 len;		/* bytes in it, which go out next */
};

/*
 * Fills the pipe, which must be empty, with so many bytes of the file, or with
 * what is left of it. Returns how many that are; 0, and it is empty, at the end
 * of the file and where that cannot be done: then they are to be read.
 */
size_t	 pipe_fill(struct pipe *, int fd, size_t len, uint64_t off);

/*
 * Takes all bytes out again, to memory with room for them. False when they
 * cannot be had; the pipe is empty either way.
 */
bool	 pipe_take(struct pipe *, uint8_t *to);

/* Moves to stdout what it takes without waiting. Returns as write(2). */
ssize_t	 pipe_send(struct pipe *);

#endif
