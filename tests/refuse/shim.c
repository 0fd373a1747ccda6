/* SPDX-License-Identifier: ISC */
/*
 * A file system that rejects calls, for one process: preloaded into the server,
 * it makes system calls fail as SMB mounts and similar ones do, and logs the
 * calls. Linux's own file systems never reject renaming an open file, so that
 * without this shim no test would reach the code for those that do.
 *
 * Environment:
 *
 *	SLIPWAY_SHIM_DIR	only calls beneath this directory are affected
 *	SLIPWAY_SHIM_RULES	a file of rules, read again when it has changed,
 *				so that a test can change them in mid-session
 *	SLIPWAY_SHIM_LOG	a file to which each call is appended
 *
 * A rule is a line of three or four words; `#` begins a comment:
 *
 *	CALL[,CALL...]  WHEN  RESULT  [PATTERN]
 *
 * CALL is one of the names below. WHEN is `always`; `open`, while this process
 * has the source, the target or a file beneath it open (by inode; O_PATH
 * descriptors and directories do not count); or `after=N`, once N bytes were
 * written. `,first=N` ends the rule after N rejections, `,skip=N` begins it
 * after N calls. RESULT is the name of an errno, or for statfs the type of the
 * file system. PATTERN, as in fnmatch(3), must match the first path relative to
 * the directory.
 *
 * `pin` and `unpin` open and close O_PATH descriptors, and `renameflags` is a
 * renameat2(2) with flags; every other name stands for all variants of its
 * call. A line of the log is the call, `ok` or the errno, and the paths
 * relative to the directory. Offsets have 64 bits here, so this works on LP64
 * machines only.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(f)		((__typeof__(f) *)dlsym(RTLD_NEXT, #f))
#define ALIAS(f)	__attribute__((alias(#f)))
#define MAX_RULES	16
#define MAX_FDS		65536	/* limit of the search for descriptors */

enum call {
	RENAME, RENAMEFLAGS, UNLINK, RMDIR, LINK, OPEN, PIN, CLOSE, UNPIN,
	WRITE, FSYNC, FDATASYNC, SYNCFS, SYNC, STAT, STATFS, CALLS
};

static const char *const call_name[CALLS] = {
	"rename", "renameflags", "unlink", "rmdir", "link", "open", "pin",
	"close", "unpin", "write", "fsync", "fdatasync", "syncfs",
	"sync", "stat", "statfs"
};

struct rule {
	unsigned	 calls;		/* 1 << enum call */
	bool		 when_open;
	long long	 after;		/* bytes that may still be written */
	long		 skip;		/* calls that still pass */
	long		 first;		/* refusals left */
	unsigned long	 result;
	char		 pattern[256];
};

/* A call on one or two names beneath the directory. */
struct event {
	enum call	 call;
	bool		 ours;		/* some name is beneath it */
	bool		 keeps_second;	/* the second name remains */
	char		 path[2][PATH_MAX];
};

static struct rule	 rules[MAX_RULES];
static size_t		 nrules;

/* ---- names ---------------------------------------------------------- */

static bool
fd_path(int fd, char *out)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((n = readlink(link, out, PATH_MAX - 1)) == -1)
		return false;
	out[n] = '\0';
	return true;
}

/* Replaces /proc/self/fd/7, in any spelling, by the path of descriptor 7. */
static void
follow_fd_link(char *path)
{
	char *name = strrchr(path, '/');
	int fd;

	if (strncmp(path, "/proc/", 6) == 0 && name - path > 3 &&
	    strncmp(name - 3, "/fd", 3) == 0 &&
	    sscanf(name + 1, "%d", &fd) == 1)
		fd_path(fd, path);
}

/*
 * Gets the absolute name that a call refers to, without following its last
 * component.
 */
