/* SPDX-License-Identifier: ISC */
/* The request table: what a client can ask, and how it is asked. */
#ifndef REQUEST_TABLE_H
#define REQUEST_TABLE_H

#include "request/request.h"

extern const struct request_row table_rows[];
extern const size_t table_len;

/* Is that row one of that version, and of this build? */
bool	table_speaks(const struct request_row *, int version);

/* The row of a packet type in that version, or NULL. */
const struct request_row *table_find(uint8_t type, int version);

/* The row of an extended request, or NULL. */
const struct request_row *table_find_extended(struct slice name, int version);

/* The first row of that name, which must be one. */
const struct request_row *table_named(const char *name);

/* What -Q requests lists: each name once, ended by NULL. */
#define REQUEST_NAMES_MAX	64
void	table_names(const char *names[REQUEST_NAMES_MAX]);

#endif
