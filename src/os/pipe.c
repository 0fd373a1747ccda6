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

/* Sizes of standard input and output. */
#define PIPE_WIDE	(256 * 1024)
/* Left to others of the bytes that the pipes of a user may hold. */
#define PIPE_SPARE	(1024 * 1024)

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
pipe_send(struct pipe *p, bool waits)
{
	ssize_t n;

	n = splice(p->fd[0], NULL, STDOUT_FILENO, NULL, p->len,
	    waits ? 0 : SPLICE_F_NONBLOCK);
	if (n > 0)
		p->len -= (size_t)n;
	return n;
}

bool
pipe_set_blocking(int fd, bool blocking)
{
	return fcntl(fd, F_SETFL, blocking ? 0 : O_NONBLOCK) == 0;
}

/* True if another pipe of PIPE_SPARE could be made. */
static bool
has_spare(void)
{
	int fd[2];
	bool spare;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return false;
	spare = fcntl(fd[1], F_SETPIPE_SZ, PIPE_SPARE) >= PIPE_SPARE;
	close(fd[0]);
	close(fd[1]);
	return spare;
}

int
pipe_widen(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size == -1 || size >= PIPE_WIDE ||
	    fcntl(fd, F_SETPIPE_SZ, PIPE_WIDE) == -1)
		return 0;
	return has_spare() || !pipe_narrow(fd, size) ? size : 0;
}

bool
pipe_narrow(int fd, int size)
{
	return fcntl(fd, F_SETPIPE_SZ, size) != -1 || errno != EBUSY;
}
