/* SPDX-License-Identifier: ISC */
/*
 * Open files and directories, as a client knows them: by an id of 64 bits
 * that no other session can guess and that never comes back in this one.
 */
#ifndef SYSTEM_HANDLE_H
#define SYSTEM_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HANDLE_ID_LEN	8	/* bytes of an id on the wire */

enum handle_kind { HANDLE_FREE, HANDLE_FILE, HANDLE_DIR };

struct handle {
	uint64_t	 id;
	enum handle_kind kind;
	int		 slot;		/* OpenSSH's handle number: for the log */
	int		 fd;
	bool		 append;	/* WRITE ignores its offset */
	char		*name;		/* as opened; for the log */
	uint64_t	 bytes_read, bytes_written;
	struct dir_stream *dir;		/* of a HANDLE_DIR */
	struct handle	*next_free;
};

/* Entries the kernel gave and no reply has carried yet. */
struct dir_stream {
	size_t	 pos, len;
	bool	 ended;
	char	 data[32 * 1024];
};

struct handles {
	uint64_t	 mask;		/* ids are serial and slot under it */
	uint64_t	 serial;
	struct handle	**slots;
	int		 count;
	struct handle	*free;
};

void	 handles_init(struct handles *);

/*
 * Takes over `fd`; `name` is copied. Returns NULL when there is no memory,
 * and then the descriptor is still the caller's.
 */
struct handle *handle_new(struct handles *, enum handle_kind, int fd,
	    const char *name);

/* The handle with that wire string, or NULL. */
struct handle *handle_find(const struct handles *, const uint8_t *, size_t);

/* Closes it and forgets it, whatever close(2) says, which is returned. */
int	 handle_close(struct handles *, struct handle *);

/* OpenSSH's line for a handle that ends; `how` is "" or "forced ". */
void	 handle_log_close(const struct handle *, const char *how);

/* Every handle still open is logged as forced, closed and forgotten. */
void	 handles_end(struct handles *);

/* The number OpenSSH's debug lines print; -1 for no handle. */
int	 handle_number(const struct handle *);
const char *handle_name(const struct handle *);

/*
 * The next entry of a directory, NULL at its end or after an error, which is
 * then in *error as -errno. The name lives until the next call.
 */
struct dirent64;
const struct dirent64 *handle_next_entry(struct handle *, int *error);

/* Takes the last entry back: the next call returns it again. */
void	 handle_unread_entry(struct handle *, const struct dirent64 *);

#endif
