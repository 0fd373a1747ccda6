/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <stdbool.h>
#include <stddef.h>

#include "wire/attr.h"
#include "wire/sftp.h"

/* Wire formats of a field. */
enum kind {
	U8, U32, U64, STR,
	MODE,		/* u32; the file type bits are not sent */
	TIME32,		/* u32 seconds, stored as int64_t */
	TIME64,		/* i64 seconds */
	NSEC,		/* u32, present only with SUBSECOND_TIMES */
	ACL,		/* a string; version 6 puts acl-flags first */
	BITS_VALID,	/* u32; version 5 has none: all bits are valid */
	PAIRS,		/* u32 count and that many pairs of strings */
};

/* A row takes 16 bytes, so that a cache line holds four. */
struct field {
	uint8_t		since, until;	/* versions that have the field */
	uint32_t	bit;		/* flag on the wire that announces it */
	uint32_t	has;		/* HAS_* in struct attr */
	uint8_t		kind;		/* enum kind */
	bool		settable;	/* SETSTAT can change it */
	uint16_t	offset;		/* of its member in struct attr */
};

/*
 * The fields in wire order, which is not the order of the flag bits: draft-02
 * 5, draft-13 7. Versions 4 to 6 share one order and differ in which rows they
 * have. Version 3 has a table of its own because passing over the other rows
 * for each entry of a listing took a tenth of our own CPU time.
 */
#define AT(member)	offsetof(struct attr, member)
#define V3_TIMES	(HAS_ATIME | HAS_MTIME)		/* both or none */
static const struct field v3_fields[] = {
{ 3, 3, ATTR_SIZE,		HAS_SIZE,	U64,	true,	AT(size) },
{ 3, 3, ATTR_UIDGID_V3,		HAS_IDS,	U32,	true,	AT(uid) },
{ 3, 3, ATTR_UIDGID_V3,		HAS_IDS,	U32,	true,	AT(gid) },
{ 3, 3, ATTR_PERMISSIONS,	HAS_MODE,	U32,	true,	AT(mode) },
{ 3, 3, ATTR_ACMODTIME_V3,	V3_TIMES,	TIME32,	true,	AT(atime) },
{ 3, 3, ATTR_ACMODTIME_V3,	V3_TIMES,	TIME32,	true,	AT(mtime) },
{ 3, 3, ATTR_EXTENDED,		HAS_NONE,	PAIRS,	false,	AT(extended) },
{ 0 }
};
static const struct field fields[] = {
{ 4, 6, ATTR_SIZE,		HAS_SIZE,	U64,	true,	AT(size) },
{ 6, 6, ATTR_ALLOCATION_SIZE,	HAS_ALLOC,	U64,	true,	AT(alloc) },
{ 4, 6, ATTR_OWNERGROUP,	HAS_OWNER,	STR,	true,	AT(owner) },
{ 4, 6, ATTR_OWNERGROUP,	HAS_OWNER,	STR,	true,	AT(group) },
{ 4, 6, ATTR_PERMISSIONS,	HAS_MODE,	MODE,	true,	AT(mode) },
{ 4, 6, ATTR_ACCESSTIME,	HAS_ATIME,	TIME64,	true,	AT(atime) },
{ 4, 6, ATTR_ACCESSTIME,	HAS_ATIME,	NSEC,	true,	AT(atime_ns) },
{ 4, 6, ATTR_CREATETIME,	HAS_BTIME,	TIME64,	false,	AT(btime) },
{ 4, 6, ATTR_CREATETIME,	HAS_BTIME,	NSEC,	false,	AT(btime_ns) },
{ 4, 6, ATTR_MODIFYTIME,	HAS_MTIME,	TIME64,	true,	AT(mtime) },
{ 4, 6, ATTR_MODIFYTIME,	HAS_MTIME,	NSEC,	true,	AT(mtime_ns) },
{ 6, 6, ATTR_CTIME,		HAS_CTIME,	TIME64,	false,	AT(ctime) },
{ 6, 6, ATTR_CTIME,		HAS_CTIME,	NSEC,	false,	AT(ctime_ns) },
{ 4, 6, ATTR_ACL,		HAS_ACL,	ACL,	true,	AT(acl) },
{ 5, 6, ATTR_BITS,		HAS_BITS,	U32,	true,	AT(bits) },
{ 5, 6, ATTR_BITS,		HAS_BITS,	BITS_VALID, false,
    AT(bits_valid) },
{ 6, 6, ATTR_TEXT_HINT,		HAS_TEXT_HINT,	U8,	false,	AT(text_hint) },
{ 6, 6, ATTR_MIME_TYPE,		HAS_MIME,	STR,	false,	AT(mime) },
{ 6, 6, ATTR_LINK_COUNT,	HAS_NLINK,	U32,	false,	AT(nlink) },
{ 6, 6, ATTR_UNTRANSLATED_NAME,	HAS_RAW_NAME,	STR,	false,	AT(raw_name) },
{ 4, 5, ATTR_EXTENDED,		HAS_NONE,	PAIRS,	false,	AT(extended) },
{ 6, 6, ATTR_EXTENDED,		HAS_EXTENDED,	PAIRS,	false,	AT(extended) },
{ 0 }
};

