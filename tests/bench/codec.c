/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"

enum {
	A_SIZE = 0x01, A_UIDGID = 0x02, A_PERMISSIONS = 0x04, A_ACCESS = 0x08,
	A_CREATE = 0x10, A_MODIFY = 0x20, A_OWNERGROUP = 0x80,
	A_SUBSECOND = 0x100, A_BITS = 0x200, A_ALLOCATION = 0x400,
	A_LINK_COUNT = 0x2000, A_CTIME = 0x8000
};

/* The flags whose fields get_attrs() can skip, by version. */
static const uint32_t known[] = { [3] = 0x0f, [4] = 0x1bd, [5] = 0x3bd,
    [6] = 0xa7bd };

void
bytes_reserve(struct bytes *b, size_t room)
{
	if (b->head == b->len)
		b->head = b->len = 0;
	if (b->size - b->len >= room)
		return;
	memmove(b->at, b->at + b->head, b->len - b->head);
	b->len -= b->head;
	b->head = 0;
	if (b->size - b->len >= room)
		return;
	b->size = (b->len + room) * 2;
	b->at = realloc(b->at, b->size);
	if (b->at == NULL)
		err(1, "%zu bytes", b->size);
}

static void
put_number(struct bytes *b, uint64_t n, unsigned width)
{
	bytes_reserve(b, width);
	while (width-- > 0)
		b->at[b->len++] = (uint8_t)(n >> (8 * width));
}

void
put_u8(struct bytes *b, unsigned n)
{
	put_number(b, n, 1);
}

void
put_u32(struct bytes *b, uint32_t n)
{
	put_number(b, n, 4);
}

void
put_u64(struct bytes *b, uint64_t n)
{
	put_number(b, n, 8);
}

void
put_raw(struct bytes *b, const void *p, size_t len)
{
	bytes_reserve(b, len);
	memcpy(b->at + b->len, p, len);
	b->len += len;
}

void
put_str(struct bytes *b, const void *p, size_t len)
{
	put_u32(b, (uint32_t)len);
	put_raw(b, p, len);
}

void
put_cstr(struct bytes *b, const char *s)
{
	put_str(b, s, strlen(s));
}

void
put_open_flags(struct bytes *b, int version, enum how how)
{
	static const struct { uint32_t pflags, access, disposition; } flags[] =
	    {
		[OPEN_READ] = { 0x01, 0x81, 2 },
		[OPEN_WRITE] = { 0x03, 0x183, 2 },
		[OPEN_CREATE] = { 0x02 | 0x08 | 0x10, 0x102, 1 },
	};

	if (version < 5) {
		put_u32(b, flags[how].pflags);
	} else {
		put_u32(b, flags[how].access);
		put_u32(b, flags[how].disposition);
	}
	put_u32(b, A_PERMISSIONS);
	if (version > 3)
		put_u8(b, 1);
	put_u32(b, 0644);
}

static uint64_t
get_number(struct reader *r, unsigned width)
{
	uint64_t n = 0;

	if ((size_t)(r->end - r->at) < width) {
		r->bad = true;
		r->at = r->end;
		return 0;
	}
	while (width-- > 0)
		n = n << 8 | *r->at++;
	return n;
}

uint8_t
get_u8(struct reader *r)
{
	return (uint8_t)get_number(r, 1);
}

uint32_t
get_u32(struct reader *r)
{
	return (uint32_t)get_number(r, 4);
}

uint64_t
get_u64(struct reader *r)
{
	return get_number(r, 8);
}

const uint8_t *
get_str(struct reader *r, uint32_t *len)
{
	const uint8_t *s;

	*len = get_u32(r);
	if ((size_t)(r->end - r->at) < *len) {
		r->bad = true;
		r->at = r->end;
		*len = 0;
	}
	s = r->at;
	r->at += *len;
	return s;
}

static uint8_t
type_of_mode(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 1;
	case S_IFDIR:
		return 2;
	case S_IFLNK:
		return 3;
	default:
		return 4;
	}
}

static struct attrs
get_attrs_v3(struct reader *r, struct attrs a)
{
	if (a.flags & A_SIZE)
		a.size = get_u64(r);
	if (a.flags & A_UIDGID)
		get_u64(r);
	if (a.flags & A_PERMISSIONS)
		a.permissions = get_u32(r);
	if (a.flags & A_ACCESS)
		get_u64(r);
	a.type = type_of_mode(a.permissions);
	return a;
}

static struct attrs
get_attrs_v4(struct reader *r, int version, struct attrs a)
{
	static const uint32_t times[] = { A_ACCESS, A_CREATE, A_MODIFY,
	    A_CTIME };
	uint32_t len;

	a.type = get_u8(r);
	if (a.flags & A_SIZE)
		a.size = get_u64(r);
	if (a.flags & A_ALLOCATION)
		get_u64(r);
	if (a.flags & A_OWNERGROUP) {
		get_str(r, &len);
		get_str(r, &len);
	}
	if (a.flags & A_PERMISSIONS)
		a.permissions = get_u32(r);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (!(a.flags & times[i]))
			continue;
		get_u64(r);
		if (a.flags & A_SUBSECOND)
			get_u32(r);
	}
	if (a.flags & A_BITS)
		get_u32(r);
	if (a.flags & A_BITS && version == 6)
		get_u32(r);
	if (a.flags & A_LINK_COUNT)
		get_u32(r);
	return a;
}

struct attrs
get_attrs(struct reader *r, int version)
{
	struct attrs a = { .flags = get_u32(r) };

	if ((a.flags & ~known[version]) != 0)
		r->bad = true;
	return version == 3 ? get_attrs_v3(r, a) :
	    get_attrs_v4(r, version, a);
}
