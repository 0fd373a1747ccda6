/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/pipe.h"

/*
 * Requests use half of it at most: each partial page at either end of a range
 * takes a slot of the pipe as well.
 */
#define PIPE_SIZE	(512 * 1024)

static void
pipe_close(struct pipe *p)
{
	close(p->fd[0]);
	close(p->fd[1]);
	*p = (struct pipe){ .usable = p->usable };
}

static bool
pipe_make(struct pipe *p)
{
	if (p->fd[1] != 0)
		return true;
	if (pipe2(p->fd, O_CLOEXEC) == -1) {
		p->usable = false;
		return false;
	}
	/*
	 * The pipes of a user share a limit, beyond which new ones are small.
	 */
	if (fcntl(p->fd[1], F_SETPIPE_SZ, PIPE_SIZE) < PIPE_SIZE) {
		p->usable = false;
		pipe_close(p);
	}
	return p->usable;
}

size_t
pipe_fill(struct pipe *p, int fd, size_t len, uint64_t off)
{
	off_t at = (off_t)off;
	ssize_t n;

	if (!p->usable || len > PIPE_SIZE / 2 || !pipe_make(p))
		return 0;
	do {
		n = splice(fd, &at, p->fd[1], NULL, len - p->len,
		    SPLICE_F_NONBLOCK);
		p->len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && p->len < len);
	/* Discard the bytes already in the pipe. */
	if (n < 0 && p->len > 0)
		pipe_close(p);
	return p->len;
}

bool
pipe_take(struct pipe *p, uint8_t *to)
{
	ssize_t n = read(p->fd[0], to, p->len);

	if (n != (ssize_t)p->len) {
		pipe_close(p);
		return false;
	}
	p->len = 0;
	return true;
}

ssize_t
pipe_send(struct pipe *p)
{
	ssize_t n;

	n = splice(p->fd[0], NULL, STDOUT_FILENO, NULL, p->len,
	    SPLICE_F_NONBLOCK);
	if (n > 0)
		p->len -= (size_t)n;
	return n;
}