#define FOREACH_FIELD(f, version)					\
	for ((f) = (version) == 3 ? v3_fields : fields; (f)->bit != 0; (f)++) \
		if ((version) >= (f)->since && (version) <= (f)->until)

/*
 * Reads an acl field. Versions before 6 have no acl-flags: the entries they
 * send replace the whole ACL.
 */
static void
get_acl(struct reader *r, int version, struct attr *a)
{
	struct reader body;

	a->acl = get_str(r);
	a->acl_flags = ACL_CONTROL_INCLUDED | ACL_CONTROL_PRESENT;
	if (version < 6 || r->dry)
		return;
	reader_init(&body, a->acl.p, a->acl.len);
	a->acl_flags = get_u32(&body);
	a->acl = get_rest(&body);
}

static void
get_pairs(struct reader *r, uint32_t n)
{
	/* A pair takes at least eight bytes: reject a count that cannot fit. */
	if (n > reader_left(r) / 8)
		r->dry = true;
	while (n-- > 0 && !r->dry) {
		get_str(r);
		get_str(r);
	}
}

static void
get_field(struct reader *r, const struct field *f, int version,
    struct attr *a)
{
	void *p = (char *)a + f->offset;

	switch ((enum kind)f->kind) {
	case U8:
		*(uint8_t *)p = get_u8(r);
		break;
	case U32:
	case MODE:
	case NSEC:
		*(uint32_t *)p = get_u32(r);
		break;
	case TIME32:
		*(int64_t *)p = get_u32(r);
		break;
	case U64:
	case TIME64:
		*(uint64_t *)p = get_u64(r);
		break;
	case STR:
		*(struct slice *)p = get_str(r);
		break;
	case ACL:
		get_acl(r, version, a);
		break;
	case BITS_VALID:
		*(uint32_t *)p = version < 6 ? UINT32_MAX : get_u32(r);
		break;
	case PAIRS:
		*(uint32_t *)p = get_u32(r);
		get_pairs(r, *(uint32_t *)p);
		break;
	}
}

/* NSEC fields need two flags; draft-13 7 mentions only the second. */
static bool
field_present(const struct field *f, uint32_t flags)
{
	return (flags & f->bit) != 0 &&
	    (f->kind != NSEC || (flags & ATTR_SUBSECOND_TIMES) != 0);
}

static uint32_t
known_flags(int version)
{
	const struct field *f;
	uint32_t known = 0;

	/*
	 * draft-13 7.1 reserves bit 0x2 without a field: accept and ignore it.
	 */
	if (version > 3)
		known = ATTR_SUBSECOND_TIMES | ATTR_UIDGID_V3;
	FOREACH_FIELD(f, version)
		known |= f->bit;
	return known;
}

int
attr_get(struct reader *r, int version, struct attr *a)
{
	const struct field *f;
	uint32_t flags;

	*a = (struct attr){ .type = TYPE_UNKNOWN };
	flags = get_u32(r);
	/* Most OPENs have none. */
	if (version == 3 && flags == 0)
		return 0;
	if (version > 3) {
		a->type = get_u8(r);
		if ((flags & ~known_flags(version)) != 0)
			return FX_BAD_MESSAGE;
		if ((flags & ATTR_SUBSECOND_TIMES) != 0)
			a->has |= HAS_SUBSEC;
	}
	FOREACH_FIELD(f, version) {
		if (!field_present(f, flags))
			continue;
		get_field(r, f, version, a);
		a->has |= f->has;
	}
	return 0;
}

