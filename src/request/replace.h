/* SPDX-License-Identifier: ISC */
/*
 * The call that a RENAME comes down to, where it replaces a file: for a client
 * that did not ask to, and with the mode and group of the replaced file.
 */
#ifndef REQUEST_REPLACE_H
#define REQUEST_REPLACE_H

#include "request/request.h"
#include "request/session.h"

/*
 * Renames the object to the target as the ruling says. `replaced` is the place
 * of the file whose mode and group the object takes over with
 * rename.keep_mode: the target, or where that was moved to. Returns 0 or
 * -errno, after which the object has its own mode and group again.
 */
int	replace_rename(struct session *, const struct request *,
	    const struct place *replaced);

#endif
