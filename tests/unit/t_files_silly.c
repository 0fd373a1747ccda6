/* SPDX-License-Identifier: ISC */
/*
 * Tests of silly names: which are stale, and the retries of a removal that
 * fails.
 */
#include "config.h"

#include <sys/syscall.h>
#include <sys/xattr.h>

#include <stdarg.h>
#include <syslog.h>
#include <time.h>

#include "base/path.h"
#include "capture.h"
#include "files/handle.h"
#include "files/silly.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/log.h"
#include "scratch.h"
#include "tap.h"

#define NAME	".slipway-0123456789abcdefghijAB-part"
#define MARK	"user.slipway.name"
#define NOBODY	65534

static bool
exists(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static bool
clear(int64_t now, bool kept)
{
	struct place p = place_entry(AT_FDCWD, NAME);
	bool cleared;

	capture_start();
	cleared = silly_clear(&p, now, kept) == 0;
	(void)capture_end();
	return cleared;
}

static mode_t
mode(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? st.st_mode : 0;
}

static int64_t
changed(void)
{
	struct stat st;

	return stat(NAME, &st) == 0 ? st.st_ctim.tv_sec : 0;
}

/* Sets the age of files and checks which are removed. */
static void
test_age(void)
{
	static const struct {
		int64_t	ago;
		bool	cleared;
	} rows[] = {
		{ INT64_MIN, false }, { -1, false }, { 0, false },
		{ SILLY_STALE - 1, false }, { SILLY_STALE, true },
		{ INT64_MAX, true },
	};
	int64_t now;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scratch_file(NAME, "left");
		now = rows[i].ago == INT64_MIN || rows[i].ago == INT64_MAX ?
		    rows[i].ago : changed() + rows[i].ago;
		ok(clear(now, false) == rows[i].cleared &&
		    exists(NAME) != rows[i].cleared,
		    "unchanged for %lld s: %s", (long long)rows[i].ago,
		    rows[i].cleared ? "stale" : "not stale");
	}
}

static int
locked(int how, short type)
{
	struct flock fl = { .l_type = type, .l_whence = SEEK_SET,
	    .l_start = INT64_MAX, .l_len = 1 };
	int fd = open(NAME, how);

	return fd != -1 && fcntl(fd, F_OFD_SETLK, &fl) == 0 ? fd : -1;
}

/*
 * Answers as a GlusterFS brick that was restarted: a test for a lock finds
 * none, whatever is locked. Only this program has the function.
 */
int
fcntl(int fd, int cmd, ...)
{
	struct flock *fl;
	va_list args;
	long arg;

	va_start(args, cmd);
	arg = va_arg(args, long);
	va_end(args);
	if (cmd != F_OFD_GETLK)
		return (int)syscall(SYS_fcntl, fd, cmd, arg);
	fl = (struct flock *)arg;
	fl->l_type = F_UNLCK;
	return 0;
}

/* A file that nobody may write to is opened by its owner all the same. */
static void
test_read_only(void)
{
	int fd;

	scratch_file(NAME, "left");
	ok(chmod(NAME, 0444) == 0 && (geteuid() != 0 ||
	    (chmod(".", 0777) == 0 && chown(NAME, NOBODY, NOBODY) == 0 &&
	    seteuid(NOBODY) == 0)),
	    "an ordinary user has a read-only file");
	fd = locked(O_RDONLY, F_RDLCK);
	ok(fd != -1 && !clear(INT64_MAX, false) && exists(NAME),
	    "it stays while another session reads it");
	ok((mode(NAME) & 07777) == 0444, "its mode is as before");
	close(fd);
	ok(clear(INT64_MAX, false) && !exists(NAME),
	    "it is removed once it is unlocked");
	ok(seteuid(getuid()) == 0, "the user is who it was");
}

static void
test_locks(void)
{
	static const struct {
		int	how;
		short	type;
	} rows[] = { { O_RDWR, F_WRLCK }, { O_RDONLY, F_RDLCK } };
	size_t i;
	int fd;

	for (i = 0; i < 2; i++) {
		scratch_file(NAME, "left");
		fd = locked(rows[i].how, rows[i].type);
		ok(fd != -1 && !clear(INT64_MAX, false),
		    "a file that is locked to %s stays", i == 0 ? "write" :
		    "read");
		close(fd);
		ok(clear(INT64_MAX, false),
		    "it is removed once it is unlocked");
	}
}

