/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <syslog.h>

#include "conf/setting.h"
#include "gate.h"
#include "os/fs.h"
#include "os/log.h"
#include "paths/locate.h"
#include "request/table.h"
#include "scratch.h"
#include "tap.h"

#define ID	0xdeadbeef

static struct session session;

static void
session_begin(int version, bool read_only)
{
	session = (struct session){ .version = version, .client = "test" };
	setting_defaults(&session.policy);
	session.policy.protocol.max_version = 6;
	session.policy.access.read_only = read_only;
	session.self = (struct ident){ .uid = 0, .name = "me", .home = "/h" };
	handles_init(&session.handles, session.fs.cwd);
	if (locate_enter(&session.fs, NULL) != 0)
		exit(1);
}

static void
session_end(void)
{
	handles_end(&session.handles);
	buf_free(&session.out);
}

/* A request under construction. */
static struct buf packet;

static void
begin(uint8_t type)
{
	packet.len = 0;
	put_u8(&packet, type);
	put_u32(&packet, ID);
}

static void
begin_extended(const char *name)
{
	begin(FXP_EXTENDED);
	put_cstr(&packet, name);
}

/* Runs the request; true if nothing is wrong and the reply has that type. */
static bool
answers(uint8_t type)
{
	enum verdict verdict;
	const char *fault = gate_run(&session, packet.data, packet.len,
	    &verdict);

	if (fault != NULL)
		printf("# %s\n", fault);
	return fault == NULL && verdict == VERDICT_DONE &&
	    frame_type(&session.out) == type;
}

static bool
answers_status(uint32_t code)
{
	return answers(FXP_STATUS) && frame_word(&session.out) == code;
}

/*
 * Each type in each version, with meaningless bodies, gets one reply. The
 * session is read-only, since some bodies might mean something.
 */
static void
test_any_packet(void)
{
	static const char fills[] = { 0, 1, 8, 'a', '\x7f', '\xff' };
	int v, type;
	size_t i, len;

	for (v = 3; v <= 6; v++) {
		unsigned wrong = 0;

		session_begin(v, true);
		for (type = 0; type < 256; type++)
			for (i = 0; i < nitems(fills); i++)
				for (len = 0; len < 64; len++) {
					enum verdict verdict;

					if (type == FXP_INIT)
						continue;
					begin((uint8_t)type);
					memset(buf_room(&packet, len),
					    fills[i], len);
					packet.len += len;
					wrong += gate_run(&session,
					    packet.data, packet.len, &verdict)
					    != NULL ||
					    verdict != VERDICT_DONE;
				}
		ok(wrong == 0, "version %d: any type and body has one reply "
		    "(%u do not)", v, wrong);
		session_end();
	}
}

static bool
is_known(uint8_t type, int version)
{
	struct request q = { .id = 0 };
	struct table_index index = { 0 };

	return table_find(&index, &q, type, version);
}

/* No request of that type, or none in that version. */
static void
test_unknown(void)
{
	static const char *const names[] = {
		"", "nonsense@example.org", "posix-rename@openssh.comm",
		"posix-rename@openssh.co", "POSIX-RENAME@OPENSSH.COM",
		"limits@openssh.com ",
	};
	int v, type;
	size_t i;

	for (v = 3; v <= 6; v++) {
		bool right = true;

		session_begin(v, false);
		for (type = 0; type < 256; type++) {
			if (type == FXP_INIT || type == FXP_EXTENDED ||
			    is_known((uint8_t)type, v))
				continue;
			begin((uint8_t)type);
			right &= answers_status(FX_OP_UNSUPPORTED);
		}
		ok(right, "version %d: unknown types are unsupported", v);
		for (i = 0; i < nitems(names); i++) {
			begin_extended(names[i]);
			ok(answers_status(FX_OP_UNSUPPORTED),
			    "version %d: no extension \"%s\"", v, names[i]);
		}
		begin(FXP_EXTENDED);
		put_str(&packet, "limits@openssh.com\0x", 20);
		ok(answers_status(FX_OP_UNSUPPORTED),
		    "version %d: an extension's name has no zero byte", v);
		begin(FXP_EXTENDED);
		put_u32(&packet, 100);
		ok(answers_status(FX_BAD_MESSAGE),
		    "version %d: an extension's name fits the packet", v);
		session_end();
	}
}

