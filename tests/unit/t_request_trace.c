/* SPDX-License-Identifier: ISC */
/* The two lines of each request, as OpenSSH's server writes them. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <syslog.h>

#include "capture.h"
#include "files/handle.h"
#include "os/log.h"
#include "request/table.h"
#include "request/trace.h"
#include "tap.h"
#include "wire/sftp.h"

static struct session session;
#define handles	(session.handles)

/* A request with all fields set; each kind prints its own. */
static struct request sample = {
	.id = 4294967295u,
	.object.path = "old \"p\"", .target.path = "new",
	.link_text = "text", .user = "text",
	.data = { NULL, 11 },
	.offset = UINT64_MAX, .length = 22, .target_offset = 33,
	.count = 3000000000u, .desired = 3000000000u,
	.pflags = PF_WRITE | PF_CREAT | PF_TRUNC,
	.attr = { .has = HAS_MODE, .mode = 0100640 },
};

#define OLD	"\"old \\\"p\\\"\""

/* Requests of version 3 by name: the trace and the line in the log. */
static const struct {
	const char	*name;
	int		 debug;		/* its level: 1 or 3 */
	const char	*trace;
	char		 level;		/* I, V or none */
	const char	*line;
} rows[] = {
	{ "open", 3, "open flags -1294967296",
	    'I', "open " OLD " flags WRITE,CREATE,TRUNCATE mode 0100640" },
	{ "close", 3, "close handle 0",
	    'I', "close \"file \\\"h\\\"\" bytes read 5000000000 written 7" },
	{ "read", 1, "read \"file \\\"h\\\"\" (handle 0) off "
	    "18446744073709551615 len 3000000000", 0, NULL },
	{ "write", 1, "write \"file \\\"h\\\"\" (handle 0) off "
	    "18446744073709551615 len 11", 0, NULL },
	{ "lstat", 3, "lstat", 'V', "lstat name " OLD },
	{ "fstat", 1, "fstat \"file \\\"h\\\"\" (handle 0)", 0, NULL },
	{ "setstat", 1, "setstat name " OLD, 0, NULL },
	{ "fsetstat", 1, "fsetstat handle 0", 0, NULL },
	{ "opendir", 3, "opendir", 'I', "opendir " OLD },
	{ "readdir", 1, "readdir \"file \\\"h\\\"\" (handle 0)", 0, NULL },
	{ "remove", 3, "remove", 'I', "remove name " OLD },
	{ "mkdir", 3, "mkdir", 'I', "mkdir name " OLD " mode 0640" },
	{ "rmdir", 3, "rmdir", 'I', "rmdir name " OLD },
	{ "realpath", 3, "realpath", 'V', "realpath " OLD },
	{ "stat", 3, "stat", 'V', "stat name " OLD },
	{ "rename", 3, "rename", 'I', "rename old " OLD " new \"new\"" },
	{ "readlink", 3, "readlink", 'V', "readlink " OLD },
	{ "symlink", 3, "symlink", 'I', "symlink old \"text\" new " OLD },
	{ "posix-rename", 3, "posix-rename",
	    'I', "posix-rename old " OLD " new \"new\"" },
	{ "statvfs", 3, "statvfs", 'I', "statvfs " OLD },
	{ "fstatvfs", 1, "fstatvfs \"file \\\"h\\\"\" (handle 0)", 0, NULL },
	{ "hardlink", 3, "hardlink",
	    'I', "hardlink old " OLD " new \"new\"" },
	{ "fsync", 3, "fsync (handle 0)", 'V', "fsync \"file \\\"h\\\"\"" },
	{ "lsetstat", 1, "lsetstat name " OLD, 0, NULL },
	{ "limits", 1, "limits", 0, NULL },
	{ "expand-path", 3, "expand, original " OLD, 0, NULL },
	{ "copy-data", 1, "copy-data from \"file \\\"h\\\"\" (handle 0) off "
	    "18446744073709551615 len 22 to \"other\" (handle 1) off 33",
	    0, NULL },
	{ "home-directory", 3, "home-directory \"text\"", 0, NULL },
	{ "users-groups-by-id", 0, NULL, 0, NULL },
};

static const struct request_kind *
find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < table_len; i++)
		if (strcmp(table_kinds[i].name, name) == 0 &&
		    table_kinds[i].forms[0].since == 3)
			return &table_kinds[i];
	return NULL;
}

static const char *
trace(const struct request_kind *kind, const struct request *from,
    enum log_level level)
{
	struct request q = *from;

	q.kind = kind;
	log_init("test", level, LOG_AUTH, true);
	capture_start();
	trace_request(&q);
	return capture_end();
}

