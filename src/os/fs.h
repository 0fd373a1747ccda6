/* SPDX-License-Identifier: ISC */
/*
 * The door to the file system: every call that takes a client's path, or a
 * descriptor made from one. Functions return 0 or more for success and
 * -errno for failure.
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

/* True if both descriptors are of one file or directory. */
bool	 fs_same(int a, int b);

/* The directory that a place is in, as an O_PATH descriptor. */
int	 fs_open_parent(const struct place *);

/*
 * fs_dir.c: directories on the way to a place. Each is named by an open one, or
 * AT_FDCWD, and a path. Opens one with O_PATH: with `follow` a final link is
 * followed, otherwise it is -ENOTDIR. Returns a descriptor or -errno.
 */
int	 fs_open_dir(int dirfd, const char *path, bool follow);

/* Opens the directory again, so that its entries can be read. */
int	 fs_open_entries(int dirfd);

/*
 * Opens a directory beneath `root` by one openat2(2), which never leaves it and
 * takes no magic link; `flags` are more of RESOLVE_*. Returns as fs_open_dir():
 * -EAGAIN when it was upset by renames elsewhere.
 */
#define FS_NO_XDEV	0x01u	/* RESOLVE_NO_XDEV of openat2(2) */
#define FS_NO_SYMLINKS	0x04u	/* RESOLVE_NO_SYMLINKS */
int	 fs_open_beneath(int root, const char *path, unsigned flags);

/* The working directory; `to` has PATH_MAX bytes. Returns 0 or -errno. */
int	 fs_get_cwd(char *to);
int	 fs_set_cwd(const char *dir);

/* True if that is on a procfs: there are links and files there that are none. */
bool	 fs_is_proc(int fd);

/*
 * True if names in that directory are known to be found whatever their case. Of
 * one that is so by its own flag that is known only if it can be opened.
 */
bool	 fs_folds_case(int dirfd);

/* A second descriptor of the same open file, or -errno. */
int	 fs_dup(int fd);

/*
 * Opens without ever waiting for a FIFO, a device or a lease. `flags` as in
 * open(2), to which O_CLOEXEC and the like are added. Returns a descriptor.
 */
int	 fs_open(const struct place *, int flags, mode_t);
int	 fs_opendir(const struct place *);
int	 fs_close(int fd);

/*
 * Hands on what was written through the descriptor, as close(2) does, and
 * leaves it open: a network file system tells now of writes that failed since
 * they were acknowledged. It tells once, whichever descriptor of the file it
 * is asked by. Returns 0 or -errno. Local disks do nothing.
 */
int	 fs_flush(int fd);

/*
 * Reads until `len` bytes are there or the file ends, as version 3 promises
 * for files. Returns the count; *end says that the file ended.
 */
ssize_t	 fs_read(int fd, void *, size_t len, uint64_t off, bool *end);

/* Writes all of it or fails; -EIO where a call takes nothing of it. */
int	 fs_write(int fd, const void *, size_t len, uint64_t off);

/* Does lseek(2) take that offset? How far it goes is the file system's. */
bool	 fs_can_seek(int fd, uint64_t off);

/* One preadv(2) or pwritev(2), which may be short. */
struct iovec;
ssize_t	 fs_readv(int fd, const struct iovec *, int n, uint64_t off);
ssize_t	 fs_writev(int fd, const struct iovec *, int n, uint64_t off);

/* Where the file ends, 0 if that cannot be told. */
uint64_t fs_size(int fd);

/*
 * The next stretch of data, in place of a hole, at `off` or behind it:
 * [*off, *end). -ENXIO when there is none.
 */
int	 fs_next_data(int fd, uint64_t *off, uint64_t *end);

/*
 * Raw directory entries, struct dirent64 after another; 0 at the end, which
 * that of a directory that was removed meanwhile is too, as in readdir(3).
 */
ssize_t	 fs_getdents(int fd, void *, size_t len);

/*
 * The same of a directory that is closed, and opened through its pin for this
 * call: from the position *off, which goes on. The position of one that is
 * open is fs_position().
 */
ssize_t	 fs_getdents_pinned(int pin, uint64_t *off, void *, size_t len);
uint64_t fs_position(int fd);

/*
 * Calls `each` for the entries of a directory, which an O_PATH descriptor may
 * be of, until it returns something other than 0; `arg` is handed on. With
 * `off` it begins there, reads no more than some hundred entries, and sets
 * *off to where it can go on, or to 0 at the end. Returns 0, what `each`
 * returned, or -errno.
 */
int	 fs_each_entry(int dirfd, uint64_t *off,
	    int (*each)(int dirfd, const char *name, void *arg), void *arg);

int	 fs_stat(const struct place *, struct statx *);

/* Is it a directory? 0, -ENOTDIR or what fs_stat() says. */
int	 fs_check_dir(const struct place *);

/* Returns the device that a file is on, as stat(2) has it. */
uint64_t fs_device(const struct statx *);

/*
 * Identifies an inode. The number of one that is removed is used again, but
 * not with its time of birth, which is 0 on file systems that have none.
 */
struct fs_id {
	uint64_t	 dev, ino;
	int64_t		 born;
	uint32_t	 born_ns;
};

/* The identity of what fs_stat(), or statx(2) with STATX_BTIME, told of. */
struct fs_id fs_id(const struct statx *);
bool	 fs_is_same(const struct fs_id *, const struct fs_id *);

int	 fs_truncate(const struct place *, uint64_t size);

/*
 * Reserves that many bytes on disk for an open file, without moving its end;
 * fewer than the file has cut it off there.
 */
int	 fs_allocate(int fd, uint64_t bytes);

/*
 * Sets those attrib-bits (BITS_* of sftp.h) of an open file that are in
 * `mask`. -EOPNOTSUPP where the file system has none.
 */
