/* SPDX-License-Identifier: ISC */
/*
 * Fuzzing the gate, in process: one session, any packets, and gate.h says
 * what must be true of each answer.
 *
 * The lowest bits of the first byte are the version that is offered; the
 * others, and the next two bytes, choose a policy. Then come packets: two
 * bytes of length and so many bytes. A packet without its last bytes is one as
 * well.
 *
 * Nothing outside a directory of its own may be touched, whoever runs this:
 * confine() leaves no path that is absolute or goes up.
 */
#include "config.h"

#include <sys/resource.h>

#include <signal.h>
#include <syslog.h>

#include "../unit/gate.h"
#include "../unit/scratch.h"
#include "fuzz.h"
#include "policy/rights.h"
#include "system/fs.h"
#include "system/log.h"

#define MAX_FILE	(1 << 20)	/* bytes that a file may grow to */
#define MAX_PACKET	4096

static struct session session;

/*
 * Could a string of the protocol begin at `p`? Then the four bytes before it
 * are a length, and it ends within the packet.
 */
static bool
may_begin_string(const uint8_t *start, const uint8_t *p, const uint8_t *end)
{
	return p - start >= 4 && be32_at(p - 4) <= (size_t)(end - p);
}

/* No absolute path and no "..", wherever the fields may be. */
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
 * A handle has 64 random bits that no fuzzer finds. "handle" and two bytes
 * stand for one that is open.
 */
static void
fill_in_handles(uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; session.handles.count > 0 && i + 8 <= len; i++) {
		const struct handle *h;
		uint64_t id;
		int k;

		if (memcmp(p + i, "handle", 6) != 0)
			continue;
		h = handle_at(&session.handles,
		    p[i + 6] % session.handles.count);
		id = h->id;
		for (k = 0; k < 8; k++)
			p[i + (size_t)k] = (uint8_t)(id >> (56 - 8 * k));
	}
}

/* What may be set, and what is hidden. */
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

/* What may be asked, and what becomes of a rename. */
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

	policy_init(p);
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

/* Where the session is, and what it may do there. */
static void
choose_jail(uint8_t bits)
{
	static const unsigned rights[] = {
		RIGHTS_ALL, RIGHT_CREATE, RIGHT_LIST | RIGHT_STAT | RIGHT_READ,
		RIGHTS_ALL & ~(unsigned)(RIGHT_READ | RIGHT_MODIFY),
	};
	struct policy *p = &session.policy;
	struct fs *fs = &session.fs;
	const char *culprit;

	p->files.atomic = (bits & 0x40) == 0 ? ATOMIC_NO :
	    (bits & 0x20) != 0 ? ATOMIC_YES : ATOMIC_KEEP;
	p->limits.file_size = (bits & 0x80) != 0 ? 64 : 0;
	if ((bits & 1) == 0)
		return;
	if (fs_confine(fs, scratch, strlen(scratch), &culprit) != 0)
		fuzz_abort("no root to work in", 0);
	fs->by_component = (bits & 2) != 0;
	p->access.rights = rights[bits >> 2 & 3];
	p->access.own_rights = RIGHT_STAT | RIGHT_DELETE | RIGHT_RENAME;
	p->access.empty_listings = (bits & 0x10) != 0;
	p->files.hide = (bits & 0x20) != 0 ? "d*,l*" : NULL;
	fs->policy = p;
	fs->hides = fs->names = p->files.hide != NULL;
	if ((bits & 0x12) == 0x12)
		startup_begin(&session.startup, scratch);
}

static void
leave_jail(void)
{
	free(session.own.files);
	if (session.fs.walks)
		close(session.fs.root);
	if (session.startup.on)
		close(session.startup.home);
}

static void
session_begin(uint8_t attrs, uint8_t policy, uint8_t jail)
{
	session = (struct session){ .client = "fuzz" };
	session.self = (struct ident){ .name = "me", .home = "home" };
	choose_policy(&session.policy, policy);
	choose_attrs(&session.policy, attrs);
	handles_init(&session.handles);
	if (fs_enter(&session.fs, scratch) != 0)
		fuzz_abort("no directory to work in", 0);
	choose_jail(jail);
}

static int
remove_below(const char *path, const struct stat *st, int type,
    struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (ftw->level > 0)
		(void)remove(path);
	return 0;
}

/* For the next input everything is as it was. */
static void
session_end(void)
{
	handles_end(&session.handles);
	buf_free(&session.out);
	leave_jail();
	(void)chmod(scratch, 0700);
	(void)nftw(scratch, remove_below, 16, FTW_DEPTH | FTW_PHYS);
}

/* Returns false when the session is over. */
static bool
fuzz_packet(const uint8_t *p, size_t len, size_t nth)
{
	uint8_t copy[MAX_PACKET];
	enum verdict verdict;
	const char *fault;

	memcpy(copy, p, len);
	confine(copy, len);
	fill_in_handles(copy, len);
	fault = gate_run(&session, copy, len, &verdict);
	if (fault != NULL)
		fuzz_abort(fault, nth);
	/* A version-select that fails ends the session, and rightly. */
	if (verdict == VERDICT_FATAL && len >= 5 && !session.refused)
		fuzz_abort("a whole packet ends the session", nth);
	return verdict == VERDICT_DONE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	uint8_t init[] = { FXP_INIT, 0, 0, 0, 0 };
	size_t n, nth = 1;

	if (len < 3)
		return 0;
	session_begin(p[0], p[1], p[2]);
	init[4] = p[0] % 8;
	(void)fuzz_packet(init, sizeof(init), 0);
	for (p += 3, len -= 3; len > 2; p += n, len -= n, nth++) {
		n = (size_t)(p[0] << 8 | p[1]);
		p += 2;
		len -= 2;
		n = n > len ? len : n;
		n = n > MAX_PACKET ? MAX_PACKET : n;
		if (n > 0 && !fuzz_packet(p, n, nth))
			break;
	}
	session_end();
	return 0;
}

/* SIGXFSZ is ignored: what would grow too large fails with EFBIG. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct rlimit limit = { MAX_FILE, MAX_FILE };

	(void)argc;
	(void)argv;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	scratch_enter();
	/* make-temp-folder: there, too. */
	setenv("TMPDIR", scratch, 1);
	fs_umask(0);
	log_init("fuzz", LOG_LEVEL_DEBUG3, LOG_AUTH, true);
	return 0;
}
