/* SPDX-License-Identifier: ISC */
/*
 * Rights by effect: access.rights of slipway.conf(5). Compares the rights that
 * a request takes, by its kind and its upgrade, with those granted where it
 * acts. Names are resolved by then. A session that does not resolve paths is
 * not judged.
 */
#ifndef REQUEST_PERMIT_H
#define REQUEST_PERMIT_H

#include <stdbool.h>

struct handle;
struct request;
struct session;
struct statx;

/*
 * Judges the request and completes its ruling. `located` is the result of
 * resolving the paths: if that failed, the names as sent are judged, so that a
 * client without a right does not learn what exists. Returns 0,
 * FX_PERMISSION_DENIED, `located`, -errno if the request cannot be judged for
 * want of descriptors or memory, or what STAT of the name would tell if the
 * client may ask that: -errno if it is missing, -EEXIST if MKDIR finds it
 * there.
 */
int	permit_judge(struct session *, struct request *, int located);

/* True if path rules let the session learn this resolved name. */
bool	permit_list(const struct session *, const char *name);

/*
 * True if the session may learn these attributes, which STAT of that resolved
 * name has found. The name is NULL if it is unknown.
 */
bool	permit_show(const struct session *, const char *name,
	    const struct statx *);

/*
 * True if a listing may tell the attributes of an entry, as STAT of its name
 * would.
 */
bool	permit_show_entry(const struct session *, const struct handle *dir,
	    const char *entry, const struct statx *);

/*
 * Judges the name that an upload gets at its end, q->target.place, in a
 * directory that may have been moved since the upload began. q->ruling.replace
 * becomes `replaces`, unless the rules for that name forbid it. Returns 0,
 * FX_PERMISSION_DENIED, or -errno if it cannot be judged.
 */
int	permit_judge_publishing(struct session *, struct request *,
	    bool replaces);

/* Returns the outcome as far as the client may know it. */
int	permit_conceal(struct request *, int outcome);

#endif
