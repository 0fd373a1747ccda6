/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "request/own.h"
#include "system/fs.h"

/* An inode's number comes back, but not with the time of its birth. */
struct own_file {
	uint64_t	 dev, ino;
	int64_t		 born;
	uint32_t	 born_ns;
};

static struct own_file
own_file(const struct statx *st)
{
	struct own_file f = { .dev = fs_device(st), .ino = st->stx_ino };

	if ((st->stx_mask & STATX_BTIME) != 0) {
		f.born = st->stx_btime.tv_sec;
		f.born_ns = st->stx_btime.tv_nsec;
	}
	return f;
}

void
own_add(struct own *own, const struct statx *st)
{
	if (own->files == NULL && (own->files = reallocarray(NULL, OWN_MAX,
	    sizeof(*own->files))) == NULL)
		return;
	own->files[own->next] = own_file(st);
	own->next = (own->next + 1) % OWN_MAX;
	if (own->len < OWN_MAX)
		own->len++;
}

/* Latest first: what was just made is what is asked about. */
bool
own_has(const struct own *own, const struct statx *st)
{
	struct own_file f = own_file(st), *at;
	size_t i;

	for (i = 1; i <= own->len; i++) {
		at = &own->files[(own->next + OWN_MAX - i) % OWN_MAX];
		if (at->ino == f.ino && at->dev == f.dev &&
		    at->born == f.born && at->born_ns == f.born_ns)
			return true;
	}
	return false;
}
