/* SPDX-License-Identifier: ISC */
/*
 * without [-p] CALL ... -- COMMAND [ARGUMENT ...]
 *
 * Runs a command on a kernel that lacks the system calls: they fail with
 * ENOSYS, or with -p EPERM, as in some containers. CALL is one of the names
 * below or a number. It may be followed by :A:B, for calls alone whose second
 * and third argument are these numbers, and by =ERRNO, a number; 0 makes the
 * call succeed with the result 0.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLS_MAX	32
#define STEPS_MAX	7	/* of the filter, for a call */

/* The lower half of an argument begins there. */
#define ARG_AT(i) (offsetof(struct seccomp_data, args[i]) + \
    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))

#ifndef SYS_fcntl64
#define SYS_fcntl64	SYS_fcntl
#endif

static const struct {
	const char	*name;
	long		 number;
} calls[] = {
	{ "copy_file_range", SYS_copy_file_range },
	{ "landlock_create_ruleset", SYS_landlock_create_ruleset },
	{ "landlock_restrict_self", SYS_landlock_restrict_self },
	{ "openat2", SYS_openat2 }, { "renameat2", SYS_renameat2 },
	{ "seccomp", SYS_seccomp }, { "statx", SYS_statx },
	{ "faccessat2", SYS_faccessat2 }, { "fcntl", SYS_fcntl64 },
	{ "pwrite64", SYS_pwrite64 }, { "pwritev", SYS_pwritev },
	{ "fchmodat2", 452 },	/* not in older headers */
};

static long
number_of(const char *call, size_t len)
{
	char *end;
	long n = strtol(call, &end, 10);
	size_t i;

	if (end != call && end == call + len)
		return n;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strncmp(calls[i].name, call, len) == 0 &&
		    calls[i].name[len] == '\0')
			return calls[i].number;
	fprintf(stderr, "without: what is %s?\n", call);
	exit(2);
}

static void
usage(void)
{
	fprintf(stderr, "usage: without [-p] CALL ... -- COMMAND\n");
	exit(2);
}

static struct sock_filter
load(size_t at)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (unsigned)at);
}

/* Goes on if the loaded number is this one, else jumps over so many steps. */
static struct sock_filter
compare(unsigned number, size_t over)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    number, 0, (unsigned char)over);
}

/*
 * Writes the steps that end CALL[:A:B][=ERRNO] with an error, and returns how
 * many. The number of the call is loaded before and behind them.
 */
static size_t
refuse(struct sock_filter *code, const char *call, unsigned error)
{
	const char *equals = strchr(call, '=');
	size_t len = strcspn(call, ":="), n = 0;
	unsigned number = (unsigned)number_of(call, len), a, b;

	if (equals != NULL)
		error = (unsigned)atoi(equals + 1);
	if (sscanf(call + len, ":%u:%u", &a, &b) == 2) {
		code[n++] = compare(number, 6);
		code[n++] = load(ARG_AT(1));
		code[n++] = compare(a, 3);
		code[n++] = load(ARG_AT(2));
		code[n++] = compare(b, 1);
	} else
		code[n++] = compare(number, 1);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ERRNO | error);
	if (n > 2)
		code[n++] = load(offsetof(struct seccomp_data, nr));
	return n;
}

int
main(int argc, char **argv)
{
	struct sock_filter code[STEPS_MAX * CALLS_MAX + 2];
	struct sock_fprog prog = { .filter = code };
	unsigned error = ENOSYS;
	size_t n = 0;

	if (*++argv != NULL && strcmp(*argv, "-p") == 0) {
		error = EPERM;
		argv++;
	}
	code[n++] = load(offsetof(struct seccomp_data, nr));
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
		if (n > STEPS_MAX * (CALLS_MAX - 1) + 1)
			usage();
		n += refuse(code + n, *argv, error);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	prog.len = (unsigned short)n;
	if (argc < 3 || *argv == NULL || *++argv == NULL)
		usage();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == -1) {
		perror("without: seccomp");
		return 125;
	}
	execvp(*argv, argv);
	perror(*argv);
	return 127;
}
