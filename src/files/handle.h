/* SPDX-License-Identifier: ISC */
/*
 * Handles: the open files and directories of a client. A handle's id has 64
 * bits, cannot be guessed by another session and is never reused in this one.
 *
 * Functions of this header that are in other files are grouped under the file's
 * name.
 */
#ifndef FILES_HANDLE_H
#define FILES_HANDLE_H

#include <sys/queue.h>
#include <sys/tree.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDLE_ID_LEN	8	/* bytes of an id on the wire */

enum handle_kind { HANDLE_FREE, HANDLE_FILE, HANDLE_DIR };

/*
 * The state of a handle's descriptor. It leaves OPEN only for a rename or a
 * removal that a file system rejects while the file is open: see suspend.h.
 */
enum handle_state {
	HANDLE_OPEN,
	HANDLE_SUSPENDED,	/* closed; opened again at the next use */
	HANDLE_LOST,		/* closed; opening it again failed */
	HANDLE_LET_GO,		/* closed for good, as the policy says */
};

/*
 * An open file or directory. There may be many, and any may be next: the first
 * 64 bytes, one cache line of the CPU, hold all that READ, WRITE and FSTAT
 * need.
 */
struct handle {
	uint64_t	 id;
	int		 slot;		/* OpenSSH's number, for the log */
	int		 fd;		/* -1 unless OPEN */
	int		 pin;		/* O_PATH while not OPEN, or -1 */
	int		 flags;		/* access mode and O_APPEND */
	unsigned	 rights;	/* RIGHT_*: granted by OPEN, less those
					 * that a RENAME took; see `keeps` */
	enum handle_kind kind : 8;
	enum handle_state state : 8;
	bool		 text : 1;	/* ignores offsets: draft-13 4.4 */
	bool		 dirty : 1;	/* written since the last fdatasync */
	bool		 refused : 1;	/* missed a write while LET_GO */
	bool		 is_indexed : 1; /* `indexed` below is valid */
	bool		 zero_copy : 1;	/* READs need not copy its data */
	bool		 sums : 1;	/* `sum` below is not NULL */
	char		*name;		/* as opened; for the log */
	uint64_t	 position;	/* of the next access in text mode */
	uint64_t	 bytes_read, bytes_written;

	char		*resolved;	/* path that rules on names judge,
					 * updated by renames; or NULL */
	struct temp	*temp;		/* upload that it writes to, or NULL */
	struct silly	*silly;	/* name of a file without one, or NULL */
	struct lock	*locks;		/* its byte range locks, see lock.c */
	struct sum	*sum;		/* of what it wrote, see sum.h */
	struct dir_stream *dir;		/* of a HANDLE_DIR */
	int		 error;		/* of delayed writes: -errno, or 0 */
	int		 failed;	/* outcome of the first failed write */
	unsigned	 keeps;		/* RIGHT_*: granted for creating the
					 * file, never taken by a RENAME */
	unsigned	 name_room;	/* bytes of memory at `name`, which a
					 * free handle keeps for the next */
	union {
		LIST_ENTRY(handle) unindexed; /* not indexed yet */
		struct indexed	*indexed;	/* see index.c */
		struct handle	*next_free;
	};
};

/* Directory entries that were read and not sent yet. */
struct dir_stream {
	size_t	 pos, len, cap;
	bool	 ended;
	bool	 leaves_out;	/* entries that STAT would refuse */
	int	 error;		/* that ended it: -errno, or 0 */
	char	*data;
	size_t	 kept;		/* of `cap`, in handles.kept */
	uint64_t next;		/* while the descriptor is closed: where the
				 * system goes on behind the entries here */
};

RB_HEAD(name_tree, indexed_name);
RB_HEAD(handles_by_inode, indexed);
LIST_HEAD(handle_list, handle);
LIST_HEAD(indexed_list, indexed);
LIST_HEAD(temp_list, temp);
LIST_HEAD(silly_list, silly);
LIST_HEAD(sum_list, sum);

