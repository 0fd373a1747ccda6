/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/pipe.h"

/* Size of the pipe for READs that do not fit into a new one. */
#define PIPE_LARGE	(512 * 1024)

/* Sizes of standard input and output. */
#define PIPE_WIDE	(256 * 1024)
/* Left to others of the bytes that the pipes of a user may hold. */
#define PIPE_SPARE	(1024 * 1024)

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

/*
 * Makes the pipe larger, unless too little would be left to others. Returns
 * false if it stays as it was.
 */
static bool
grow(int fd, int from, int to)
{
	if (fcntl(fd, F_SETPIPE_SZ, to) == -1)
		return false;
	return has_spare() || !pipe_narrow(fd, from);
}

static void
pipe_close(struct pipe *p)
{
	close(p->fd[0]);
	close(p->fd[1]);
	*p = (struct pipe){ .usable = p->usable };
}

/*
 * True if the pipe has room for so many bytes. They take half of it at most,
 * since a partial page at either end of a range takes a page of the pipe.
 */
static bool
pipe_has_room(struct pipe *p, size_t len)
{
	if (p->fd[1] == 0) {
		if (pipe2(p->fd, O_CLOEXEC) == -1) {
			p->usable = false;
			return false;
		}
		p->size = fcntl(p->fd[1], F_GETPIPE_SZ);
	}
	if (len * 2 > (size_t)p->size && !p->tried && len * 2 <= PIPE_LARGE) {
		p->tried = true;
		if (grow(p->fd[1], p->size, PIPE_LARGE))
			p->size = PIPE_LARGE;
	}
	return len * 2 <= (size_t)p->size;
}

size_t
pipe_fill(struct pipe *p, int fd, size_t len, uint64_t off)
{
	off_t at = (off_t)off;
	ssize_t n;

	if (!p->usable || !pipe_has_room(p, len))
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

void
pipe_end(struct pipe *p)
{
	if (p->fd[1] != 0 && p->len == 0)
		pipe_close(p);
}

ssize_t
pipe_send(struct pipe *p, bool waits)
{
	size_t len = p->len;
	ssize_t n;

	/* A call returns when standard output is full, although it may wait. */
	do {
		n = splice(p->fd[0], NULL, STDOUT_FILENO, NULL, p->len,
		    waits ? 0 : SPLICE_F_NONBLOCK);
		p->len -= n > 0 ? (size_t)n : 0;
	} while (waits && n > 0 && p->len > 0);
	return p->len < len ? (ssize_t)(len - p->len) : n;
}

bool
pipe_set_blocking(int fd, bool blocking)
{
	return fcntl(fd, F_SETFL, blocking ? 0 : O_NONBLOCK) == 0;
}

int
pipe_widen(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	return size != -1 && size < PIPE_WIDE && grow(fd, size, PIPE_WIDE) ?
	    size : 0;
}

bool
pipe_narrow(int fd, int size)
{
	return fcntl(fd, F_SETPIPE_SZ, size) != -1 || errno != EBUSY;
}
