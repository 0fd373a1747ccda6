/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "system/signals.h"

static int end_of_input = -1;
static volatile sig_atomic_t signalled;

static void
on_signal(int sig)
{
	int saved_errno = errno;

	signalled = sig;
	(void)dup2(end_of_input, STDIN_FILENO);
	errno = saved_errno;
}

void
signals_init(int null)
{
	struct sigaction sa = { .sa_handler = on_signal };

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	if ((end_of_input = null) == -1)
		return;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

bool
signals_came(void)
{
	return signalled != 0;
}
