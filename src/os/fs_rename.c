/* SPDX-License-Identifier: ISC */
/*
 * Renaming without races, and the calls that renaming needs on file systems
 * that reject it while the file is open.
 */
#include "config.h"

#include <sys/syscall.h>

#include <linux/magic.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "os/fs_impl.h"

/* Old kernel headers lack these. */
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC	0x58465342
#endif
#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/*
 * Returns the error of a rename that is clear before the kernel is called, or
 * 0. `keeps` says that what has the new name is kept.
 */
static int
check_names(const struct place *old, const struct place *new, bool keeps)
{
	struct statx st;

	if ((old->flags & PLACE_FD) != 0)
		return -EBUSY;
	if ((new->flags & PLACE_FD) != 0)
		return keeps ? -EEXIST : -EBUSY;
	if (keeps && (new->flags & PLACE_DIR) != 0 && fs_stat(new, &st) == 0)
		return -EEXIST;
	if (((old->flags | new->flags) & PLACE_DIR) != 0)
		return fs_check_dir(old);
	return 0;
}

int
fs_rename_new(const struct place *old, const struct place *new)
{
	int r;

	if ((r = check_names(old, new, true)) != 0)
		return r;
	/* Not every C library has a function for it. */
	return outcome((int)syscall(SYS_renameat2, old->dirfd, old->name,
	    new->dirfd, new->name, RENAME_NOREPLACE));
}

/*
 * Checks the target and then renames. There is a race between the two; this is
 * only for file systems that support neither RENAME_NOREPLACE nor hard links,
 * and for files that are being written.
 */
