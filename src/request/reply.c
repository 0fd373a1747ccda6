/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#include "base/path.h"
#include "os/charset.h"
#include "os/log.h"
#include "request/attr_acl.h"
#include "request/attrs.h"
#include "request/longname.h"
#include "request/reply.h"
#include "wire/sftp.h"
#include "wire/status.h"

#define FRAME_HEADER	9	/* length, type, id */

size_t
reply_begin(struct session *s, const struct request *q, uint8_t type)
{
	uint8_t *p = buf_room(&s->out, FRAME_HEADER);
	uint32_t id = htobe32(q->id);
	size_t start = s->out.len;

	p[4] = type;
	memcpy(p + 5, &id, sizeof(id));
	s->out.len += FRAME_HEADER;
	return start;
}

void
reply_end(struct session *s, size_t start)
{
	set_u32(&s->out, start, (uint32_t)(s->out.len - start - 4));
}

/*
 * Returns the code of the outcome. In version 3 that of a bad handle differs by
 * request.
 */
static uint32_t
reply_code(const struct session *s, const struct request *q, int outcome)
{
	if (outcome == FX_INVALID_HANDLE && s->version <= 3 &&
	    q->kind != NULL && q->kind->bad_handle_v3 != 0)
		return q->kind->bad_handle_v3;
	return status_code(outcome, s->version);
}

static void
add_name(struct buf *b, const char *between, const char *name)
{
	if (name == NULL || strlen(name) >= PATH_MAX || !path_is_utf8(name))
		return;
	put_bytes(b, between, strlen(between));
	put_bytes(b, name, strlen(name));
}

/*
 * Puts the text of a STATUS. From version 4 on the paths of the request, as the
 * client sent them, follow the system's words; draft-13 9.1 wants UTF-8.
 */
static void
put_message(struct session *s, const struct request *q, int outcome,
    uint32_t code)
{
	const char *text = q->message;
	size_t start, i;

	if (text == NULL && outcome == FX_INVALID_HANDLE && s->version <= 3)
		text = status_name(code);
	if (text == NULL)
		text = status_text(outcome, s->version,
		    s->policy.protocol.messages == MESSAGES_OPENSSH);
	start = s->out.len;
	put_cstr(&s->out, text);
	if (s->version > 3 && outcome < 0)
		for (i = 0; i < nitems(q->operand); i++)
			add_name(&s->out, i == 0 ? ": " : ", ",
			    q->operand[i].path);
	set_u32(&s->out, start, (uint32_t)(s->out.len - start - 4));
}

void
reply_status(struct session *s, const struct request *q, int outcome)
{
	uint32_t code = reply_code(s, q, outcome);
	const struct slice *name;
	size_t start;
	int i;

	log_debug3("request %u: sent status %u", q->id, code);
	if (log_wants(LOG_LEVEL_DEBUG1) || (code != FX_OK && code != FX_EOF))
		log_info("sent status %s", status_name(code));
	start = reply_begin(s, q, FXP_STATUS);
	put_u32(&s->out, code);
	if (!s->bare_status) {
		put_message(s, q, outcome, code);
		put_str(&s->out, "en", s->version > 3 ? 2 : 0);
	}
	/* The only code with data after the text; draft-13 9.1. */
	for (i = 0; code == FX_UNKNOWN_PRINCIPAL && i < q->unknown.n; i++) {
		name = &q->unknown.name[i];
		if (name->len > 0)
			put_str(&s->out, name->p, name->len);
	}
	reply_end(s, start);
}

void
reply_handle(struct session *s, const struct request *q,
    const struct handle *h)
{
	size_t start;

	log_debug1("request %u: sent handle %d", q->id, handle_number(h));
	start = reply_begin(s, q, FXP_HANDLE);
	put_u32(&s->out, HANDLE_ID_LEN);
	put_u64(&s->out, h->id);
	reply_end(s, start);
}

uint8_t *
reply_data_room(struct session *s, size_t len)
{
	return buf_room(&s->out, REPLY_DATA_HEADER + len + 1) +
	    REPLY_DATA_HEADER;
}

void
reply_data(struct session *s, const struct request *q, size_t len, bool end)
{
	size_t start;

	log_debug1("request %u: sent data len %d", q->id, (int)len);
	start = reply_begin(s, q, FXP_DATA);
	put_u32(&s->out, (uint32_t)len);
	s->out.len += len;
	if (end && s->version >= 6)
		put_u8(&s->out, 1);
	reply_end(s, start);
}

void
reply_data_piped(struct session *s, const struct request *q)
{
	uint32_t len = (uint32_t)s->piped.len;
	size_t start;

	log_debug1("request %u: sent data len %d", q->id, (int)len);
	start = reply_begin(s, q, FXP_DATA);
	put_u32(&s->out, len);
	set_u32(&s->out, start, REPLY_DATA_HEADER - 4 + len);
}

