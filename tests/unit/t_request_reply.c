/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/setting.h"
#include "frames.h"
#include "os/log.h"
#include "request/reply.h"
#include "tap.h"
#include "wire/sftp.h"

#define BYTES(text)	(text), sizeof(text) - 1
#define ID		0x0a0b0c0d

static struct session session;
static struct request request = { .id = ID };

static void
start(int version)
{
	session.version = version;
	session.bare_status = false;
	session.out.len = 0;
}

/* An outcome, the kind's code for a bad handle, and the whole body. */
static const struct {
	const char	*title;
	int		 version, outcome;
	bool		 bare, openssh;
	uint8_t		 bad_handle;
	const char	*message, *body;
	size_t		 len;
} statuses[] = {
	{ "OK", 3, 0, false, false, 0, NULL,
	    BYTES("\0\0\0\0\0\0\0\7Success\0\0\0\0") },
	{ "OK for a client before 3", 3, 0, true, false, 0, NULL,
	    BYTES("\0\0\0\0") },
	{ "an error for a client before 3", 3, -EACCES, true, false, 0, NULL,
	    BYTES("\0\0\0\3") },
	{ "a failure says why", 3, -EEXIST, false, false, 0, NULL,
	    BYTES("\0\0\0\4\0\0\0\x0b" "File exists\0\0\0\0") },
	{ "or not", 3, -EEXIST, false, true, 0, NULL,
	    BYTES("\0\0\0\4\0\0\0\7Failure\0\0\0\0") },
	{ "a message of its own", 3, 4, false, false, 0, "because",
	    BYTES("\0\0\0\4\0\0\0\7because\0\0\0\0") },
	{ "a bad handle", 3, 9, false, false, 0, NULL,
	    BYTES("\0\0\0\4\0\0\0\7Failure\0\0\0\0") },
	{ "a bad handle of CLOSE", 3, 9, false, false, 2, NULL,
	    BYTES("\0\0\0\2\0\0\0\x0cNo such file\0\0\0\0") },
	{ "a bad handle of CLOSE, which version 4 can say", 4, 9, false, false,
	    2, NULL, BYTES("\0\0\0\x09\0\0\0\x0eInvalid handle\0\0\0\2en") },
	{ "a language", 4, 0, false, false, 0, NULL,
	    BYTES("\0\0\0\0\0\0\0\7Success\0\0\0\2en") },
	{ "the system's words", 6, -ENOTDIR, false, false, 0, NULL,
	    BYTES("\0\0\0\x13\0\0\0\x0fNot a directory\0\0\0\2en") },
	{ "a code that 5 lacks", 5, 23, false, false, 0, NULL,
	    BYTES("\0\0\0\4\0\0\0\x11Invalid parameter\0\0\0\2en") },
};

static void
test_statuses(void)
{
	size_t i;

	for (i = 0; i < nitems(statuses); i++) {
		struct request_kind kind = {
			.bad_handle_v3 = statuses[i].bad_handle };
		struct request q = { .id = ID, .kind = &kind,
		    .message = statuses[i].message };

		start(statuses[i].version);
		session.bare_status = statuses[i].bare;
		session.policy.protocol.messages = statuses[i].openssh ?
		    MESSAGES_OPENSSH : MESSAGES_SYSTEM;
		reply_status(&session, &q, statuses[i].outcome);
		ok(frame_is(&session.out, FXP_STATUS, ID, statuses[i].body,
		    statuses[i].len), "STATUS %d: %s", statuses[i].version,
		    statuses[i].title);
	}
	session.policy.protocol.messages = MESSAGES_SYSTEM;
	start(6);
	reply_status(&session, &request, FX_OP_UNSUPPORTED);
	ok(one_frame(&session.out) && frame_word(&session.out) == 8,
	    "STATUS for a request that has no kind");
}

