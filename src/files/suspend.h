/* SPDX-License-Identifier: ISC */
/*
 * Letting go of an open file, so that a file system that refuses to rename
 * what is open has nothing to refuse, and taking it up again: slipway.conf(5).
 */
#ifndef FILES_SUSPEND_H
#define FILES_SUSPEND_H

#include "files/handle.h"
#include "os/fs.h"
#include "paths/locate.h"

/*
 * Pins the file of an open handle, and checks that it can be opened again
 * with its access. Returns 0, or -errno and nothing has changed.
 */
int	 suspend_pin(struct handle *);
void	 suspend_unpin(struct handle *);

/*
 * Writes out what the handle wrote. An error stays with the handle, until
 * its CLOSE tells it, and is returned now and every time again.
 */
int	 suspend_sync(struct handles *, struct handle *);

/*
 * Closes the descriptor. As HANDLE_SUSPENDED it comes back through the pin
 * when next used; as HANDLE_LET_GO it does not. A directory keeps the entries
 * it has not delivered.
 */
void	 suspend_close(struct handles *, struct handle *,
	    enum handle_state);

/* Pins the file anew, by a name it has now. */
void	 suspend_repin(struct handle *, const struct place *);

/*
 * Makes h->fd usable. Returns 0, or -errno when the file cannot be opened
 * again: then the handle is lost, which is logged once.
 */
int	 suspend_wake(struct fs *, struct handles *, struct handle *);

/*
 * Where the attributes of the file can be reached, whatever the state: the
 * descriptor, the pin, or the name if that is still the same file. Returns 0,
 * and then locate_release() is due, or FX_FAILURE.
 */
int	 suspend_place(struct fs *, const struct handle *, struct place *);

#endif
