/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/setting.h"
#include "frames.h"
#include "os/log.h"
#include "session/init.h"
#include "tap.h"
#include "wire/sftp.h"

/* OpenSSH's pairs, which come first in each version, in OpenSSH's order. */
static const struct { const char *name, *data; } pairs[] = {
	{ "posix-rename@openssh.com", "1" }, { "statvfs@openssh.com", "2" },
	{ "fstatvfs@openssh.com", "2" }, { "hardlink@openssh.com", "1" },
	{ "fsync@openssh.com", "1" }, { "lsetstat@openssh.com", "1" },
	{ "limits@openssh.com", "1" }, { "expand-path@openssh.com", "1" },
	{ "copy-data", "1" }, { "home-directory", "1" },
	{ "users-groups-by-id@openssh.com", "1" },
};

static struct session session;

static bool
greet(const char *bytes, size_t len)
{
	struct reader r;
	uint8_t copy[64];

	memcpy(copy, bytes, len);
	session.out.len = 0;
	reader_init(&r, copy, len);
	return init_answer(&session, &r);
}

/* The client's INIT, the highest version allowed, and the version chosen. */
static const struct {
	const char	*bytes;
	int		 max, version;
	bool		 bare;
} offers[] = {
	{ "\0\0\0\0", 6, 3, true }, { "\0\0\0\1", 6, 3, true },
	{ "\0\0\0\2", 6, 3, true }, { "\0\0\0\3", 6, 3, false },
	{ "\0\0\0\4", 6, 4, false }, { "\0\0\0\5", 6, 5, false },
	{ "\0\0\0\6", 6, 6, false }, { "\0\0\0\7", 6, 6, false },
	{ "\xff\xff\xff\xff", 6, 6, false }, { "\x80\0\0\0", 6, 6, false },
	{ "\xff\xff\xff\xff", 3, 3, false }, { "\0\0\0\6", 3, 3, false },
	{ "\0\0\0\6", 4, 4, false }, { "\0\0\0\5", 4, 4, false },
	{ "\0\0\0\3", 4, 3, false }, { "\0\0\0\1", 3, 3, true },
};

static void
test_offers(void)
{
	size_t i;

	for (i = 0; i < nitems(offers); i++) {
		session.policy.protocol.max_version = offers[i].max;
		ok(greet(offers[i].bytes, 4) && one_frame(&session.out) &&
		    frame_type(&session.out) == FXP_VERSION &&
		    frame_id(&session.out) == (uint32_t)offers[i].version &&
		    session.version == offers[i].version &&
		    session.bare_status == offers[i].bare,
		    "%#x of at most %d: %d", be32_at((const uint8_t *)
		    offers[i].bytes), offers[i].max, session.version);
	}
}

/*
 * True if the pair exists. Sets *n to the number of pairs, or to -1 if the
 * reply is malformed.
 */
static bool
has_pair(const char *name, const char *data, int *n)
{
	struct reader r;
	bool found = false;

	reader_init(&r, session.out.data + 9, session.out.len - 9);
	for (*n = 0; reader_left(&r) > 0; ++*n) {
		struct slice k = get_str(&r), v = get_str(&r);

		if (r.dry) {
			*n = -1;
			return false;
		}
		found |= k.len == strlen(name) &&
		    memcmp(k.p, name, k.len) == 0 && v.len == strlen(data) &&
		    memcmp(v.p, data, v.len) == 0;
	}
	return found;
}

static void
test_pairs(void)
{
	struct buf want = { 0 };
	size_t i;
	int v, n;

	for (i = 0; i < nitems(pairs); i++) {
		put_cstr(&want, pairs[i].name);
		put_cstr(&want, pairs[i].data);
	}
	session.policy.protocol.max_version = 6;
	for (v = 3; v <= 6; v++) {
		char offer[] = { 0, 0, 0, (char)v };

		(void)greet(offer, 4);
		ok(session.out.len >= 9 + want.len && memcmp(session.out.data +
		    9, want.data, want.len) == 0, "version %d: the eleven "
		    "pairs of OpenSSH come first", v);
		(void)has_pair("", "", &n);
		ok(n >= (int)nitems(pairs) && session.out.len < 8192,
		    "version %d: %d whole pairs in %zu bytes", v, n,
		    session.out.len);
	}
	buf_free(&want);
}

/* Gets the data of a pair; false if it does not exist. */
static bool
find_pair(const char *name, struct reader *data)
{
	struct reader r;

	reader_init(&r, session.out.data + 9, session.out.len - 9);
	while (reader_left(&r) > 0 && !r.dry) {
		struct slice k = get_str(&r), v = get_str(&r);

		reader_init(data, v.p, v.len);
		if (k.len == strlen(name) && memcmp(k.p, name, k.len) == 0)
			return true;
	}
	return false;
}

