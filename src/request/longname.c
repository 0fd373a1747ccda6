/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <string.h>

#include "request/longname.h"
#include "system/clock.h"
#include "system/ident.h"

#define MAX_LONGNAME	1023	/* as much as OpenSSH's buffer holds */

/* A line under construction; what does not fit is cut off. */
struct line {
	char	text[MAX_LONGNAME + 1];
	size_t	len;
};

static void
line_put(struct line *l, const char *s, size_t len)
{
	len = MIN(len, MAX_LONGNAME - l->len);
	memcpy(l->text + l->len, s, len);
	l->len += len;
}

static void
line_pad(struct line *l, size_t len)
{
	while (len-- > 0)
		line_put(l, " ", 1);
}

/* Right-aligned in `width`, which is a minimum. */
static void
line_number(struct line *l, uint64_t v, size_t width)
{
	char digits[20], *p = digits + sizeof(digits);
	size_t len;

	do {
		*--p = (char)('0' + v % 10);
	} while ((v /= 10) != 0);
	len = (size_t)(digits + sizeof(digits) - p);
	line_pad(l, width > len ? width - len : 0);
	line_put(l, p, len);
}

/* A name, or the number where there is none, left-aligned in eight. */
static void
line_owner(struct line *l, const char *name, uint32_t id)
{
	size_t start = l->len;

	if (name != NULL)
		line_put(l, name, strlen(name));
	else
		line_number(l, id, 0);
	line_pad(l, l->len - start < 8 ? 8 - (l->len - start) : 0);
	line_put(l, " ", 1);
}

static void
line_mode(struct line *l, mode_t mode)
{
	char text[12];

	/* Ends in a blank of its own, which is why two stand before nlink. */
	strmode(mode, text);
	line_put(l, text, 11);
	line_put(l, " ", 1);
}

void
longname_put(struct buf *b, const struct statx *st, const char *name,
    size_t len)
{
	char date[CLOCK_DATE_LEN];
	struct line l;

	l.len = 0;
	line_mode(&l, st->stx_mode);
	line_number(&l, st->stx_nlink, 3);
	line_put(&l, " ", 1);
	line_owner(&l, ident_user(st->stx_uid), st->stx_uid);
	line_owner(&l, ident_group(st->stx_gid), st->stx_gid);
	line_number(&l, st->stx_size, 8);
	line_put(&l, " ", 1);
	clock_list_date(st->stx_mtime.tv_sec, date);
	line_put(&l, date, strlen(date));
	line_put(&l, " ", 1);
	line_put(&l, name, len);
	put_str(b, l.text, l.len);
}
