/* SPDX-License-Identifier: ISC */
/*
 * Open files and directories, as a client knows them: by an id of 64 bits
 * that no other session can guess and that never comes back in this one.
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
 * Where the descriptor of a handle is. Only a rename or a removal that a
 * file system refuses for open files brings one out of OPEN: suspend.h.
 */
enum handle_state {
	HANDLE_OPEN,
	HANDLE_SUSPENDED,	/* closed; opened again when next used */
	HANDLE_LOST,		/* closed; could not be opened again */
	HANDLE_LET_GO,		/* closed for good, as the policy said */
};

/*
 * There may be many, and the next request may be for any of them: what READ,
 * WRITE and FSTAT look at is in the first 64 bytes, a line of the processor's
 * cache, and the rest in another.
 */
struct handle {
	uint64_t	 id;
	int		 slot;		/* OpenSSH's number, for the log */
	int		 fd;		/* -1 unless OPEN */
	int		 pin;		/* O_PATH while not OPEN, or -1 */
	int		 flags;		/* access and O_APPEND, to reopen */
	unsigned	 rights;	/* RIGHT_*: what its OPEN granted, less
					 * what a RENAME took; see `keeps` */
	enum handle_kind kind : 8;
	enum handle_state state : 8;
	bool		 text : 1;	/* offsets mean nothing: draft-13 4.4 */
	bool		 dirty : 1;	/* written since the last fdatasync */
	bool		 refused : 1;	/* it missed a byte, when let go */
	bool		 is_indexed : 1; /* by `indexed` below */
	char		*name;		/* as opened; for the log */
	uint64_t	 position;	/* where text goes on */
	uint64_t	 bytes_read, bytes_written;

	char		*resolved;	/* as rules on names know it now; NULL
					 * where there are none */
	struct temp	*temp;		/* what it writes, to be published */
	struct silly	*silly;	/* the name of a file without one */
	struct lock	*locks;		/* ranges that are locked: lock.c */
	struct dir_stream *dir;		/* of a HANDLE_DIR */
	int		 error;		/* of a write-out: -errno, or 0 */
	int		 failed;	/* outcome of the first write that did */
	unsigned	 keeps;		/* RIGHT_*: what was granted as it made
					 * its file, which no RENAME takes */
	union {
		LIST_ENTRY(handle) unindexed; /* nobody has looked yet */
		struct indexed	*indexed;	/* what it is found by: index.c */
		struct handle	*next_free;
	};
};

/* Entries the kernel gave and no reply has carried yet. */
struct dir_stream {
	size_t	 pos, len, cap;
	bool	 ended;
	int	 error;		/* what ended it, or 0 */
	char	*data;
	size_t	 kept;		/* of `cap`, in handles.kept */
	uint64_t next;		/* while the descriptor is closed: where the
				 * system goes on behind the entries here */
};

RB_HEAD(name_tree, indexed_name);
RB_HEAD(handles_by_inode, indexed);
LIST_HEAD(handle_list, handle);
LIST_HEAD(indexed_list, indexed);
LIST_HEAD(part_list, temp);
LIST_HEAD(hidden_list, silly);

struct handles {
	uint64_t	 mask;		/* ids are serial and slot under it */
	uint64_t	 serial;
	struct handle	**blocks;	/* of handles, which never move */
	int		 count;		/* of handles, free ones too */
	int		 open;		/* handles that a client holds */
	int		 failed;	/* handles whose error is set */
	int		 suspended;	/* handles that are SUSPENDED */
	size_t		 kept;		/* bytes of entries that were read since
					 * their directory was to be closed */
	struct handle	*free;
	struct name_tree by_name;
	struct name_tree by_ruled_name;
	struct handles_by_inode by_inode;
	struct handle_list unindexed;	/* opened since somebody looked */
	struct indexed_list no_inode;	/* ... and asked for names only */
	struct part_list temps;		/* pending: part.h */
	struct hidden_list leaving;	/* not removed yet: hidden.h */
};

void	 handles_init(struct handles *);

/*
 * Takes over `fd`, which was opened with `flags`; `name` is copied. Returns
 * NULL when there is no memory, and then the descriptor is still the caller's.
 */
struct handle *handle_new(struct handles *, enum handle_kind, int fd,
	    int flags, const char *name);

/* That is its place: rules on names will go by it. */
struct place;
void	 handle_placed(struct handle *, const struct place *);

/* The handle in a slot below handles.count; it may be a free one. */
struct handle *handle_at(const struct handles *, int slot);

/* The handle with that wire string, or NULL. */
struct handle *handle_find(const struct handles *, const uint8_t *, size_t);

/*
 * Closes it and forgets it, whatever comes out: the error of an earlier
 * write-out, or else what close(2) says, which the other handles that write to
 * the file have then, too.
 */
int	 handle_close(struct handles *, struct handle *);