int	 fs_set_bits(int fd, uint32_t bits, uint32_t mask);

/* Tries to set them, and takes it back. Returns 0 or -errno. */
int	 fs_check_bits(int fd, uint32_t bits, uint32_t mask);

/*
 * Marks a file with the name that it is kept for, as one that a session uses,
 * or has left in order; NULL takes the mark off. -EOPNOTSUPP where the file
 * system has no marks; elsewhere they take /proc. The file is not opened.
 */
int	 fs_set_mark(const struct place *, const char *, bool used);

/*
 * Reads the mark: the name, of at most NAME_MAX bytes, and whether a session
 * uses the file, or was killed. Returns 0, or -errno when it has none.
 */
int	 fs_get_mark(const struct place *, char *name, bool *used);

/*
 * Gives an open file the owner, group, ACL and mode of another, which an
 * O_PATH descriptor and its place stand for. Returns 0, or -errno when one of
 * them cannot be had.
 */
int	 fs_copy_rights(int from, const struct place *, int to);

/*
 * Asks whether what is at a place could be opened with that access, without
 * opening it: who watches a file takes the end of a descriptor that could
 * write for the end of an upload. Returns 0 or -errno.
 */
int	 fs_check_access(const struct place *, int flags);

int	 fs_chmod(const struct place *, mode_t);

/*
 * True if the file system keeps modes, so that a chmod(2) which it refused
 * would have changed something. Some show every file with the same mode and
 * refuse whatever is asked.
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
 * fs_sync.c: to stable storage, and back only then. An error is told once,
 * and whoever asks again is told that all is well: it must not be retried.
 */
int	 fs_fsync(int fd);
int	 fs_fdatasync(int fd);

/* What is in a file, by whatever descriptor it was written; 0 for no file. */
int	 fs_sync(const struct place *);

/*
 * The directory that the place is in, with the names in it. One that may not
 * be read cannot be opened for that: then the whole file system is written.
 */
int	 fs_sync_parent(const struct place *);

/*
 * An O_PATH descriptor of what `fd` has open. A file system that refuses to
 * rename what is open does not count it.
 */
int	 fs_pin(int fd);

/*
 * Opens again what a pin holds, through /proc; where that is missing, the
 * answer is -ENOENT. When only the mode of a file of ours forbids it, as of
 * one that was created 0444, the mode is changed for the moment.
 */
int	 fs_open_pin(int pin, int flags);

/* Could that be done for what `fd` has open? 0 or -errno. */
int	 fs_check_reopen(int fd, int flags);

/*
 * The absolute name of what `fd` has open, without links, as the system knows
 * it now. `to` has PATH_MAX bytes. False without /proc, and for what has lost
 * its name.
 */
bool	 fs_name_of(int fd, char *to);

/*
 * The same without a look whether the file still has it: the system adds a word
 * to a name that is none any more. False without /proc.
 */
bool	 fs_proc_name(int fd, char *to);

/*
 * May names in the directory of that place be changed, as far as modes, and
 * a sticky bit, have a say? What is then refused is refused for another
 * reason.
 */
bool	 fs_may_rename(const struct place *);

/*
 * Is it on a file system that may refuse to rename or remove what is open?
 * Linux's own never do.
 */
bool	 fs_refuses_open(const struct place *);

/* The text of a link, terminated; returns its length. */
ssize_t	 fs_readlink(const struct place *, char *, size_t);

/*
 * Renames. Without `replace` a target that exists stays and the answer is
 * -EEXIST, without a race wherever the kernel and the file system can do
 * that.
 */
int	 fs_rename(const struct place *old, const struct place *new,
	    bool replace);

/*
 * Renames to a name that nothing has, in one call: -EEXIST if something has,
 * -EINVAL or -ENOSYS where kernel or file system cannot do that.
 */
int	 fs_rename_new(const struct place *old, const struct place *new);

/*
 * fs_copy.c. Copies some of `len` bytes between files: a hole, of whatever
 * length, which stays one, or at most FS_COPY_STEP bytes of data, as
 * copy_file_range(2) where that works. Behind the end of the target a hole
 * makes it longer only when it is the last of the `len` bytes, or of the
 * source. With `append`, `to_off` counts for nothing and holes are written.
 * Returns how many bytes, 0 at the end of the source, or -errno; *writing then
 * says on which side the error was.
 */
#define FS_COPY_STEP	(1024 * 1024)
int64_t	 fs_copy(int from, uint64_t from_off, int to, uint64_t to_off,
	    uint64_t len, bool append, bool *writing);

/*
 * Locks a range, as an open file description has it; `len` 0 is to the end of
 * all offsets. Never waits: -EAGAIN when somebody else has it.
 */
enum fs_lock { FS_UNLOCK, FS_LOCK_SHARED, FS_LOCK_EXCLUSIVE };
int	 fs_lock(int fd, enum fs_lock, uint64_t off, uint64_t len);

/* True if nobody else has a lock on any byte of the range. */
bool	 fs_is_unlocked(int fd, uint64_t off, uint64_t len);

/* Makes a directory of mode 0700 with a name of its own under TMPDIR. `to`
 * has PATH_MAX bytes. */
int	 fs_make_temp(char *to);

/* Takes back what fs_make_temp() made, if nothing is in it. */
void	 fs_remove_temp(const char *made);

/* Where temporary files go. */
const char *fs_temp_dir(void);

/* Who owns the program that runs; 0 if that cannot be told. */
uid_t	 fs_program_owner(void);

/* How many descriptors the process may have, 0 for unlimited. */
uint64_t fs_max_open(void);

/* The process's umask, set for good. */
void	 fs_umask(mode_t);

#endif
