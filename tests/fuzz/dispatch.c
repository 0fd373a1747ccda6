/* SPDX-License-Identifier: ISC */
/*
 * Fuzzes the gate in process: two sessions on one tree, any packets. gate.h
 * says what must hold for each reply.
 *
 * The lowest bits of the first byte are the version that the client offers; the
 * other bits and the next three bytes choose the policy of both sessions.
 * Packets follow: two bytes of length and that many bytes. The highest bit of
 * the length chooses the session; the bit below it ends that session and begins
 * another in its place before the packet is run. A packet may be truncated.
 *
 * The sessions must leave no temporary file and no silly name, and each record
 * of log.transfers must be valid.
 *
 * Nothing outside the fuzzer's own directory may be touched, whoever runs it:
 * confine() leaves no path that is absolute or contains "..".
 */
#include "config.h"

#include <sys/param.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <signal.h>
#include <syslog.h>

#include "../unit/gate.h"
#include "../unit/scratch.h"
#include "base/path.h"
#include "conf/conf.h"
#include "conf/path_rules.h"
#include "conf/setting.h"
#include "fuzz.h"
#include "os/charset.h"
#include "os/fs.h"
#include "os/log.h"
#include "os/sink.h"
#include "paths/locate.h"
#include "policy/rights.h"
#include "policy/subtree.h"
#include "request/table.h"
#include "request/xferlog.h"

#define MAX_FILE	(1 << 20)	/* bytes that a file may have */
#define MAX_PACKET	4096

/* Bits of a packet's length. */
#define SECOND_SESSION	0x8000
#define NEXT_SESSION	0x4000

static struct session sessions[2];
static const uint8_t *chosen;	/* the bytes that choose a policy */
static int records;		/* socket of the reader of log.transfers */

/* Further policies, first of all path rules. */
static const char *const written[] = {
	"paths = ("
	" { match = \"/d\"; rights = [ \"list\", \"stat\", \"read\" ]; },"
	" { match = \"/d/*\"; rights = \"all\"; own_rights = \"delete\"; },"
	" { match = \"/e\"; rights = \"none\"; hide = \"h*\"; },"
	" { match = \"/link/x\"; rights = \"list\"; });",

	"profile = \"webex\"; files = { fsync = true; atomic = \"yes\";"
	" mode = { clear = \"022\"; set = \"040\"; }; };"
	"setstat = { mode = \"ignore\"; };",

	"profile = \"dropbox\"; files = { atomic = \"yes\"; };"
	"setstat = { mode = \"refuse\"; };"
	"paths = ({ match = \"/d\"; rights = \"all\";"
	" files = { atomic = \"no\"; }; "
	"rename = { overwrite = \"always\"; }; });",

	"profile = \"write-once\"; files = { hide = \"link\"; };"
	"protocol = { charset = \"ISO-8859-1\"; };",

	"profile = \"force-close\";"
	"limits = { handles = 3; file_size = 100; };"
	"files = { symlinks = \"no-create\"; "
	"dir_mode = { force = \"0750\"; }; };",

	"files = { symlinks = \"no-follow\"; atomic = \"keep\"; };"
	"paths = ({ match = \"/?\"; listings = \"empty\"; },"
	" { match = \"/e\"; files = { atomic = \"no\"; fsync = true; }; });",

	"profile = \"openssh\"; protocol = { charset = \"ISO-8859-1\"; };",
};

/*
 * True if a string of the protocol may begin at `p`: the four bytes before it
 * are a length that ends within the packet.
 */
static bool
may_begin_string(const uint8_t *start, const uint8_t *p, const uint8_t *end)
{
	return p - start >= 4 && be32_at(p - 4) <= (size_t)(end - p);
}

/* Removes absolute paths and ".." from all possible fields. */
static void
confine(uint8_t *start, size_t len)
{
	uint8_t *p, *end = start + len;

	for (p = start; p < end; p++) {
		if (*p == '/' && may_begin_string(start, p, end))
			*p = 'a';
		if (*p == '.' && p > start && p[-1] == '.')
			*p = 'b';
	}
}

/*
 * Replaces "handle" and two bytes by an open handle, since no fuzzer finds its
 * 64 random bits.
 */
static void
fill_in_handles(const struct session *s, uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; s->handles.count > 0 && i + 8 <= len; i++) {
		const struct handle *h;
		uint64_t id;
		int k;

		if (memcmp(p + i, "handle", 6) != 0)
			continue;
		h = handle_at(&s->handles, p[i + 6] % s->handles.count);
		id = h->id;
		for (k = 0; k < 8; k++)
			p[i + (size_t)k] = (uint8_t)(id >> (56 - 8 * k));
	}
}

/* Chooses settings for SETSTAT and hidden names. */
static void
choose_attrs(struct policy *p, uint8_t bits)
{
	static const enum apply applies[] = {
		APPLY, APPLY_IGNORE, APPLY_REFUSE, APPLY,
	};

	p->setstat.mode = applies[bits >> 3 & 3];
	p->setstat.owner = applies[bits >> 4 & 3];
	p->setstat.times = applies[bits >> 5 & 3];
	p->setstat.size = applies[bits >> 6 & 3];
	p->setstat.ignore_denied = (bits & 0x20) != 0;
	p->protocol.hide_extensions = (bits & 0x40) != 0 ? "copy*,l*" : NULL;
	p->files.mode.force = (bits & 0x80) != 0 ? 0640 : -1;
}

