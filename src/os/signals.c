/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/time.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "os/signals.h"

static struct {
	int	null;			/* replaces standard input */
	volatile sig_atomic_t signalled;
} ending = { .null = -1 };
static bool ticks;			/* the handler of SIGALRM is set */

static void
on_signal(int sig)
{
	int saved_errno = errno;

	ending.signalled = sig;
	(void)dup2(ending.null, STDIN_FILENO);
	errno = saved_errno;
}

void
signals_init(int null)
{
	struct sigaction sa = { .sa_handler = on_signal };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if ((ending.null = null) == -1)
		return;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

bool
signals_came(void)
{
	return ending.signalled != 0;
}

static void
on_tick(int sig)
{
	(void)sig;
}

/* Makes SIGALRM interrupt calls, even if it was blocked at the start. */
static void
take_ticks(void)
{
	struct sigaction sa = { .sa_handler = on_tick };
	sigset_t set;

	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	ticks = true;
}

void
signals_tick(unsigned ms)
{
	struct timeval every = { ms / 1000, ms % 1000 * 1000 };
	struct itimerval timer = { every, every };

	if (!ticks)
		take_ticks();
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}
