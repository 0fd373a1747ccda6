/* SPDX-License-Identifier: ISC */
/*
 * The gate: every packet comes through here, and exactly one reply leaves.
 * Finds the kind, asks whether its name is permitted, decodes, upgrades, looks
 * names up, judges, runs and answers.
 */
#ifndef SESSION_GATE_H
#define SESSION_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "request/request.h"
#include "request/session.h"

/* The result of a packet. */
enum verdict {
	VERDICT_DONE,		/* the reply is in s->out */
	VERDICT_PENDING,	/* call gate_resume() until done */
	VERDICT_FATAL,		/* the session must end with exit status 255 */
};

/* True if the name of a request is permitted. Logs why it is not. */
bool	gate_permitted(const struct session *, const struct request_kind *,
	    const struct request_form *);

/*
 * Runs one packet: the bytes after the length field, some of which are
 * overwritten. While the verdict is PENDING, the strings of `q` are in the
 * packet, which must stay in place, unchanged.
 */
enum verdict gate_packet(struct session *, uint8_t *, size_t len,
	    struct request *q);
enum verdict gate_resume(struct session *, struct request *q);

/* Ends a pending request at the end of the session, and frees what it holds. */
void	gate_abandon(struct session *, struct request *q);

#endif
