/* SPDX-License-Identifier: ISC */
/*
 * Attributes that a client sets on an existing object or on one that it makes.
 */
#ifndef REQUEST_ATTRS_H
#define REQUEST_ATTRS_H

#include <stdio.h>
#include <string.h>

#include "request/request.h"

/* Attributes that a new object gets beyond its mode. */
#define HAS_FOR_NEW	(HAS_OWNER | HAS_ALLOC | HAS_ACL)

/*
 * Returns an owner or group as version 4 and later name it: its name, or its
 * number if it has none. The slice points to `name` or into `number`, and is
 * valid as long as they are. The function is inline because a listing calls it
 * twice for each entry.
 */
static inline struct slice
attrs_owner(const char *name, uint32_t id, char number[16])
{
	if (name == NULL) {
		snprintf(number, 16, "%u", id);
		name = number;
	}
	return (struct slice){ (uint8_t *)(uintptr_t)name, strlen(name) };
}

/*
 * Puts the id of an owner or group, as a client names it, into *id: -1 for an
 * empty name, which leaves the owner alone. Returns false if the name is
 * unknown.
 */
bool	attrs_find_owner(struct slice name,
	    bool (*find)(const char *, uint32_t *), uint32_t *id);

/*
 * Checks the attributes of OPEN and MKDIR before the object is created, and
 * finds the ids of owners. Returns 0 or the outcome.
 */
int	attrs_check_new(struct request *, bool dir);

#endif
