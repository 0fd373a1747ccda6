/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "wire.h"

/* The rest of a reply. */
struct bytes {
	int		 version;
	const uint8_t	*p, *end;
	bool		 dry;
};

static uint32_t
take(struct bytes *b, int n)
{
	uint32_t v = 0;

	for (; n > 0 && b->p < b->end; n--)
		v = v << 8 | *b->p++;
	b->dry |= n > 0;
	return v;
}

/* Return the length of a string; copy it to `to`, unless that is NULL. */
static size_t
take_text(struct bytes *b, char *to, size_t size)
{
	size_t len = take(b, 4);

	if (len > (size_t)(b->end - b->p)) {
		b->dry = true;
		return 0;
	}
	if (to != NULL && len < size) {
		memcpy(to, b->p, len);
		to[len] = '\0';
	}
	b->dry |= to != NULL && len >= size;
	b->p += len;
	return len;
}

static enum kind
kind_of_mode(unsigned mode)
{
	switch (mode & 0170000) {
	case 0040000:
		return KIND_DIR;
	case 0120000:
		return KIND_LINK;
	case 0100000:
		return KIND_FILE;
	default:
		return KIND_NONE;
	}
}

static void
take_attrs_v3(struct bytes *b, struct answer *a)
{
	uint32_t flags = take(b, 4);

	if ((flags & 1) != 0) {
		a->size = (uint64_t)take(b, 4) << 32;
		a->size |= take(b, 4);
	}
	if ((flags & 2) != 0)
		b->p += 8;
	if ((flags & 4) != 0)
		a->mode = take(b, 4);
	if ((flags & 8) != 0)
		b->p += 8;
	a->kind = (uint8_t)kind_of_mode(a->mode);
	a->mode &= 07777;
}

/* Skip a time and its nanoseconds. */
static void
skip_time(struct bytes *b, uint32_t flags, uint32_t flag)
{
	if ((flags & flag) != 0)
		b->p += (flags & 0x100) != 0 ? 12 : 8;
}

static void
take_attrs_v6(struct bytes *b, struct answer *a)
{
	static const uint8_t kinds[] = { 0, KIND_FILE, KIND_DIR, KIND_LINK };
	uint32_t flags = take(b, 4), type = take(b, 1);

	a->kind = type < nelems(kinds) ? kinds[type] : KIND_NONE;
	if ((flags & 1) != 0) {
		a->size = (uint64_t)take(b, 4) << 32;
		a->size |= take(b, 4);
	}
	if ((flags & 0x400) != 0)
		b->p += 8;
	if ((flags & 0x80) != 0) {
		(void)take_text(b, NULL, 0);
		(void)take_text(b, NULL, 0);
	}
	if ((flags & 4) != 0)
		a->mode = take(b, 4);
	skip_time(b, flags, 0x8);
	skip_time(b, flags, 0x10);
	skip_time(b, flags, 0x20);
	skip_time(b, flags, 0x8000);
	if ((flags & 0x40) != 0)
		(void)take_text(b, NULL, 0);
	if ((flags & 0x200) != 0)
		b->p += 8;
	if ((flags & 0x2000) != 0)
		b->p += 4;
}

static void
take_attrs(struct bytes *b, struct answer *a)
{
	if (b->version < 4)
		take_attrs_v3(b, a);
	else
		take_attrs_v6(b, a);
}

static void
take_names(struct bytes *b, struct answer *a)
{
	uint32_t n = take(b, 4);
	struct answer ignored;
	char name[64];
	int i;

	for (; n > 0 && !b->dry; n--) {
		(void)take_text(b, name, sizeof(name));
		if (b->version < 4)
			(void)take_text(b, NULL, 0);
		take_attrs(b, &ignored);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		for (i = 0; i < NAMES; i++)
			if (strcmp(name, name_texts[i]) == 0)
				break;
		if (i == NAMES || (a->names & 1u << i) != 0)
			snprintf(a->fault, sizeof(a->fault), "lists %s",
			    name);
		else
			a->names |= (uint8_t)(1u << i);
	}
}

void
reply_read(int version, const uint8_t *p, size_t len, struct answer *a,
    struct handle_id *id)
{
	struct bytes b = { version, p + 5, p + len, false };

	a->type = p[0];
	a->status = -1;
	switch (a->type) {
	case T_STATUS:
		a->status = (int)take(&b, 4);
		break;
	case T_HANDLE:
		if (take(&b, 4) == HANDLE_LEN && id != NULL)
			memcpy(id->bytes, b.p, HANDLE_LEN);
		break;
	case T_DATA:
		a->len = take_text(&b, a->data, sizeof(a->data));
		break;
	case T_ATTRS:
		take_attrs(&b, a);
		break;
	case T_NAME:
		take_names(&b, a);
		break;
	default:
		break;
	}
	if (b.dry || b.p > b.end)
		snprintf(a->fault, sizeof(a->fault), "a reply that ends early");
}
