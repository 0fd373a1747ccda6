/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/fs.h>
#include <linux/magic.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "system/fs.h"
#include "wire/buf.h"
#include "wire/sftp.h"

/* Not in every <linux/magic.h>. */
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC	0x58465342
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* What a system call that returns -1 and errno says in our terms. */
static int
outcome(int r)
{
	return r == -1 ? -errno : r;
}

static int
at_flags(const struct place *p)
{
	if ((p->flags & PLACE_FD) != 0)
		return AT_EMPTY_PATH;
	return (p->flags & PLACE_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW;
}

int
fs_open(const struct place *p, int flags, mode_t mode)
{
	int fd;

	flags |= O_CLOEXEC | O_NOCTTY;
	fd = openat(p->dirfd, p->name, flags | O_NONBLOCK, mode);
	/* A lease of another server is being broken; that takes a moment. */
	if (fd == -1 && errno == EWOULDBLOCK)
		fd = openat(p->dirfd, p->name, flags, mode);
	return outcome(fd);
}

int
fs_open_exact(const struct place *p, int flags, mode_t mode)
{
	mode_t mask = umask(0);
	int fd = fs_open(p, flags, mode);

	(void)umask(mask);
	return fd;
}

int
fs_opendir(const struct place *p)
{
	return fs_open(p, O_RDONLY | O_DIRECTORY, 0);
}

int
fs_close(int fd)
{
	return outcome(close(fd));
}

ssize_t
fs_read(int fd, void *to, size_t len, uint64_t off, bool *end)
{
	size_t done = 0;
	ssize_t n;

	*end = false;
	while (done < len) {
		n = pread(fd, (char *)to + done, len - done,
		    (off_t)(off + done));
		if (n == -1 && errno == EINTR)
			continue;
		/* What was read before an error is still good. */
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

	do {
		n = pwrite(fd, (const char *)from + done, len - done,
		    (off_t)(off + done));
		if (n == -1 && errno != EINTR)
			return -errno;
		done += n == -1 ? 0 : (size_t)n;
	} while (done < len);
	return 0;
}

ssize_t
fs_getdents(int fd, void *to, size_t len)
{
	return outcome((int)syscall(SYS_getdents64, fd, to, len));
}

int
fs_stat(const struct place *p, struct statx *st)
{
	return outcome(statx(p->dirfd, p->name, at_flags(p),
	    STATX_BASIC_STATS | STATX_BTIME, st));
}

uint64_t
fs_device(const struct statx *st)
{
	return (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
}

/* There is no truncateat(2): a name below a directory is opened. */
int
fs_truncate(const struct place *p, uint64_t size)
{
	int fd, r;

	if ((p->flags & PLACE_FD) != 0)
		return outcome(ftruncate(p->dirfd, (off_t)size));
	if (p->dirfd == AT_FDCWD)
		return outcome(truncate(p->name, (off_t)size));
	if ((fd = fs_open(p, O_WRONLY, 0)) < 0)
		return fd;
	r = outcome(ftruncate(fd, (off_t)size));
	close(fd);
	return r;
}

/* A descriptor to write through, and whether it is ours to close. */
static int
writable(const struct place *p, bool *ours)
{
	*ours = (p->flags & PLACE_FD) == 0;
	return *ours ? fs_open(p, O_WRONLY, 0) : p->dirfd;
}

static int
allocate_fd(int fd, uint64_t bytes)
{
	struct stat st;

	if (bytes > INT64_MAX)
		return -EFBIG;
	if (fstat(fd, &st) == -1)
		return -errno;
	if (bytes < (uint64_t)st.st_size)
		return outcome(ftruncate(fd, (off_t)bytes));
	if (bytes <= (uint64_t)st.st_blocks * 512)
		return 0;
	return outcome(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes));
}

int
fs_allocate(const struct place *p, uint64_t bytes)
{
	bool ours;
	int fd, r;

	if ((fd = writable(p, &ours)) < 0)
		return fd;
	r = allocate_fd(fd, bytes);
	if (ours)
		close(fd);
	return r;
}

/* Our bits and the inode flags of the system. */
static const struct {
	uint32_t	bit;
	int		flag;
} inode_flags[] = {
	{ BITS_COMPRESSED, FS_COMPR_FL }, { BITS_APPEND_ONLY, FS_APPEND_FL },
	{ BITS_IMMUTABLE, FS_IMMUTABLE_FL }, { BITS_SYNC, FS_SYNC_FL },
};

static int
set_inode_flags(int fd, uint32_t bits, uint32_t mask)
{
	int old, new;
	size_t i;

	if (ioctl(fd, FS_IOC_GETFLAGS, &old) == -1)
		return errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP :
		    -errno;
	new = old;
	for (i = 0; i < nitems(inode_flags); i++) {
		if ((mask & inode_flags[i].bit) == 0)
			continue;
		new &= ~inode_flags[i].flag;
		if ((bits & inode_flags[i].bit) != 0)
			new |= inode_flags[i].flag;
	}
	return new == old ? 0 : outcome(ioctl(fd, FS_IOC_SETFLAGS, &new));
}

int
fs_set_bits(const struct place *p, uint32_t bits, uint32_t mask)
{
	int fd, r;

	if (mask == 0)
		return 0;
	if ((p->flags & PLACE_FD) != 0)
		return set_inode_flags(p->dirfd, bits, mask);
	fd = fs_open(p, O_RDONLY |
	    ((p->flags & PLACE_FOLLOW) != 0 ? 0 : O_NOFOLLOW), 0);
	if (fd < 0)
		return fd;
	r = set_inode_flags(fd, bits, mask);
	close(fd);
	return r;
}

/* What /proc calls an open descriptor. */
struct proc_path {
	char	text[32];
};

static struct proc_path
proc_path(int fd)
{
	struct proc_path p;

	snprintf(p.text, sizeof(p.text), "/proc/self/fd/%d", fd);
	return p;
}

int
fs_chmod(const struct place *p, mode_t mode)
{
	if ((p->flags & PLACE_FD) != 0) {
		if (fchmod(p->dirfd, mode) == 0)
			return 0;
		/* O_PATH descriptors have no fchmod(2). */
		return errno != EBADF ? -errno :
		    outcome(chmod(proc_path(p->dirfd).text, mode));
	}
	return outcome(fchmodat(p->dirfd, p->name, mode, at_flags(p)));
}

int
fs_chown(const struct place *p, uid_t uid, gid_t gid)
{
	return outcome(fchownat(p->dirfd, p->name, uid, gid, at_flags(p)));
}

int
fs_utimes(const struct place *p, const struct timespec ts[2])
{
	if ((p->flags & PLACE_FD) != 0) {
		if (futimens(p->dirfd, ts) == 0)
			return 0;
		return errno != EBADF ? -errno : outcome(utimensat(AT_FDCWD,
		    proc_path(p->dirfd).text, ts, 0));
	}
	return outcome(utimensat(p->dirfd, p->name, ts, at_flags(p)));
}

int
fs_unlink(const struct place *p)
{
	return outcome(unlinkat(p->dirfd, p->name, 0));
}

int
fs_rmdir(const struct place *p)
{
	return outcome(unlinkat(p->dirfd, p->name, AT_REMOVEDIR));
}

int
fs_mkdir(const struct place *p, mode_t mode)
{
	return outcome(mkdirat(p->dirfd, p->name, mode));
}

int
fs_link(const struct place *old, const struct place *new)
{
	return outcome(linkat(old->dirfd, old->name, new->dirfd, new->name, 0));
}

int
fs_symlink(const char *text, const struct place *p)
{
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

int
fs_fsync(int fd)
{
	return outcome(fsync(fd));
}

int
fs_fdatasync(int fd)
{
	return outcome(fdatasync(fd));
}

int
fs_pin(int fd)
{
	return outcome(open(proc_path(fd).text, O_PATH | O_CLOEXEC));
}

/* What access(2) calls the access mode of open(2). */
static int
access_mode(int flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return R_OK;
	case O_WRONLY:
		return W_OK;
	default:
		return R_OK | W_OK;
	}
}

/* Does only the mode of a file of ours stand in the way? */
static bool
mode_forbids(const struct place *pin, struct statx *st)
{
	return errno == EACCES && fs_stat(pin, st) == 0 &&
	    st->stx_uid == geteuid();
}

int
fs_check_reopen(int fd, int flags)
{
	struct place p = fs_place_fd(fd, "");
	struct statx st;

	if (faccessat(AT_FDCWD, proc_path(fd).text, access_mode(flags),
	    AT_EACCESS) == 0 || mode_forbids(&p, &st))
		return 0;
	return -errno;
}

int
fs_open_pin(int pin, int flags)
{
	struct place p = fs_place_fd(pin, "");
	struct proc_path path = proc_path(pin);
	struct statx st;
	int fd;

	flags |= O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	fd = open(path.text, flags);
	if (fd != -1 || !mode_forbids(&p, &st))
		return outcome(fd);
	if (chmod(path.text, (st.stx_mode & 07777) | S_IRUSR | S_IWUSR) == -1)
		return -errno;
	fd = outcome(open(path.text, flags));
	(void)chmod(path.text, st.stx_mode & 07777);
	return fd;
}

bool
fs_may_rename(const struct place *p)
{
	struct statx dir, st;
	struct place parent;
	int fd;
	bool may;

	if ((fd = fs_open_parent(p)) < 0)
		return false;
	parent = fs_place_fd(fd, "");
	may = faccessat(AT_FDCWD, proc_path(fd).text, W_OK | X_OK,
	    AT_EACCESS) == 0 && fs_stat(&parent, &dir) == 0;
	close(fd);
	if (!may || (dir.stx_mode & S_ISVTX) == 0 || geteuid() == 0 ||
	    dir.stx_uid == geteuid())
		return may;
	return fs_stat(p, &st) != 0 || st.stx_uid == geteuid();
}

bool
fs_refuses_open(const struct place *p)
{
	static const unsigned long never[] = {
		EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC,
	};
	struct statfs st;
	size_t i;
	int fd, r;

	if ((fd = fs_open_parent(p)) < 0)
		return false;
	r = fstatfs(fd, &st);
	close(fd);
	for (i = 0; r == 0 && i < nitems(never); i++)
		if ((unsigned long)st.f_type == never[i])
			return false;
	return r == 0;
}

ssize_t
fs_readlink(const struct place *p, char *to, size_t size)
{
	ssize_t n;

	n = readlinkat(p->dirfd, p->name, to, size);
	if (n == -1)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	to[n] = '\0';
	return n;
}

static int
rename_noreplace(const struct place *old, const struct place *new)
{
#ifdef HAVE_RENAMEAT2
	return outcome(renameat2(old->dirfd, old->name, new->dirfd, new->name,
	    RENAME_NOREPLACE));
#else
	return outcome((int)syscall(SYS_renameat2, old->dirfd, old->name,
	    new->dirfd, new->name, RENAME_NOREPLACE));
#endif
}

/* The last resort, for file systems that can neither: look, then rename. */
static int
rename_looking(const struct place *old, const struct place *new)
{
	struct stat st;

	if (fstatat(new->dirfd, new->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return outcome(renameat(old->dirfd, old->name, new->dirfd, new->name));
}

/* Where the kernel knows no NOREPLACE, a hard link does not replace either. */
static int
rename_linking(const struct place *old, const struct place *new)
{
	struct stat st;
	int r;

	if (fstatat(old->dirfd, old->name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return rename_looking(old, new);
	switch (r = fs_link(old, new)) {
	case -EPERM:
	case -EOPNOTSUPP:
	case -ENOSYS:
	case -EXDEV:
	case -EMLINK:
		return rename_looking(old, new);
	case 0:
		if ((r = fs_unlink(old)) != 0)
			(void)fs_unlink(new);
		return r;
	default:
		return r;
	}
}

int
fs_rename(const struct place *old, const struct place *new, bool replace)
{
	struct stat st;
	int r;

	if (replace)
		return outcome(renameat(old->dirfd, old->name, new->dirfd,
		    new->name));
	r = rename_noreplace(old, new);
	if (r == -EINVAL || r == -ENOSYS)
		r = rename_linking(old, new);
	/* Where both names are wrong, OpenSSH speaks of the old one. */
	if (r != 0 && fstatat(old->dirfd, old->name, &st,
	    AT_SYMLINK_NOFOLLOW) == -1)
		r = -errno;
	return r;
}

ssize_t
fs_copy(int from, uint64_t from_off, int to, uint64_t to_off, size_t len,
    bool append, bool *writing)
{
	static char buf[256 * 1024];
	off_t in = (off_t)from_off, out = (off_t)to_off;
	ssize_t n;
	bool end;
	int r;

	*writing = false;
#ifdef HAVE_COPY_FILE_RANGE
	/* Refuses O_APPEND, other file systems, and what is no file. */
	if (!append &&
	    (n = copy_file_range(from, &in, to, &out, len, 0)) > 0)
		return n;
#endif
	n = fs_read(from, buf, MIN(len, sizeof(buf)), from_off, &end);
	if (n <= 0)
		return n;
	*writing = true;
	r = fs_write(to, buf, (size_t)n, to_off);
	return r == 0 ? n : r;
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
fs_guard(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1)
		(void)flock(fd, LOCK_SH | LOCK_NB);
	return outcome(fd);
}

bool
fs_guarded(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool held;

	if (fd == -1)
		return true;
	held = flock(fd, LOCK_EX | LOCK_NB) == -1;
	close(fd);
	return held;
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
	if (snprintf(to, PATH_MAX, "%s/slipway.XXXXXXXXXX", fs_temp_dir()) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	return mkdtemp(to) == NULL ? -errno : 0;
}

int
fs_chdir(const char *path)
{
	return outcome(chdir(path));
}

int
fs_getcwd(char *to, size_t size)
{
	return getcwd(to, size) == NULL ? -errno : 0;
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
