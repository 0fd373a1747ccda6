/* SPDX-License-Identifier: ISC */
/*
 * Setting the attributes of a file: size, disk space, flags, mode, owner,
 * times, ACL, and the mark of a temporary file.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <linux/fs.h>
#include <linux/magic.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/fs_impl.h"
#include "wire/sftp.h"

/*
 * Old C libraries lack the number, which is the same on all machines but one.
 */
#ifndef SYS_fchmodat2
#ifdef __alpha__
#define SYS_fchmodat2	562
#else
#define SYS_fchmodat2	452
#endif
#endif

/* Old kernel headers lack these. */
#define EXFAT_MAGIC	0x2011bab0

/* Returns the flag of open(2) for a place whose final link is not followed. */
static int
open_follow(const struct place *p)
{
	return (p->flags & PLACE_FOLLOW) != 0 ? 0 : O_NOFOLLOW;
}

/*
 * True for an error of truncation by which a file system may say that it knows
 * the size of a file by its name only, or by an open file only.
 */
static bool
truncate_is_refused(int r)
{
	return r == -EIO || r == -EACCES || r == -EPERM || r == -EOPNOTSUPP ||
	    r == -ENOSYS;
}

/* Truncates a place through a descriptor that it opens for writing. */
static int
truncate_opened(const struct place *p, uint64_t size)
{
	int fd;

	if ((fd = fs_open(p, O_WRONLY | open_follow(p), 0)) < 0)
		return fd;
	return close_after(fd, outcome(ftruncate(fd, (off_t)size)));
}

/*
 * Truncates by name. For a name relative to a directory, for which there is no
 * system call, this goes through /proc. It opens nothing for writing: programs
 * that watch the file take the close of a writable descriptor for the end of an
 * upload, and close(2) might report an error that belongs to a handle.
 */
static int
truncate_named(const struct place *p, uint64_t size)
{
	struct way w;
	int r;

	if (p->dirfd == AT_FDCWD)
		return outcome(truncate(p->name, (off_t)size));
	if ((r = fs_find_way(p, &w)) != 0)
		return r;
	r = outcome(truncate(w.path, (off_t)size));
	fs_leave_way(&w);
	return r;
}

int
fs_truncate(const struct place *p, uint64_t size)
{
	bool opened = (p->flags & PLACE_FD) != 0 && p->hold == NULL;
	int r = opened ? outcome(ftruncate(p->dirfd, (off_t)size)) :
	    truncate_named(p, size);

	/* Without /proc there is no way to a name relative to a directory. */
	if (!truncate_is_refused(r) && (r != -ENOENT || p->dirfd == AT_FDCWD))
		return r;
	return opened ? truncate_named(p, size) : truncate_opened(p, size);
}

int
fs_allocate(int fd, uint64_t bytes)
{
	struct place p = place_fd(fd, "");
	struct stat st;

	if (bytes > INT64_MAX)
		return -EFBIG;
	if (fstat(fd, &st) == -1)
		return -errno;
	if (bytes < (uint64_t)st.st_size)
		return fs_truncate(&p, bytes);
	if (bytes <= (uint64_t)st.st_blocks * 512)
		return 0;
	return outcome(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes));
}

/* attrib-bits of the protocol and inode flags of the kernel. */
static const struct {
	uint32_t	bit;
	int		flag;
} inode_flags[] = {
	{ BITS_COMPRESSED, FS_COMPR_FL }, { BITS_APPEND_ONLY, FS_APPEND_FL },
	{ BITS_IMMUTABLE, FS_IMMUTABLE_FL }, { BITS_SYNC, FS_SYNC_FL },
};

/* Returns `flags` with those of the bits in `mask` set or cleared. */
static int
with_bits(int flags, uint32_t bits, uint32_t mask)
{
	size_t i;

	for (i = 0; i < nitems(inode_flags); i++) {
		if ((mask & inode_flags[i].bit) != 0)
			flags &= ~inode_flags[i].flag;
		if ((mask & bits & inode_flags[i].bit) != 0)
			flags |= inode_flags[i].flag;
	}
	return flags;
}

int
fs_set_bits(int fd, uint32_t bits, uint32_t mask, bool keep)
{
	int old, new, r;

	r = outcome(ioctl(fd, (IOCTL_REQUEST)FS_IOC_GETFLAGS, &old));
	/* A file system without flags has none of the bits. */
	if (r == -ENOTTY || r == -EINVAL || r == -EOPNOTSUPP)
		return (bits & mask) == 0 ? 0 : -EOPNOTSUPP;
	if (r != 0 || (new = with_bits(old, bits, mask)) == old)
		return r;
	r = outcome(ioctl(fd, (IOCTL_REQUEST)FS_IOC_SETFLAGS, &new));
	if (r == 0 && !keep)
		r = outcome(ioctl(fd, (IOCTL_REQUEST)FS_IOC_SETFLAGS, &old));
	return r;
}