/* A packet without an id has no reply and ends the session. */
static void
test_fatal(void)
{
	static const struct {
		int		 version;
		const char	*bytes;
		size_t		 len;
	} rows[] = {
		{ 0, "\3\0\0\0\1", 5 }, { 0, "\xc8\0\0\0\1", 5 },
		{ 0, "\4", 1 }, { 3, "\4", 1 }, { 3, "\4\0\0\0", 4 },
		{ 6, "\xc8\0\0\0", 4 }, { 0, "\1", 1 }, { 3, "\1\0\0\0", 4 },
		{ 3, "\xff", 1 },
	};
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		enum verdict verdict;

		session_begin(rows[i].version, false);
		(void)gate_run(&session, (const uint8_t *)rows[i].bytes,
		    rows[i].len, &verdict);
		ok(verdict == VERDICT_FATAL && session.out.len == 0,
		    "version %d: type %u in %zu bytes ends the session",
		    rows[i].version, (uint8_t)rows[i].bytes[0], rows[i].len);
		session_end();
	}
}

/* A request whose name is refused is not decoded. */
static void
test_refused(void)
{
	static const char *allow[] = { "re*,limits", NULL };
	int v;

	for (v = 3; v <= 6; v++) {
		session_begin(v, true);
		session.policy.access.deny = "opendir,*statvfs";
		session.policy.access.allow = allow;
		begin(FXP_REMOVE);
		ok(answers_status(FX_PERMISSION_DENIED),
		    "version %d: a read-only session refuses a truncated "
		    "request", v);
		begin(FXP_OPENDIR);
		ok(answers_status(FX_PERMISSION_DENIED),
		    "version %d: a denied name", v);
		begin(FXP_CLOSE);
		ok(answers_status(FX_PERMISSION_DENIED),
		    "version %d: a name that is not allowed", v);
		begin_extended("fstatvfs@openssh.com");
		ok(answers_status(FX_PERMISSION_DENIED),
		    "version %d: a denied extension", v);
		begin(FXP_READLINK);
		ok(answers_status(FX_BAD_MESSAGE),
		    "version %d: an allowed name, and cut", v);
		begin_extended("limits@openssh.com");
		ok(answers(FXP_EXTENDED_REPLY),
		    "version %d: an allowed extension", v);
		session_end();
	}
}

static void
put_no_attrs(int version)
{
	put_u32(&packet, 0);
	if (version > 3)
		put_u8(&packet, TYPE_UNKNOWN);
}

/* Opens a new file for reading and writing. */
static void
put_create(const char *name, int version)
{
	begin(FXP_OPEN);
	put_cstr(&packet, name);
	if (version > 4) {
		put_u32(&packet, ACE_READ_DATA | ACE_WRITE_DATA);
		put_u32(&packet, FXF_CREATE_NEW);
	} else {
		put_u32(&packet, PF_READ | PF_WRITE | PF_CREAT | PF_EXCL);
	}
	put_no_attrs(version);
}

/* Puts the handle in the last reply into a new request. */
static void
begin_on(uint8_t type, const uint8_t handle[HANDLE_ID_LEN])
{
	begin(type);
	put_str(&packet, handle, HANDLE_ID_LEN);
}

/* A file is created, written, read, listed, closed and removed. */
static void
test_life(int v)
{
	uint8_t file[HANDLE_ID_LEN], dir[HANDLE_ID_LEN];
	const bool data6 = v == 6;

	session_begin(v, false);
	put_create("life", v);
	ok(answers(FXP_HANDLE), "version %d: OPEN", v);
	memcpy(file, session.out.data + 13, sizeof(file));
	begin_on(FXP_WRITE, file);
	put_u64(&packet, 2);
	put_str(&packet, "x\0y", 3);
	ok(answers_status(FX_OK), "version %d: WRITE", v);
	begin_on(FXP_READ, file);
	put_u64(&packet, 0);
	put_u32(&packet, 100);
	ok(answers(FXP_DATA) && session.out.len == 13u + 5 + data6 &&
	    memcmp(session.out.data + 13, "\0\0x\0y", 5) == 0,
	    "version %d: READ", v);
	begin_on(FXP_READ, file);
	put_u64(&packet, 5);
	put_u32(&packet, 1);
	ok(answers_status(FX_EOF), "version %d: READ at the end", v);
	begin_on(FXP_READDIR, file);
	ok(answers_status(v == 3 ? FX_FAILURE : FX_INVALID_HANDLE),
	    "version %d: READDIR of a file", v);
	begin(FXP_OPENDIR);
	put_cstr(&packet, ".");
	ok(answers(FXP_HANDLE), "version %d: OPENDIR", v);
	memcpy(dir, session.out.data + 13, sizeof(dir));
	begin_on(FXP_READDIR, dir);
	ok(answers(FXP_NAME) && frame_word(&session.out) == 3,
	    "version %d: READDIR", v);
	ok(answers_status(FX_EOF) && answers_status(FX_EOF),
	    "version %d: READDIR at the end, twice", v);
	begin_on(FXP_CLOSE, dir);
	ok(answers_status(FX_OK), "version %d: CLOSE of a directory", v);
	begin_on(FXP_CLOSE, file);
	put_cstr(&packet, "more than was asked for");
	ok(answers_status(FX_OK), "version %d: CLOSE, with bytes behind it",
	    v);
	ok(answers_status(v == 3 ? FX_NO_SUCH_FILE : FX_INVALID_HANDLE),
	    "version %d: CLOSE of a closed handle", v);
	begin(FXP_REMOVE);
	put_str(&packet, "li\0fe", 5);
	ok(answers_status(v == 6 ? FX_INVALID_FILENAME : FX_BAD_MESSAGE),
	    "version %d: no name has a zero byte", v);
	begin(FXP_REMOVE);
	put_cstr(&packet, "life");
	ok(answers_status(FX_OK) && answers_status(FX_NO_SUCH_FILE),
	    "version %d: REMOVE, once", v);
	session_end();
}

