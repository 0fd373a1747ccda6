/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>

#include "../lib/kernel.h"
#include "base/buf.h"
#include "os/fs.h"
#include "scratch.h"
#include "tap.h"

/* A place as in sessions that do not resolve paths. */
static struct place
at(const char *path, unsigned flags)
{
	struct place p = place_entry(AT_FDCWD, path);

	p.flags = flags;
	return p;
}

/* A place as in sessions that do: relative to a directory. */
static struct place
below(int dirfd, const char *name)
{
	return (struct place){ .dirfd = dirfd, .name = name, .shown = name };
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == -1 ? 0 : st.st_mode & 07777;
}

/* Ways to open a new file, and what exists afterwards. */
static const struct {
	const char	*title, *path;
	unsigned	 place;
	int		 flags, outcome;	/* 0: a descriptor */
} opens[] = {
	{ "a file", "file", PLACE_FOLLOW, O_RDONLY, 0 },
	{ "a file through a link", "link", PLACE_FOLLOW, O_RDONLY, 0 },
	{ "a directory to read", "dir", PLACE_FOLLOW, O_RDONLY, 0 },
	{ "a directory to write", "dir", PLACE_FOLLOW, O_WRONLY, -EISDIR },
	{ "nothing", "nothing", PLACE_FOLLOW, O_RDONLY, -ENOENT },
	{ "the empty path", "", PLACE_FOLLOW, O_RDONLY, -ENOENT },
	{ "a path beneath a file", "file/x", PLACE_FOLLOW, O_RDONLY, -ENOTDIR },
	{ "a file that must not exist", "file", PLACE_FOLLOW,
	    O_WRONLY | O_CREAT | O_EXCL, -EEXIST },
	{ "a link to itself", "self", PLACE_FOLLOW, O_RDONLY, -ELOOP },
	{ "a FIFO to read without a writer", "fifo", PLACE_FOLLOW, O_RDONLY,
	    0 },
	{ "a FIFO to write without a reader", "fifo", PLACE_FOLLOW, O_WRONLY,
	    -ENXIO },
	{ "a FIFO to read and write", "fifo", PLACE_FOLLOW, O_RDWR, 0 },
};

static void
test_opens(void)
{
	size_t i;

	for (i = 0; i < nitems(opens); i++) {
		struct place p = at(opens[i].path, opens[i].place);
		int r = fs_open(&p, opens[i].flags, 0666);

		ok(opens[i].outcome == 0 ? r >= 0 : r == opens[i].outcome,
		    "open %s: %s", opens[i].title, r >= 0 ? "a descriptor" :
		    strerror(-r));
		if (r >= 0)
			ok((fcntl(r, F_GETFD) & FD_CLOEXEC) != 0 &&
			    fs_close(r) == 0,
			    "the descriptor is close-on-exec");
	}
	ok(fs_close(-1) == -EBADF, "closing -1 is an error");
}

static void
test_modes(void)
{
	struct place p = at("m1", 0), q = at("m2", 0);

	fs_umask(027);
	(void)fs_close(fs_open(&p, O_WRONLY | O_CREAT, 0666));
	(void)fs_close(fs_open(&q, O_WRONLY | O_CREAT, 0777));
	ok(mode_of("m1") == 0640, "a new file has its mode without the umask");
	ok(mode_of("m2") == 0750, "the umask applies each time");
	fs_umask(022);
}

static void
test_opendir(void)
{
	static const struct { const char *path; int outcome; } rows[] = {
		{ "dir", 0 }, { "dir/", 0 }, { ".", 0 },
		{ "file", -ENOTDIR }, { "fifo", -ENOTDIR },
		{ "nothing", -ENOENT }, { "link", -ENOTDIR },
	};
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		struct place p = at(rows[i].path, PLACE_FOLLOW);
		int r = fs_opendir(&p);

		ok(rows[i].outcome == 0 ? r >= 0 : r == rows[i].outcome,
		    "opendir %s: %s", rows[i].path, strerror(r < 0 ? -r : 0));
		if (r >= 0)
			(void)fs_close(r);
	}
}