/* The pairs of the drafts that each version has (protocol 1.4). */
static void
test_draft_pairs(void)
{
	static const struct {
		const char	*name;
		int		 since, until;
	} rows[] = {
		{ "versions", 3, 6 }, { "newline", 3, 6 },
		{ "supported", 5, 5 }, { "supported2", 6, 6 },
		{ "acl-supported", 6, 6 }, { "vendor-id", 4, 6 },
		{ "space-available", 3, 6 }, { "copy-file", 3, 6 },
		{ "check-file", 3, 6 }, { "ranges@asyncssh.com", 3, 6 },
		{ "check-file-name", 7, 7 }, { "md5-hash", 7, 7 },
		{ "symlink-order@rjk.greenend.org.uk", 3, 5 },
		{ "filename-charset", 7, 7 },
	};
	struct reader data;
	size_t i;
	int v, max, n;

	for (max = 3; max <= 6; max++)
		for (v = 3; v <= max; v++) {
			char offer[] = { 0, 0, 0, (char)v };

			session.policy.protocol.max_version = max;
			(void)greet(offer, 4);
			for (i = 0; i < nitems(rows); i++)
				ok(find_pair(rows[i].name, &data) ==
				    (max > 3 && v >= rows[i].since &&
				    v <= rows[i].until), "version %d of %d: "
				    "%s", v, max, rows[i].name);
			ok(max == 3 || (has_pair("newline", "\n", &n) &&
			    find_pair("versions", &data) &&
			    reader_left(&data) == (size_t)(max - 3) * 2 + 1 &&
			    memcmp(data.p, "3,4,5,6", reader_left(&data)) ==
			    0),
			    "version %d of %d: the versions that are offered",
			    v, max);
			(void)has_pair("", "", &n);
			ok(max > 3 || n == (int)nitems(pairs),
			    "version %d of %d: %d pairs", v, max, n);
		}
}

/* Clients read both structures to the last byte: protocol 8.1.1, 8.1.2. */
static void
test_supported(void)
{
	static const uint32_t bits = 0x740, access = 0x1f01ff;
	struct reader r;
	uint32_t mask = 0, n;

	session.policy.protocol.max_version = 6;
	(void)greet("\0\0\0\5", 4);
	ok(find_pair("supported", &r) && (get_u32(&r) | 0x40) == 0x3ed &&
	    get_u32(&r) == bits && get_u32(&r) == 0x3f &&
	    get_u32(&r) == access && get_u32(&r) == 0, "supported: masks");
	for (n = 0; reader_left(&r) > 0 && !r.dry; n++)
		(void)get_str(&r);
	ok(!r.dry && n > nitems(pairs), "supported: %u names up to the end", n);
	(void)greet("\0\0\0\6", 4);
	ok(find_pair("supported2", &r) &&
	    ((mask = get_u32(&r)) | 0x40) == 0x7ed && get_u32(&r) == bits &&
	    get_u32(&r) == 0xeff && get_u32(&r) == access &&
	    get_u32(&r) == 0 && get_u32(&r) == 0x0c010c01 &&
	    get_u32(&r) == 0, "supported2: masks and vectors");
	for (n = get_u32(&r); n > 0 && !r.dry; n--)
		(void)get_str(&r);
	ok(!r.dry && reader_left(&r) == 0,
	    "supported2: as many names as it says, and no bytes after them");
	ok(find_pair("acl-supported", &r) && reader_left(&r) == 4 &&
	    get_u32(&r) == ((mask & 0x40) != 0 ? 3 : 0),
	    "acl-supported: the mask");
}

/*
 * Extensions that the policy refuses are not announced, whichever setting
 * refuses them.
 */
static void
test_refused(void)
{
	static const char *allow_limits[] = { "limits,stat*", NULL };
	static const struct {
		bool		 read_only;
		const char	*deny, **allow;
		const char	*gone, *there;
		int		 nth_gone, nth_there;
	} rows[] = {
		{ true, NULL, NULL, "posix-rename@openssh.com",
		    "statvfs@openssh.com", 0, 1 },
		{ true, NULL, NULL, "copy-data", "limits@openssh.com", 8, 6 },
		{ false, "statvfs", NULL, "statvfs@openssh.com",
		    "fstatvfs@openssh.com", 1, 2 },
		{ false, "*statvfs", NULL, "fstatvfs@openssh.com",
		    "limits@openssh.com", 2, 6 },
		{ false, NULL, allow_limits, "fstatvfs@openssh.com",
		    "statvfs@openssh.com", 2, 1 },
		{ false, "*", NULL, "limits@openssh.com", NULL, 6, 0 },
	};
	size_t i;
	int n;

	for (i = 0; i < nitems(rows); i++) {
		session.policy.access.read_only = rows[i].read_only;
		session.policy.access.deny = rows[i].deny;
		session.policy.access.allow = rows[i].allow;
		ok(greet("\0\0\0\3", 4) && one_frame(&session.out) &&
		    !has_pair(rows[i].gone, pairs[rows[i].nth_gone].data, &n)
		    && (rows[i].there == NULL || has_pair(rows[i].there,
		    pairs[rows[i].nth_there].data, &n)),
		    "refused, row %zu: no %s", i, rows[i].gone);
	}
	setting_defaults(&session.policy);
	session.policy.protocol.max_version = 6;
}

static void
test_odd(void)
{
	ok(greet("\0\0\0\3\0\0\0\1x\0\0\0\1y", 14) && session.version == 3,
	    "pairs after the version are ignored");
	ok(greet("\0\0\0\3\xff\xff\xff\xff", 8) && session.version == 3,
	    "other bytes after the version are ignored");
	ok(!greet("\0\0\0", 3) && session.out.len == 0,
	    "half a version is an error");
	ok(!greet("", 0), "an empty INIT is an error");
	ok(greet("\0\0\0\3", 4) && greet("\0\0\0\6", 4) &&
	    session.version == 6, "a second INIT is accepted");
	ok(greet("\0\0\0\1", 4) && greet("\0\0\0\3", 4) &&
	    !session.bare_status, "a second INIT may raise the version");
}

int
main(void)
{
	log_init("test", LOG_LEVEL_QUIET, 0, true);
	setting_defaults(&session.policy);
	test_offers();
	test_pairs();
	test_draft_pairs();
	test_supported();
	test_refused();
	test_odd();
	buf_free(&session.out);
	return done();
}
