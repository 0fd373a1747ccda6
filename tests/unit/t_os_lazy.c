/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>
#include <syslog.h>

#include "capture.h"
#include "os/lazy.h"
#include "os/log.h"
#include "tap.h"

static void
test_present(void)
{
	struct lazy l = { .soname = "libc.so.6" };
	size_t (*len)(const char *);
	void *found = lazy_symbol(&l, "strlen");

	ok(found != NULL && l.library != NULL,
	    "asking for a symbol opens the library");
	memcpy(&len, &found, sizeof(len));
	ok(found != NULL && len("four") == 4, "its function can be called");
	ok(lazy_open(&l), "the library is open");
	ok(lazy_symbol(&l, "no_such_function") == NULL,
	    "an undefined symbol is not found");
}

static void
test_absent(void)
{
	struct lazy l = { .soname = "libno-such.so.0" };

	capture_start();
	(void)lazy_open(&l);
	ok(strstr(capture_end(), l.soname) != NULL,
	    "a missing library is logged by name");
	capture_start();
	ok(!lazy_open(&l) && lazy_symbol(&l, "strlen") == NULL,
	    "a missing library has no symbols");
	ok(capture_end()[0] == '\0', "it is logged once");
}

int
main(void)
{
	log_init("t_os_lazy", LOG_LEVEL_ERROR, LOG_AUTH, true);
	test_present();
	test_absent();
	return done();
}