/* Closes a handle that the client left open, and logs an error of its file. */
void	 handle_end(struct handles *, struct handle *);

/* Does so for every handle still open, and frees what holds them. */
void	 handles_end(struct handles *);

/* The number OpenSSH's debug lines print; -1 for no handle. */
int	 handle_number(const struct handle *);
const char *handle_name(const struct handle *);

bool	 handle_appends(const struct handle *);

/* Was it opened for reading, or for writing? */
bool	 handle_reads(const struct handle *);
bool	 handle_writes(const struct handle *);

/*
 * Returns the next entry of a directory, or NULL at its end or after an error,
 * which is in *error as -errno then, and in later calls too. The name lives
 * until the next call. What readdir(3) hides is hidden: entries without an
 * inode.
 */
struct dirent64;
const struct dirent64 *handle_next_entry(struct handles *, struct handle *,
	    int *error);

/* Takes the last entry back: the next call returns it again. */
void	 handle_unread_entry(struct handle *, const struct dirent64 *);

/*
 * Reads the entries that are left, since the descriptor is about to be closed:
 * as many as there is room for, which is 16 MiB for all such listings of the
 * session. The others are read through the pin when their turn comes, from
 * where the system stopped. Returns 0 or -errno.
 */
int	 handle_keep_entries(struct handles *, struct handle *);

/*
 * lock.c. Ranges as version 6 locks them: each is remembered
 * as the client sent it. Returns 0, -errno, FX_BYTE_RANGE_LOCK_REFUSED or
 * FX_NO_MATCHING_BYTE_RANGE_LOCK.
 */
enum fs_lock;
int	 lock_take(struct handle *, enum fs_lock, uint64_t off, uint64_t len);
int	 lock_drop(struct handle *, uint64_t off, uint64_t len);

/* The whole file, as OPEN asks for it; it goes with the handle. */
int	 lock_take_all(struct handle *, bool exclusive);
void	 lock_forget(struct handle *);

/*
 * late.c. Errors of writing that come after the client was told that its bytes
 * are written. This notes one: -errno. The handle tells it at its CLOSE, and
 * nothing that it writes is published.
 */
void	 late_failed(struct handles *, struct handle *, int error);

/*
 * Closes a descriptor of a file that is none of a handle's. An error belongs
 * to the file, and a file system tells it once: each handle of the session
 * that writes to the file has it from now on. Returns 0 or -errno.
 */
int	 late_close(struct handles *, int fd);

/*
 * Close a handle that OPEN has made and will not return, because the request
 * fails. An error of its close(2) goes to the same handles.
 */
void	 late_discard(struct handles *, struct handle *);

/*
 * Hands on the outcome of a call on a file, other than close(2) or write(2),
 * that may write out what is cached: chmod(2) and copy_file_range(2) do on
 * FUSE. An error that tells of the storage goes to the same handles.
 */
struct place;
int	 late_told(struct handles *, const struct place *, int outcome);

/* The close(2) of a handle told an error: it is given to those others. */
void	 late_tell_others(struct handles *, const struct handle *, int error);

/*
 * Writes what handles of this session wrote to a file to stable storage,
 * through one of them; -ENOENT if there is none. `cwd` as for index.c.
 */
struct statx;
int	 late_sync(struct handles *, const char *cwd, const struct statx *);

/*
 * index.c. Handles are put into the trees when somebody first looks, so that
 * an OPEN costs nothing; a look costs O(log n) and the matches. A handle that
 * there is no memory for ends the process through buf_no_memory (base/buf.h):
 * rights and rules of before would go on to hold for it.
 */
void	 index_init(struct handles *);
void	 index_add(struct handles *, struct handle *);
void	 index_remove(struct handles *, struct handle *);

/*
 * Calls `each` for the handles on that inode; `arg` is handed on. A relative
 * name of a handle starts at `cwd`.
 */
void	 index_each_inode(struct handles *, const char *cwd, uint64_t dev,
	    uint64_t ino, void (*each)(struct handle *, void *), void *arg);

/* The same for those at that path or below it. */
void	 index_each_below(struct handles *, const char *cwd, const char *top,
	    void (*each)(struct handle *, void *), void *arg);

/*
 * After a rename: what was at `old` or below it is now at `new`; or, when
 * that is NULL, has no name any more.
 */
void	 index_renamed(struct handles *, const char *cwd, const char *old,
	    const char *new);

/*
 * The same for the names that rules know: both as walk.c resolves them. Of a
 * handle's rights those in `kept` remain, and those that it keeps anyway.
 */
void	 index_moved(struct handles *, const char *cwd, const char *old,
	    const char *new, unsigned kept);

/* The name that a handle's file has now, absolute; NULL if it is not known. */
const char *index_name(const struct handle *);

/* Is that the file of the handle? False if nobody looked before. */
bool	 index_is_file(const struct handle *, const struct statx *);

#endif
