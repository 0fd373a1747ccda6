/* SPDX-License-Identifier: ISC */
/* Setting what a file has: size, space, bits, mode, owner and times. */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include <linux/fs.h>
#include <linux/magic.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/fs_impl.h"
#include "wire/sftp.h"

/* Not in every <sys/syscall.h>; the same number on all but one. */
#ifndef SYS_fchmodat2
#ifdef __alpha__
#define SYS_fchmodat2	562
#else
#define SYS_fchmodat2	452
#endif
#endif

/* Not in every <linux/magic.h>. */
#define EXFAT_MAGIC	0x2011bab0
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* By a descriptor to write through, where nothing else will do. */
static int
truncate_opened(const struct place *p, uint64_t size)
{
	int fd, r, closed;

	if ((fd = fs_open(p, O_WRONLY | O_NOFOLLOW, 0)) < 0)
		return fd;
	r = outcome(ftruncate(fd, (off_t)size));
	closed = fs_close(fd);
	return r != 0 ? r : closed;
}

/*
 * There is no truncateat(2). A name below a directory goes by what /proc calls
 * it: who watches the file takes the end of a descriptor that could write for
 * the end of an upload, and its close(2) might tell of an error that belongs
 * to a handle.
 */
static int
truncate_below(const struct place *p, uint64_t size)
{
	int fd, r;

	if ((fd = fs_open(p, O_PATH | O_NOFOLLOW, 0)) < 0)
		return fd;
	r = outcome(truncate(proc_path(fd).text, (off_t)size));
	(void)fs_close(fd);
	return r == -ENOENT ? truncate_opened(p, size) : r;
}

int
fs_truncate(const struct place *p, uint64_t size)
{
	if ((p->flags & PLACE_FD) != 0 && p->walked == NULL)
		return outcome(ftruncate(p->dirfd, (off_t)size));
	if (p->dirfd == AT_FDCWD)
		return outcome(truncate(p->name, (off_t)size));
	return truncate_below(p, size);
}

int
fs_allocate(int fd, uint64_t bytes)
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

/* Our bits and the inode flags of the system. */
static const struct {
	uint32_t	bit;
	int		flag;
} inode_flags[] = {
	{ BITS_COMPRESSED, FS_COMPR_FL }, { BITS_APPEND_ONLY, FS_APPEND_FL },
	{ BITS_IMMUTABLE, FS_IMMUTABLE_FL }, { BITS_SYNC, FS_SYNC_FL },
};

/*
 * What the flags of the file are, and would be with those bits. A file
 * without flags has none set, which is all right if none is asked for.
 */
static int
find_inode_flags(int fd, uint32_t bits, uint32_t mask, int *old, int *new)
{
	size_t i;

	*old = *new = 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, old) == -1) {
		if (errno != ENOTTY && errno != EINVAL && errno != EOPNOTSUPP)
			return -errno;
		return (bits & mask) == 0 ? 0 : -EOPNOTSUPP;
	}
	*new = *old;
	for (i = 0; i < nitems(inode_flags); i++) {
		if ((mask & inode_flags[i].bit) == 0)
			continue;
		*new &= ~inode_flags[i].flag;
		if ((bits & inode_flags[i].bit) != 0)
			*new |= inode_flags[i].flag;
	}
	return 0;
}

static int
inode_bits(int fd, uint32_t bits, uint32_t mask, bool set)
{
	int r, old, new;

	r = find_inode_flags(fd, bits, mask, &old, &new);
	if (r == 0 && new != old) {
		r = outcome(ioctl(fd, FS_IOC_SETFLAGS, &new));
		/* Nothing but trying tells which flags a file system takes. */
		if (r == 0 && !set)
			r = outcome(ioctl(fd, FS_IOC_SETFLAGS, &old));
	}
	return r;
}

int
fs_set_bits(int fd, uint32_t bits, uint32_t mask)
{
	return inode_bits(fd, bits, mask, true);
}

int
fs_check_bits(int fd, uint32_t bits, uint32_t mask)
{
	return inode_bits(fd, bits, mask, false);
}

/*
 * The mode of what a name, or an O_PATH descriptor, is, and of no link.
 * Before fchmodat2(2) there is only the way by /proc, which the C library
 * goes for a name, and opening what can be opened.
 */
static int
chmod_place(const struct place *p, mode_t mode)
{
	int fd, r, closed;

	r = (int)syscall(SYS_fchmodat2, p->dirfd, p->name, mode, at_flags(p));
	if (r == 0 || (errno != ENOSYS && errno != EPERM))
		return outcome(r);
	r = outcome((p->flags & PLACE_FD) != 0 ?
	    chmod(proc_path(p->dirfd).text, mode) :
	    fchmodat(p->dirfd, p->name, mode, AT_SYMLINK_NOFOLLOW));
	if ((r != -EOPNOTSUPP && r != -ENOENT) ||
	    (fd = fs_open(p, O_RDONLY, 0)) < 0)
		return r;
	r = outcome(fchmod(fd, mode));
	closed = fs_close(fd);
	return r != 0 ? r : closed;
}

int
fs_chmod(const struct place *p, mode_t mode)
{
	if (p->walked != NULL)
		return chmod_place(p, mode);
	if ((p->flags & PLACE_FD) == 0)
		return outcome(fchmodat(p->dirfd, p->name, mode, at_flags(p)));
	if (fchmod(p->dirfd, mode) == 0)
		return 0;
	/* O_PATH descriptors have no fchmod(2). */
	return errno != EBADF ? -errno : chmod_place(p, mode);
}

