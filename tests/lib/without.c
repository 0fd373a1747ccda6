/* SPDX-License-Identifier: ISC */
/*
 * without [-p] CALL ... -- COMMAND [ARGUMENT ...]
 *
 * Runs a command on a kernel that lacks the system calls: they fail with
 * ENOSYS, or with -p EPERM, as in some containers. CALL is one of the names
 * below or a number. It may be followed by =ERRNO, a number; 0 makes the call
 * succeed with the result 0.
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

static const struct {
	const char	*name;
	long		 number;
} calls[] = {
	{ "copy_file_range", SYS_copy_file_range },
	{ "landlock_create_ruleset", SYS_landlock_create_ruleset },
	{ "landlock_restrict_self", SYS_landlock_restrict_self },
	{ "openat2", SYS_openat2 }, { "renameat2", SYS_renameat2 },
	{ "seccomp", SYS_seccomp }, { "statx", SYS_statx },
	{ "faccessat2", SYS_faccessat2 },
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

int
main(int argc, char **argv)
{
	struct sock_filter code[2 * CALLS_MAX + 2];
	struct sock_fprog prog = { .filter = code };
	unsigned error = ENOSYS, n = 0;
	size_t len;

	if (*++argv != NULL && strcmp(*argv, "-p") == 0) {
		error = EPERM;
		argv++;
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
		if (n > 2 * CALLS_MAX)
			usage();
		len = strcspn(*argv, "=");
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, (unsigned)number_of(*argv, len), 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | ((*argv)[len] == '=' ?
		    (unsigned)atoi(*argv + len + 1) : error));
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
