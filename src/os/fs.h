/* SPDX-License-Identifier: ISC */
/*
 * File system calls: every system call that takes a client's path, or a
 * descriptor opened by one. Unless stated otherwise, functions return 0 or more
 * for success and -errno for an error, and every descriptor they return is
 * close-on-exec and the caller's to close.
 */
#ifndef OS_FS_H
#define OS_FS_H

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/place.h"

/* True if both descriptors refer to the same file or directory. */
bool	 fs_same(int a, int b);

/* True if the place is that of the file that the descriptor refers to. */
bool	 fs_is_at(const struct place *, int fd);

/* Opens the directory that contains a place's last component, with O_PATH. */
int	 fs_open_parent(const struct place *);

/*
 * Opens the directory `path`, relative to `dirfd` or AT_FDCWD, with O_PATH
 * (fs_dir.c). With `follow` a final symbolic link is followed, otherwise it is
 * -ENOTDIR.
 */
int	 fs_open_dir(int dirfd, const char *path, bool follow);

/* Opens an entry of any type with O_PATH. A link is opened itself. */
int	 fs_open_any(int dirfd, const char *name);

/* Opens an O_PATH directory once more, for reading its entries. */
int	 fs_open_entries(int dirfd);

/*
 * Opens a directory beneath `root` with one openat2(2) call, which never leaves
 * `root` and follows no magic link. `flags` may add FS_NO_*. Returns as
 * fs_open_dir(), or -EAGAIN if a concurrent rename made the kernel give up.
 */
#define FS_NO_XDEV	0x01u	/* RESOLVE_NO_XDEV of openat2(2) */
#define FS_NO_SYMLINKS	0x04u	/* RESOLVE_NO_SYMLINKS of it */
int	 fs_open_in_root(int root, const char *path, unsigned flags);

/* Get and set the working directory. `to` has PATH_MAX bytes. */
int	 fs_get_cwd(char *to);
int	 fs_set_cwd(const char *dir);

/*
 * True if the descriptor is on a procfs, which holds magic links and files that
 * give access to other objects.
 */
bool	 fs_is_proc(int fd);

/*
 * Returns 1 if name lookups in that directory are known to ignore case, else 0.
 * A directory that is case-insensitive by its own flag is recognised only if it
 * can be opened for reading. Returns -errno only if descriptors or memory ran
 * out: fs_ran_out().
 */
int	 fs_folds_case(int dirfd);

/*
 * True for the -errno that descriptors or memory ran out. A client can bring
 * that about by opening files, so a check that fails with it must not pass.
 */
bool	 fs_ran_out(int error);

/* Duplicates a descriptor. */
int	 fs_dup(int fd);

/*
 * Opens a place without blocking on a FIFO or a device. `flags` as in open(2);
 * O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added. fs_opendir() opens a directory
 * for reading.
 */
int	 fs_open(const struct place *, int flags, mode_t);
int	 fs_opendir(const struct place *);
int	 fs_close(int fd);

/*
 * Closes *fd, a descriptor whose close cannot tell of an error that matters,
 * unless it is negative. Sets it to -1.
 */
void	 fs_drop(int *fd);

/*
 * Makes the file system report write errors as close(2) does, and leaves the
 * descriptor open. A network file system reports here that writes it had
 * acknowledged failed. It reports an error once, through whichever descriptor
 * of the file asks first. Local file systems do nothing.
 */
int	 fs_flush(int fd);

/*
 * Reads until `len` bytes are read or the file ends, as version 3 promises for
 * files (draft-02 6.4). Returns the number of bytes; *end is true if the file
 * ended. An error after the first byte is reported by the next call.
 */
ssize_t	 fs_read(int fd, void *, size_t len, uint64_t off, bool *end);

/* Writes all `len` bytes or fails. Returns -EIO if the kernel accepts none. */
int	 fs_write(int fd, const void *, size_t len, uint64_t off);

/*
 * Seeks. The largest offset depends on the file system. Returns 0 or -errno.
 */
