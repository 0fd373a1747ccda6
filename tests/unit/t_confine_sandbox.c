/* SPDX-License-Identifier: ISC */
/*
 * Tests of the sandbox from inside: each row runs in a process that has
 * confined itself, and the result is compared outside. Every row runs as the
 * current user and, if that is root, as nobody as well.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <grp.h>
#include <iconv.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "../lib/kernel.h"
#include "base/buf.h"
#include "confine/sandbox.h"
#include "confine/sandbox_impl.h"
#include "scratch.h"
#include "tap.h"

#define NOBODY		65534
#define ROWS_MAX	128
#ifndef HAVE_LANDLOCK
#define HAVE_LANDLOCK	0
#endif
#ifndef HAVE_SECCOMP
#define HAVE_SECCOMP	0
#endif

#define NOT_RUN		12345	/* not an errno */

/* Results of the rows, in memory that is shared with their process. */
static int *saw;
static bool as_nobody;

static const char *
who(void)
{
	return as_nobody ? "nobody: " : "";
}

/* Runs `body` in a child process and returns its wait(2) status. */
static int
inside(void (*body)(void))
{
	int i, status = -1;
	pid_t pid;

	for (i = 0; i < ROWS_MAX; i++)
		saw[i] = NOT_RUN;
	fflush(stdout);
	if ((pid = fork()) == 0) {
		if (as_nobody && (setgroups(0, NULL) == -1 ||
		    setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
			_exit(99);
		(void)sandbox_harden();
		body();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int
outcome(long r)
{
	return r == -1 ? errno : 0;
}

/*
 * System calls that must fail. Their arguments do no harm without a filter, so
 * each is tried without one as well: a call that fails there in the same way
 * proves nothing.
 */
#define ANYWHERE	((long)-1)
static const struct call {
	const char	*name;
	long		 number, args[5];
	int		 error;
} calls[] = {
#define ROW(name, error, ...) { #name, SYS_##name, { __VA_ARGS__ }, error }
	ROW(execve, EPERM, 0, 0, 0),
	ROW(execveat, EPERM, -1, 1, 0, 0, 0),
	ROW(ptrace, EPERM, 12, -1, 0, 0),
	ROW(process_vm_readv, EPERM, 1, 0, 0, 0, 0),
	ROW(process_vm_writev, EPERM, 1, 0, 0, 0, 0),
	ROW(kcmp, EPERM, -1, -1, -1, 0, 0),
	ROW(clone, EPERM, CLONE_SIGHAND, 0, 0, 0, 0),
	ROW(clone, EPERM, CLONE_NEWUSER | CLONE_FS, 0, 0, 0, 0),
	ROW(clone3, ENOSYS, 0, 0),
	ROW(unshare, EPERM, 0),
	ROW(setns, EPERM, -1, 0),
	ROW(mount, EPERM, 1, 1, 1, 0, 0),
	ROW(umount2, EPERM, 1, 0),
	ROW(pivot_root, EPERM, 1, 1),
	ROW(chroot, EPERM, 1),
	ROW(bpf, EPERM, -1, 0, 0),
	ROW(perf_event_open, EPERM, 0, 0, -1, -1, 0),
	ROW(userfaultfd, EPERM, -1),
	ROW(io_uring_setup, EPERM, 0, 0),
	ROW(io_uring_enter, EPERM, -1, 0, 0, 0),
	ROW(io_uring_register, EPERM, -1, 0, 0, 0),
	ROW(keyctl, EPERM, -1),
	ROW(add_key, EPERM, 1, 0, 0, 0, 0),
	ROW(request_key, EPERM, 1, 0, 0, 0),
	ROW(init_module, EPERM, 1, 1, 1),
	ROW(finit_module, EPERM, -1, 0, 0),
	ROW(delete_module, EPERM, 1, 0),
	ROW(kexec_load, EPERM, 0, 9999, 0, 0),
	ROW(open_by_handle_at, EPERM, -1, 0, 0),
	ROW(name_to_handle_at, EPERM, -1, 1, 0, 0, 0),
	ROW(mknodat, EPERM, -1, 1, 0, 0),
	ROW(setuid, EPERM, ANYWHERE),
	ROW(setgid, EPERM, ANYWHERE),
	ROW(setresuid, EPERM, -1, -1, -1),
	ROW(setresgid, EPERM, -1, -1, -1),
	ROW(setfsuid, EPERM, -1),
	ROW(setgroups, EPERM, -1, 0),
	ROW(capset, EPERM, 0, 0),
	ROW(personality, EPERM, ANYWHERE),
	ROW(prctl, EPERM, 4 /* PR_SET_DUMPABLE */, 0),
	ROW(reboot, EPERM, 0, 0, 0, 0),
	ROW(swapon, EPERM, 1, 0),
	ROW(acct, EPERM, 1),
	ROW(syslog, EPERM, -1, 0, 0),
	ROW(sethostname, EPERM, 1, -1),
	ROW(settimeofday, EPERM, 0, 0),
	ROW(clock_settime, EPERM, -1, 0),
	ROW(socket, EPERM, AF_INET, SOCK_STREAM, 0),
	ROW(socket, EPERM, AF_INET6, SOCK_DGRAM, 0),
	ROW(socket, EPERM, AF_NETLINK, SOCK_RAW, 0),
	ROW(socketpair, EPERM, AF_INET, SOCK_STREAM, 0, 0),
	ROW(ioctl, EPERM, -1, TIOCSTI, 0),
	ROW(ioctl, EPERM, -1, FIOSETOWN, 0),
	ROW(fcntl, EPERM, -1, F_SETOWN, 0),
	ROW(fcntl, EPERM, -1, F_SETOWN_EX, 0),
	ROW(fcntl, EPERM, -1, F_SETSIG, 0),
	ROW(kill, EPERM, 0, 0),
	ROW(tgkill, EPERM, 1, 1, 0),
	ROW(prlimit64, EPERM, 1, RLIMIT_CORE, 0, 0),
	ROW(setrlimit, EPERM, -1, 0),
	/* Calls that are on no list, some of them in the future. */
	ROW(bind, ENOSYS, -1, 0, 0),
	ROW(listen, ENOSYS, -1, 0),
	ROW(accept4, ENOSYS, -1, 0, 0, 0),
	ROW(inotify_init1, ENOSYS, -1),
	ROW(mlockall, ENOSYS, -1),
	ROW(seccomp, ENOSYS, -1, 0, 0),
#ifdef __x86_64__
	{ "getpid of x32", 0x40000000 | SYS_getpid, { 0 }, ENOSYS },
#endif
};

static void
make_calls(void)
{
	size_t i;

	for (i = 0; i < nitems(calls); i++) {
		const long *a = calls[i].args;

		saw[i] = outcome(syscall(calls[i].number, a[0], a[1], a[2],
		    a[3], a[4]));
	}
}

static int
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? errno : 0;
}

static void
make_calls_filtered(void)
{
	if (seccomp_enter() != 0)
		return;
	make_calls();
	saw[nitems(calls)] = do_fork();
}

static void
t_calls(void)
{
	int plain[nitems(calls)];
	size_t i;

	inside(make_calls);
	memcpy(plain, saw, sizeof(plain));
	inside(make_calls_filtered);
	for (i = 0; i < nitems(calls); i++) {
		bool shows = plain[i] != calls[i].error;

		/* The same rows ran as root before, which proved something. */
		if (shows || !as_nobody)
			ok(saw[i] == calls[i].error, "%s%s: %s%s", who(),
			    calls[i].name, strerror(saw[i]), shows ? "" :
			    " # skip so without a filter, too");
	}
	ok(saw[nitems(calls)] == EPERM, "%sfork", who());
}

/* System calls by the numbers of a 32-bit machine, which this one supports. */
#ifdef __x86_64__
static long
getpid_32(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) :
	    "memory", "r8", "r9", "r10", "r11");
	return r;
}

static void
machine_32(void)
{
	saw[0] = (int)getpid_32() == getpid();
	if (seccomp_enter() == 0)
		saw[1] = (int)getpid_32();
}

static void
t_machine(void)
{
	inside(machine_32);
	if (saw[0] != 1)
		ok(true, "32 bits # skip this kernel has none");
	else
		ok(saw[1] == -ENOSYS, "%sa call of 32 bits", who());
}
#else
static void
t_machine(void)
{
}
#endif

/* Operations that a session needs. Each returns 0 or an errno. */
static int
do_memory(void)
{
	char *p = malloc(64 << 20);

	if (p == NULL)
		return errno;
	memset(p, 1, 64 << 20);
	free(p);
	return 0;
}

static int
do_clock(void)
{
	struct timespec ts = { 0, 1000 };
	time_t t = 0;

	tzset();
	return nanosleep(&ts, NULL) == -1 || localtime(&t) == NULL ||
	    clock_gettime(CLOCK_MONOTONIC, &ts) == -1 ? errno : 0;
}

static int
do_random(void)
{
	return arc4random() == arc4random() &&
	    arc4random() == arc4random() ? EIO : 0;
}

/* Loads a module of libc. */
static int
do_charset(void)
{
	iconv_t cd = iconv_open("KOI8-R", "UTF-8");

	return cd == (iconv_t)-1 ? errno : outcome(iconv_close(cd));
}

static int
do_names(void)
{
	const struct passwd *pw = getpwuid(0);
	const struct group *gr = getgrgid(0);

	return pw == NULL || strcmp(pw->pw_name, "root") != 0 ||
	    gr == NULL ? ENOENT : 0;
}

/* Looking up a name may fail, and nothing worse may happen. */
static int
do_no_name(void)
{
	return getpwuid(123456789) != NULL || getgrgid(123456789) != NULL ||
	    getpwnam("no-such-user") != NULL ? EEXIST : 0;
}

/*
 * Opens sockets as syslog(3) and name services do. socketcall(2), which some C
 * libraries use, is rejected by the filter.
 */
static int
do_socket(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "log" };
	int r, fd = (int)syscall(SYS_socket, AF_UNIX,
	    SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return errno;
	r = outcome(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	if (r == 0)
		r = outcome(send(fd, "line", 4, MSG_NOSIGNAL));
	close(fd);
	return r;
}

static int
do_pipe(void)
{
	int fds[2];
	struct pollfd pfd = { .events = POLLIN };
	char byte = 'x';

	if (pipe(fds) == -1)
		return errno;
	pfd.fd = fds[0];
	return write(fds[1], &byte, 1) == 1 && poll(&pfd, 1, 0) == 1 &&
	    read(fds[0], &byte, 1) == 1 ? 0 : errno;
}

static volatile sig_atomic_t caught;

static void
catch(int sig)
{
	caught = sig;
}

static int
do_signal(void)
{
	return signal(SIGUSR1, catch) == SIG_ERR || raise(SIGUSR1) != 0 ?
	    errno : caught == SIGUSR1 ? 0 : EIO;
}

static int
do_limit(void)
{
	struct rlimit limit;

	return outcome(getrlimit(RLIMIT_NOFILE, &limit));
}

static const struct need {
	const char	*name;
	int		(*run)(void);
} needs[] = {
	{ "memory", do_memory }, { "clocks", do_clock },
	{ "random numbers", do_random }, { "a charset", do_charset },
	{ "names", do_names }, { "unknown user names", do_no_name },
	{ "a local socket", do_socket },
	{ "pipes and poll", do_pipe }, { "a signal to the process itself",
	    do_signal },
	{ "limits", do_limit },
};

static void
meet_needs(void)
{
	size_t i;
	int root = open("root", O_PATH | O_DIRECTORY);

	(void)sandbox_enter(root, false);
	for (i = 0; i < nitems(needs); i++)
		saw[i] = needs[i].run();
}

static void
meet_abort(void)
{
	(void)sandbox_enter(-1, true);
	abort();
}

static void
t_needs(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "log" };
	int status, fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t i;

	(void)unlink("log");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1 ||
	    chmod("log", 0666) == -1)
		perror("log");
	status = inside(meet_needs);
	for (i = 0; i < nitems(needs); i++)
		ok(saw[i] == 0, "%s%s: %s", who(), needs[i].name,
		    strerror(saw[i]));
	ok(status == 0, "%san exit", who());
	close(fd);
	status = inside(meet_abort);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
	    !WCOREDUMP(status), "%sabort, without a core", who());
}

