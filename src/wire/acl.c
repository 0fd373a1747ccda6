/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>

#include "wire/acl.h"
#include "wire/sftp.h"

#define ACE_MIN_LEN	16	/* of an entry whose who is empty */

int
acl_get(struct slice s, struct aces *aces)
{
	struct reader r;
	uint32_t n;
	size_t i;

	*aces = (struct aces){ 0 };
	if (s.len < 4)
		return FX_BAD_MESSAGE;
	reader_init(&r, s.p, s.len);
	n = get_u32(&r);
	if (n > reader_left(&r) / ACE_MIN_LEN)
		return FX_BAD_MESSAGE;
	if (n > ACES_MAX)
		return FX_OP_UNSUPPORTED;
	aces->ace = calloc((size_t)n + 1, sizeof(*aces->ace));
	if (aces->ace == NULL)
		buf_no_memory();
	for (i = 0; i < n; i++) {
		aces->ace[i].type = get_u32(&r);
		aces->ace[i].flag = get_u32(&r);
		aces->ace[i].mask = get_u32(&r);
		aces->ace[i].who = get_str(&r);
	}
	aces->n = n;
	if (!r.dry && reader_left(&r) == 0)
		return 0;
	acl_free(aces);
	return FX_BAD_MESSAGE;
}

void
acl_free(struct aces *aces)
{
	free(aces->ace);
	*aces = (struct aces){ 0 };
}

void
acl_put(struct buf *b, const struct ace *ace)
{
	put_u32(b, ace->type);
	put_u32(b, ace->flag);
	put_u32(b, ace->mask);
	put_str(b, ace->who.p, ace->who.len);
}
