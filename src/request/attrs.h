/* SPDX-License-Identifier: ISC */
/* Attributes that a client sets: on what exists, and on what it makes. */
#ifndef REQUEST_ATTRS_H
#define REQUEST_ATTRS_H

#include "request/request.h"

/* What a new object gets beyond its mode. */
#define HAS_FOR_NEW	(HAS_OWNER | HAS_ALLOC | HAS_ACL)

/*
 * Checks the attributes of OPEN and MKDIR before anything is made, and finds
 * the ids of the owners named. Returns 0 or the outcome.
 */
int	attrs_check_new(struct request *);

/* Gives them to the object that was just made. */
int	attrs_apply_new(const struct request *, const struct place *);

#endif