static void
test_read_write(void)
{
	static char big[3 << 20], back[sizeof(big) + 1];
	static const struct {
		size_t		 len;
		uint64_t	 off;
		ssize_t		 n;
		bool		 end;
	} reads[] = {
		{ 10, 0, 10, false },
		{ 0, 0, 0, false },
		{ sizeof(big), 0, sizeof(big), false },
		{ sizeof(big) + 1, 0, sizeof(big), true },
		{ 100, sizeof(big) - 10, 10, true },
		{ 10, sizeof(big) - 10, 10, false },
		{ 1, sizeof(big), 0, true },
		{ 1, INT64_MAX - 1, 0, true },
		{ 1, UINT64_C(1) << 63, -EINVAL, false },
		{ 1, UINT64_MAX, -EINVAL, false },
	};
	struct place p = at("big", 0);
	int fd = fs_open(&p, O_RDWR | O_CREAT, 0600);
	size_t i;

	for (i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 31 >> 3);
	ok(fs_write(fd, big, sizeof(big), 0) == 0, "3 MiB are written");
	for (i = 0; i < nitems(reads); i++) {
		bool end;
		ssize_t n = fs_read(fd, back, reads[i].len, reads[i].off,
		    &end);

		ok(n == reads[i].n && end == reads[i].end && (n <= 0 ||
		    memcmp(back, big + reads[i].off, (size_t)n) == 0),
		    "read %zu at %llu: %zd%s", reads[i].len,
		    (unsigned long long)reads[i].off, n, end ? ", the end" :
		    "");
	}
	ok(fs_write(fd, "x", 1, UINT64_C(1) << 63) == -EINVAL,
	    "a write at 2^63 is an error");
	ok(fs_write(fd, NULL, 0, 0) == 0, "an empty write succeeds");
	(void)fs_close(fd);
	ok(fs_write(fd, NULL, 0, 0) == -EBADF,
	    "an empty write to a bad descriptor is an error");
}

/* Exits with the result of fs_read() when each pread(2) is interrupted. */
static _Noreturn void
read_interrupted(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pread64, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINTR),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { nitems(code), code };
	char text[4];
	bool end;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == -1)
		_exit(255);
	_exit((int)-fs_read(fd, text, sizeof(text), 0, &end));
}

static void
test_interrupted(void)
{
	int fd = open("file", O_RDONLY), status = -1;
	pid_t pid;

	if (!kernel_has_seccomp()) {
		ok(true, "interrupted reads # skip the kernel has no seccomp");
		close(fd);
		return;
	}
	fflush(stdout);
	if ((pid = fork()) == 0)
		read_interrupted(fd);
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == EINTR,
	    "a read that is interrupted each time ends: status %#x", status);
	close(fd);
}

/* A write that stops in the middle fails instead of writing less. */
static void
test_write_limit(void)
{
	static const char text[8192];
	struct rlimit old, limit;
	struct place p = at("limited", 0);
	int fd = fs_open(&p, O_RDWR | O_CREAT, 0600);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){ 5000, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(fs_write(fd, text, sizeof(text), 0) == -EFBIG,
	    "8192 bytes do not fit in 5000");
	ok(fs_write(fd, text, 5000, 0) == 0, "5000 do");
	setrlimit(RLIMIT_FSIZE, &old);
	(void)fs_close(fd);
}

static void
test_pipes(void)
{
	char c;
	bool end;
	int fds[2];

	if (pipe(fds) == -1)
		exit(1);
	ok(fs_read(fds[0], &c, 1, 0, &end) == -ESPIPE,
	    "a pipe cannot be read at an offset");
	ok(fs_write(fds[1], "x", 1, 0) == -ESPIPE,
	    "a pipe cannot be written at an offset");
	close(fds[0]);
	close(fds[1]);
}

/*
 * Renames without `replace`, which keep the target whatever it is, and with it,
 * as rename(2). Neither follows a link at either end.
 */
