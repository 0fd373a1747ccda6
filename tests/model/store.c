/* SPDX-License-Identifier: ISC */
/*
 * A storage that loses written bytes. The linker redirects the system calls of
 * the server to this file (--wrap). A loss that comes late is reported once, as
 * by FUSE and NFS: to the descriptor of the file that is flushed or closed
 * first.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "drive.h"

static enum how_write armed, lost;
static ino_t lost_of;
static unsigned waited;

ssize_t	__real_pwrite(int, const void *, size_t, off_t);
int	__real_fsync(int);
int	__real_fdatasync(int);
int	__real_close(int);
int	__real_poll(struct pollfd *, nfds_t, int);
int	__real_clock_gettime(clockid_t, struct timespec *);

ssize_t	__wrap_pwrite(int, const void *, size_t, off_t);
int	__wrap_fsync(int);
int	__wrap_fdatasync(int);
int	__wrap_close(int);
int	__wrap_poll(struct pollfd *, nfds_t, int);
int	__wrap_clock_gettime(clockid_t, struct timespec *);

void
store_arm(enum how_write how)
{
	armed = how;
}

void
store_reset(void)
{
	armed = lost = WRITE_STORED;
}

/* True if a write is not to be done; then *n is its result. */
static bool
fails(int fd, ssize_t *n)
{
	struct stat st;

	if (armed == WRITE_STORED || fstat(fd, &st) == -1)
		return false;
	if (armed == WRITE_REFUSED) {
		errno = ENOSPC;
		*n = -1;
	} else {
		lost = armed;
		lost_of = st.st_ino;
	}
	armed = WRITE_STORED;
	return true;
}

ssize_t
__wrap_pwrite(int fd, const void *p, size_t len, off_t off)
{
	ssize_t n = (ssize_t)len;

	return fails(fd, &n) ? n : __real_pwrite(fd, p, len, off);
}

/*
 * True once, for a descriptor of the file with lost bytes. A descriptor opened
 * with O_PATH reports nothing.
 */
static bool
tells(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1 || st.st_ino != lost_of ||
	    (fcntl(fd, F_GETFL) & O_PATH) != 0)
		return false;
	lost = WRITE_STORED;
	errno = ENOSPC;
	return true;
}

int
__wrap_fsync(int fd)
{
	return lost == WRITE_LOST_AT_FLUSH && tells(fd) ? -1 :
	    __real_fsync(fd);
}

int
__wrap_fdatasync(int fd)
{
	return lost == WRITE_LOST_AT_FLUSH && tells(fd) ? -1 :
	    __real_fdatasync(fd);
}

int
__wrap_close(int fd)
{
	bool told = lost != WRITE_STORED && tells(fd);
	int r = __real_close(fd);

	if (told)
		errno = ENOSPC;
	return told ? -1 : r;
}

unsigned
store_waited(void)
{
	unsigned ms = waited;

	waited = 0;
	return ms;
}

/* Seconds and milliseconds that the clock is ahead. */
static time_t ahead;
static long ahead_ms;

void
store_wait(unsigned ms)
{
	waited += ms;
	ahead_ms += ms;
	ahead += ahead_ms / 1000;
	ahead_ms %= 1000;
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	if (n > 0 || timeout < 0)
		return __real_poll(fds, n, timeout);
	store_wait((unsigned)timeout);
	return 0;
}

int
__wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = __real_clock_gettime(id, ts);

	ts->tv_sec += ahead;
	ts->tv_nsec += ahead_ms * 1000000;
	if (ts->tv_nsec >= 1000000000) {
		ts->tv_nsec -= 1000000000;
		ts->tv_sec++;
	}
	return r;
}
