/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>

#include "files/created.h"
#include "os/fs.h"

void
created_add(struct created *own, const struct statx *st)
{
	if (own->files == NULL && (own->files = reallocarray(NULL, CREATED_MAX,
	    sizeof(*own->files))) == NULL)
		return;
	own->files[own->next] = fs_id(st);
	own->next = (own->next + 1) % CREATED_MAX;
	if (own->len < CREATED_MAX)
		own->len++;
}

/* Searches from the latest, since requests mostly ask about it. */
bool
created_has(const struct created *own, const struct statx *st)
{
	struct fs_id id = fs_id(st);
	size_t i;

	for (i = 1; i <= own->len; i++)
		if (fs_is_same(&own->files[(own->next + CREATED_MAX - i) %
		    CREATED_MAX], &id))
			return true;
	return false;
}
