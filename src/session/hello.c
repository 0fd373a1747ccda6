/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include "request/table.h"
#include "session/dispatch.h"
#include "session/hello.h"
#include "system/log.h"
#include "wire/sftp.h"

/* An extension that the policy refuses is not announced. */
static bool
announced(const struct session *s, const struct request_row *row)
{
	if (row->announce == NULL || s->version < row->since ||
	    s->version > row->until)
		return false;
	if (dispatch_permitted(s, row))
		return true;
	log_debug2("compose_extension: refusing to advertise disallowed "
	    "extension %s", row->wire);
	return false;
}

bool
hello(struct session *s, struct reader *r)
{
	uint32_t offered = get_u32(r);
	size_t start = s->out.len, i;

	if (r->dry)
		return false;
	log_verbose("received client version %u", offered);
	/* Pairs behind it, or anything else, are none of our business. */
	s->bare_status = offered < 3;
	s->version = (int)MAX(3, MIN(offered,
	    (uint32_t)s->policy.protocol.max_version));

	put_u32(&s->out, 0);
	put_u8(&s->out, FXP_VERSION);
	put_u32(&s->out, (uint32_t)s->version);
	for (i = 0; i < request_table_len; i++) {
		if (!announced(s, &request_table[i]))
			continue;
		put_cstr(&s->out, request_table[i].wire);
		put_cstr(&s->out, request_table[i].announce);
	}
	set_u32(&s->out, start, (uint32_t)(s->out.len - start - 4));
	return true;
}
