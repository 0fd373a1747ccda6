/* SPDX-License-Identifier: ISC */
/*
 * Suspending handles: closes an open file so that a file system that rejects
 * renaming open files has nothing to reject, and opens it again afterwards. See
 * rename.open_handles in slipway.conf(5).
 */
#ifndef FILES_SUSPEND_H
#define FILES_SUSPEND_H

#include "files/handle.h"
#include "os/fs.h"
#include "paths/locate.h"

/*
 * Opens an O_PATH descriptor of a handle's file, the pin, and checks that the
 * file can be opened again with the same access. Returns 0, or -errno with
 * nothing changed. fs_drop() closes the pin.
 */
int	 suspend_pin(struct handle *);

/*
 * Writes to disk what the handle wrote. An error is stored in the handle,
 * reported by its CLOSE, and returned by this and each later call.
 */
int	 suspend_sync(struct handles *, struct handle *);

/*
 * Closes the descriptor. With HANDLE_SUSPENDED it is opened again through the
 * pin at the next use, with HANDLE_LET_GO it is not. A directory keeps the
 * entries that it has not delivered.
 */
void	 suspend_close(struct handles *, struct handle *,
	    enum handle_state);

/* Replaces the pin by one that is opened by the file's current name. */
void	 suspend_repin(struct handle *, const struct place *);

/*
 * Makes h->fd usable. Returns 0, or -errno if the file cannot be opened again:
 * the handle is then lost, which is logged once.
 */
int	 suspend_wake(struct fs *, struct handles *, struct handle *);

/*
 * Opens a pinned file anew and closes the descriptor that it had, which a file
 * system may take for a file at the old path. The handle keeps that descriptor
 * if the file cannot be opened and read: rclone takes a new one for another
 * file, and shows nothing of what was written. Removes the pin.
 */
void	 suspend_renew(struct handles *, struct handle *);

/*
 * Makes a place through which the attributes of the handle's file can be
 * accessed in any state: its descriptor, its pin, or its name if that is still
 * the same file. Returns 0, after which the caller calls locate_release(), or
 * FX_FAILURE.
 */
int	 suspend_place(struct fs *, const struct handle *, struct place *);

#endif
