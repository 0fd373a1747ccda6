/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <assert.h>
#include <string.h>

#include "os/log.h"
#include "os/title.h"
#include "policy/match.h"
#include "request/table.h"
#include "session/gate.h"
#include "session/init.h"
#include "wire/attr.h"
#include "wire/sftp.h"

/* Combinations of block flags that work: none, and two advisory ones. */
#define BLOCK_VECTOR	(1u << 0 | 1u << (FXF_BLOCK_SHARED >> 6) | \
			1u << (FXF_BLOCK_EXCLUSIVE >> 6))
#define OPEN_FLAGS_V5	0x0000003fu
#define OPEN_FLAGS_V6	0x00000effu
#define ACL_ALLOW_DENY	0x00000003u

bool
init_hides(const struct session *s, const struct request_kind *kind)
{
	const char *hidden = s->policy.protocol.hide_extensions;

	if ((kind->bits & KIND_UNROOTED) != 0 && s->fs.confined)
		return true;
	if (hidden == NULL || kind->wire == NULL)
		return false;
	/* The administrator may use the name of the request or of its pair. */
	return match_name_list(kind->wire, hidden) ||
	    (kind->extra_pair != NULL &&
	    match_name_list(kind->extra_pair, hidden));
}

static bool
announced(const struct session *s, const struct request_kind *kind)
{
	const struct request_form *form = table_form(kind, s->version);

	if (form == NULL || init_hides(s, kind))
		return false;
	/* A client must not ask for a rename that never replaces. */
	if (s->policy.rename.overwrite == OVERWRITE_NEVER &&
	    (kind->bits & KIND_REPLACES) != 0)
		return false;
	if (gate_permitted(s, kind, form))
		return true;
	log_debug2("compose_extension: refusing to advertise disallowed "
	    "extension %s", kind->wire);
	return false;
}

static void
put_pair(struct session *s, const char *name, const void *data, size_t len)
{
	const char *hidden = s->policy.protocol.hide_extensions;

	if (hidden != NULL && match_name_list(name, hidden))
		return;
	put_cstr(&s->out, name);
	put_str(&s->out, data, len);
}

/* Announces the extensions that OpenSSH announces too, in its order. */
static void
put_openssh(struct session *s, const char *name)
{
	const struct request_kind *kind;
	size_t i;

	(void)name;
	for (i = 0; i < table_len; i++) {
		kind = &table_kinds[i];
		if (kind->openssh_data != NULL && announced(s, kind))
			put_pair(s, kind->wire, kind->openssh_data,
			    strlen(kind->openssh_data));
	}
}

static void
put_versions(struct session *s, const char *name)
{
	char list[] = "3,4,5,6";
	int max = s->policy.protocol.max_version;

	put_pair(s, name, list, (size_t)(max - 3) * 2 + 1);
}

static void
put_newline(struct session *s, const char *name)
{
	put_pair(s, name, "\n", 1);
}

/* Puts the names for `supported` and `supported2`. Returns how many. */
static uint32_t
put_names(const struct session *s, struct buf *b)
{
	const struct request_kind *kind, *last = NULL;
	uint32_t count = 0;
	const char *name;
	size_t i;

	for (i = 0; i < table_len; i++) {
		kind = &table_kinds[i];
		if (kind->wire == NULL || (kind->bits & KIND_UNLISTED) != 0 ||
		    !announced(s, kind))
			continue;
		name = kind->extra_pair != NULL ? kind->extra_pair : kind->wire;
		/* Neighbours in the table may share a pair. */
		if (last == NULL || last->extra_pair == NULL ||
		    kind->extra_pair == NULL ||
		    strcmp(last->extra_pair, name) != 0) {
			put_cstr(b, name);
			count++;
		}
		last = kind;
	}
	return count;
}

/* draft-05 4.4 */
static void
put_supported(struct session *s, const char *name)
{
	struct buf b = { 0 };

	put_u32(&b, attr_settable(5));
	put_u32(&b, BITS_SETTABLE);
	put_u32(&b, OPEN_FLAGS_V5);
	put_u32(&b, ACE_ALL);
	put_u32(&b, 0);		/* max-read-size: no promise for every type */
	(void)put_names(s, &b);
	put_pair(s, name, b.data, b.len);
	buf_free(&b);
}