/*
 * Sets the mode of a name or an O_PATH descriptor, never through a symbolic
 * link. Kernels before 6.6 have no fchmodat2(2): then the mode is set through
 * /proc, which fchmodat(3) does for a name, or through a descriptor if the file
 * can be opened.
 */
static int
chmod_place(const struct place *p, mode_t mode)
{
	int fd, r;

	r = (int)syscall(SYS_fchmodat2, p->dirfd, p->name, mode, at_flags(p));
	if (r == 0 || (errno != ENOSYS && errno != EPERM))
		return outcome(r);
	r = outcome((p->flags & PLACE_FD) != 0 ?
	    chmod(proc_path(p->dirfd).text, mode) :
	    fchmodat(p->dirfd, p->name, mode, AT_SYMLINK_NOFOLLOW));
	if ((r != -EOPNOTSUPP && r != -ENOENT) ||
	    (fd = fs_open(p, O_RDONLY, 0)) < 0)
		return r;
	return close_after(fd, outcome(fchmod(fd, mode)));
}

int
fs_chmod(const struct place *p, mode_t mode)
{
	if (p->hold != NULL)
		return chmod_place(p, mode);
	if ((p->flags & PLACE_FD) == 0)
		return outcome(fchmodat(p->dirfd, p->name, mode, at_flags(p)));
	if (fchmod(p->dirfd, mode) == 0)
		return 0;
	/* fchmod(2) rejects O_PATH descriptors. */
	return errno != EBADF ? -errno : chmod_place(p, mode);
}

static unsigned long
type_at(const struct place *p)
{
	bool ours = (p->flags & PLACE_FD) == 0;
	int fd = ours ? fs_open(p, O_PATH | open_follow(p), 0) : p->dirfd;
	unsigned long type = fs_type(fd);

	if (ours)
		fs_drop(&fd);
	return type;
}

bool
fs_keeps_modes(const struct place *p, const struct statx *st)
{
	const uint64_t fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
	mode_t mode = st->stx_mode & 07777;
	uid_t self = geteuid();

	switch (type_at(p)) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_MAGIC:
		return false;
	case FUSE_SUPER_MAGIC:
		/*
		 * exfat-fuse and ntfs-3g show every file as owned by the
		 * mounting user.
		 */
		if (self != 0 && st->stx_uid != self)
			return (mode & 0777) != 0777;
	}
	if ((self != 0 && st->stx_uid != self) ||
	    (st->stx_attributes & fixed) != 0)
		return true;
	/*
	 * The owner may set the mode the file already has, if modes are stored.
	 */
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
#define MARK_USED "/"			/* precedes the name */
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
	w->fd = fs_open(p, O_PATH | open_follow(p), 0);
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
	/*
	 * Setting an attribute requires write permission by mode, which a
	 * read-only file lacks.
	 */
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
 * Reads the ACL of the file that an O_PATH descriptor refers to. Without /proc
 * the file is opened for reading.
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

int
fs_get_permissions(int fd, const struct place *at, struct permissions *p)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	p->uid = st.st_uid;
	p->gid = st.st_gid;
	p->mode = st.st_mode & 07777;
	p->acl_len = read_acl(fd, at, p->acl, sizeof(p->acl));
	return 0;
}

static int
set_acl(int fd, const struct permissions *p)
{
	int r;

	if (p->acl_len >= 0)
		return outcome(fsetxattr(fd, ACL, p->acl, (size_t)p->acl_len,
		    0));
	if (p->acl_len != -ENODATA)
		return p->acl_len == -EOPNOTSUPP ? 0 : (int)p->acl_len;
	/*
	 * Remove an ACL that the new file inherited and the old file does not
	 * have.
	 */
	r = outcome(fremovexattr(fd, ACL));
	/* Only the owner may even try, but there may be none. */
	if (r == -EPERM && fgetxattr(fd, ACL, NULL, 0) == -1)
		r = -errno;
	return r == -ENODATA || r == -EOPNOTSUPP ? 0 : r;
}

int
fs_set_permissions(int fd, const struct permissions *p)
{
	struct stat st;
	bool keeps, same_ids;
	int r;

	if (fstat(fd, &st) == -1)
		return -errno;
	keeps = p->uid == (uid_t)-1 || p->uid == st.st_uid;
	same_ids = keeps && p->gid == st.st_gid;
	if (!same_ids &&
	    fchown(fd, keeps ? (uid_t)-1 : p->uid, p->gid) == -1)
		return -errno;
	if ((r = set_acl(fd, p)) != 0)
		return r;
	/* A file system without modes may reject the one that it shows. */
	if (same_ids && p->acl_len < 0 && p->mode == (st.st_mode & 07777))
		return 0;
	return outcome(fchmod(fd, p->mode));
}
