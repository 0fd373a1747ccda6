/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <assert.h>
#include <string.h>

#include "os/log.h"
#include "os/title.h"
#include "policy/match.h"
#include "request/reply.h"
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

/* True if the policy hides a pair. */
static bool
is_hidden(const struct session *s, const char *name)
{
	const char *hidden = s->policy.protocol.hide_extensions;

	return hidden != NULL && match_name_list(name, hidden);
}

static void
put_pair(struct session *s, const char *name, const char *data)
{
	if (is_hidden(s, name))
		return;
	put_cstr(&s->out, name);
	put_cstr(&s->out, data);
}

/* Announces the extensions that OpenSSH announces too, in its order. */
static void
put_openssh(struct session *s)
{
	const struct request_kind *kind;

	for (kind = table_kinds; kind < table_kinds + table_len; kind++)
		if (kind->openssh_data != NULL && announced(s, kind))
			put_pair(s, kind->wire, kind->openssh_data);
}

/* Announces the extensions that OpenSSH lacks. Neighbours may share a pair. */
static void
put_extra(struct session *s)
{
	const struct request_kind *kind;
	const char *last = "";

	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		if (kind->extra_pair == NULL || !announced(s, kind) ||
		    strcmp(last, kind->extra_pair) == 0)
			continue;
		last = kind->extra_pair;
		put_pair(s, last, "1");
	}
}

/* Puts the names for `supported` and `supported2`. Returns how many. */
static uint32_t
put_names(struct session *s)
{
	const struct request_kind *kind;
	const char *name, *last = "";
	uint32_t count = 0;

	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		name = kind->extra_pair != NULL ? kind->extra_pair : kind->wire;
		if (name == NULL || (kind->bits & KIND_UNLISTED) != 0 ||
		    !announced(s, kind) || strcmp(last, name) == 0)
			continue;
		last = name;
		put_cstr(&s->out, name);
		count++;
	}
	return count;
}

static void
put_versions(struct session *s)
{
	static const char list[] = "3,4,5,6";

	put_bytes(&s->out, list,
	    (size_t)(s->policy.protocol.max_version - 3) * 2 + 1);
}

static void
put_newline(struct session *s)
{
	put_u8(&s->out, '\n');
}

/* draft-05 4.4 */
static void
put_supported(struct session *s)
{
	put_u32(&s->out, attr_settable(5));
	put_u32(&s->out, BITS_SETTABLE);
	put_u32(&s->out, OPEN_FLAGS_V5);
	put_u32(&s->out, ACE_ALL);
	put_u32(&s->out, 0);	/* max-read-size: no promise for every type */
	(void)put_names(s);
}

/* draft-13 5.4 */
static void
put_supported2(struct session *s)
{
	size_t count;

	put_u32(&s->out, attr_settable(6));
	put_u32(&s->out, BITS_SETTABLE);
	put_u32(&s->out, OPEN_FLAGS_V6);
	put_u32(&s->out, ACE_ALL);
	put_u32(&s->out, 0);
	put_u16(&s->out, BLOCK_VECTOR);
	put_u16(&s->out, BLOCK_VECTOR);
	put_u32(&s->out, 0);	/* attribute extensions */
	count = s->out.len;
	put_u32(&s->out, 0);
	set_u32(&s->out, count, put_names(s));
}

static void
put_acl_supported(struct session *s)
{
	put_u32(&s->out, (attr_settable(6) & ATTR_ACL) != 0 ? ACL_ALLOW_DENY :
	    0);
}

static void
put_vendor_id(struct session *s)
{
	put_cstr(&s->out, "slipway");
	put_cstr(&s->out, "slipway");
	put_cstr(&s->out, PACKAGE_VERSION);
	put_u64(&s->out, 0);
}

static void
put_charset(struct session *s)
{
	const char *charset = s->policy.protocol.charset;

	if (s->charset != NULL)
		put_bytes(&s->out, charset, strlen(charset));
}

static void
put_symlink_order(struct session *s)
{
	const char *order = s->policy.protocol.symlink_order ==
	    SYMLINK_ORDER_OPENSSH ? "targetpath-linkpath" :
	    "linkpath-targetpath";

	put_bytes(&s->out, order, strlen(order));
}

/*
 * The rest of VERSION, in order, behind the extensions that OpenSSH announces.
 * A session that may speak only version 3 announces none of it.
 */
static const struct content {
	int	since, until;
	const char *name;	/* of the pair; NULL: `put` makes the pairs */
	void	(*put)(struct session *);	/* the data of the pair */
} contents[] = {
	{ 3, 6, "versions", put_versions },
	{ 3, 6, "newline", put_newline },
	{ 5, 5, "supported", put_supported },
	{ 6, 6, "supported2", put_supported2 },
	{ 6, 6, "acl-supported", put_acl_supported },
	{ 4, 6, "vendor-id", put_vendor_id },
	{ 6, 6, "filename-charset", put_charset },
	{ 3, 6, NULL, put_extra },
	{ 3, 5, "symlink-order@rjk.greenend.org.uk", put_symlink_order },
};

/* Puts a row of the table, unless it is hidden or has no data. */
static void
put_content(struct session *s, const struct content *c)
{
	size_t start = s->out.len, data;

	if (c->name == NULL) {
		c->put(s);
		return;
	}
	put_cstr(&s->out, c->name);
	data = s->out.len;
	put_u32(&s->out, 0);
	c->put(s);
	reply_end(s, data);
	if (s->out.len == data + 4 || is_hidden(s, c->name))
		s->out.len = start;
}

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
	put_openssh(s);
	for (i = 0; max > 3 && i < nitems(contents); i++)
		if (s->version >= contents[i].since &&
		    s->version <= contents[i].until)
			put_content(s, &contents[i]);
	reply_end(s, start);
	return true;
}
