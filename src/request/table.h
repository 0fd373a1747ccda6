/* SPDX-License-Identifier: ISC */
/* The table of requests, and their forms in each version. */
#ifndef REQUEST_TABLE_H
#define REQUEST_TABLE_H

#include "request/request.h"

extern const struct request_kind table_kinds[];
extern const size_t table_len;

/* Visits the forms of a kind. */
#define TABLE_EACH_FORM(form, kind) \
	for ((form) = (kind)->forms; (form)->since != 0; (form)++)

/*
 * Returns the form of a kind in that version, or NULL if it or this build has
 * none.
 */
const struct request_form *table_form(const struct request_kind *, int version);

/* The packet types of requests, of which FXP_UNBLOCK is the last. */
#define TABLE_TYPES	24

/*
 * The kind and the form of each packet type in one version; NULL for none. All
 * zero, it is not made yet: table_find() makes it, and anew for another
 * version.
 */
struct table_index {
	int		 version;
	struct {
		const struct request_kind *kind;
		const struct request_form *form;
	}		 of[TABLE_TYPES];
};

/*
 * Finds the kind and the form of a packet type, or of an extended request, in
 * that version. Returns false and leaves the request alone if there is none.
 */
bool	table_find(struct table_index *, struct request *, uint8_t type,
	    int version);
bool	table_find_extended(struct request *, struct slice name, int version);

/* Returns the first kind of that name, which must exist. */
const struct request_kind *table_named(const char *name);

/* Lists the names of -Q requests: each once, ended by NULL. */
#define REQUEST_NAMES_MAX	64
void	table_names(const char *names[REQUEST_NAMES_MAX]);

#endif