int	 fs_seek(int fd, uint64_t off);

/* Make one preadv(2) or pwritev(2) call, which may be short. */
struct iovec;
ssize_t	 fs_readv(int fd, const struct iovec *, int n, uint64_t off);
ssize_t	 fs_writev(int fd, const struct iovec *, int n, uint64_t off);

/* Returns the size of the file in bytes, or 0 if it cannot be determined. */
uint64_t fs_size(int fd);

/*
 * Finds the first range of data, as opposed to a hole, at or after `off`:
 * [*off, *end). Returns -ENXIO if there is none.
 */
int	 fs_next_data(int fd, uint64_t *off, uint64_t *end);

/*
 * Reads raw directory entries, a sequence of struct dirent64. Returns the
 * number of bytes, 0 at the end. A directory that was removed meanwhile has
 * ended, as in readdir(3).
 */
ssize_t	 fs_getdents(int fd, void *, size_t len);

/*
 * Moves a directory that was just opened to a position that another descriptor
 * of it had. A file system in FUSE has to be read from the start first, because
 * sshfs 3.7 ends by an assertion otherwise. Returns 0 or -errno.
 */
int	 fs_seek_entries(int fd, uint64_t off);

/*
 * Reads raw directory entries of a directory that was closed, by opening it
 * through its pin for this call: from the position *off, which advances.
 * fs_position() returns the position of an open directory.
 */
ssize_t	 fs_getdents_pinned(int pin, uint64_t *off, void *, size_t len);
uint64_t fs_position(int fd);

/*
 * Calls `each` for the entries of a directory, which may be an O_PATH
 * descriptor, until it returns nonzero. `arg` is passed to it. If `off` is not
 * NULL, reading starts there, at most 32 KiB of entries are read, and *off is
 * set to where the next call continues, or to 0 at the end. Of a file system in
 * FUSE all entries are read, since it would read them again for the next call.
 * Returns 0, the result of `each`, or -errno.
 */
int	 fs_each_entry(int dirfd, uint64_t *off,
	    int (*each)(int dirfd, const char *name, void *arg), void *arg);

/* Gets the attributes of a place, with its time of birth if there is one. */
int	 fs_stat(const struct place *, struct statx *);

/*
 * Gets the device and the inode number of a place, which takes no question to
 * the file system if the kernel has just seen the file.
 */
int	 fs_identify(const struct place *, uint64_t *dev, uint64_t *ino);

/*
 * Returns 0 if the place is a directory, -ENOTDIR if it is not, or the error of
 * fs_stat().
 */
int	 fs_check_dir(const struct place *);

/* Returns the device of a file in the form that stat(2) uses. */
uint64_t fs_device(const struct statx *);

/* True if both describe the same file. */
bool	 fs_same_file(const struct statx *, const struct statx *);

/*
 * Identifies an inode. The number of a removed inode is reused, but not with
 * the same time of birth, which is 0 on file systems that have none.
 */
struct fs_id {
	uint64_t	 dev, ino;
	int64_t		 born;
	uint32_t	 born_ns;
};

/*
 * Returns the identity of a file that fs_stat(), or statx(2) with STATX_BTIME,
 * described.
 */
struct fs_id fs_id(const struct statx *);

/* True if both identities are of the same inode. */
bool	 fs_is_same(const struct fs_id *, const struct fs_id *);

/*
 * An open directory and its identity, which stays the same while it is open:
 * fs_dir_identify() asks the system only the first time. It returns 0 or
 * -errno.
 */
struct fs_dir {
	int		 fd;
	struct fs_id	 id;		/* `ino` is 0 until it is known */
};
int	 fs_dir_identify(struct fs_dir *);

/*
 * Sets the size of a file, in bytes. A file system may refuse this by name, or
 * through a descriptor that is open for writing only: each is tried if the
 * other one is refused, on the same place.
 */
int	 fs_truncate(const struct place *, uint64_t size);

/*
 * Reserves disk space for so many bytes of an open file without changing its
 * size. If `bytes` is less than the size, the file is truncated to it.
 */