static const struct {
	const char	*old, *new;
	bool		 replace;
	int		 outcome;
} renames[] = {
	{ "r/a", "r/new", false, 0 },
	{ "r/a", "r/b", false, -EEXIST },
	{ "r/a", "r/b", true, 0 },
	{ "r/a", "r/a", false, -EEXIST },
	{ "r/a", "r/a", true, 0 },
	{ "r/a", "r/dangling", false, -EEXIST },
	{ "r/a", "r/dangling", true, 0 },
	{ "r/a", "r/dir", false, -EEXIST },
	{ "r/a", "r/dir", true, -EISDIR },
	{ "r/dir", "r/a", true, -ENOTDIR },
	{ "r/dir", "r/newdir", false, 0 },
	{ "r/dir", "r/full", true, -ENOTEMPTY },
	{ "r/dir", "r/dir/below", true, -EINVAL },
	{ "r/dangling", "r/new", false, 0 },
	{ "r/none", "r/new", false, -ENOENT },
	{ "r/none", "r/new", true, -ENOENT },
	{ "r/a", "none/new", false, -ENOENT },
	{ "r/a", "r/b/new", false, -ENOTDIR },
};

static void
make_rename_tree(void)
{
	if (mkdir("r", 0700) == -1 || mkdir("r/dir", 0700) == -1 ||
	    mkdir("r/full", 0700) == -1 || symlink("no", "r/dangling") == -1)
		exit(1);
	scratch_file("r/a", "a");
	scratch_file("r/b", "b");
	scratch_file("r/full/x", "x");
}