/* The table of handles, with all trees and lists empty where it is zero. */
struct handles {
	const char	*cwd;		/* start of relative names */
	uint64_t	 mask;		/* ids are (serial, slot) XOR mask */
	uint64_t	 serial;
	struct handle	**blocks;	/* of BLOCK handles, which never move */
	int		 count;		/* of handles, including free ones */
	int		 open;		/* handles that the client holds */
	int		 failed;	/* handles with `error` set */
	int		 suspended;	/* handles in state SUSPENDED */
	int		 bare;		/* handles without a descriptor, which
					 * the system does not count */
	int		 locks;		/* of all handles, at most LOCKS_MAX but
					 * for those of OPEN */
	size_t		 kept;		/* bytes of entries that were read
					 * before closing directories */
	struct handle	*free;
	struct name_tree by_name;
	struct name_tree by_ruled_name;
	struct handles_by_inode by_inode;
	struct handle_list unindexed;	/* opened since the last search */
	struct indexed_list no_inode;	/* indexed by name only */
	struct temp_list temps;		/* pending uploads: temp.h */
	struct silly_list leaving;	/* removed later: silly.h */
	struct sum_list	 sums;		/* of handles: sum.h */
};

/* Limit on handles without a descriptor, for the memory that they take. */
#define HANDLES_BARE_MAX	1024

/*
 * Initialises the table without any handle. Relative names start at `cwd`,
 * which must outlive it.
 */
void	 handles_init(struct handles *, const char *cwd);

/*
 * Makes a handle of `fd`, which was opened with `flags`, and takes over the
 * descriptor; `name` is copied. Returns NULL when memory runs out; the
 * descriptor is then still the caller's.
 */
struct handle *handle_new(struct handles *, enum handle_kind, int fd,
	    int flags, const char *name);

/* Sets the path that rules on names judge from the handle's place. */
struct place;
void	 handle_placed(struct handle *, const struct place *);

/*
 * Returns the handle in a slot, from 0 to count - 1, which may be a free one.
 */
struct handle *handle_at(const struct handles *, int slot);

/* Returns the handle with this id, as it came from the wire, or NULL. */
struct handle *handle_find(const struct handles *, const uint8_t *, size_t);

/*
 * Closes and frees a handle in any case. Returns 0, or -errno: the error of an
 * earlier delayed write, or else of close(2), which the other handles that
 * write to the file get as well.
 */
int	 handle_close(struct handles *, struct handle *);

/*
 * Closes a handle that the client left open, and logs the error of its file if
 * there is one.
 */
void	 handle_end(struct handles *, struct handle *);

/* Does so for each open handle, and frees the table. */
void	 handles_end(struct handles *);

/* Returns the number of a handle for log lines, or -1 for NULL. */
int	 handle_number(const struct handle *);

/* True if the handle was opened with O_APPEND. */
bool	 handle_appends(const struct handle *);

/* True if the handle was opened for reading, or for writing. */
bool	 handle_reads(const struct handle *);
bool	 handle_writes(const struct handle *);

/* True if the handle has an open file that it may write to now. */
bool	 handle_is_writing(const struct handle *);

/*
 * Returns the next entry of a directory. Returns NULL at the end or after an
 * error, which is in *error as -errno, now and in later calls. The entry is
 * valid until the next call. Entries without an inode are skipped, as in
 * readdir(3).
 */
struct dirent64;
const struct dirent64 *handle_next_entry(struct handles *, struct handle *,
	    int *error);

/* Takes back the last entry: the next call returns it again. */
void	 handle_unread_entry(struct handle *, const struct dirent64 *);

/*
 * Reads the remaining entries of a directory whose descriptor is about to be
 * closed: as many as there is room for, which is 16 MiB for all such listings
 * of the session. The rest is read through the pin when needed, from where the
 * kernel stopped. Returns 0 or -errno.
 */
int	 handle_keep_entries(struct handles *, struct handle *);

