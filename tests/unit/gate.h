/* SPDX-License-Identifier: ISC */
/*
 * Runs one packet through the gate and checks the properties that each reply
 * must have, whatever the packet is. The unit test and the fuzzer use this.
 */
#ifndef GATE_H
#define GATE_H

#include <stdlib.h>

#include "frames.h"
#include "session/gate.h"
#include "wire/sftp.h"

/* The last status code of each version in the drafts. */
static const uint32_t gate_last_code[] = { 0, 0, 0, 8, 13, 17, 31 };

/* Returns the fault in a reply, or NULL. */
static inline const char *
gate_fault(const struct session *s, const uint8_t *p, size_t len)
{
	const struct buf *out = &s->out;

	if (!one_frame(out))
		return "not just one whole frame";
	if (frame_id(out) != be32_at(p + 1))
		return "not the id of the request";
	switch (frame_type(out)) {
	case FXP_STATUS:
		if (frame_word(out) > gate_last_code[s->version])
			return "a status that the version does not have";
		if (s->bare_status != (out->len == 13))
			return "a status of the wrong shape";
		break;
	case FXP_DATA:
		if (frame_word(out) > (255 * 1024) ||
		    frame_word(out) + 13 > out->len)
			return "data of the wrong length";
		break;
	case FXP_HANDLE:
		if (frame_word(out) != HANDLE_ID_LEN)
			return "a handle of the wrong length";
		break;
	case FXP_NAME:
		if (frame_word(out) == 0)
			return "a list of no names";
		break;
	case FXP_ATTRS:
		break;
	case FXP_EXTENDED_REPLY:
		if (p[0] != FXP_EXTENDED)
			return "an extended reply to a plain request";
		break;
	default:
		return "a type that no server sends";
	}
	return len < 5 ? "an answer to what has no id" : NULL;
}

/*
 * Runs a packet to its end, in a copy with a byte behind it that must not
 * change. Returns the fault, or NULL; the reply is in s->out.
 */
static inline const char *
gate_run(struct session *s, const uint8_t *p, size_t len,
    enum verdict *verdict)
{
	uint8_t *copy = malloc(len + 1);
	struct request q;
	const char *fault = NULL;

	memcpy(copy, p, len);
	copy[len] = 0xee;
	s->out.len = 0;
	*verdict = gate_packet(s, copy, len, &q);
	while (*verdict == VERDICT_PENDING)
		*verdict = gate_resume(s, &q);
	if (copy[len] != 0xee)
		fault = "the byte behind the packet was changed";
	if (fault == NULL && *verdict == VERDICT_DONE && p[0] != FXP_INIT)
		fault = gate_fault(s, p, len);
	free(copy);
	return fault;
}

#endif