static void
test_renames(void)
{
	size_t i;

	for (i = 0; i < nitems(renames); i++) {
		struct place old = at(renames[i].old, 0);
		struct place new = at(renames[i].new, 0);
		struct stat before = { 0 }, after = { 0 }, left;
		int r, had;

		make_rename_tree();
		had = lstat(renames[i].old, &before);
		r = renames[i].replace ? fs_rename(&old, &new) :
		    fs_rename_keep(&old, &new, false);
		(void)lstat(r == 0 ? renames[i].new : renames[i].old, &after);
		ok(r == renames[i].outcome && (had == -1 ||
		    after.st_ino == before.st_ino) && (r != 0 ||
		    strcmp(renames[i].old, renames[i].new) == 0 ||
		    lstat(renames[i].old, &left) == -1),
		    "rename %s to %s%s: %s", renames[i].old, renames[i].new,
		    renames[i].replace ? ", replacing" : "", strerror(-r));
		ok(renames[i].replace || strcmp(renames[i].new, "r/b") != 0 ||
		    scratch_holds("r/b", "b"), "no file was lost");
		nftw("r", scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
}

/* Each call accepts a path, a name in a directory, or a descriptor. */
static void
test_places(void)
{
	int dir = open("dir", O_RDONLY | O_DIRECTORY), fd;
	struct place p[3], entry = place_entry(dir, "f");
	struct place none = place_entry(dir, "none");
	struct timespec ts[2] = { { 1000, 1 }, { 2000, 2 } };
	struct statvfs vfs;
	struct statx st;
	size_t i;

	static const char *const kind[] = { "path", "name in a directory",
	    "handle" };

	scratch_file("dir/f", "0123456789");
	fd = open("dir/f", O_RDWR);
	p[0] = at("dir/f", 0);
	p[1] = below(dir, "f");
	p[2] = place_fd(fd, "dir/f");
	for (i = 0; i < nitems(p); i++) {
		uint64_t size = 100 * (i + 1);
		mode_t mode = (mode_t)(0601 + i);

		ts[0].tv_sec++;
		ok(fs_truncate(&p[i], size) == 0 && fs_chmod(&p[i], mode) == 0
		    && fs_chown(&p[i], getuid(), getgid()) == 0 &&
		    fs_utimes(&p[i], ts) == 0 && fs_stat(&p[i], &st) == 0 &&
		    st.stx_size == size && (st.stx_mode & 07777) == mode &&
		    st.stx_atime.tv_sec == ts[0].tv_sec &&
		    st.stx_mtime.tv_sec == 2000 && st.stx_mtime.tv_nsec == 2,
		    "size, mode, owner and times by %s", kind[i]);
		ok(fs_statvfs(&p[i], &vfs) == 0 && vfs.f_bsize > 0,
		    "statvfs by %s", kind[i]);
		ok(fs_truncate(&p[i], UINT64_C(1) << 63) == -EINVAL,
		    "a size of 2^63 by %s is an error", kind[i]);
	}
	ok(fs_stat(&entry, &st) == 0 && st.stx_size == 300 &&
	    fs_stat(&none, &st) == -ENOENT,
	    "an entry of an open directory");
	ok(fs_fsync(fd) == 0 && fs_fsync(-1) == -EBADF, "fsync");
	close(fd);
	close(dir);
}

/* A final link is acted on itself unless it is to be followed. */
static void
test_links(void)
{
	struct place link = at("link", 0), through = at("link", PLACE_FOLLOW);
	struct place file = at("file", 0), dangling = at("dangling", 0);
	struct place made = at("made", 0);
	struct timespec ts[2] = { { 5, 0 }, { 6, 0 } };
	struct statx st;
	char text[PATH_MAX];

	ok(fs_stat(&link, &st) == 0 && S_ISLNK(st.stx_mode), "lstat");
	ok(fs_stat(&through, &st) == 0 && S_ISREG(st.stx_mode), "stat");
	ok(fs_utimes(&link, ts) == 0 && fs_stat(&file, &st) == 0 &&
	    st.stx_mtime.tv_sec != 6 && fs_stat(&link, &st) == 0 &&
	    st.stx_mtime.tv_sec == 6, "the times of a link are its own");
	ok(fs_readlink(&link, text, sizeof(text)) == 4 &&
	    strcmp(text, "file") == 0, "readlink");
	ok(fs_readlink(&file, text, sizeof(text)) == -EINVAL,
	    "readlink of a file is an error");
	ok(fs_symlink("../any text", &made) == 0 &&
	    fs_readlink(&made, text, sizeof(text)) == 11 &&
	    strcmp(text, "../any text") == 0 && fs_unlink(&made) == 0,
	    "a link may have any text");
	ok(fs_symlink("x", &file) == -EEXIST, "a link does not replace a file");
	ok(fs_link(&dangling, &made) == 0 && fs_stat(&made, &st) == 0 &&
	    S_ISLNK(st.stx_mode) && fs_unlink(&made) == 0,
	    "a hard link to a symbolic link links the link");
	ok(fs_link(&file, &link) == -EEXIST, "a hard link replaces nothing");
}

/* The longest text that symlink(2) accepts is read whole. */
static void
test_longest_link(void)
{
	char text[PATH_MAX + 1], back[PATH_MAX];
	struct place p = at("long", 0);
	size_t len = PATH_MAX;
	int r;

	memset(text, 'l', sizeof(text) - 1);
	do {
		text[--len] = '\0';
		r = fs_symlink(text, &p);
	} while (r == -ENAMETOOLONG);
	ok(r == 0 && fs_readlink(&p, back, sizeof(back)) == (ssize_t)len &&
	    strcmp(back, text) == 0, "a link with a text of %zu bytes", len);
	ok(fs_readlink(&p, back, 100) == -ENAMETOOLONG,
	    "a text that does not fit is an error");
	(void)fs_unlink(&p);
}

static void
test_removal(void)
{
	static const struct {
		const char	*path;
		int		 unlink, rmdir;
	} rows[] = {
		{ "none", -ENOENT, -ENOENT },
		{ "full", -EISDIR, -ENOTEMPTY },
		{ "full/file", 0, -ENOENT },
		{ "dangling", 0, -ENOENT },
		{ "self", 0, -ENOENT },
		{ "full/", -EISDIR, 0 },
	};
	struct place dir = at("full", 0);
	size_t i;

	ok(fs_mkdir(&dir, 0750) == 0 && mode_of("full") == 0750, "mkdir");
	ok(fs_mkdir(&dir, 0750) == -EEXIST, "mkdir of an existing name");
	scratch_file("full/file", "");
	for (i = 0; i < nitems(rows); i++) {
		struct place p = at(rows[i].path, 0);
		int u = fs_unlink(&p), d = fs_rmdir(&p);

		ok(u == rows[i].unlink && d == rows[i].rmdir,
		    "unlink, then rmdir of %s (%d, %d)", rows[i].path, u, d);
	}
}

static bool writing;

/* One step of a copy that begins with it. */
static int64_t
copy(int from, uint64_t from_off, int to, uint64_t to_off, uint64_t len,
    bool append)
{
	struct fs_copying c = { 0 };
	int64_t n = fs_copy(from, from_off, to, to_off, len, append, &c);

	writing = c.writing;
	return n;
}

/* Copies in steps, from an offset, to an offset, and with O_APPEND. */
static void
test_copy(void)
{
	int from, to, append;

	scratch_file("from", "0123456789");
	scratch_file("to", "abcdefghij");
	scratch_file("append", "log:");
	from = open("from", O_RDONLY);
	to = open("to", O_RDWR);
	append = open("append", O_WRONLY | O_APPEND);
	ok(copy(from, 2, to, 5, 3, false) == 3 &&
	    scratch_holds("to", "abcde234ij"), "three bytes of the middle");
	ok(copy(from, 8, to, 10, 100, false) == 2 &&
	    scratch_holds("to", "abcde234ij89"), "a copy ends with the file");
	ok(copy(from, 10, to, 0, 100, false) == 0,
	    "nothing at the end");
	ok(copy(from, 0, append, 0, 4, true) == 4 &&
	    scratch_holds("append", "log:0123"), "an append goes to the end");
	ok(copy(from, 0, from, 20, 4, false) == -EBADF && writing,
	    "a copy to a read-only descriptor is an error");
	ok(copy(append, 0, to, 0, 4, false) == -EBADF && !writing,
	    "a copy from a write-only descriptor is an error");
	ok(copy(to, 0, to, 12, 3, false) == 3 &&
	    scratch_holds("to", "abcde234ij89abc"), "within one file");
	close(from);
	close(to);
	close(append);
}

/* A hole is one step, and none where zeros have to be written. */
static void
test_copy_holes(void)
{
	int from, to, append, ends[2];
	char zeros[16] = { 0 };
	struct fs_copying next = { 0 };

	scratch_file("from", "");
	scratch_file("to", "abcdefghij");
	scratch_file("append", "log:");
	from = open("from", O_RDWR);
	if (pwrite(from, "x", 1, 4 << 20) != 1 ||
	    lseek(from, 0, SEEK_DATA) == 0) {
		ok(true, "holes # skip there are none in files here");
		close(from);
		return;
	}
	to = open("to", O_RDWR);
	append = open("append", O_RDWR | O_APPEND);
	ok(copy(from, 0, to, 2, 6, false) == 6 &&
	    fs_size(to) == 10 && pread(to, zeros, 10, 0) == 10 &&
	    memcmp(zeros, "ab\0\0\0\0\0\0ij", 10) == 0,
	    "a hole over bytes that are there");
	ok(fs_copy(from, 4 << 20, to, 0, 1, false, &next) == 1 &&
	    next.data_end == (4 << 20) + 1, "a step knows where data ends");
	next.data_end = 6;
	ok(fs_copy(from, 5, to, 0, 3, false, &next) == 1 &&
	    fs_copy(from, 6, to, 1, 3, false, &next) == 3,
	    "the next looks for holes only behind that");
	ok(copy(from, 0, to, 0, UINT64_MAX, false) == 4 << 20 &&
	    fs_size(to) == 10, "a hole before data makes nothing longer");
	ok(copy(from, 5, to, 5, 100, false) == 100 &&
	    fs_size(to) == 105, "the last that is asked for does");
	ok(copy(from, 0, append, 0, 16, true) == 16 &&
	    fs_size(append) == 20, "a hole is appended as zeros");
	ok(pipe(ends) == 0 &&
	    copy(from, 0, ends[1], 0, 16, false) < 0 && writing,
	    "a pipe takes no holes");
	close(from);
	close(to);
	close(append);
	close(ends[0]);
	close(ends[1]);
}

static void
test_process(void)
{
	struct rlimit rl;
	char cwd[PATH_MAX];

	ok(fs_set_cwd("dir") == 0 && fs_get_cwd(cwd) == 0 &&
	    strncmp(cwd, scratch, strlen(scratch)) == 0 &&
	    strcmp(cwd + strlen(scratch), "/dir") == 0 &&
	    fs_set_cwd("..") == 0, "the working directory changes");
	ok(fs_set_cwd("none") == -ENOENT && fs_set_cwd("file") == -ENOTDIR,
	    "it changes to directories only");
	getrlimit(RLIMIT_NOFILE, &rl);
	ok(fs_max_open() == rl.rlim_cur, "%llu files may be open",
	    (unsigned long long)fs_max_open());
}

/* Data, hole, data, hole: only on file systems that have holes. */
static void
test_next_data(void)
{
	int fd = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int zero = open("/dev/zero", O_RDONLY), ends[2];
	uint64_t off = 0, end, mib = 1024 * 1024;

	if (fd == -1 || pwrite(fd, "x", 1, 0) != 1 ||
	    pwrite(fd, "x", 1, (off_t)(8 * mib)) != 1 ||
	    ftruncate(fd, (off_t)(16 * mib)) == -1 || pipe(ends) == -1)
		exit(1);
	ok(fs_next_data(fd, &off, &end) == 0 && off == 0 && end > 0,
	    "data at the start of a file");
	if (end < 16 * mib) {
		ok((off = end, fs_next_data(fd, &off, &end)) == 0 &&
		    off > mib && off <= 8 * mib && end > 8 * mib &&
		    end < 16 * mib, "data after a hole");
		ok((off = end, fs_next_data(fd, &off, &end)) == -ENXIO,
		    "no data in the hole at the end");
		ok((off = mib * 8, fs_next_data(fd, &off, &end)) == 0 &&
		    off == 8 * mib, "data from the middle of a range");
	} else {
		ok(true, "holes # skip the file system has none");
	}
	ok((off = 16 * mib, fs_next_data(fd, &off, &end)) == -ENXIO,
	    "no data at the end of the file");
	ok((off = 0, fs_next_data(zero, &off, &end)) == -ENXIO,
	    "a device that does not seek has no data");
	ok((off = 0, fs_next_data(ends[0], &off, &end)) == -ESPIPE,
	    "a pipe cannot be sought");
	close(ends[0]);
	close(ends[1]);
	close(zero);
	close(fd);
}

/* An inode number that was reused differs in its time of birth. */
static void
test_identity(void)
{
	struct statx st = { .stx_mask = STATX_BTIME, .stx_ino = 7,
	    .stx_dev_minor = 8, .stx_btime = { .tv_sec = 9, .tv_nsec = 10 } };
	struct statx other[5] = { st, st, st, st, st };
	struct fs_id id = fs_id(&st), is;
	size_t i;

	other[0].stx_ino++;
	other[1].stx_dev_minor++;
	other[2].stx_dev_major++;
	other[3].stx_btime.tv_sec++;
	other[4].stx_btime.tv_nsec++;
	is = fs_id(&st);
	ok(fs_is_same(&id, &is), "the same inode");
	for (i = 0; i < nitems(other); i++) {
		is = fs_id(&other[i]);
		ok(!fs_is_same(&id, &is), "another inode, %zu", i);
	}
	st.stx_mask = 0;
	is = fs_id(&st);
	ok(is.born == 0 && is.born_ns == 0, "an inode without a time of birth");
}

int
main(void)
{
	scratch_enter();
	fs_umask(022);
	scratch_file("file", "text");
	if (mkdir("dir", 0755) == -1 || mkfifo("fifo", 0600) == -1 ||
	    symlink("file", "link") == -1 || symlink("self", "self") == -1 ||
	    symlink("nowhere", "dangling") == -1)
		return 1;
	test_opens();
	test_modes();
	test_opendir();
	test_read_write();
	test_interrupted();
	test_write_limit();
	test_pipes();
	test_renames();
	test_places();
	test_links();
	test_longest_link();
	test_copy();
	test_copy_holes();
	test_next_data();
	test_process();
	test_removal();
	test_identity();
	return done();
}