/* Returns what statfs(2) calls the file system's type, or 0. */
static unsigned long
fs_type(const struct place *p)
{
	bool ours = (p->flags & PLACE_FD) == 0;
	int follow = (p->flags & PLACE_FOLLOW) != 0 ? 0 : O_NOFOLLOW;
	int fd = ours ? fs_open(p, O_PATH | follow, 0) : p->dirfd;
	struct statfs st;
	unsigned long type;

	type = fd >= 0 && fstatfs(fd, &st) == 0 ? (unsigned long)st.f_type : 0;
	if (ours && fd >= 0)
		(void)fs_close(fd);
	return type;
}

bool
fs_keeps_modes(const struct place *p, const struct statx *st)
{
	const uint64_t fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
	mode_t mode = st->stx_mode & 07777;
	uid_t self = geteuid();

	switch (fs_type(p)) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_MAGIC:
		return false;
	case FUSE_SUPER_MAGIC:
		/* As exfat-fuse and ntfs-3g show the files of who mounted. */
		if (self != 0 && st->stx_uid != self)
			return (mode & 0777) != 0777;
	}
	if ((self != 0 && st->stx_uid != self) ||
	    (st->stx_attributes & fixed) != 0)
		return true;
	/* The owner may set the mode that a file has, if there are any. */
	return fs_chmod(p, mode) != -EPERM;
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
		if (errno != EBADF)
			return -errno;
	}
	return outcome(utimensat(p->dirfd, p->name, ts, at_flags(p)));
}

#define MARK	"user.slipway.name"
#define MARK_USED "/"			/* before the name: no name has it */
#define ACL	"system.posix_acl_access"

int
fs_find_way(const struct place *p, struct way *w)
{
	*w = (struct way){ .path = p->name, .fd = -1 };
	if ((p->flags & PLACE_FD) != 0) {
		w->by_fd = proc_path(p->dirfd);
		w->path = w->by_fd.text;
		return 0;
	}
	if (p->dirfd == AT_FDCWD && (p->flags & PLACE_FOLLOW) != 0)
		return 0;
	w->fd = fs_open(p, O_PATH |
	    ((p->flags & PLACE_FOLLOW) != 0 ? 0 : O_NOFOLLOW), 0);
	if (w->fd < 0)
		return w->fd;
	w->by_fd = proc_path(w->fd);
	w->path = w->by_fd.text;
	return 0;
}

void
fs_leave_way(const struct way *w)
{
	if (w->fd >= 0)
		(void)fs_close(w->fd);
}

static int
change_mark(const char *path, const char *name, bool used)
{
	char mark[1 + NAME_MAX + 1];

	if (name == NULL)
		return outcome(removexattr(path, MARK));
	snprintf(mark, sizeof(mark), "%s%s", used ? MARK_USED : "", name);
	return outcome(setxattr(path, MARK, mark, strlen(mark), 0));
}

int
fs_set_mark(const struct place *p, const char *name, bool used)
{
	struct statx st;
	struct way w;
	int r;

	if ((r = fs_find_way(p, &w)) != 0)
		return r;
	r = change_mark(w.path, name, used);
	/* Attributes go by the mode: the file may be made read-only. */
	if (r == -EACCES && fs_stat(p, &st) == 0 &&
	    fs_chmod(p, (st.stx_mode & 07777) | S_IWUSR) == 0) {
		r = change_mark(w.path, name, used);
		(void)fs_chmod(p, st.stx_mode & 07777);
	}
	fs_leave_way(&w);
	return r;
}

int
fs_get_mark(const struct place *p, char *name, bool *used)
{
	char mark[1 + NAME_MAX + 1];
	struct way w;
	int r, n;

	if ((r = fs_find_way(p, &w)) != 0)
		return r;
	n = outcome((int)getxattr(w.path, MARK, mark, sizeof(mark) - 1));
	fs_leave_way(&w);
	if (n < 0)
		return n;
	mark[n] = '\0';
	*used = mark[0] == MARK_USED[0];
	return strlcpy(name, mark + *used, NAME_MAX + 1) > NAME_MAX ?
	    -ERANGE : 0;
}

/*
 * Reads the ACL of what an O_PATH descriptor stands for. Where there is no
 * /proc to name it, that takes a descriptor which can read.
 */
static ssize_t
read_acl(int from, const struct place *at, char *acl, size_t size)
{
	ssize_t n = getxattr(proc_path(from).text, ACL, acl, size);
	int fd;

	if (n != -1 || errno != ENOENT)
		return n == -1 ? -errno : n;
	if ((fd = fs_open(at, O_RDONLY | O_NOFOLLOW, 0)) < 0)
		return fd;
	if ((n = fgetxattr(fd, ACL, acl, size)) == -1)
		n = -errno;
	close(fd);
	return n;
}

/* As the system keeps it, so that it takes no library. */
static int
copy_acl(int from, const struct place *at, int to)
{
	char acl[8192];
	ssize_t n = read_acl(from, at, acl, sizeof(acl));

	if (n >= 0)
		return outcome(fsetxattr(to, ACL, acl, (size_t)n, 0));
	/* A default ACL may have given it one that the other has not. */
	if (n == -ENODATA && fremovexattr(to, ACL) == -1 &&
	    errno != ENODATA && errno != EOPNOTSUPP)
		return -errno;
	return n == -ENODATA || n == -EOPNOTSUPP ? 0 : (int)n;
}

int
fs_copy_rights(int from, const struct place *at, int to)
{
	struct stat old, new;
	int r;

	if (fstat(from, &old) == -1 || fstat(to, &new) == -1)
		return -errno;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(to, old.st_uid, old.st_gid) == -1)
		return -errno;
	if ((r = copy_acl(from, at, to)) != 0)
		return r;
	return outcome(fchmod(to, old.st_mode & 07777));
}