/*
 * Sets marks and ages, and checks which files are removed with and without
 * `kept`.
 */
static void
test_marks(void)
{
	static const struct {
		const char *mark;
		bool	kept, old, cleared;
	} rows[] = {
		{ "f", false, true, false }, { "/f", false, true, false },
		{ "f", true, false, true }, { "/f", true, false, false },
		{ "/f", true, true, true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)unlink(NAME);
		scratch_file(NAME, "left");
		if (setxattr(NAME, MARK, rows[i].mark, strlen(rows[i].mark),
		    0) == -1) {
			ok(true, "# skip no user attributes here");
			continue;
		}
		ok(clear(rows[i].old ? INT64_MAX : changed(), rows[i].kept) ==
		    rows[i].cleared, "marked \"%s\", %s, %s: %s", rows[i].mark,
		    rows[i].old ? "old" : "young", rows[i].kept ?
		    "together with kept files" : "without", rows[i].cleared ?
		    "removed" : "stays");
	}
	(void)unlink(NAME);
}

static void
test_no_files(void)
{
	ok(mkdir(NAME, 0700) == 0 && !clear(INT64_MAX, true),
	    "a directory stays");
	(void)rmdir(NAME);
	scratch_file("f", "text");
	ok(symlink("f", NAME) == 0 && !clear(INT64_MAX, true) &&
	    scratch_holds("f", "text"), "a link and its target stay");
	(void)unlink(NAME);
	ok(mkfifo(NAME, 0600) == 0 && !clear(INT64_MAX, true), "a FIFO stays");
	(void)unlink(NAME);
	ok(!clear(INT64_MAX, true), "a missing file is not removed");
}

static void
test_now(void)
{
	struct silly_list list = LIST_HEAD_INITIALIZER(list);
	time_t before = time(NULL);
	struct timespec after;
	int64_t now = 0;
	int r, fd = open(".", O_PATH | O_DIRECTORY);

	r = silly_now(&list, fd, &now);
	/* The file system's clock may lag by a tick, and so may time(2). */
	clock_gettime(CLOCK_REALTIME, &after);
	ok(r == 0 && now >= before - 1 && now <= after.tv_sec,
	    "the time by the clock of the file system");
	close(fd);
	ok(silly_now(&list, -1, &now) != 0,
	    "no time if no file can be created");
}

/* Returns a silly name that cannot be removed because it is a directory. */
static struct silly *
refused(struct silly_list *list, struct place *p)
{
	struct place beside = place_entry(AT_FDCWD, "f");
	struct silly *h = silly_new(list, &beside, SILLY_OLD, p);

	(void)mkdirat(p->dirfd, p->name, 0700);
	silly_taken(h);
	return h;
}

static void
test_retries(void)
{
	static const unsigned waits[] = { 20, 40, 80, 160, 0 };
	struct handles hs;
	struct place p;
	char name[NAME_MAX + 1];
	unsigned wait = 0;
	uint64_t now;
	bool right = true;
	size_t i;

	handles_init(&hs, "/");
	silly_release(refused(&hs.leaving, &p));
	snprintf(name, sizeof(name), "%s", p.name);
	capture_start();
	now = clock_ms() + 10;
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		wait = silly_retry(&hs.leaving, now);
		right = right && wait == waits[i];
		now += wait;
	}
	ok(strstr(capture_end(), "cannot remove") != NULL && right &&
	    LIST_EMPTY(&hs.leaving) && exists(name),
	    "a removal is tried after 10, 20, 40, 80 and 160 ms");
	silly_release(refused(&hs.leaving, &p));
	now = clock_ms();
	wait = silly_retry(&hs.leaving, now);
	ok(wait > 0 && wait <= 10, "no retry before it is due");
	(void)unlinkat(AT_FDCWD, p.name, AT_REMOVEDIR);
	ok(silly_retry(&hs.leaving, now + 10) == 0 &&
	    LIST_EMPTY(&hs.leaving), "no retry after the file is gone");
	handles_end(&hs);
}

int
main(void)
{
	scratch_enter();
	log_init("test", LOG_LEVEL_INFO, LOG_AUTH, true);
	test_age();
	test_locks();
	test_read_only();
	test_marks();
	test_no_files();
	test_now();
	test_retries();
	return done();
}