/*
 * Limits a time to the range of its 32 bits, which clients read as signed or as
 * unsigned.
 */
static uint32_t
time32(int64_t t)
{
	return (uint32_t)MAX(INT32_MIN, MIN(t, (int64_t)UINT32_MAX));
}

static void
put_acl(struct buf *b, int version, const struct attr *a)
{
	if (version < 6) {
		put_str(b, a->acl.p, a->acl.len);
		return;
	}
	put_u32(b, (uint32_t)a->acl.len + 4);
	put_u32(b, a->acl_flags);
	put_bytes(b, a->acl.p, a->acl.len);
}

static inline __attribute__((always_inline)) void
put_field(struct buf *b, const struct field *f, int version,
    const struct attr *a)
{
	const void *p = (const char *)a + f->offset;
	const struct slice *s = p;

	switch ((enum kind)f->kind) {
	case U8:
		put_u8(b, *(const uint8_t *)p);
		break;
	case U32:
	case NSEC:
		put_u32(b, *(const uint32_t *)p);
		break;
	case MODE:
		/* draft-13 7.6 forbids the type bits, which version 3 sends. */
		put_u32(b, *(const uint32_t *)p & 07777);
		break;
	case TIME32:
		put_u32(b, time32(*(const int64_t *)p));
		break;
	case U64:
	case TIME64:
		put_u64(b, *(const uint64_t *)p);
		break;
	case STR:
		put_str(b, s->p, s->len);
		break;
	case ACL:
		put_acl(b, version, a);
		break;
	case BITS_VALID:
		if (version >= 6)
			put_u32(b, *(const uint32_t *)p);
		break;
	case PAIRS:
		put_u32(b, 0);
		break;
	}
}

/*
 * Returns the type byte to send. Version 4 has only one type for everything
 * that is not a file, directory or link.
 */
static uint8_t
type_byte(int version, uint8_t type)
{
	return version == 4 && type > TYPE_UNKNOWN ? TYPE_SPECIAL : type;
}

/*
 * Puts those fields of a table that the version and the attributes have.
 * `flags` are known already; returns all flags. The compiler unrolls it for the
 * table of version 3, whose fields then take no look at the table at all.
 */
static inline __attribute__((always_inline)) uint32_t
put_fields(struct buf *b, const struct field *rows, size_t n, int version,
    const struct attr *a, uint32_t flags)
{
	const struct field *f;
	const uint32_t has = a->has;

#ifndef __clang__		/* clang warns if it does not unroll */
#pragma GCC unroll 8
#endif
	for (f = rows; f < rows + n; f++) {
		if ((has & f->has) == 0 || version < f->since ||
		    version > f->until)
			continue;
		flags |= f->bit;
		if (field_present(f, flags))
			put_field(b, f, version, a);
	}
	return flags;
}

void
attr_put(struct buf *b, int version, const struct attr *a)
{
	uint32_t flags = 0;
	size_t start = b->len;

	put_u32(b, 0);
	if (version == 3) {
		flags = put_fields(b, v3_fields, nitems(v3_fields) - 1, 3, a,
		    0);
		set_u32(b, start, flags);
		return;
	}
	put_u8(b, type_byte(version, a->type));
	if ((a->has & HAS_SUBSEC) != 0)
		flags |= ATTR_SUBSECOND_TIMES;
	flags = put_fields(b, fields, nitems(fields) - 1, version, a, flags);
	set_u32(b, start, flags);
}

uint32_t
attr_asked(uint32_t flags)
{
	const struct field *f;
	uint32_t has = (flags & ATTR_SUBSECOND_TIMES) != 0 ? HAS_SUBSEC : 0;

	for (f = fields; f->bit != 0; f++)
		if ((flags & f->bit) != 0)
			has |= f->has;
	return has;
}

uint32_t
attr_settable(int version)
{
	const struct field *f;
	uint32_t flags = version > 3 ? ATTR_SUBSECOND_TIMES : 0;

	FOREACH_FIELD(f, version)
		if (f->settable)
			flags |= f->bit;
	return flags;
}