/* draft-13 5.4 */
static void
put_supported2(struct session *s, const char *name)
{
	struct buf b = { 0 };
	size_t count;

	put_u32(&b, attr_settable(6));
	put_u32(&b, BITS_SETTABLE);
	put_u32(&b, OPEN_FLAGS_V6);
	put_u32(&b, ACE_ALL);
	put_u32(&b, 0);
	put_u16(&b, BLOCK_VECTOR);
	put_u16(&b, BLOCK_VECTOR);
	put_u32(&b, 0);		/* attribute extensions */
	count = b.len;
	put_u32(&b, 0);
	set_u32(&b, count, put_names(s, &b));
	put_pair(s, name, b.data, b.len);
	buf_free(&b);
}

static void
put_acl_supported(struct session *s, const char *name)
{
	struct buf b = { 0 };

	put_u32(&b, (attr_settable(6) & ATTR_ACL) != 0 ? ACL_ALLOW_DENY : 0);
	put_pair(s, name, b.data, b.len);
	buf_free(&b);
}

static void
put_vendor_id(struct session *s, const char *name)
{
	struct buf b = { 0 };

	put_cstr(&b, "slipway");
	put_cstr(&b, "slipway");
	put_cstr(&b, PACKAGE_VERSION);
	put_u64(&b, 0);
	put_pair(s, name, b.data, b.len);
	buf_free(&b);
}

static void
put_charset(struct session *s, const char *name)
{
	const char *charset = s->policy.protocol.charset;

	if (s->charset != NULL)
		put_pair(s, name, charset, strlen(charset));
}

/* Announces the extensions that OpenSSH lacks. */
static void
put_extra(struct session *s, const char *name)
{
	const struct request_kind *kind;
	const char *last = "";
	size_t i;

	(void)name;
	for (i = 0; i < table_len; i++) {
		kind = &table_kinds[i];
		if (kind->extra_pair == NULL || !announced(s, kind) ||
		    strcmp(last, kind->extra_pair) == 0)
			continue;
		last = kind->extra_pair;
		put_pair(s, last, "1", 1);
	}
}

static void
put_symlink_order(struct session *s, const char *name)
{
	const char *order = s->policy.protocol.symlink_order ==
	    SYMLINK_ORDER_OPENSSH ? "targetpath-linkpath" :
	    "linkpath-targetpath";

	put_pair(s, name, order, strlen(order));
}

/*
 * The pairs of VERSION, in order. A session that may speak only version 3
 * announces what OpenSSH does and no more.
 */
static const struct {
	int	since, until;
	bool	parity;		/* also if max_version is 3 */
	const char *name;	/* of the pair; NULL: those of the table */
	void	(*put)(struct session *, const char *name);
} contents[] = {
	{ 3, 6, true, NULL, put_openssh },
	{ 3, 6, false, "versions", put_versions },
	{ 3, 6, false, "newline", put_newline },
	{ 5, 5, false, "supported", put_supported },
	{ 6, 6, false, "supported2", put_supported2 },
	{ 6, 6, false, "acl-supported", put_acl_supported },
	{ 4, 6, false, "vendor-id", put_vendor_id },
	{ 6, 6, false, "filename-charset", put_charset },
	{ 3, 6, false, NULL, put_extra },
	{ 3, 5, false, "symlink-order@rjk.greenend.org.uk",
	    put_symlink_order },
};

void
init_names(const char *names[INIT_NAMES_MAX])
{
	size_t i, n = 0;

	assert(nitems(contents) + 2 * table_len < INIT_NAMES_MAX);
	for (i = 0; i < nitems(contents); i++)
		if (contents[i].name != NULL)
			names[n++] = contents[i].name;
	for (i = 0; i < table_len; i++) {
		if (table_kinds[i].wire != NULL)
			names[n++] = table_kinds[i].wire;
		if (table_kinds[i].extra_pair != NULL)
			names[n++] = table_kinds[i].extra_pair;
	}
	names[n] = NULL;
}

bool
init_answer(struct session *s, struct reader *r)
{
	uint32_t offered = get_u32(r), max;
	size_t start = s->out.len, i;

	if (r->dry)
		return false;
	log_verbose("received client version %u", offered);
	/*
	 * Pairs of the client, or anything else behind the version, are
	 * ignored.
	 */
	max = (uint32_t)s->policy.protocol.max_version;
	s->bare_status = offered < 3;
	s->version = (int)MAX(3, MIN(offered, max));
	s->requests = 0;
	title_version(s->version);

	put_u32(&s->out, 0);
	put_u8(&s->out, FXP_VERSION);
	put_u32(&s->out, (uint32_t)s->version);
	for (i = 0; i < nitems(contents); i++)
		if (s->version >= contents[i].since &&
		    s->version <= contents[i].until &&
		    (max > 3 || contents[i].parity))
			contents[i].put(s, contents[i].name);
	set_u32(&s->out, start, (uint32_t)(s->out.len - start - 4));
	return true;
}