/* The only code with data after its text, in the versions that have it. */
static void
test_unknown_names(void)
{
	static const struct {
		int		 version;
		const char	*body;
		size_t		 len;
	} rows[] = {
		{ 4, BYTES("\0\0\0\4\0\0\0\x11Unknown principal\0\0\0\2en") },
		{ 5, BYTES("\0\0\0\x10\0\0\0\x11Unknown principal\0\0\0\2en"
		    "\0\0\0\3joe\0\0\0\2it") },
		{ 6, BYTES("\0\0\0\x10\0\0\0\x11Unknown principal\0\0\0\2en"
		    "\0\0\0\3joe\0\0\0\2it") },
	};
	static uint8_t joe[] = "joe", it[] = "it";
	struct request q = { .id = ID,
	    .unknown = { 2, { { joe, 3 }, { it, 2 } } } };
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		start(rows[i].version);
		reply_status(&session, &q, FX_UNKNOWN_PRINCIPAL);
		ok(frame_is(&session.out, FXP_STATUS, ID, rows[i].body,
		    rows[i].len), "STATUS %d: unknown names %s",
		    rows[i].version, rows[i].version < 5 ? "are left out" :
		    "follow the text");
	}
	start(6);
	q.unknown = (struct unknown){ 1, { { it, 2 } } };
	reply_status(&session, &q, FX_UNKNOWN_PRINCIPAL);
	ok(frame_is(&session.out, FXP_STATUS, ID, BYTES("\0\0\0\x10\0\0\0\x11"
	    "Unknown principal\0\0\0\2en\0\0\0\2it")),
	    "STATUS 6: one unknown name");
}

static void
test_handle(void)
{
	struct handle h = { .id = 0x0102030405060708, .slot = 3 };

	start(3);
	reply_handle(&session, &request, &h);
	ok(frame_is(&session.out, FXP_HANDLE, ID,
	    BYTES("\0\0\0\x08\1\2\3\4\5\6\7\x08")), "HANDLE");
}

/*
 * DATA is stored first and framed afterwards. Only version 6 has the end flag.
 */
static void
test_data(void)
{
	static const struct {
		int		 version;
		bool		 end;
		const char	*body;
		size_t		 len;
	} rows[] = {
		{ 3, false, BYTES("\0\0\0\3xyz") },
		{ 3, true, BYTES("\0\0\0\3xyz") },
		{ 5, true, BYTES("\0\0\0\3xyz") },
		{ 6, false, BYTES("\0\0\0\3xyz") },
		{ 6, true, BYTES("\0\0\0\3xyz\1") },
	};
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		start(rows[i].version);
		memcpy(reply_data_room(&session, 100000), "xyz", 3);
		reply_data(&session, &request, 3, rows[i].end);
		ok(frame_is(&session.out, FXP_DATA, ID, rows[i].body,
		    rows[i].len), "DATA %d%s", rows[i].version, rows[i].end ?
		    ", the end" : "");
	}
	start(6);
	(void)reply_data_room(&session, 0);
	reply_data(&session, &request, 0, false);
	ok(frame_is(&session.out, FXP_DATA, ID, BYTES("\0\0\0\0")),
	    "DATA of nothing");
}

static void
test_name(void)
{
	static const struct {
		int		 version;
		const char	*body;
		size_t		 len;
	} rows[] = {
		{ 3, BYTES("\0\0\0\1\0\0\0\2/x\0\0\0\2/x\0\0\0\0") },
		{ 4, BYTES("\0\0\0\1\0\0\0\2/x\0\0\0\0\5") },
		{ 5, BYTES("\0\0\0\1\0\0\0\2/x\0\0\0\0\5") },
		{ 6, BYTES("\0\0\0\1\0\0\0\2/x\0\0\0\0\5") },
	};
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		start(rows[i].version);
		reply_name(&session, &request, "/x", NULL);
		ok(frame_is(&session.out, FXP_NAME, ID, rows[i].body,
		    rows[i].len), "NAME %d with one name", rows[i].version);
	}
}

