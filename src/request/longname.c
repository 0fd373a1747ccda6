/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <string.h>

#include "os/clock.h"
#include "os/ident.h"
#include "request/longname.h"

#define DIGITS		20	/* of a number */

/* The first part of a line while it is made. */
struct text {
	char	*at;		/* LONGNAME_MAX bytes */
	size_t	 len;
};

/* Adds to the text, and cuts off bytes for which there is no room. */
static void
text_put(struct text *l, const char *s, size_t len)
{
	len = MIN(len, LONGNAME_MAX - l->len);
	memcpy(l->at + l->len, s, len);
	l->len += len;
}

/*
 * Writes a number, right-aligned in at least `width` columns, which are at most
 * 20. Returns how many bytes it takes.
 */
static size_t
write_number(char *to, uint64_t v, size_t width)
{
	char digits[DIGITS], *end = digits + sizeof(digits), *p = end;
	size_t len;

	memset(digits, ' ', sizeof(digits));
	do {
		*--p = (char)('0' + v % 10);
	} while ((v /= 10) != 0);
	len = MAX((size_t)(end - p), width);
	memcpy(to, end - len, len);
	return len;
}

static void
text_number(struct text *l, uint64_t v, size_t width)
{
	char number[DIGITS];

	text_put(l, number, write_number(number, v, width));
}

/* Adds a name, or the number if it is NULL, left-aligned in eight columns. */
static void
text_owner(struct text *l, const char *name, uint32_t id)
{
	size_t start = l->len;

	if (name != NULL)
		text_put(l, name, strlen(name));
	else
		text_number(l, id, 0);
	do {
		text_put(l, " ", 1);
	} while (l->len <= start + 8 && l->len < LONGNAME_MAX);
}

static void
text_mode(struct text *l, mode_t mode)
{
	char text[12];

	/* The text ends in a blank already, so that two stand before nlink. */
	strmode(mode, text);
	text_put(l, text, 11);
	text_put(l, " ", 1);
}

/*
 * Makes the part of the line before the size; for a name of NULL, the number.
 */
static void
line_head(struct longname *l, const struct statx *st, const char *user,
    const char *group)
{
	struct text head = { l->head, 0 };

	text_mode(&head, st->stx_mode);
	text_number(&head, st->stx_nlink, 3);
	text_put(&head, " ", 1);
	text_owner(&head, user, st->stx_uid);
	text_owner(&head, group, st->stx_gid);
	l->mode = st->stx_mode;
	l->nlink = st->stx_nlink;
	l->uid = st->stx_uid;
	l->gid = st->stx_gid;
	l->len = head.len;
}

/*
 * Writes the line straight to its place in the reply, where there is room for
 * the size and the date even behind a first part that fills the line.
 */
static void
line_write(const struct longname *l, struct buf *b, const struct statx *st,
    const char *name, size_t len)
{
	const size_t most = LONGNAME_MAX + DIGITS + CLOCK_DATE_LEN + 2;
	char *line = (char *)buf_room(b, 4 + most) + 4, *p = line;

	memcpy(p, l->head, l->len);
	p += l->len;
	p += write_number(p, st->stx_size, 8);
	*p++ = ' ';
	p += clock_list_date(st->stx_mtime.tv_sec, p);
	*p++ = ' ';
	if (p < line + LONGNAME_MAX) {
		len = MIN(len, (size_t)(line + LONGNAME_MAX - p));
		memcpy(p, name, len);
		p += len;
	}
	len = MIN((size_t)(p - line), LONGNAME_MAX);
	put_u32(b, (uint32_t)len);
	b->len += len;
}

void
longname_put(struct longname *l, struct buf *b, const struct statx *st,
    const char *name, size_t len)
{
	if (l->len == 0 || l->mode != st->stx_mode ||
	    l->nlink != st->stx_nlink || l->uid != st->stx_uid ||
	    l->gid != st->stx_gid)
		line_head(l, st, ident_user(st->stx_uid),
		    ident_group(st->stx_gid));
	line_write(l, b, st, name, len);
}

void
longname_put_type(struct longname *l, struct buf *b, uint32_t type,
    const char *name, size_t len)
{
	const struct statx st = { .stx_mode = (uint16_t)type, .stx_nlink = 1 };

	line_head(l, &st, "?", "?");
	line_write(l, b, &st, name, len);
	l->len = 0;
}