/*
 * lock.c. Byte range locks as version 6 has them: each is stored as the client
 * sent it. Return 0, -errno, FX_BYTE_RANGE_LOCK_REFUSED or
 * FX_NO_MATCHING_BYTE_RANGE_LOCK; draft-13 8.11. The caller keeps to LOCKS_MAX:
 * each lock of a file makes the next one slower, in the kernel too.
 */
#define LOCKS_MAX	1024
enum fs_lock;
int	 lock_take(struct handles *, struct handle *, enum fs_lock,
	    uint64_t off, uint64_t len);
int	 lock_drop(struct handles *, struct handle *, uint64_t off,
	    uint64_t len);

/*
 * Lock the whole file, as OPEN does (draft-13 8.1.1.3), and free all locks of a
 * handle. The kernel drops the locks with the descriptor.
 */
int	 lock_take_all(struct handles *, struct handle *, bool exclusive);
void	 lock_forget(struct handles *, struct handle *);

/*
 * late.c. Errors of writes that were already acknowledged. late_failed()
 * records one, as -errno: the handle reports it at CLOSE, and a temporary file
 * that it writes to is not published.
 */
void	 late_failed(struct handles *, struct handle *, int error);

/*
 * Closes a descriptor that does not belong to a handle. A file system reports
 * an error once, and it belongs to the file: each handle of the session that
 * writes to the file gets it. Returns 0 or -errno.
 */
int	 late_close(struct handles *, int fd);

/*
 * Closes a handle that OPEN has made and will not return, because the request
 * fails. An error of its close(2) is passed to the same handles.
 */
void	 late_discard(struct handles *, struct handle *);

/*
 * Returns `outcome`, of a call other than close(2) or write(2) that may write
 * out cached data: on FUSE chmod(2) and copy_file_range(2) do. An error of the
 * storage is passed to the handles that write to the file.
 */
struct place;
int	 late_told(struct handles *, const struct place *, int outcome);

/*
 * Passes an error of a handle's close(2) to the other handles that write to the
 * file.
 */
void	 late_tell_others(struct handles *, const struct handle *, int error);

/*
 * Writes a file to stable storage through the handles of this session: those
 * that write to it, or else one that reads it. Opening the file once more would
 * not do: on s3fs a rename fails after a second descriptor was closed. Returns
 * 0, -errno, or -ENOENT if no handle has the file open.
 */
struct statx;
int	 late_sync(struct handles *, const struct statx *);

/*
 * index.c. Searching handles by name and by inode. Handles are added to the
 * trees by the first search, so that an OPEN costs nothing; a search takes
 * O(log n) and the number of matches. When memory runs out, the process ends
 * through buf_no_memory (base/buf.h): an unindexed handle would keep rights
 * that it must lose.
 */
void	 index_remove(struct handles *, struct handle *);

/*
 * Return the first handle on the inode that the statx describes, and the one
 * that follows a handle, or NULL.
 */
struct handle *index_first(struct handles *, const struct statx *);
struct handle *index_next(const struct handle *);

/* Calls `each` with `arg` for the handles at or beneath this path. */
void	 index_each_below(struct handles *, const char *top,
	    void (*each)(struct handle *, void *), void *arg);

/* True if one of those handles has its file open for writing. */
bool	 index_is_written(struct handles *, const char *top);

/*
 * Updates names after a rename: what was at or beneath `old` is now at `new`,
 * or has no name if that is NULL.
 */
void	 index_renamed(struct handles *, const char *old, const char *new);

/*
 * Does the same for the names that rules judge; both paths are resolved.
 * Handles lose all rights but those in `kept` and those that they keep for
 * having created their file.
 */
void	 index_moved(struct handles *, const char *old, const char *new,
	    unsigned kept);

/*
 * Returns the current absolute name of a handle's file, or NULL if it is
 * unknown.
 */
const char *index_name(const struct handle *);

/*
 * True if that is the handle's file. False if it was not searched for by inode
 * before.
 */
bool	 index_is_file(const struct handle *, const struct statx *);

#endif
