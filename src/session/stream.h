/* SPDX-License-Identifier: ISC */
/*
 * Transfers behind pipes. While one is under way, standard input or output is
 * a wider pipe, and replies are written by calls that wait for the reader: both
 * save wakeups. The pipes of a user share a budget, so a wide one is made only
 * where much is left of it, and is given back when the last file is closed or
 * when the reader turns out to be slow.
 */
#ifndef SESSION_STREAM_H
#define SESSION_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream {
	bool	 possible;	/* standard output is a pipe */
	bool	 blocking;	/* ... in which writes wait */
	struct stream_end {	/* standard input; standard output */
		bool	 on;	/* a transfer is under way here */
		bool	 slow;	/* ... too slow for a wide pipe */
		int	 normal; /* size before it was widened, or 0 */
		uint64_t moved;	/* bytes, since a file was opened first */
		uint64_t due;	/* widen the pipe when so many have moved */
	}	 ends[2];
	unsigned held;		/* rounds that stream_holds() will last */
};

/* Counts bytes that were read from or written to descriptor `fd`, 0 or 1. */
static inline void
stream_moved(struct stream *t, int fd, size_t n)
{
	t->ends[fd].moved += n;
}

/*
 * Begins or ends a transfer. Call this once a round; `open` tells whether the
 * client holds any handle.
 */
void	stream_step(struct stream *, bool open);

/*
 * Prepares a write to standard output. Returns true if the write will wait
 * until all is written, but no longer than STREAM_TICK, since a client may want
 * to be read before it reads; then stream_wrote() must follow. `may` is false
 * if the write must not wait.
 */
bool	stream_write(struct stream *, bool may);

#define STREAM_TICK	200	/* ms */

/* Ends what stream_write() began; `all` tells whether all was written. */
void	stream_wrote(struct stream *, bool all);

/*
 * True if nothing may be written for now, so that a slow reader empties the
 * pipe until it can be narrowed. That lasts some seconds at most.
 */
static inline bool
stream_holds(const struct stream *t)
{
	return t->held > 0;
}

/*
 * Returns the milliseconds after which there should be another round, for a
 * pipe that is to be narrowed, or -1.
 */
int	stream_timeout(const struct stream *);

#endif
