/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "confine/sandbox.h"
#include "confine/sandbox_impl.h"
#include "os/ident.h"
#include "os/log.h"

int
sandbox_stdio(void)
{
	int fd;

	closefrom(STDERR_FILENO + 1);
	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd;
}

int
sandbox_harden(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return prctl(PR_SET_DUMPABLE, 0) == -1 ? -errno : 0;
}

/*
 * Makes libraries load what they load once: name service modules and the time
 * zone. The files that they read later are mostly readable in the sandbox; a
 * name that cannot be looked up there is shown as a number.
 */
static void
warm(void)
{
	(void)ident_user(getuid());
	(void)ident_group(getgid());
	tzset();
	log_open();
}

unsigned
sandbox_enter(int root, bool writes)
{
	static const struct rlimit none = { 0, 0 };
	unsigned parts = 0;

	warm();
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_NPROC, &none);
	if (landlock_enter(root, writes) == 0)
		parts |= CONFINES_FILES;
	/* This comes last, since it forbids the calls above. */
	if (seccomp_enter() == 0)
		parts |= CONFINES_CALLS;
	return parts;
}

bool
sandbox_has_landlock(bool writes)
{
	return landlock_abi() >= ABI_LEAST(writes);
}