static void
absolute(int dirfd, const char *path, char *out)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX] = ".", dir[PATH_MAX];
	int fd;

	if (*path == '\0') {
		if (!fd_path(dirfd, out))
			*out = '\0';
		return;
	}
	if (slash != NULL)
		snprintf(parent, sizeof(parent), "%.*s",
		    (int)(slash == path ? 1 : slash - path), path);
	fd = REAL(openat)(dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || !fd_path(fd, dir))
		*dir = '\0';
	if (fd != -1)
		REAL(close)(fd);
	if (snprintf(out, PATH_MAX, "%s/%s", strcmp(dir, "/") ? dir : "",
	    slash ? slash + 1 : path) >= PATH_MAX)
		*out = '\0';
	follow_fd_link(out);
}

static const char *
below(const char *path, const char *dir)
{
	size_t n = dir ? strlen(dir) : 0;

	if (n == 0 || strncmp(path, dir, n) != 0 || path[n] != '/')
		return NULL;
	return path + n + 1;
}

/* Returns the name relative to the directory, or NULL outside it. */
static const char *
relative(const char *path)
{
	const char *dir = getenv("SLIPWAY_SHIM_DIR");

	return dir && strcmp(path, dir) == 0 ? "." : below(path, dir);
}

static const char *
shown(const char *path)
{
	const char *rest = relative(path);

	return rest ? rest : path;
}

static void
event_path(struct event *e, int i, int dirfd, const char *path)
{
	absolute(dirfd, path, e->path[i]);
	if (relative(e->path[i]))
		e->ours = true;
}

static struct event
event_on_path(enum call call, int dirfd, const char *path)
{
	struct event e = { .call = call };

	if (getenv("SLIPWAY_SHIM_DIR"))
		event_path(&e, 0, dirfd, path);
	return e;
}

static struct event
event_on_two(enum call call, int ofd, const char *old, int nfd,
    const char *new)
{
	struct event e = event_on_path(call, ofd, old);

	if (getenv("SLIPWAY_SHIM_DIR"))
		event_path(&e, 1, nfd, new);
	return e;
}

static struct event
event_on_fd(enum call call, int fd)
{
	return event_on_path(call, fd, "");
}

/* ---- what is open --------------------------------------------------- */

static int
max_fd(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur > MAX_FDS)
		return MAX_FDS;
	return (int)r.rlim_cur;
}

static bool
is_or_holds(const char *path, const struct stat *want, int fd,
    const struct stat *have)
{
	char name[PATH_MAX];

	if (!S_ISDIR(want->st_mode))
		return want->st_dev == have->st_dev &&
		    want->st_ino == have->st_ino;
	return fd_path(fd, name) && below(name, path) != NULL;
}