/*
 * Tests of files. The tree is
 *
 *	root/a/f  root/a/d/f  root/b/  out/f  out/program
 *
 * and the process opened these before it was confined:
 */
static int moved_dir, pin_in, pin_out;

static int
try_open(int dirfd, const char *path, int flags)
{
	int fd = openat(dirfd, path, flags | O_CLOEXEC, 0600);

	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static int
try_pin(int pin, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", pin);
	return try_open(AT_FDCWD, path, flags);
}

static int
read_in(void)
{
	return try_open(AT_FDCWD, "root/a/f", O_RDONLY);
}

static int
list_in(void)
{
	return try_open(AT_FDCWD, "root/a", O_RDONLY | O_DIRECTORY);
}

static int
write_in(void)
{
	return try_open(AT_FDCWD, "root/a/f", O_WRONLY);
}

static int
create_in(void)
{
	return try_open(AT_FDCWD, "root/a/new", O_WRONLY | O_CREAT);
}

static int
truncate_in(void)
{
	return outcome(truncate("root/a/f", 0));
}

static int
mkdir_in(void)
{
	return outcome(mkdir("root/b/new", 0700));
}

static int
link_in(void)
{
	return outcome(link("root/a/f", "root/b/hard"));
}

static int
symlink_in(void)
{
	return outcome(symlink("a", "root/b/soft"));
}

static int
rename_in(void)
{
	return outcome(rename("root/a/f", "root/b/f"));
}

static int
rename_dir_in(void)
{
	return outcome(rename("root/a/d", "root/b/d"));
}

static int
remove_in(void)
{
	return outcome(unlink("root/a/f"));
}

static int
chmod_in(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", pin_in);
	return outcome(chmod(path, 0644));
}

static int
pin_in_read(void)
{
	return try_pin(pin_in, O_RDONLY);
}

static int
pin_in_write(void)
{
	return try_pin(pin_in, O_WRONLY);
}

static int
pin_out_read(void)
{
	return try_pin(pin_out, O_RDONLY);
}

static int
read_out(void)
{
	return try_open(AT_FDCWD, "out/f", O_RDONLY);
}

static int
list_out(void)
{
	return try_open(AT_FDCWD, "out", O_RDONLY | O_DIRECTORY);
}

static int
create_out(void)
{
	return try_open(AT_FDCWD, "out/new", O_WRONLY | O_CREAT);
}

static int
truncate_out(void)
{
	return outcome(truncate("out/f", 0));
}

static int
rename_out(void)
{
	return outcome(rename("root/a/f", "out/renamed"));
}

static int
link_out(void)
{
	return outcome(link("out/f", "root/a/stolen"));
}

static int
remove_out(void)
{
	return outcome(unlink("out/f"));
}

static int
moved_read(void)
{
	return try_open(moved_dir, "f", O_RDONLY);
}

static int
moved_create(void)
{
	return try_open(moved_dir, "new", O_WRONLY | O_CREAT);
}

static int
moved_up(void)
{
	return try_open(moved_dir, "../f", O_RDONLY);
}

static int
read_passwd(void)
{
	return try_open(AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static int
read_dev_null(void)
{
	return try_open(AT_FDCWD, "/dev/null", O_RDWR);
}

static int
execute_out(void)
{
	static char *const none[] = { NULL };

	return outcome(execve("out/program", none, none));
}

/* The four cases: with and without a root, read-only or not. */
static const struct landlock_case {
	bool	 has_root, read_only;
} cases[] = {
	{ true, false }, { true, true }, { false, true }, { false, false },
};

static const struct deed {
	const char	*name;
	int		(*run)(void);
	int		 error[nitems(cases)];
} deeds[] = {
	{ "read beneath", read_in, { 0, 0, 0, 0 } },
	{ "list beneath", list_in, { 0, 0, 0, 0 } },
	{ "write beneath", write_in, { 0, EACCES, EACCES, 0 } },
	{ "create beneath", create_in, { 0, EACCES, EACCES, 0 } },
	{ "truncate beneath", truncate_in, { 0, EACCES, EACCES, 0 } },
	{ "make a directory", mkdir_in, { 0, EACCES, EACCES, 0 } },
	{ "link across directories", link_in, { 0, EACCES, EACCES, 0 } },
	{ "make a link", symlink_in, { 0, EACCES, EACCES, 0 } },
	{ "rename across directories", rename_in, { 0, EACCES, EACCES, 0 } },
	{ "rename a directory across directories", rename_dir_in,
	    { 0, EACCES, EACCES, 0 } },
	{ "remove beneath", remove_in, { 0, EACCES, EACCES, 0 } },
	{ "chmod by /proc/self/fd", chmod_in, { 0, 0, 0, 0 } },
	{ "open an O_PATH descriptor beneath", pin_in_read, { 0, 0, 0, 0 } },
	{ "open an O_PATH descriptor beneath to write", pin_in_write,
	    { 0, EACCES, EACCES, 0 } },
	{ "open an O_PATH descriptor outside", pin_out_read, { EACCES, EACCES,
	    0, 0 } },
	{ "read outside", read_out, { EACCES, EACCES, 0, 0 } },
	{ "list outside", list_out, { EACCES, EACCES, 0, 0 } },
	{ "create outside", create_out, { EACCES, EACCES, EACCES, 0 } },
	{ "truncate outside", truncate_out, { EACCES, EACCES, EACCES, 0 } },
	{ "rename to outside", rename_out, { EACCES, EACCES, EACCES, 0 } },
	{ "link from outside", link_out, { EXDEV, EACCES, EACCES, 0 } },
	{ "remove outside", remove_out, { EACCES, EACCES, EACCES, 0 } },
	{ "read a directory that was moved out", moved_read, { EACCES, EACCES,
	    0, 0 } },
	{ "create in a directory that was moved out", moved_create,
	    { EACCES, EACCES, EACCES, 0 } },
	{ "go up from a directory that was moved out", moved_up,
	    { EACCES, EACCES, 0, 0 } },
	{ "read /etc/passwd", read_passwd, { 0, 0, 0, 0 } },
	{ "open /dev/null", read_dev_null, { 0, 0, 0, 0 } },
	{ "execute", execute_out, { EACCES, EACCES, EACCES, EACCES } },
	{ "names", do_names, { 0, 0, 0, 0 } },
	{ "no names", do_no_name, { 0, 0, 0, 0 } },
	{ "a charset", do_charset, { 0, 0, 0, 0 } },
};

static const struct landlock_case *now;
static const struct deed *deed;

static void
make_tree(void)
{
	static const char *const dirs[] = {
		"root", "root/a", "root/a/d", "root/b", "root/moving", "out",
	};
	static const char *const files[] = {
		"root/a/f", "root/a/d/f", "root/moving/f", "out/f",
		"out/program",
	};
	size_t i;

	for (i = 0; i < nitems(dirs); i++)
		if (mkdir(dirs[i], 0700) == -1)
			perror(dirs[i]);
	for (i = 0; i < nitems(files); i++)
		scratch_file(files[i], "#!/bin/sh\n");
	chmod("out/program", 0700);
}

static void
remove_tree(void)
{
	(void)nftw("root", scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	(void)nftw("out", scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
do_deed(void)
{
	int root;

	make_tree();
	root = now->has_root ? open("root", O_PATH | O_DIRECTORY) : -1;
	moved_dir = open("root/moving", O_PATH | O_DIRECTORY);
	pin_in = open("root/a/f", O_PATH);
	pin_out = open("out/f", O_PATH);
	if (rename("root/moving", "out/moved") == -1)
		perror("root/moving");
	if (landlock_enter(root, !now->read_only) == 0)
		saw[0] = deed->run();
}

static void
t_files(void)
{
	for (now = cases; now < cases + nitems(cases); now++)
		for (deed = deeds; deed < deeds + nitems(deeds); deed++) {
			inside(do_deed);
			remove_tree();
			ok(saw[0] == deed->error[now - cases],
			    "%s%s%s%s: %s", who(),
			    now->has_root ? "a root, " : "",
			    now->read_only ? "read-only, " : "", deed->name,
			    strerror(saw[0]));
		}
}

static void
t_all(void)
{
	if (!HAVE_SECCOMP || !kernel_has_seccomp()) {
		ok(true, "calls # skip no seccomp in this kernel or build");
	} else {
		t_calls();
		t_machine();
	}
	t_needs();
	if (!HAVE_LANDLOCK || kernel_landlock_abi() < ABI_TRUNCATES)
		ok(true, "files # skip no Landlock in this kernel or build");
	else
		t_files();
}

int
main(void)
{
	saw = mmap(NULL, ROWS_MAX * sizeof(*saw), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (saw == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	scratch_enter();
	t_all();
	if (geteuid() == 0) {
		as_nobody = true;
		if (chown(scratch, NOBODY, NOBODY) == -1)
			perror(scratch);
		t_all();
	} else {
		ok(true, "as nobody # skip not run by root");
	}
	return done();
}
