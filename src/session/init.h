/* SPDX-License-Identifier: ISC */
/*
 * INIT and VERSION. What is announced is what the table says and the policy
 * permits.
 */
#ifndef SESSION_INIT_H
#define SESSION_INIT_H

#include "base/buf.h"
#include "request/request.h"
#include "request/session.h"

/*
 * Answers an INIT. Afterwards s->version is what both speak. Returns false
 * when the packet has no version in it.
 */
bool	init_answer(struct session *, struct reader *);

/*
 * Lists the names of extensions, and of pairs in VERSION of any version. The
 * list ends with NULL; a name may be there twice.
 */
#define INIT_NAMES_MAX	192
void	init_names(const char *names[INIT_NAMES_MAX]);

/* Has the administrator hidden that extension? Then it is unknown. */
bool	init_hides(const struct session *, const struct request_kind *);

#endif