/* True if the file, or one beneath the directory, is really open. */
static bool
is_open(const char *path)
{
	struct stat want, have;
	int fd, flags, end = max_fd();

	if (*path == '\0' ||
	    REAL(fstatat)(AT_FDCWD, path, &want, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	for (fd = 0; fd < end; fd++) {
		if ((flags = fcntl(fd, F_GETFL)) == -1 || (flags & O_PATH) ||
		    REAL(fstat)(fd, &have) == -1 || S_ISDIR(have.st_mode))
			continue;
		if (is_or_holds(path, &want, fd, &have))
			return true;
	}
	return false;
}

/* ---- rules ---------------------------------------------------------- */

static unsigned
parse_calls(char *words)
{
	unsigned calls = 0;
	char *word, *rest;
	int i;

	for (word = strtok_r(words, ",", &rest); word != NULL;
	    word = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < CALLS && strcmp(word, call_name[i]); i++)
			;
		if (i == CALLS)
			return 0;
		calls |= 1U << i;
	}
	return calls;
}

static unsigned long
parse_result(const char *word)
{
	const char *name;
	int e;

	for (e = 1; e < 200; e++)
		if ((name = strerrorname_np(e)) && strcmp(name, word) == 0)
			return (unsigned long)e;
	return strtoul(word, NULL, 0);
}

static bool
parse_when(char *words, struct rule *r)
{
	char *word, *rest;

	for (word = strtok_r(words, ",", &rest); word != NULL;
	    word = strtok_r(NULL, ",", &rest))
		if (strcmp(word, "open") == 0)
			r->when_open = true;
		else if (sscanf(word, "after=%lld", &r->after) != 1 &&
		    sscanf(word, "first=%ld", &r->first) != 1 &&
		    sscanf(word, "skip=%ld", &r->skip) != 1 &&
		    strcmp(word, "always") != 0)
			return false;
	return true;
}

/* A malformed rule must not become a test that cannot fail. */
static void
parse_rule(char *line)
{
	struct rule r = { .first = LONG_MAX, .pattern = "*" };
	char calls[128], when[128], result[64];
	int n;

	line[strcspn(line, "#\n")] = '\0';
	n = sscanf(line, "%127s %127s %63s %255s", calls, when, result,
	    r.pattern);
	if (n <= 0)
		return;
	if (n < 3 || nrules == MAX_RULES ||
	    (r.calls = parse_calls(calls)) == 0 || !parse_when(when, &r) ||
	    (r.result = parse_result(result)) == 0) {
		fprintf(stderr, "shim: bad rule: %s\n", line);
		abort();
	}
	rules[nrules++] = r;
}

/* Keep the counts of unchanged rules. */
static void
read_rules(void)
{
	const char *file = getenv("SLIPWAY_SHIM_RULES");
	static char last[4096];
	char text[sizeof(last)], *line, *rest;
	ssize_t n;
	int fd;

	if (file == NULL ||
	    (fd = REAL(openat)(AT_FDCWD, file, O_RDONLY | O_CLOEXEC)) == -1)
		return;
	n = read(fd, text, sizeof(text) - 1);
	REAL(close)(fd);
	text[n < 0 ? 0 : n] = '\0';
	if (strcmp(text, last) == 0)
		return;
	strcpy(last, text);
	nrules = 0;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		parse_rule(line);
}

static bool
applies(const struct rule *r, const struct event *e)
{
	return (r->calls & 1U << e->call) && r->first > 0 &&
	    fnmatch(r->pattern, shown(e->path[0]), 0) == 0 &&
	    (!r->when_open || is_open(e->path[0]) ||
	    (!e->keeps_second && is_open(e->path[1])));
}

/*
 * Applies the rules to a call. Returns 0, or the result it must have. For a
 * write, *len is its length, and is reduced to what may be written.
 */
static unsigned long
judge(const struct event *e, size_t *len)
{
	struct rule *r;

	if (!e->ours)
		return 0;
	read_rules();
	for (r = rules; r < rules + nrules; r++) {
		if (!applies(r, e))
			continue;
		if (len != NULL && r->after > 0) {
			if ((long long)*len > r->after)
				*len = (size_t)r->after;
			r->after -= (long long)*len;
			continue;
		}
		if (r->skip > 0) {
			r->skip--;
			continue;
		}
		r->first--;
		return r->result;
	}
	return 0;
}

static bool
refused(const struct event *e)
{
	unsigned long result = judge(e, NULL);

	if (result == 0)
		return false;
	errno = (int)result;
	return true;
}

/* Logs the call and returns its result; errno is kept. */
static long
done(const struct event *e, long result)
{
	const char *log = getenv("SLIPWAY_SHIM_LOG");
	char line[2 * PATH_MAX + 64];
	int fd, n, error = errno;

	if (e->ours && log != NULL && (fd = REAL(openat)(AT_FDCWD, log,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) != -1) {
		n = snprintf(line, sizeof(line), "%s %s %s%s%s\n",
		    call_name[e->call],
		    result == -1 ? strerrorname_np(error) : "ok",
		    shown(e->path[0]), *e->path[1] ? " " : "",
		    shown(e->path[1]));
		if (REAL(write)(fd, line, (size_t)n) != n)
			abort();
		REAL(close)(fd);
	}
	errno = error;
	return result;
}

/* ---- the calls ------------------------------------------------------ */

int
renameat2(int ofd, const char *old, int nfd, const char *new, unsigned flags)
{
	struct event e = event_on_two(flags ? RENAMEFLAGS : RENAME, ofd, old,
	    nfd, new);

	e.keeps_second = flags & RENAME_NOREPLACE;
	return (int)done(&e, refused(&e) ? -1 :
	    REAL(renameat2)(ofd, old, nfd, new, flags));
}

int
renameat(int ofd, const char *old, int nfd, const char *new)
{
	return renameat2(ofd, old, nfd, new, 0);
}

int
rename(const char *old, const char *new)
{
	return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int
unlinkat(int dirfd, const char *path, int flags)
{
	struct event e = event_on_path(flags & AT_REMOVEDIR ? RMDIR : UNLINK,
	    dirfd, path);

	return (int)done(&e, refused(&e) ? -1 :
	    REAL(unlinkat)(dirfd, path, flags));
}

int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int
linkat(int ofd, const char *old, int nfd, const char *new, int flags)
{
	struct event e = event_on_two(LINK, ofd, old, nfd, new);

	return (int)done(&e, refused(&e) ? -1 :
	    REAL(linkat)(ofd, old, nfd, new, flags));
}

int
link(const char *old, const char *new)
{
	return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

static int
open_mode(int dirfd, const char *path, int flags, mode_t mode)
{
	struct event e = event_on_path(flags & O_PATH ? PIN : OPEN, dirfd,
	    path);

	return (int)done(&e, refused(&e) ? -1 :
	    REAL(openat)(dirfd, path, flags, mode));
}

static mode_t
mode_argument(int flags, va_list ap)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ?
	    va_arg(ap, mode_t) : 0;
}

int
openat(int dirfd, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_argument(flags, ap);
	va_end(ap);
	return open_mode(dirfd, path, flags, mode);
}

int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_argument(flags, ap);
	va_end(ap);
	return open_mode(AT_FDCWD, path, flags, mode);
}

int open64(const char *, int, ...) ALIAS(open);
int openat64(int, const char *, int, ...) ALIAS(openat);

/* _FORTIFY_SOURCE calls these for opens without a mode. */
int __open_2(const char *, int);
int __open64_2(const char *, int) ALIAS(__open_2);
int __openat_2(int, const char *, int);
int __openat64_2(int, const char *, int) ALIAS(__openat_2);

int
__open_2(const char *path, int flags)
{
	return open_mode(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int dirfd, const char *path, int flags)
{
	return open_mode(dirfd, path, flags, 0);
}

static long
open_how(int dirfd, const char *path, struct open_how *how, size_t size)
{
	struct event e = event_on_path(how->flags & O_PATH ? PIN : OPEN, dirfd,
	    path);

	return done(&e, refused(&e) ? -1 :
	    REAL(syscall)(SYS_openat2, dirfd, path, how, size));
}

int
close(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct event e = event_on_fd(flags != -1 && (flags & O_PATH) ? UNPIN :
	    CLOSE, fd);
	int error;

	if (!refused(&e))
		return (int)done(&e, REAL(close)(fd));
	/* As the kernel, close(2) closes a descriptor even if it fails. */
	error = errno;
	(void)REAL(close)(fd);
	errno = error;
	return (int)done(&e, -1);
}

int
fsync(int fd)
{
	struct event e = event_on_fd(FSYNC, fd);

	return (int)done(&e, refused(&e) ? -1 : REAL(fsync)(fd));
}

int
fdatasync(int fd)
{
	struct event e = event_on_fd(FDATASYNC, fd);

	return (int)done(&e, refused(&e) ? -1 : REAL(fdatasync)(fd));
}

int
syncfs(int fd)
{
	struct event e = event_on_fd(SYNCFS, fd);

	return (int)done(&e, refused(&e) ? -1 : REAL(syncfs)(fd));
}

/* Only logged: the tests would wait for all disks of the host. */
void
sync(void)
{
	struct event e = { .call = SYNC, .ours = true };

	(void)done(&e, 0);
}

/* As refused(), for a write of *len bytes, which the rules may shorten. */
static bool
write_refused(const struct event *e, size_t *len)
{
	unsigned long result = judge(e, len);

	if (result == 0)
		return false;
	errno = (int)result;
	return true;
}

ssize_t
write(int fd, const void *data, size_t len)
{
	struct event e = event_on_fd(WRITE, fd);

	return done(&e, write_refused(&e, &len) ? -1 :
	    REAL(write)(fd, data, len));
}

ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
	struct event e = event_on_fd(WRITE, fd);

	return done(&e, write_refused(&e, &len) ? -1 :
	    REAL(pwrite)(fd, data, len, at));
}

ssize_t pwrite64(int, const void *, size_t, off_t) ALIAS(pwrite);

/* Copies the leading pieces that hold `len` bytes and returns their number. */
static int
shorten(struct iovec *to, const struct iovec *from, int n, size_t len)
{
	int i;

	for (i = 0; i < n && i < IOV_MAX && len > 0; i++) {
		to[i] = from[i];
		if (to[i].iov_len > len)
			to[i].iov_len = len;
		len -= to[i].iov_len;
	}
	return i;
}

static size_t
iov_total(const struct iovec *iov, int n)
{
	size_t len = 0;

	while (n-- > 0)
		len += iov++->iov_len;
	return len;
}

ssize_t
pwritev2(int fd, const struct iovec *iov, int n, off_t at, int flags)
{
	struct event e = event_on_fd(WRITE, fd);
	struct iovec part[IOV_MAX];
	size_t len = iov_total(iov, n);

	if (write_refused(&e, &len))
		return done(&e, -1);
	n = shorten(part, iov, n, len);
	return done(&e, REAL(pwritev2)(fd, part, n, at, flags));
}

ssize_t
pwritev(int fd, const struct iovec *iov, int n, off_t at)
{
	return pwritev2(fd, iov, n, at, 0);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	return pwritev2(fd, iov, n, -1, 0);
}

ssize_t pwritev64(int, const struct iovec *, int, off_t) ALIAS(pwritev);
ssize_t pwritev64v2(int, const struct iovec *, int, off_t, int)
    ALIAS(pwritev2);

ssize_t
copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t len,
    unsigned flags)
{
	struct event e = event_on_fd(WRITE, to);

	return done(&e, write_refused(&e, &len) ? -1 :
	    REAL(copy_file_range)(from, from_at, to, to_at, len, flags));
}

/* stat(2) is logged and never refused. */
int
fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	struct event e = event_on_path(STAT, dirfd, path);

	return (int)done(&e, REAL(fstatat)(dirfd, path, st, flags));
}