int	 fs_allocate(int fd, uint64_t bytes);

/*
 * Sets those attrib-bits (BITS_* of sftp.h) of an open file that are in `mask`.
 * Unless they are to be kept, restores them: only trying tells which bits a
 * file system accepts. Returns -EOPNOTSUPP if it lacks one of them.
 */
int	 fs_set_bits(int fd, uint32_t bits, uint32_t mask, bool keep);

/*
 * Marks a temporary file, in an extended attribute, with the name that it will
 * get. `used` says that a running session needs the file. A NULL name removes
 * the mark. The file is not opened, which takes /proc. Returns -EOPNOTSUPP if
 * the file system has no extended attributes.
 */
int	 fs_set_mark(const struct place *, const char *, bool used);

/*
 * Reads the mark of a file: the name, at most NAME_MAX bytes and a NUL. *used
 * is true if a session needs the file, or was killed while it did. Returns
 * -errno if there is no mark.
 */
int	 fs_get_mark(const struct place *, char *name, bool *used);

/* The permissions of a file, as one file gives them to another. */
struct permissions {
	uid_t	 uid;			/* -1: not to be set */
	gid_t	 gid;
	mode_t	 mode;			/* at most 07777 */
	ssize_t	 acl_len;		/* or -errno: -ENODATA for no ACL */
	char	 acl[8192];		/* in the kernel's own form */
};

/*
 * Reads the permissions of the file that a descriptor, which may be O_PATH, and
 * its place refer to. Returns 0 or -errno.
 */
int	 fs_get_permissions(int fd, const struct place *, struct permissions *);

/*
 * Gives them to an open file. Returns 0, or -errno if one of them cannot be
 * set, after which some may be.
 */
int	 fs_set_permissions(int fd, const struct permissions *);

/*
 * Checks, without opening it, that a place may be opened with the access mode
 * in `flags`. Programs that watch a file take the close of a writable
 * descriptor for the end of an upload.
 */
int	 fs_check_access(const struct place *, int flags);

int	 fs_chmod(const struct place *, mode_t);

/*
 * True if the file system stores modes, so that a chmod(2) which it rejected
 * would have changed something. Others show the same mode for every file and
 * reject each chmod(2). `st` is what fs_stat() says of the place.
 */
bool	 fs_keeps_modes(const struct place *, const struct statx *);

int	 fs_chown(const struct place *, uid_t, gid_t);
int	 fs_utimes(const struct place *, const struct timespec [2]);

int	 fs_unlink(const struct place *);
int	 fs_rmdir(const struct place *);
int	 fs_mkdir(const struct place *, mode_t);
int	 fs_link(const struct place *old, const struct place *new);
int	 fs_symlink(const char *text, const struct place *);
int	 fs_statvfs(const struct place *, struct statvfs *);

/*
 * Write a file to stable storage (fs_sync.c). The kernel reports a write error
 * once and then forgets it, so a failed call must not be retried. A file that
 * has lost its name counts as written.
 */
int	 fs_fsync(int fd);
int	 fs_fdatasync(int fd);

/*
 * Writes the contents of a regular file to stable storage, whichever descriptor
 * wrote them. Returns 0 for anything else.
 */
int	 fs_sync(const struct place *);

/*
 * Writes the directory that contains a place, with the names in it, to stable
 * storage. If that directory cannot be opened for reading, the whole file
 * system is written.
 */
int	 fs_sync_parent(const struct place *);

/*
 * Opens an O_PATH descriptor of the file that `fd` refers to. File systems that
 * reject renaming open files do not count such a descriptor.
 */
int	 fs_pin(int fd);

/*
 * Opens the file of an O_PATH descriptor through /proc. Returns -ENOENT without
 * /proc. If only the mode of a file that belongs to us forbids it, for example
 * 0444, the mode is changed until the file is open.
 */
int	 fs_open_pin(int pin, int flags);

/*
 * Returns the result that fs_open_pin() would have for a file that is open as
 * `fd`.
 */