static uint8_t
type_of(mode_t mode)
{
	static const uint8_t types[] = {
		[DT_REG] = TYPE_REGULAR, [DT_DIR] = TYPE_DIRECTORY,
		[DT_LNK] = TYPE_SYMLINK, [DT_SOCK] = TYPE_SOCKET,
		[DT_CHR] = TYPE_CHAR_DEVICE, [DT_BLK] = TYPE_BLOCK_DEVICE,
		[DT_FIFO] = TYPE_FIFO, [IFTODT(S_IFMT)] = 0,
	};
	uint8_t type = types[IFTODT(mode)];

	return type != 0 ? type : TYPE_UNKNOWN;
}

uint32_t
reply_bits(const struct statx *st, const char *name, uint32_t *known)
{
	static const struct {
		uint64_t	attribute;
		uint32_t	bit;
	} map[] = {
		{ STATX_ATTR_COMPRESSED, BITS_COMPRESSED },
		{ STATX_ATTR_ENCRYPTED, BITS_ENCRYPTED },
		{ STATX_ATTR_IMMUTABLE, BITS_IMMUTABLE },
		{ STATX_ATTR_APPEND, BITS_APPEND_ONLY },
	};
	uint32_t bits = 0;
	size_t i, len;

	*known = BITS_HIDDEN | BITS_SPARSE;
	for (i = 0; i < nitems(map); i++) {
		if ((st->stx_attributes_mask & map[i].attribute) != 0)
			*known |= map[i].bit;
		if ((st->stx_attributes & map[i].attribute) != 0)
			bits |= map[i].bit;
	}
	name = path_last(name, &len);
	/* "." and ".." are not hidden. */
	if (len > 2 ? name[0] == '.' : len == 2 && name[0] == '.' &&
	    name[1] != '.')
		bits |= BITS_HIDDEN;
	if (S_ISREG(st->stx_mode) && st->stx_blocks * 512 < st->stx_size)
		bits |= BITS_SPARSE;
	return bits;
}

/*
 * Makes the attributes that a client gets unasked; attr.c drops those that the
 * version has no field for, which in version 3 is half of them. Members that
 * `has` does not name are not cleared, which would be half the work.
 */
static void
attr_of(const struct session *s, struct attr *a, const struct statx *st)
{
	a->has = HAS_SIZE | HAS_IDS | HAS_MODE | HAS_ATIME | HAS_MTIME;
	a->size = st->stx_size;
	a->uid = st->stx_uid;
	a->gid = st->stx_gid;
	a->mode = st->stx_mode;
	a->atime = st->stx_atime.tv_sec;
	a->mtime = st->stx_mtime.tv_sec;
	if (s->version <= 3)
		return;
	a->has |= HAS_OWNER | HAS_CTIME | HAS_SUBSEC | HAS_NLINK |
	    ((st->stx_mask & STATX_BTIME) != 0 ? HAS_BTIME : 0);
	a->type = type_of(st->stx_mode);
	a->atime_ns = st->stx_atime.tv_nsec;
	a->btime = st->stx_btime.tv_sec;
	a->btime_ns = st->stx_btime.tv_nsec;
	a->mtime_ns = st->stx_mtime.tv_nsec;
	a->ctime = st->stx_ctime.tv_sec;
	a->ctime_ns = st->stx_ctime.tv_nsec;
	a->nlink = st->stx_nlink;
}

/*
 * Makes the attributes of an entry; for a statx of NULL only the type is told.
 * Version 3 has no field for a type but the mode.
 */
static void
attr_of_name(const struct session *s, struct attr *a, const struct statx *st,
    unsigned char d_type)
{
	if (st != NULL) {
		attr_of(s, a, st);
		return;
	}
	a->has = s->version <= 3 && d_type != DT_UNKNOWN ? HAS_MODE : 0;
	a->mode = (uint32_t)DTTOIF(d_type);
	a->type = type_of((mode_t)a->mode);
}

/* Puts attributes, with the names of owner and group. */
static void
put_attr_named(struct session *s, struct attr *a)
{
	char user[16], group[16];

	a->owner = attrs_owner(ident_user(a->uid), a->uid, user);
	a->group = attrs_owner(ident_group(a->gid), a->gid, group);
	attr_put(&s->out, s->version, a);
}

static inline void
put_attr(struct session *s, struct attr *a)
{
	if ((a->has & HAS_OWNER) != 0)
		put_attr_named(s, a);
	else
		attr_put(&s->out, s->version, a);
}

/*
 * Puts a name in the client's charset. A name that cannot be translated is sent
 * as well as it can be, and from version 6 on with its bytes beside it, in `a`.
 */
