/* SPDX-License-Identifier: ISC */
/*
 * meanwhile CALL FROM TO -- COMMAND [ARGUMENT ...]
 *
 * Runs a command. Whenever it is about to make the system call CALL, one of
 * those below, FROM is renamed to TO first if it exists: a race that happens
 * once in a million times happens each time. Exits with the status of the
 * command.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char	*name;
	unsigned	 number;
} calls[] = {
	{ "fchmodat2", 452 },	/* not in older headers */
	{ "fchownat", SYS_fchownat }, { "linkat", SYS_linkat },
	{ "mkdirat", SYS_mkdirat }, { "openat", SYS_openat },
	{ "readlinkat", SYS_readlinkat }, { "renameat2", SYS_renameat2 },
	{ "statx", SYS_statx }, { "symlinkat", SYS_symlinkat },
	{ "unlinkat", SYS_unlinkat }, { "utimensat", SYS_utimensat },
};

static unsigned
number_of(const char *call)
{
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, call) == 0)
			return calls[i].number;
	fprintf(stderr, "meanwhile: what is %s?\n", call);
	exit(2);
}

static void
die(const char *what)
{
	perror(what);
	exit(125);
}

/* The descriptor that the command's process sends to ours. */
union rights {
	struct cmsghdr	head;
	char		room[CMSG_SPACE(sizeof(int))];
};

static void
pass(int sock, int fd)
{
	union rights u = { .room = "" };
	struct iovec iov = { &fd, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = u.room, .msg_controllen = sizeof(u.room) };

	u.head.cmsg_level = SOL_SOCKET;
	u.head.cmsg_type = SCM_RIGHTS;
	u.head.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&u.head), &fd, sizeof(fd));
	if (sendmsg(sock, &m, 0) != 1)
		die("sendmsg");
}

static int
take(int sock)
{
	union rights u;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = u.room, .msg_controllen = sizeof(u.room) };
	int fd;

	if (recvmsg(sock, &m, 0) != 1 || CMSG_FIRSTHDR(&m) == NULL)
		exit(125);
	memcpy(&fd, CMSG_DATA(&u.head), sizeof(fd));
	return fd;
}

static void
command(int sock, const char *call, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number_of(call), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };
	int fd = -1;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    (fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog)) == -1)
		die("seccomp");
	pass(sock, fd);
	close(fd);
	close(sock);
	execvp(*argv, argv);
	die(*argv);
}

/* Ends when no process is left that could make the call. */
static void
watch(int fd, const char *from, const char *to)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct seccomp_notif ask;
	struct seccomp_notif_resp answer;

	while (poll(&p, 1, -1) == 1 && (p.revents & POLLIN) != 0) {
		memset(&ask, 0, sizeof(ask));
		if (ioctl(fd, (IOCTL_REQUEST)SECCOMP_IOCTL_NOTIF_RECV,
		    &ask) == -1)
			continue;
		(void)rename(from, to);
		memset(&answer, 0, sizeof(answer));
		answer.id = ask.id;
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		(void)ioctl(fd, (IOCTL_REQUEST)SECCOMP_IOCTL_NOTIF_SEND,
		    &answer);
	}
}

int
main(int argc, char **argv)
{
	int sock[2], status;
	pid_t pid;

	if (argc < 6 || strcmp(argv[4], "--") != 0) {
		fprintf(stderr, "usage: meanwhile CALL FROM TO -- COMMAND\n");
		return 2;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sock) == -1)
		die("socketpair");
	if ((pid = fork()) == -1)
		die("fork");
	if (pid == 0) {
		close(sock[0]);
		command(sock[1], argv[1], argv + 5);
	}
	/* Only the command talks to its client. */
	close(sock[1]);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	watch(take(sock[0]), argv[2], argv[3]);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
