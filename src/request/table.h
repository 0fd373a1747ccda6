/* SPDX-License-Identifier: ISC */
/* The request table: what a client can ask, and in which form. */
#ifndef REQUEST_TABLE_H
#define REQUEST_TABLE_H

#include "request/request.h"

extern const struct request_kind table_kinds[];
extern const size_t table_len;

/* Goes through the forms of a kind. */
#define TABLE_EACH_FORM(form, kind) \
	for ((form) = (kind)->forms; (form)->since != 0; (form)++)

/* The form of a kind in that version; NULL if it, or this build, has none. */
const struct request_form *table_form(const struct request_kind *, int version);

/*
 * Find the kind and the form of a packet type, or of an extended request, in
 * that version. Return false if there is none, and then both are NULL.
 */
bool	table_find(struct request *, uint8_t type, int version);
bool	table_find_extended(struct request *, struct slice name, int version);

/* The first kind of that name, which must be one. */
const struct request_kind *table_named(const char *name);

/* The names that -Q requests lists: each once, ended by NULL. */
#define REQUEST_NAMES_MAX	64
void	table_names(const char *names[REQUEST_NAMES_MAX]);

#endif
