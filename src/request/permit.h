/* SPDX-License-Identifier: ISC */
/*
 * Rights by effect: slipway.conf(5), access.rights. What a request takes, as
 * its row and its lift have it, against what is granted where it would act.
 * Names are resolved by then; only sessions that walk are judged.
 */
#ifndef REQUEST_PERMIT_H
#define REQUEST_PERMIT_H

#include <stdbool.h>

struct handle;
struct request;
struct session;
struct statx;

/*
 * Completes the ruling. `located` is what became of resolving the paths: where
 * that failed, the names as sent are judged, so that those without a right
 * learn nothing of what exists. Returns 0, FX_PERMISSION_DENIED,
 * `located`, or what STAT of the name would tell, where that may be asked:
 * -errno where it is missing, -EEXIST where MKDIR finds it there.
 */
int	permit_judge(struct session *, struct request *, int located);

/*
 * True if STAT of that entry of an open directory would tell what the statx
 * has; false if a listing may not, either.
 */
bool	permit_show_entry(const struct session *, const struct handle *dir,
	    const char *entry, const struct statx *);

/*
 * Judges the name that an upload gets at its end: place[1], in a directory
 * that may have been moved since the upload began. `replaces` says whether it
 * may take the place of a file, which the ruling then says for that name.
 * Returns 0 or FX_PERMISSION_DENIED.
 */
int	permit_judge_publishing(struct session *, struct request *,
	    bool replaces);

/* An outcome as those may know it who have no more rights than these. */
int	permit_conceal(struct request *, int outcome);

#endif
