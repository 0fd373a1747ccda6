/* SPDX-License-Identifier: ISC */
/*
 * INIT and VERSION, which announces the extensions of the table that the policy
 * permits.
 */
#ifndef SESSION_INIT_H
#define SESSION_INIT_H

#include "base/buf.h"
#include "request/request.h"
#include "request/session.h"

/*
 * Answers an INIT and sets s->version to the version that both speak. Returns
 * false if the packet has no version.
 */
bool	init_answer(struct session *, struct reader *);

/*
 * Lists the names of extensions, and of pairs in VERSION of any version. The
 * list is NULL-terminated; a name may occur twice.
 */
#define INIT_NAMES_MAX	192
void	init_names(const char *names[INIT_NAMES_MAX]);

/* True if the policy hides that extension, which is then unknown. */
bool	init_hides(const struct session *, const struct request_kind *);

#endif