static void
put_name(struct session *s, const char *name, size_t len, struct attr *a)
{
	char wire[PATH_MAX * 4];

	if (s->charset == NULL || !s->translate || s->version <= 3) {
		put_str(&s->out, name, len);
		return;
	}
	if (!charset_to_wire(s->charset, name, wire, sizeof(wire)) &&
	    s->version >= 6) {
		a->has |= HAS_BITS | HAS_RAW_NAME;
		a->bits = a->bits_valid = BITS_TRANSLATION_ERR;
		a->raw_name = (struct slice){ (uint8_t *)(uintptr_t)name, len };
	}
	put_cstr(&s->out, wire);
}

/*
 * Adds the attributes that a client gets only if it asks for them, and drops
 * others if it asked for some: there are clients that parse the reply by the
 * attributes that they asked for. `acl` holds an ACL.
 */
static void
attr_asked_for(struct attr *a, const struct request *q,
    const struct place *p, const struct statx *st, struct buf *acl)
{
	if ((q->wanted & ATTR_ALLOCATION_SIZE) != 0) {
		a->has |= HAS_ALLOC;
		a->alloc = st->stx_blocks * 512;
	}
	if ((q->wanted & ATTR_BITS) != 0) {
		a->has |= HAS_BITS;
		a->bits = reply_bits(st, p->shown, &a->bits_valid);
	}
	if ((q->wanted & ATTR_ACL) != 0)
		attr_acl_get(p, st, a, acl);
	a->has &= attr_asked(q->wanted);
	if ((a->has & HAS_TIMES) == 0)
		a->has &= ~HAS_SUBSEC;
}

void
reply_attrs(struct session *s, const struct request *q,
    const struct place *p, const struct statx *st)
{
	struct buf acl = { 0 };
	struct attr a;
	size_t start;

	attr_of(s, &a, st);
	/* OpenSSH's four: size, ids, permissions, times. */
	log_debug1("request %u: sent attrib have 0x%x", q->id, 0xfu);
	if (q->wanted != 0)
		attr_asked_for(&a, q, p, st, &acl);
	start = reply_begin(s, q, FXP_ATTRS);
	put_attr(s, &a);
	reply_end(s, start);
	if (acl.data != NULL)
		buf_free(&acl);
}

void
reply_names_begin(struct session *s, const struct request *q,
    struct names *n)
{
	n->start = reply_begin(s, q, FXP_NAME);
	n->count = 0;
	n->line.len = 0;
	put_u32(&s->out, 0);
}

bool
reply_names_add(struct session *s, struct names *n, const char *name,
    const struct statx *st, unsigned char d_type)
{
	size_t mark = s->out.len, len = strlen(name);
	struct attr a;

	attr_of_name(s, &a, st, d_type);
	put_name(s, name, len, &a);
	if (s->version <= 3 && st != NULL)
		longname_put(&n->line, &s->out, st, name, len);
	else if (s->version <= 3)
		longname_put_type(&n->line, &s->out, a.mode, name, len);
	put_attr(s, &a);
	if (n->count > 0 && s->out.len - n->start > SFTP_MAX_NAMES) {
		s->out.len = mark;
		return false;
	}
	n->count++;
	return true;
}

void
reply_names_end(struct session *s, const struct request *q,
    struct names *n, bool end)
{
	log_debug1("request %u: sent names count %d", q->id, (int)n->count);
	set_u32(&s->out, n->start + FRAME_HEADER, n->count);
	if (end && s->version >= 6)
		put_u8(&s->out, 1);
	reply_end(s, n->start);
}

void
reply_name(struct session *s, const struct request *q, const char *name,
    const struct statx *st)
{
	struct attr a;
	struct names n;

	attr_of_name(s, &a, st, DT_UNKNOWN);
	reply_names_begin(s, q, &n);
	put_name(s, name, strlen(name), &a);
	if (s->version <= 3)
		put_cstr(&s->out, name);
	put_attr(s, &a);
	n.count = 1;
	reply_names_end(s, q, &n, false);
}

void
reply_statvfs(struct session *s, const struct request *q,
    const struct statvfs *st)
{
	size_t start = reply_begin(s, q, FXP_EXTENDED_REPLY);

	put_u64(&s->out, st->f_bsize);
	put_u64(&s->out, st->f_frsize);
	put_u64(&s->out, st->f_blocks);
	put_u64(&s->out, st->f_bfree);
	put_u64(&s->out, st->f_bavail);
	put_u64(&s->out, st->f_files);
	put_u64(&s->out, st->f_ffree);
	put_u64(&s->out, st->f_favail);
	put_u64(&s->out, st->f_fsid);
	/* The bits of the extension have the system's values. */
	put_u64(&s->out, st->f_flag & (ST_RDONLY | ST_NOSUID));
	put_u64(&s->out, st->f_namemax);
	reply_end(s, start);
}
