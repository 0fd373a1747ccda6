/* SPDX-License-Identifier: ISC */
/*
 * The gate: every packet comes through here, and exactly one reply leaves.
 * Row, name allowed, decode, lift, resolve, ruling, run, answer.
 */
#ifndef SESSION_GATE_H
#define SESSION_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "request/request.h"
#include "request/session.h"

/* What became of a packet. */
enum verdict {
	VERDICT_DONE,		/* answered, in s->out */
	VERDICT_PENDING,	/* call gate_resume() until it is done */
	VERDICT_FATAL,		/* the session must end with exit 255 */
};

/* May it be asked by name? The log says why not. */
bool	gate_permitted(const struct session *, const struct request_kind *,
	    const struct request_form *);

/*
 * Runs one packet: the bytes behind the length field. They are written to,
 * as is the byte behind them, which is put back. While the verdict is PENDING
 * the strings of `q` lie in the packet: it must stay in place, unchanged,
 * with a zero byte behind it.
 */
enum verdict gate_packet(struct session *, uint8_t *, size_t len,
	    struct request *q);
enum verdict gate_resume(struct session *, struct request *q);

/* Nobody waits for it any more: it cleans up behind itself. */
void	gate_abandon(struct session *, struct request *q);

#endif