static void
test_rows(void)
{
	char want[1024];
	size_t i;
	int level;

	for (i = 0; i < nitems(rows); i++)
		for (level = LOG_LEVEL_QUIET; level <= LOG_LEVEL_DEBUG3;
		    level++) {
			const struct request_kind *kind =
			    find_kind(rows[i].name);
			const char *text;

			want[0] = '\0';
			if (rows[i].trace != NULL && level >= (rows[i].debug
			    == 1 ? LOG_LEVEL_DEBUG1 : LOG_LEVEL_DEBUG3))
				snprintf(want, sizeof(want),
				    "debug%d: request 4294967295: %s\r\n",
				    rows[i].debug, rows[i].trace);
			if (rows[i].line != NULL && level >= (rows[i].level ==
			    'I' ? LOG_LEVEL_INFO : LOG_LEVEL_VERBOSE))
				snprintf(want + strlen(want), sizeof(want) -
				    strlen(want), "%s\r\n", rows[i].line);
			text = kind == NULL ? "no kind" : trace(kind, &sample,
			    (enum log_level)level);
			ok(strcmp(text, want) == 0, "%s at level %d",
			    rows[i].name, level);
			if (strcmp(text, want) != 0)
				printf("# got  %s# want %s\n", text, want);
		}
}

/* Fields that a client leaves out or sends wrong are logged as OpenSSH does. */
static void
test_special(void)
{
	static const struct {
		const char	*name, *text;
	} special[] = {
		{ "open", "open \"old\" flags  mode 0666\r\n" },
		{ "mkdir", "mkdir name \"old\" mode 0777\r\n" },
		{ "close", "closedir \"(null)\"\r\n" },
	};
	struct request q = { .object.path = "old" };
	size_t i;

	for (i = 0; i < nitems(special); i++)
		ok(strcmp(trace(find_kind(special[i].name), &q,
		    LOG_LEVEL_INFO), special[i].text) == 0,
		    "%s without its fields: %s", special[i].name,
		    i < 2 ? "the usual mode" : "no such handle");
	ok(strcmp(trace(find_kind("read"), &q, LOG_LEVEL_DEBUG1), "debug1: "
	    "request 0: read \"(null)\" (handle -1) off 0 len 0\r\n") == 0,
	    "an unknown handle is (null) and -1");
	ok(strcmp(trace(find_kind("fstat"), &q, LOG_LEVEL_DEBUG1), "debug1: "
	    "request 0: fstat \"(null)\" (handle 4294967295)\r\n") == 0,
	    "or 4294967295, where OpenSSH prints it so");
	q.object.path = "x\" flags READ mode 0\x1b";
	ok(strcmp(trace(find_kind("rmdir"), &q, LOG_LEVEL_INFO),
	    "rmdir name \"x\\\" flags READ mode 0\\033\"\r\n") == 0,
	    "no name can forge a field");
	q.object.handle = handle_new(&handles, HANDLE_DIR, -1, 0, "a dir");
	ok(strcmp(trace(find_kind("close"), &q, LOG_LEVEL_INFO),
	    "closedir \"a dir\"\r\n") == 0, "a directory is closed as one");
	(void)handle_close(&handles, q.object.handle);
}

static void
test_pflags(void)
{
	static const char *const names[] = {
		"READ", "WRITE", "APPEND", "CREATE", "TRUNCATE", "EXCL",
	};
	uint32_t pflags;
	bool right = true;

	for (pflags = 0; pflags < 256; pflags++) {
		char to[64], want[64] = "";
		size_t i;

		for (i = 0; i < nitems(names); i++) {
			if ((pflags & 1u << i) == 0)
				continue;
			if (want[0] != '\0')
				strcat(want, ",");
			strcat(want, names[i]);
		}
		field_words(field_pflags, pflags, to);
		right &= strcmp(to, want) == 0;
	}
	ok(right, "known open flags are printed by name");
}

/* Handles that the client left open are logged as forced, in their order. */
static void
test_forced(void)
{
	struct handle *h;

	handles_end(&handles);
	handles_init(&handles, "/");
	h = handle_new(&handles, HANDLE_FILE, -1, O_RDWR, "a \"b\"\n");
	h->bytes_read = UINT64_C(5000000000);
	h->bytes_written = 7;
	(void)handle_close(&handles, handle_new(&handles, HANDLE_FILE, -1,
	    O_RDWR, "gone"));
	handle_new(&handles, HANDLE_DIR, -1, O_RDWR, "d");
	log_init("test", LOG_LEVEL_INFO, LOG_AUTH, true);
	capture_start();
	trace_forced(&session);
	ok(strcmp(capture_end(), "forced close \"a \\\"b\\\"\n\" bytes read "
	    "5000000000 written 7\r\nforced closedir \"d\"\r\n") == 0,
	    "open handles are closed and logged");
	ok(handles.open == 0, "nothing stays open");
}

int
main(void)
{
	handles_init(&handles, "/");
	sample.object.handle = handle_new(&handles, HANDLE_FILE, -1, 0,
	    "file \"h\"");
	sample.object.handle->bytes_read = UINT64_C(5000000000);
	sample.object.handle->bytes_written = 7;
	sample.target.handle = handle_new(&handles, HANDLE_FILE, -1, 0,
	    "other");
	test_rows();
	test_special();
	test_pflags();
	test_forced();
	log_init("test", LOG_LEVEL_QUIET, LOG_AUTH, true);
	handles_end(&handles);
	return done();
}