/* Chooses the allowed requests and the settings for RENAME. */
static void
choose_policy(struct policy *p, uint8_t bits)
{
	static const char *allow[] = { "*e*,*a*", NULL };
	static const enum overwrite overwrites[] = {
		OVERWRITE_IF_ASKED, OVERWRITE_ALWAYS, OVERWRITE_NEVER,
		OVERWRITE_IF_ASKED,
	};
	static const enum open_handles open_handles[] = {
		HANDLES_KEEP, HANDLES_REOPEN, HANDLES_CLOSE, HANDLES_REOPEN,
	};

	setting_defaults(p);
	p->protocol.max_version = 6;
	p->rename.overwrite = overwrites[bits & 3];
	p->rename.open_handles = open_handles[bits >> 2 & 3];
	p->rename.when = (bits & 0x10) != 0 ? RENAME_WHEN_ALWAYS :
	    RENAME_WHEN_REFUSED;
	p->access.read_only = (bits & 0x20) != 0;
	p->access.allow = (bits & 0x40) != 0 ? allow : NULL;
	if ((bits & 0x80) != 0) {
		p->protocol.messages = MESSAGES_OPENSSH;
		p->protocol.symlink_order = SYMLINK_ORDER_DRAFT;
	}
}

/* Starts resolving paths, as main.c does. */
static void
resolve_paths(struct session *s, bool by_component)
{
	struct policy *p = &s->policy;
	struct fs *fs = &s->fs;
	struct error m;
	char culprit[PATH_MAX];

	if (locate_confine(fs, scratch, strlen(scratch), culprit) != 0)
		fuzz_abort("no root to work in", 0);
	if (path_rules_resolve(p, fs, &m) != 0)
		fuzz_abort(m.text, 0);
	fs->by_component = by_component;
	locate_obey(fs, p);
	if (p->access.protect_startup)
		startup_begin(&s->startup, scratch);
}

/* Chooses the root and the rights. */
static void
choose_jail(struct session *s, uint8_t bits)
{
	static const unsigned rights[] = {
		RIGHTS_ALL, RIGHT_CREATE, RIGHT_LIST | RIGHT_STAT | RIGHT_READ,
		RIGHTS_ALL & ~(unsigned)(RIGHT_READ | RIGHT_MODIFY),
	};
	struct policy *p = &s->policy;

	p->files.atomic = (bits & 0x40) == 0 ? ATOMIC_NO :
	    (bits & 0x20) != 0 ? ATOMIC_YES : ATOMIC_KEEP;
	p->limits.file_size = (bits & 0x80) != 0 ? 64 : 0;
	if ((bits & 1) == 0)
		return;
	p->access.rights = rights[bits >> 2 & 3];
	p->access.own_rights = RIGHT_STAT | RIGHT_DELETE | RIGHT_RENAME;
	p->access.listings = (bits & 0x10) == 0 ? LISTINGS_FULL :
	    (bits & 4) != 0 ? LISTINGS_PERMITTED : LISTINGS_EMPTY;
	p->access.protect_startup = (bits & 0x12) == 0x12;
	p->files.hide = (bits & 0x20) != 0 ? "d*,l*" : NULL;
	resolve_paths(s, (bits & 2) != 0);
}

/* Replaces the policy by one of those written above. */
static void
choose_written(struct session *s, uint8_t bits)
{
	static const struct facts facts = { .user = "me", .home = "/home" };
	const char *rule = written[bits % nitems(written)];
	static const char *const extensions[] = { NULL };
	const char *requests[REQUEST_NAMES_MAX] = { NULL };
	struct conf *c = conf_new(requests, extensions);
	struct policy *p = &s->policy;
	struct error m;
	char text[1024];

	table_names(requests);
	snprintf(text, sizeof(text), "rules = ({ %s });", rule);
	if (conf_text(c, "p", text, strlen(text), &m) != 0 ||
	    conf_resolve(c, &facts, p, &m) != 0)
		fuzz_abort(m.text, (size_t)m.line);
	conf_free(c);
	s->translate = true;
	if (p->protocol.charset != NULL)
		s->charset = charset_open(p->protocol.charset);
	if (p->resolves)
		resolve_paths(s, (bits & 0x80) != 0);
}

static void
leave_jail(struct session *s)
{
	free(s->created.files);
	if (s->fs.resolves)
		close(s->fs.root);
	if (s->charset != NULL)
		charset_close(s->charset);
	policy_free(&s->policy);
}

static void
session_begin(struct session *s)
{
	*s = (struct session){ .client = "fuzz" };
	s->self = (struct ident){ .name = "me", .home = "home" };
	choose_policy(&s->policy, chosen[1]);
	choose_attrs(&s->policy, chosen[0]);
	handles_init(&s->handles, s->fs.cwd);
	if (locate_enter(&s->fs, scratch) != 0)
		fuzz_abort("no directory to work in", 0);
	if (chosen[3] == 0)
		choose_jail(s, chosen[2]);
	else
		choose_written(s, chosen[3]);
}

