/* SPDX-License-Identifier: ISC */
/* Parses replies, as the tests read the drafts. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static inline uint32_t
be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* True if the buffer holds exactly one frame. */
static inline bool
one_frame(const struct buf *b)
{
	return b->len >= 9 && be32_at(b->data) == b->len - 4;
}

static inline uint8_t
frame_type(const struct buf *b)
{
	return b->data[4];
}

static inline uint32_t
frame_id(const struct buf *b)
{
	return be32_at(b->data + 5);
}

/* Returns the word after the id: a status code, a count or a length. */
static inline uint32_t
frame_word(const struct buf *b)
{
	return b->len < 13 ? UINT32_MAX : be32_at(b->data + 9);
}

/*
 * True if the frame has this type, this id, and exactly these bytes after it.
 */
static inline bool
frame_is(const struct buf *b, uint8_t type, uint32_t id, const void *body,
    size_t len)
{
	return one_frame(b) && frame_type(b) == type && frame_id(b) == id &&
	    b->len == 9 + len && memcmp(b->data + 9, body, len) == 0;
}

#endif