int
stat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, 0);
}

int
lstat(const char *path, struct stat *st)
{
	return fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *st)
{
	struct event e = event_on_fd(STAT, fd);

	return (int)done(&e, REAL(fstat)(fd, st));
}

int
statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *st)
{
	struct event e = event_on_path(STAT, dirfd, path);

	return (int)done(&e, REAL(statx)(dirfd, path, flags, mask, st));
}

int fstatat64(int, const char *, struct stat64 *, int) ALIAS(fstatat);
int stat64(const char *, struct stat64 *) ALIAS(stat);
int lstat64(const char *, struct stat64 *) ALIAS(lstat);
int fstat64(int, struct stat64 *) ALIAS(fstat);

static int
retype(const struct event *e, int result, struct statfs *st)
{
	unsigned long type = judge(e, NULL);

	if (result == 0 && type != 0)
		st->f_type = (__typeof__(st->f_type))type;
	return (int)done(e, result);
}

int
statfs(const char *path, struct statfs *st)
{
	struct event e = event_on_path(STATFS, AT_FDCWD, path);

	return retype(&e, REAL(statfs)(path, st), st);
}

int
fstatfs(int fd, struct statfs *st)
{
	struct event e = event_on_fd(STATFS, fd);

	return retype(&e, REAL(fstatfs)(fd, st), st);
}

int statfs64(const char *, struct statfs64 *) ALIAS(statfs);
int fstatfs64(int, struct statfs64 *) ALIAS(fstatfs);

/* Calls that have no function in libc, or that bypass it. */
long
syscall(long number, ...)
{
	long a[6];
	va_list ap;
	int i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2)
		return open_how((int)a[0], (char *)a[1],
		    (struct open_how *)a[2], (size_t)a[3]);
	if (number == SYS_renameat2)
		return renameat2((int)a[0], (char *)a[1], (int)a[2],
		    (char *)a[3], (unsigned)a[4]);
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
