/* SPDX-License-Identifier: ISC */
/*
 * files.atomic: when a temporary file gets its visible name, and what RENAME,
 * REMOVE and hardlink do with one.
 */
#ifndef REQUEST_PUBLISH_H
#define REQUEST_PUBLISH_H

#include "request/request.h"
#include "request/session.h"

/*
 * CLOSE of a handle that has a temporary file: closes it and, with the last
 * one, publishes the file. Returns the outcome or PENDING.
 */
int	publish_close(struct session *, struct request *);

/*
 * copy-file, whose target is a temporary file that no handle has: publishes
 * it. Returns the outcome or PENDING.
 */
int	publish_copy(struct session *, struct request *);

/*
 * RENAME, before it: returns 0, the outcome, or PUBLISH_DONE when there is
 * nothing to do.
 */
#define PUBLISH_DONE	INT32_MAX
int	publish_rename(struct request *);

/*
 * REMOVE: true if the name means a file that an earlier session kept, which
 * is then given up.
 */
bool	publish_remove(struct request *);

/* RENAME and REMOVE, done. */
void	publish_settled(struct request *);

/*
 * hardlink of part[0], which is to have two names: gives it the new one and its
 * own, or neither. Returns 0 or the outcome.
 */
int	publish_link(struct request *);

/*
 * rename.c: gives object.temp its name, as a RENAME would. Returns PENDING, or
 * what `end` returns, which is called with the outcome.
 */
int	rename_publish(struct session *, struct request *,
	    int (*end)(struct session *, struct request *, int r));

#endif