int	 fs_check_reopen(int fd, int flags);

/*
 * Gets the absolute path of the file that `fd` refers to, as the kernel knows
 * it now, free of links. `to` has PATH_MAX bytes. Returns false without /proc
 * and if the file has lost that name.
 */
bool	 fs_name_of(int fd, char *to);

/*
 * As fs_name_of(), but does not check that the name still belongs to the file:
 * the kernel appends " (deleted)" to the name of a removed one. Returns false
 * only without /proc.
 */
bool	 fs_proc_name(int fd, char *to);

/*
 * True if modes, and a sticky bit, permit changing names in the directory that
 * contains the place. A rename that fails nevertheless fails for another
 * reason.
 */
bool	 fs_may_rename(const struct place *);

/*
 * True if the place is on a file system that may reject renaming or removing an
 * open file. Linux's own file systems never do.
 */
bool	 fs_refuses_open(const struct place *);

/*
 * Reads the text of a symbolic link and adds a NUL. Returns its length, or
 * -ENAMETOOLONG if `size` is too small.
 */
ssize_t	 fs_readlink(const struct place *, char *, size_t);

/* Renames a file or directory, and replaces what has the new name. */
int	 fs_rename(const struct place *old, const struct place *new);

/*
 * Renames a file or directory, but keeps an existing target: the result is then
 * -EEXIST. That is free of races if the kernel and the file system support
 * RENAME_NOREPLACE or, for files, hard links. `written` says that the file is
 * open for writing and must not be linked: file systems that identify files by
 * their names, as many in FUSE do, do not know that the second name grows with
 * the first.
 */
int	 fs_rename_keep(const struct place *old, const struct place *new,
	    bool written);

/*
 * Renames to a name that must not exist, with one system call. Returns -EEXIST
 * if it exists, -EINVAL or -ENOSYS if the kernel or the file system cannot do
 * this.
 */
int	 fs_rename_new(const struct place *old, const struct place *new);

/*
 * State of a copy between its steps, all zero before the first. The steps
 * of a copy go forward in the source.
 */
struct fs_copying {
	uint64_t	 data_end;	/* the source has data from the end of
					 * the last step to here: tmpfs looks
					 * at every page to find a hole */
	bool		 writing;	/* the target caused the error */
};

/*
 * Copies some of `len` bytes from one file to another (fs_copy.c): a hole of
 * any length, which remains a hole, or at most FS_COPY_STEP bytes of data, with
 * copy_file_range(2) if possible. Beyond the end of the target, a hole makes it
 * longer only if it is the last of the `len` bytes, or of the source. `append`
 * says that `to` is open with O_APPEND: `to_off` is ignored and holes are
 * written. Returns the number of bytes, 0 at the end of the source, or -errno.
 */
#define FS_COPY_STEP	(1024 * 1024)
int64_t	 fs_copy(int from, uint64_t from_off, int to, uint64_t to_off,
	    uint64_t len, bool append, struct fs_copying *);

/*
 * Locks or unlocks a byte range for the open file description. A `len` of 0
 * extends to the largest offset. Never waits: returns -EAGAIN if another
 * holder's lock conflicts.
 */
enum fs_lock { FS_UNLOCK, FS_LOCK_SHARED, FS_LOCK_EXCLUSIVE };
int	 fs_lock(int fd, enum fs_lock, uint64_t off, uint64_t len);

/*
 * Makes a directory of mode 0700 and a unique name in fs_temp_dir(). `to`, of
 * PATH_MAX bytes, gets its path.
 */
int	 fs_make_temp(char *to);

/* Returns TMPDIR if it is an absolute path, else "/tmp". */
const char *fs_temp_dir(void);

/* Returns the owner of the running program's file, or 0 if it is unknown. */
uid_t	 fs_program_owner(void);

/*
 * Returns the limit on open descriptors (RLIMIT_NOFILE), or 0 if it is unknown.
 */
uint64_t fs_max_open(void);

/* Sets the umask of the process. */
void	 fs_umask(mode_t);

#endif
