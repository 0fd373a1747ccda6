/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"
#include "os/fs_impl.h"

#define MAX_TRIES	1000	/* of an interrupted system call */
#define SHORT_ANSWER	1024	/* fewer bytes of entries are the last ones */

int
fs_open(const struct place *p, int flags, mode_t mode)
{
	const char *name = (p->flags & PLACE_FD) != 0 ? "." : p->name;
	int fd;

	if ((p->flags & PLACE_DIR) != 0 && (flags & O_CREAT) != 0)
		return -EISDIR;
	if ((p->flags & PLACE_DIR) != 0)
		flags |= O_DIRECTORY;
	flags |= O_CLOEXEC | O_NOCTTY | (p->hold != NULL ? O_NOFOLLOW : 0);
	fd = openat(p->dirfd, name, flags | O_NONBLOCK, mode);
	/* Another holder's lease is being broken: wait for it. */
	if (fd == -1 && errno == EWOULDBLOCK)
		fd = openat(p->dirfd, name, flags, mode);
	return outcome(fd);
}

int
fs_opendir(const struct place *p)
{
	int fd = fs_open(p, O_RDONLY | O_DIRECTORY, 0);

	/*
	 * A confined session must not read a directory of procfs. Opening one
	 * whole is the only way into it that does not go through a directory
	 * check.
	 */
	if (fd >= 0 && p->hold != NULL && fs_is_proc(fd)) {
		close(fd);
		return -EACCES;
	}
	return fd;
}

int
fs_close(int fd)
{
	return outcome(close(fd));
}