static int
rename_looking(const struct place *old, const struct place *new)
{
	struct stat st;

	if (fstatat(new->dirfd, new->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return outcome(renameat(old->dirfd, old->name, new->dirfd, new->name));
}

/*
 * True if a rename need not be tried after link(2) failed with this error. Any
 * other error may mean that the file system has no hard links: each has its
 * own way to say so.
 */
static bool
link_is_final(int error)
{
	static const int final[] = {
		EEXIST, ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC, EDQUOT, EBUSY,
		ETXTBSY,
	};
	size_t i;

	for (i = 0; i < nitems(final); i++)
		if (error == -final[i])
			return true;
	return false;
}

/*
 * Renames with link(2) and unlink(2) if RENAME_NOREPLACE is not supported,
 * because link(2) does not replace its target either.
 */
static int
rename_linking(const struct place *old, const struct place *new)
{
	int r = fs_link(old, new);

	if (r != 0)
		return link_is_final(r) ? r : rename_looking(old, new);
	if ((r = fs_unlink(old)) != 0)
		(void)fs_unlink(new);
	return r;
}

int
fs_rename(const struct place *old, const struct place *new)
{
	int r = check_names(old, new, false);

	return r != 0 ? r : outcome(renameat(old->dirfd, old->name,
	    new->dirfd, new->name));
}

/* Renames without RENAME_NOREPLACE; `st` describes the file. */
static int
rename_flagless(const struct place *old, const struct place *new,
    const struct statx *st, bool written)
{
	return written || S_ISDIR(st->stx_mode) ? rename_looking(old, new) :
	    rename_linking(old, new);
}

/*
 * Returns the error of a rename to a name that exists, as OpenSSH reports it.
 * To rename a directory or a device, OpenSSH looks the new name up first; the
 * name of a file with a slash at its end is then reported as missing.
 */
static int
name_is_taken(const struct place *new, const struct statx *st)
{
	const char *last;
	struct statx to;
	size_t len;
	int r;

	last = path_last(new->name, &len);
	if (S_ISREG(st->stx_mode) ||
	    ((new->flags & PLACE_DIR) == 0 && last[len] != '/'))
		return -EEXIST;
	r = fs_stat(new, &to);
	/* A link may lead to a directory. */
	return r == -ENOTDIR || (r == 0 && !S_ISDIR(to.stx_mode) &&
	    !S_ISLNK(to.stx_mode)) ? -ENOTDIR : -EEXIST;
}

int
fs_rename_keep(const struct place *old, const struct place *new, bool written)
{
	/* A file system without RENAME_NOREPLACE, which is not asked again. */
	static uint64_t flagless;
	struct statx st;
	int r, looked;

	if (flagless != 0 && check_names(old, new, true) == 0 &&
	    fs_stat(old, &st) == 0 && fs_device(&st) == flagless)
		return rename_flagless(old, new, &st, written);
	if ((r = fs_rename_new(old, new)) == 0)
		return 0;
	/* If both names are wrong, OpenSSH reports the error of the old one. */
	if ((looked = fs_stat(old, &st)) != 0)
		return looked;
	if (r == -EEXIST)
		return name_is_taken(new, &st);
	if (r != -EINVAL && r != -ENOSYS)
		return r;
	/* EINVAL may have another reason, for which this would fail too. */
	if ((r = rename_flagless(old, new, &st, written)) == 0)
		flagless = fs_device(&st);
	return r;
}

int
fs_pin(int fd)
{
	return outcome(open(proc_path(fd).text, O_PATH | O_CLOEXEC));
}

bool
fs_proc_name(int fd, char *to)
{
	ssize_t n = readlink(proc_path(fd).text, to, PATH_MAX - 1);

	if (n <= 0 || to[0] != '/')
		return false;
	to[n] = '\0';
	return true;
}

bool
fs_name_of(int fd, char *to)
{
	struct place named = place_entry(AT_FDCWD, to);

	/*
	 * The name must still be the file's: the kernel appends a word to lost
	 * names.
	 */
	return fs_proc_name(fd, to) && fs_is_at(&named, fd);
}

/*
 * Converts the access mode of open(2) to the mode of access(2). The kernel asks
 * for both where all bits are set.
 */
static int
access_mode(int flags)
{
	static const int modes[O_ACCMODE + 1] = {
		[O_RDONLY] = R_OK, [O_WRONLY] = W_OK, [O_RDWR] = R_OK | W_OK,
		[O_ACCMODE] = R_OK | W_OK,
	};

	return modes[flags & O_ACCMODE];
}

int
fs_check_access(const struct place *p, int flags)
{
	return outcome(faccessat(p->dirfd, p->name, access_mode(flags),
	    AT_EACCESS | AT_SYMLINK_NOFOLLOW));
}

/*
 * True if access failed although the file belongs to us: then only its mode
 * forbids it. Reads errno and fills `st`.
 */
static bool
mode_forbids(const struct place *pin, struct statx *st)
{
	return errno == EACCES && fs_stat(pin, st) == 0 &&
	    st->stx_uid == geteuid();
}

int
fs_check_reopen(int fd, int flags)
{
	struct place p = place_fd(fd, "");
	struct statx st;

	if (faccessat(AT_FDCWD, proc_path(fd).text, access_mode(flags),
	    AT_EACCESS) == 0 || mode_forbids(&p, &st))
		return 0;
	return -errno;
}

int
fs_open_pin(int pin, int flags)
{
	struct place p = place_fd(pin, "");
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
	int fd;
	bool may;

	if ((fd = fs_open_parent(p)) < 0)
		return false;
	/* A file system in FUSE would be asked for the times anew. */
	may = faccessat(AT_FDCWD, proc_path(fd).text, W_OK | X_OK,
	    AT_EACCESS) == 0 && statx(fd, "", AT_EMPTY_PATH,
	    STATX_MODE | STATX_UID, &dir) == 0;
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
	int fd = fs_open_parent(p);
	const unsigned long type = fs_type(fd);
	size_t i;

	fs_drop(&fd);
	for (i = 0; i < nitems(never); i++)
		if (type == never[i])
			return false;
	return type != 0;
}
