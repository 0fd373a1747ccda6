/* SPDX-License-Identifier: ISC */
/*
 * Where the names of a request lead: the one place between its fields and its
 * handler that looks at files.
 */
#ifndef REQUEST_LOOKUP_H
#define REQUEST_LOOKUP_H

struct request;
struct session;

/*
 * Makes the places of the request's paths and judges it there: see permit.h.
 * A path that means a temporary file, be it of this session or, where
 * files.atomic is keep, left by an earlier one, leads to that: see atomic.h.
 * Returns 0 or the outcome.
 */
int	lookup_paths(struct session *, struct request *);

#endif