static void
session_end(struct session *s)
{
	xferlog_forced(s);
	handles_end(&s->handles);
	buf_free(&s->out);
	leave_jail(s);
}

/* Make a directory, a file in it, links to both and a dangling link. */
static void
make_tree(void)
{
	if (mkdir("t", 0777) == -1 || symlink("t", "lt") == -1 ||
	    symlink("t/f", "lf") == -1 || symlink("new", "ln") == -1)
		fuzz_abort("no tree to work in", 0);
	scratch_file("t/f", "old");
}

/*
 * Opens directories that the session closed to itself, and starts over after
 * each.
 */
static int
open_shut(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if ((type != FTW_D && type != FTW_DNR) || (st->st_mode & 0700) == 0700)
		return 0;
	return chmod(path, 0700) == 0 ? 1 : -1;
}

/*
 * True if silly names may remain: temporary files that are kept, those in a
 * directory that the client made inaccessible, and the client's own.
 */
static bool
may_leave_hidden(void)
{
	const struct policy *p = &sessions[0].policy;

	return p->setstat.mode == APPLY || p->files.atomic == ATOMIC_KEEP ||
	    !sessions[0].fs.reserves;
}

static int
remove_below(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (strncmp(path + ftw->base, ".slipway-", 9) == 0 &&
	    !may_leave_hidden())
		fuzz_abort("a silly name is left", 0);
	if (ftw->level > 0)
		(void)remove(path);
	return 0;
}

static void
read_records(void)
{
	char text[1 << 16];
	ssize_t n;

	while ((n = recv(records, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
		text[n] = '\0';
		if (text[0] != '{' || n < 3 || text[n - 2] != '}' ||
		    strlen(text) != (size_t)n || !path_is_utf8(text) ||
		    strcspn(text, "\n") != (size_t)n - 1)
			fuzz_abort("a record that is none", 0);
	}
}

/* Removes the files of the input: the next one finds an empty directory. */
static void
clear_tree(void)
{
	while (nftw(scratch, open_shut, 16, FTW_PHYS) > 0)
		continue;
	(void)nftw(scratch, remove_below, 16, FTW_DEPTH | FTW_PHYS);
}

/* Runs a packet. Returns false when the session has ended. */
static bool
fuzz_packet(struct session *s, const uint8_t *p, size_t len, size_t nth)
{
	uint8_t copy[MAX_PACKET];
	enum verdict verdict;
	const char *fault;

	memcpy(copy, p, len);
	confine(copy, len);
	fill_in_handles(s, copy, len);
	fault = gate_run(s, copy, len, &verdict);
	if (fault != NULL)
		fuzz_abort(fault, nth);
	/* A failed version-select rightly ends the session. */
	if (verdict == VERDICT_FATAL && len >= 5 && !s->fatal)
		fuzz_abort("a whole packet ends the session", nth);
	return verdict == VERDICT_DONE;
}

/* Begin a session and offer it the version that the input chooses. */
static void
greet(struct session *s)
{
	const uint8_t init[] = { FXP_INIT, 0, 0, 0, chosen[0] % 8 };

	session_begin(s);
	(void)fuzz_packet(s, init, sizeof(init), 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct session *s;
	size_t n, nth = 1;
	unsigned head;

	if (len < 4)
		return 0;
	chosen = p;
	make_tree();
	greet(&sessions[0]);
	greet(&sessions[1]);
	for (p += 4, len -= 4; len > 2; p += n, len -= n, nth++) {
		head = (unsigned)(p[0] << 8 | p[1]);
		p += 2;
		len -= 2;
		n = MIN(head % NEXT_SESSION, MIN(len, MAX_PACKET));
		s = &sessions[(head & SECOND_SESSION) != 0];
		if ((head & NEXT_SESSION) != 0) {
			session_end(s);
			greet(s);
		}
		if (n > 0 && !fuzz_packet(s, p, n, nth))
			break;
	}
	session_end(&sessions[1]);
	session_end(&sessions[0]);
	read_records();
	clear_tree();
	return 0;
}

/* The socket needs its name only until it is connected. */
static void
take_records(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	snprintf(to.sun_path, sizeof(to.sun_path), "%.90s/log", scratch);
	records = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(records, (struct sockaddr *)&to, sizeof(to)) == -1)
		fuzz_abort("no socket for records", 0);
	sink_open(to.sun_path, LOG_AUTH);
	unlink(to.sun_path);
}

/* SIGXFSZ is ignored: a file that would grow too large fails with EFBIG. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct rlimit limit = { MAX_FILE, MAX_FILE };

	(void)argc;
	(void)argv;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	scratch_enter();
	/* make-temp-folder must stay in the directory as well. */
	setenv("TMPDIR", scratch, 1);
	fs_umask(0);
	log_init("fuzz", LOG_LEVEL_DEBUG3, LOG_AUTH, true);
	take_records();
	return 0;
}
