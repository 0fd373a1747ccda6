/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <string.h>

#include "os/clock.h"
#include "os/ident.h"
#include "request/longname.h"

/* Adds to the line, and cuts off bytes for which there is no room. */
static void
line_put(struct longname *l, const char *s, size_t len)
{
	len = MIN(len, LONGNAME_MAX - l->len);
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

/*
 * Adds a number, right-aligned in at least `width` columns, which are at most
 * 20.
 */
static void
line_number(struct longname *l, uint64_t v, size_t width)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = (char)('0' + v % 10);
	} while ((v /= 10) != 0);
	while (p > end - width)
		*--p = ' ';
	line_put(l, p, (size_t)(end - p));
}

/* Adds a name, or the number if it is NULL, left-aligned in eight columns. */
static void
line_owner(struct longname *l, const char *name, uint32_t id)
{
	size_t start = l->len;

	if (name != NULL)
		line_put(l, name, strlen(name));
	else
		line_number(l, id, 0);
	do {
		line_put(l, " ", 1);
	} while (l->len <= start + 8 && l->len < LONGNAME_MAX);
}

static void
line_mode(struct longname *l, mode_t mode)
{
	char text[12];

	/* The text ends in a blank already, so that two stand before nlink. */
	strmode(mode, text);
	line_put(l, text, 11);
	line_put(l, " ", 1);
}

/*
 * Writes the part of the line before the size; for a name of NULL, the number.
 */
static void
line_begin(struct longname *l, const struct statx *st, const char *user,
    const char *group)
{
	l->len = 0;
	line_mode(l, st->stx_mode);
	line_number(l, st->stx_nlink, 3);
	line_put(l, " ", 1);
	line_owner(l, user, st->stx_uid);
	line_owner(l, group, st->stx_gid);
}

static void
line_head(struct longname *l, const struct statx *st)
{
	line_begin(l, st, ident_user(st->stx_uid), ident_group(st->stx_gid));
	l->mode = st->stx_mode;
	l->nlink = st->stx_nlink;
	l->uid = st->stx_uid;
	l->gid = st->stx_gid;
	l->head = l->len;
}

/* Adds the size and the rest, and writes the line. */
static void
line_end(struct longname *l, struct buf *b, const struct statx *st,
    const char *name, size_t len)
{
	char date[CLOCK_DATE_LEN];

	line_number(l, st->stx_size, 8);
	line_put(l, " ", 1);
	clock_list_date(st->stx_mtime.tv_sec, date);
	line_put(l, date, strlen(date));
	line_put(l, " ", 1);
	line_put(l, name, len);
	put_str(b, l->text, l->len);
}

void
longname_put(struct longname *l, struct buf *b, const struct statx *st,
    const char *name, size_t len)
{
	if (l->head == 0 || l->mode != st->stx_mode ||
	    l->nlink != st->stx_nlink || l->uid != st->stx_uid ||
	    l->gid != st->stx_gid)
		line_head(l, st);
	l->len = l->head;
	line_end(l, b, st, name, len);
}

void
longname_put_type(struct longname *l, struct buf *b, uint32_t type,
    const char *name, size_t len)
{
	const struct statx st = { .stx_mode = (uint16_t)type, .stx_nlink = 1 };

	l->head = 0;
	line_begin(l, &st, "?", "?");
	line_end(l, b, &st, name, len);
}
