/* SPDX-License-Identifier: ISC */
/*
 * Looks up the names of a request: the only step between its fields and its
 * handler that looks at files.
 */
#ifndef REQUEST_LOOKUP_H
#define REQUEST_LOOKUP_H

struct request;
struct session;

/*
 * Makes the places of the request's paths, and judges the request there: see
 * permit.h. The place of a path that means a temporary file, of this session
 * or, where files.atomic is keep, of an earlier one, is that of the file: see
 * atomic.h. Returns 0 or the outcome.
 */
int	lookup_paths(struct session *, struct request *);

#endif