/* Attributes that are sent without being asked for: protocol 3.10. */
static void
test_attrs(void)
{
	static const uint32_t flags[] = {
		[3] = 0x0f, [4] = 0x1ad, [5] = 0x1ad, [6] = 0xa1ad,
	};
	static const struct { uint16_t mode; uint8_t type; } types[] = {
		{ S_IFREG, 1 }, { S_IFDIR, 2 }, { S_IFLNK, 3 },
		{ S_IFSOCK, 6 }, { S_IFCHR, 7 }, { S_IFBLK, 8 },
		{ S_IFIFO, 9 }, { 0, 5 },
	};
	size_t i;
	int v;

	for (v = 3; v <= 6; v++)
		for (i = 0; i < nitems(types); i++) {
			struct statx st = { .stx_mode = types[i].mode | 0644 };
			struct place p = place_fd(-1, "name");
			uint32_t birth = v > 3 && i % 2 == 1 ? 0x10 : 0;
			uint8_t type = v == 4 && types[i].type > 5 ? 4 :
			    types[i].type;

			st.stx_mask = birth != 0 ? STATX_BTIME : 0;
			start(v);
			reply_attrs(&session, &request, &p, &st);
			ok(one_frame(&session.out) &&
			    frame_type(&session.out) == FXP_ATTRS &&
			    frame_word(&session.out) == (flags[v] | birth) &&
			    (v == 3 || session.out.data[13] == type),
			    "ATTRS %d of %#o, flags %#x", v, types[i].mode,
			    frame_word(&session.out));
		}
}

/* As many as fit; a single one is sent whatever its size. */
static void
test_names(void)
{
	static char name[256];
	const struct statx st = { .stx_mode = S_IFREG | 0644 };
	struct names n;
	unsigned count;
	size_t len, before;
	int v;

	for (v = 3; v <= 6; v++)
		for (len = 1; len < sizeof(name); len += 127) {
			memset(name, 'n', len);
			name[len] = '\0';
			start(v);
			reply_names_begin(&session, &request, &n);
			for (count = 0, before = 0; ; count++) {
				before = session.out.len;
				if (!reply_names_add(&session, &n, name, &st,
				    0))
					break;
			}
			ok(session.out.len == before && n.count == count &&
			    count > 50, "NAME %d: the entry that does not fit "
			    "leaves nothing", v);
			reply_names_end(&session, &request, &n, true);
			ok(one_frame(&session.out) &&
			    frame_type(&session.out) == FXP_NAME &&
			    frame_word(&session.out) == count &&
			    session.out.len > 32000 &&
			    session.out.len <= 34000 &&
			    session.out.len == before + (v == 6),
			    "NAME %d: %u names of %zu in %zu bytes", v, count,
			    len, session.out.len);
		}
}

static void
test_statvfs(void)
{
	const struct statvfs st = {
		.f_bsize = 1, .f_frsize = 2, .f_blocks = 3, .f_bfree = 4,
		.f_bavail = 5, .f_files = 6, .f_ffree = 7, .f_favail = 8,
		.f_fsid = 9, .f_flag = ~0ul, .f_namemax = 11,
	};
	bool right = true;
	int i;

	start(3);
	reply_statvfs(&session, &request, &st);
	right = one_frame(&session.out) && session.out.len == 9 + 11 * 8 &&
	    frame_type(&session.out) == FXP_EXTENDED_REPLY;
	for (i = 0; i < 11 && right; i++)
		right = be32_at(session.out.data + 9 + 8 * i) == 0 &&
		    be32_at(session.out.data + 13 + 8 * i) ==
		    /* Read-only and no set-id: 1 and 2 on the wire. */
		    (i == 9 ? 3u : (uint32_t)i + 1);
	ok(right, "statvfs: eleven numbers in order");
}

/* Replies collect: a second one follows the first. */
static void
test_gathering(void)
{
	size_t first;

	start(3);
	reply_name(&session, &request, "/x", NULL);
	first = session.out.len;
	reply_status(&session, &request, 0);
	ok(be32_at(session.out.data) == first - 4 &&
	    be32_at(session.out.data + first) == session.out.len - first - 4,
	    "two replies, two frames");
}

int
main(void)
{
	log_init("test", LOG_LEVEL_QUIET, 0, true);
	setting_defaults(&session.policy);
	test_statuses();
	test_unknown_names();
	test_handle();
	test_data();
	test_name();
	test_attrs();
	test_names();
	test_statvfs();
	test_gathering();
	buf_free(&session.out);
	return done();
}