/* The effects of an OPEN are known only when it is decoded; -R refuses them. */
static void
test_open_read_only(void)
{
	uint32_t pflags;
	bool right = true;

	scratch_file("there", "text");
	session_begin(3, true);
	for (pflags = 0; pflags < 64; pflags++) {
		bool changes = (pflags & (PF_WRITE | PF_CREAT | PF_TRUNC)) != 0;

		begin(FXP_OPEN);
		put_cstr(&packet, "there");
		put_u32(&packet, pflags);
		put_no_attrs(3);
		right &= changes ? answers_status(FX_PERMISSION_DENIED) :
		    answers(FXP_HANDLE);
	}
	ok(right && scratch_holds("there", "text"),
	    "a read-only session opens files only for reading");
	session_end();
	(void)unlink("there");
}

/* A client of a version below 3 gets codes without text. */
static void
test_bare(void)
{
	enum verdict verdict;

	session_begin(0, false);
	(void)gate_run(&session, (const uint8_t *)"\1\0\0\0\2", 5, &verdict);
	begin(FXP_CLOSE);
	put_cstr(&packet, "none");
	ok(verdict == VERDICT_DONE && answers_status(FX_NO_SUCH_FILE) &&
	    session.out.len == 13, "STATUS for version 2 is a code");
	session_end();
}

/* Opens a directory and lists it once, with a stream at an invalid position. */
static struct handle *
list_once(int slot, bool breaks_off)
{
	struct handle *h;
	int error;

	begin(FXP_OPENDIR);
	put_cstr(&packet, ".");
	if (!answers(FXP_HANDLE))
		return NULL;
	h = handle_at(&session.handles, slot);
	if (breaks_off) {
		handle_unread_entry(h, handle_next_entry(&session.handles, h,
		    &error));
		h->pin = h->fd;
		h->fd = -1;
		h->dir->next = UINT64_MAX;
	}
	begin(FXP_READDIR);
	put_u32(&packet, HANDLE_ID_LEN);
	put_u64(&packet, h->id);
	return answers(FXP_NAME) ? h : NULL;
}

/*
 * An error after some entries is reported by the next READDIR, so that a client
 * does not take the listing for complete. In version 3 it is the end.
 */
static void
test_listing_that_breaks_off(int v)
{
	size_t whole;

	session_begin(v, false);
	ok(list_once(0, false) != NULL, "version %d: a directory", v);
	whole = session.out.len;
	ok(list_once(1, true) != NULL &&
	    session.out.len == whole - (v == 6),
	    "version %d: the entries are sent without the end flag", v);
	/* The packet asks again. */
	ok(answers_status(v == 3 ? FX_EOF :
	    v < 6 ? FX_FAILURE : FX_INVALID_PARAMETER),
	    "version %d: the next READDIR sends the error", v);
	session_end();
}

int
main(void)
{
	int v;

	log_init("test", LOG_LEVEL_QUIET, LOG_AUTH, true);
	scratch_enter();
	test_any_packet();
	test_unknown();
	test_fatal();
	test_refused();
	for (v = 3; v <= 6; v++)
		if (is_known(FXP_OPEN, v))
			test_life(v);
	for (v = 3; v <= 6; v++)
		test_listing_that_breaks_off(v);
	test_open_read_only();
	test_bare();
	buf_free(&packet);
	return done();
}
