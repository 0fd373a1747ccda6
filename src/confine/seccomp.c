/* SPDX-License-Identifier: ISC */
/*
 * The system call filter: translates seccomp.list to a BPF program for the
 * kernel. No library is used because the program needs only four kinds of
 * instruction, and a session then pays for a single system call.
 */
#include "config.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "confine/sandbox_impl.h"

#if HAVE_SECCOMP
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <asm/termbits.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "base/buf.h"
#include "confine/machine.h"

enum verdict { ALLOW, REFUSE, ONLY, NEVER };

struct row {
	uint32_t	 call;
	enum verdict	 verdict;
	unsigned	 arg;		/* ONLY, NEVER: compared argument */
	uint32_t	 value;
};

#define OWN_PID		UINT32_MAX	/* stands for getpid(), unknown here */

static const struct row rows[] = {
#include "confine/seccomp_rows.h"
};

/*
 * The program reads 32 bits at a time, and system calls look only at the lower
 * half of these arguments.
 */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOWER_HALF	sizeof(uint32_t)
#else
#define LOWER_HALF	0
#endif

#define CALL_AT		offsetof(struct seccomp_data, nr)
#define MACHINE_AT	offsetof(struct seccomp_data, arch)
#define ARG_AT(n)	((uint32_t)(offsetof(struct seccomp_data, args) + \
			    (n) * sizeof(uint64_t) + LOWER_HALF))

#define LOAD(at)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define ANSWER(what)	BPF_STMT(BPF_RET | BPF_K, (what))
/*
 * Runs the next instruction if the value is equal, else skips `n` instructions.
 */
#define UNLESS_SKIP(value, n)						\
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (n))
#define ERROR(number)	(SECCOMP_RET_ERRNO | (number))

/* Each row takes at most five instructions and each branch three. */
#define PROGRAM_MAX	(8 * nitems(rows) + 8)
#define LEAF		4	/* rows that are compared in sequence */

struct program {
	struct sock_filter	 code[PROGRAM_MAX];
	unsigned short		 len;
};

static void
add(struct program *p, struct sock_filter instruction)
{
	p->code[p->len++] = instruction;
}

static void
add_row(struct program *p, const struct row *row)
{
	uint32_t value = row->value == OWN_PID ? (uint32_t)getpid() :
	    row->value;
	uint32_t answer = row->verdict == ALLOW || row->verdict == ONLY ?
	    SECCOMP_RET_ALLOW : ERROR(EPERM);

	if (row->verdict == ALLOW || row->verdict == REFUSE) {
		add(p, (struct sock_filter)UNLESS_SKIP(row->call, 1));
		add(p, (struct sock_filter)ANSWER(answer));
		return;
	}
	add(p, (struct sock_filter)UNLESS_SKIP(row->call, 4));
	add(p, (struct sock_filter)LOAD(ARG_AT(row->arg)));
	add(p, (struct sock_filter)UNLESS_SKIP(value, 1));
	add(p, (struct sock_filter)ANSWER(answer));
	add(p, (struct sock_filter)LOAD(CALL_AT));
}

static int
by_call(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	if ((*x)->call != (*y)->call)
		return (*x)->call < (*y)->call ? -1 : 1;
	return *x < *y ? -1 : 1;
}

/*
 * Adds rows, sorted by system call number, as a binary tree. The kernel runs
 * the program once for each number when it is loaded, and before 5.11 for each
 * call: comparing all rows in sequence takes twice as long to load.
 */
static void
add_rows(struct program *p, const struct row *const *sorted, size_t n)
{
	size_t half = n / 2, i, jump;

	/* Keep all rows of one system call together. */
	while (half > 0 && half < n &&
	    sorted[half]->call == sorted[half - 1]->call)
		half++;
	if (n <= LEAF || half == n) {
		for (i = 0; i < n; i++)
			add_row(p, sorted[i]);
		add(p, (struct sock_filter)ANSWER(ERROR(ENOSYS)));
		return;
	}
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K,
	    sorted[half]->call, 0, 1));
	jump = p->len;
	add(p, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	add_rows(p, sorted, half);
	p->code[jump].k = (uint32_t)(p->len - jump - 1);
	add_rows(p, sorted + half, n - half);
}

/*
 * Writes the whole program. A call with the numbers of another architecture
 * that the machine supports, 32-bit or x32, fails with ENOSYS because its
 * numbers have another meaning. x32 uses the numbers of x86-64 plus one bit,
 * which no row has.
 */
static void
write_program(struct program *p)
{
	const struct row *sorted[nitems(rows)];
	size_t i;

	for (i = 0; i < nitems(rows); i++)
		sorted[i] = &rows[i];
	qsort(sorted, nitems(rows), sizeof(sorted[0]), by_call);
	p->len = 0;
	add(p, (struct sock_filter)LOAD(MACHINE_AT));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    MACHINE, 1, 0));
	add(p, (struct sock_filter)ANSWER(ERROR(ENOSYS)));
	add(p, (struct sock_filter)LOAD(CALL_AT));
	add_rows(p, sorted, nitems(rows));
}

int
seccomp_enter(void)
{
	struct program p;
	struct sock_fprog prog = { .filter = p.code };

	write_program(&p);
	prog.len = p.len;
	/* TSYNC: restrict all threads, in case a library started one. */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &prog) != 0 ? -ENOSYS : 0;
}
#else
int
seccomp_enter(void)
{
	return -ENOSYS;
}
#endif