void
fs_drop(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int
fs_flush(int fd)
{
	int copy = fs_dup(fd);

	return copy < 0 ? copy : fs_close(copy);
}

/*
 * True if a system call was interrupted and must be repeated. The number is
 * limited since a file system in user space may interrupt it each time.
 */
static bool
try_again(ssize_t n, int *tries)
{
	return n == -1 && errno == EINTR && ++*tries < MAX_TRIES;
}

ssize_t
fs_read(int fd, void *to, size_t len, uint64_t off, bool *end)
{
	size_t done = 0;
	ssize_t n;
	int tries = 0;

	*end = false;
	while (done < len) {
		n = pread(fd, (char *)to + done, len - done,
		    (off_t)(off + done));
		if (try_again(n, &tries))
			continue;
		/* Bytes read before the error are still good. */
		if (n == -1)
			return done > 0 ? (ssize_t)done : -errno;
		if (n == 0) {
			*end = true;
			break;
		}
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
fs_write(int fd, const void *from, size_t len, uint64_t off)
{
	size_t done = 0;
	ssize_t n;
	int tries = 0;

	do {
		n = pwrite(fd, (const char *)from + done, len - done,
		    (off_t)(off + done));
		if (try_again(n, &tries))
			continue;
		if (n == -1)
			return -errno;
		/* The call succeeded without writing anything. */
		if (n == 0 && len > 0)
			return -EIO;
		done += (size_t)n;
	} while (done < len);
	return 0;
}

int
fs_seek(int fd, uint64_t off)
{
	return lseek(fd, (off_t)off, SEEK_SET) == -1 ? -errno : 0;
}

ssize_t
fs_readv(int fd, const struct iovec *iov, int n, uint64_t off)
{
	ssize_t done = preadv(fd, iov, n, (off_t)off);

	return done == -1 ? -errno : done;
}

ssize_t
fs_writev(int fd, const struct iovec *iov, int n, uint64_t off)
{
	ssize_t done = pwritev(fd, iov, n, (off_t)off);

	return done == -1 ? -errno : done;
}

uint64_t
fs_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int
fs_next_data(int fd, uint64_t *off, uint64_t *end)
{
	off_t data, hole;

	if ((data = lseek(fd, (off_t)*off, SEEK_DATA)) == -1 ||
	    (hole = lseek(fd, data, SEEK_HOLE)) == -1)
		return -errno;
	*off = (uint64_t)data;
	*end = (uint64_t)hole;
	/* A device may report success without moving. */
	return hole > data ? 0 : -ENXIO;
}

ssize_t
fs_getdents(int fd, void *to, size_t len)
{
	int n = outcome((int)syscall(SYS_getdents64, fd, to, len));

	return n == -ENOENT ? 0 : n;
}

uint64_t
fs_position(int fd)
{
	return (uint64_t)lseek(fd, 0, SEEK_CUR);
}

int
fs_seek_entries(int fd, uint64_t off)
{
	char first[1024];	/* entries that are read again */

	if (off != 0 && fs_type(fd) == FUSE_SUPER_MAGIC)
		(void)fs_getdents(fd, first, sizeof(first));
	return lseek(fd, (off_t)off, SEEK_SET) == -1 ? -errno : 0;
}

ssize_t
fs_getdents_pinned(int pin, uint64_t *off, void *to, size_t len)
{
	int fd = open(proc_path(pin).text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return -errno;
	if ((n = fs_seek_entries(fd, *off)) == 0)
		n = fs_getdents(fd, to, len);
	if (n > 0)
		*off = fs_position(fd);
	close(fd);
	return n;
}

int
fs_each_entry(int dirfd, uint64_t *off,
    int (*each)(int dirfd, const char *name, void *arg), void *arg)
{
	struct place p = place_entry(dirfd, ".");
	const struct dirent64 *e;
	char data[32 * 1024];
	bool whole = off == NULL;
	uint64_t next = off == NULL ? 0 : *off;
	ssize_t n, pos;
	int fd, r = 0;

	if ((fd = fs_opendir(&p)) < 0)
		return fd;
	(void)fs_seek_entries(fd, next);
	do {
		n = fs_getdents(fd, data, sizeof(data));
		for (pos = 0; r == 0 && pos < n; pos += e->d_reclen) {
			e = (const void *)(data + pos);
			next = (uint64_t)e->d_off;
			r = each(dirfd, e->d_name, arg);
		}
		if (!whole && n >= SHORT_ANSWER)
			whole = fs_type(fd) == FUSE_SUPER_MAGIC;
	} while (r == 0 && n > 0 && whole);
	if (off != NULL)
		*off = n < SHORT_ANSWER ? 0 : next;
	close(fd);
	return r != 0 || n >= 0 ? r : (int)n;
}

int
fs_stat(const struct place *p, struct statx *st)
{
	return outcome(statx(p->dirfd, p->name, at_flags(p),
	    STATX_BASIC_STATS | STATX_BTIME, st));
}

int
fs_identify(const struct place *p, uint64_t *dev, uint64_t *ino)
{
	struct statx st;
	int r;

	r = statx(p->dirfd, p->name, at_flags(p) | AT_STATX_DONT_SYNC,
	    STATX_INO, &st);
	/* A C library that does without the call refuses its own flags. */
	if (r == -1 && errno == EINVAL)
		r = statx(p->dirfd, p->name, at_flags(p), STATX_INO, &st);
	if (r == -1)
		return -errno;
	*dev = fs_device(&st);
	*ino = st.stx_ino;
	return 0;
}

bool
fs_is_at(const struct place *p, int fd)
{
	struct place opened = place_fd(fd, "");
	uint64_t dev_p = 0, ino_p = 0, dev = 0, ino = 0;

	return fs_identify(p, &dev_p, &ino_p) == 0 &&
	    fs_identify(&opened, &dev, &ino) == 0 &&
	    ino_p == ino && dev_p == dev;
}

bool
fs_same(int a, int b)
{
	struct place p = place_fd(a, "");

	return a == b || fs_is_at(&p, b);
}

int
fs_check_dir(const struct place *p)
{
	struct statx st;
	int r;

	if ((r = fs_stat(p, &st)) != 0)
		return r;
	return S_ISDIR(st.stx_mode) ? 0 : -ENOTDIR;
}

uint64_t
fs_device(const struct statx *st)
{
	return makedev(st->stx_dev_major, st->stx_dev_minor);
}

bool
fs_same_file(const struct statx *a, const struct statx *b)
{
	return a->stx_ino == b->stx_ino && fs_device(a) == fs_device(b);
}

struct fs_id
fs_id(const struct statx *st)
{
	struct fs_id id = { .dev = fs_device(st), .ino = st->stx_ino };

	if ((st->stx_mask & STATX_BTIME) != 0) {
		id.born = st->stx_btime.tv_sec;
		id.born_ns = st->stx_btime.tv_nsec;
	}
	return id;
}

bool
fs_is_same(const struct fs_id *a, const struct fs_id *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->born == b->born &&
	    a->born_ns == b->born_ns;
}

int
fs_dir_identify(struct fs_dir *d)
{
	struct place p = place_fd(d->fd, "");
	struct statx st;
	int r;

	if (d->id.ino != 0)
		return 0;
	if ((r = fs_stat(&p, &st)) == 0)
		d->id = fs_id(&st);
	return r;
}

/*
 * A place that is a descriptor has no name to remove. The kernel's error for
 * such a path, and for a name with a trailing slash, differs by call; these
 * functions return the same.
 */
int
fs_unlink(const struct place *p)
{
	int r;

	if ((p->flags & PLACE_FD) != 0)
		return -EISDIR;
	if ((p->flags & PLACE_DIR) != 0 && (r = fs_check_dir(p)) != 0)
		return r;
	return outcome(unlinkat(p->dirfd, p->name, 0));
}

int
fs_rmdir(const struct place *p)
{
	const char *last;
	size_t len;

	if ((p->flags & PLACE_FD) == 0)
		return outcome(unlinkat(p->dirfd, p->name, AT_REMOVEDIR));
	last = path_last(p->shown, &len);
	return len == 0 ? -EBUSY : len == 1 && *last == '.' ? -EINVAL :
	    -ENOTEMPTY;
}

int
fs_mkdir(const struct place *p, mode_t mode)
{
	if ((p->flags & PLACE_FD) != 0)
		return -EEXIST;
	return outcome(mkdirat(p->dirfd, p->name, mode));
}

/* Rejects a new name with a trailing slash: only a directory can have one. */
static int
check_new(const struct place *p)
{
	struct statx st;

	if ((p->flags & PLACE_FD) != 0)
		return -EEXIST;
	if ((p->flags & PLACE_DIR) == 0)
		return 0;
	return fs_stat(p, &st) == 0 ? -EEXIST : -ENOENT;
}

int
fs_link(const struct place *old, const struct place *new)
{
	int r;

	if ((r = check_new(new)) != 0)
		return r;
	if ((old->flags & PLACE_FD) != 0)
		return -EPERM;
	return outcome(linkat(old->dirfd, old->name, new->dirfd, new->name, 0));
}

int
fs_symlink(const char *text, const struct place *p)
{
	int r;

	if ((r = check_new(p)) != 0)
		return r;
	return outcome(symlinkat(text, p->dirfd, p->name));
}

int
fs_statvfs(const struct place *p, struct statvfs *st)
{
	int fd, r;

	if ((p->flags & PLACE_FD) != 0)
		return outcome(fstatvfs(p->dirfd, st));
	if (p->dirfd == AT_FDCWD)
		return outcome(statvfs(p->name, st));
	if ((fd = fs_open(p, O_PATH, 0)) < 0)
		return fd;
	r = outcome(fstatvfs(fd, st));
	close(fd);
	return r;
}

ssize_t
fs_readlink(const struct place *p, char *to, size_t size)
{
	ssize_t n;

	if ((p->flags & PLACE_FD) != 0)
		return -EINVAL;
	n = readlinkat(p->dirfd, p->name, to, size);
	if (n == -1)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	to[n] = '\0';
	return n;
}

int
fs_lock(int fd, enum fs_lock how, uint64_t off, uint64_t len)
{
	struct flock fl = {
		.l_type = how == FS_UNLOCK ? F_UNLCK :
		    how == FS_LOCK_SHARED ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)off,
		.l_len = (off_t)len,
	};

	return outcome(fcntl(fd, F_OFD_SETLK, &fl));
}

int
fs_dup(int fd)
{
	return outcome(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

const char *
fs_temp_dir(void)
{
	const char *dir = getenv("TMPDIR");

	return dir != NULL && dir[0] == '/' ? dir : "/tmp";
}

int
fs_make_temp(char *to)
{
	if (snprintf(to, PATH_MAX, "%s/slipway.XXXXXX", fs_temp_dir()) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	return mkdtemp(to) == NULL ? -errno : 0;
}

uid_t
fs_program_owner(void)
{
	struct stat st;

	return stat("/proc/self/exe", &st) == 0 ? st.st_uid : 0;
}

uint64_t
fs_max_open(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		return 0;
	return rl.rlim_cur;
}

void
fs_umask(mode_t mask)
{
	(void)umask(mask);
}
