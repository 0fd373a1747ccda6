/* SPDX-License-Identifier: ISC */
/* The title of a process, as the kernel tells it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/kernel.h"
#include "os/clock.h"
#include "os/title.h"
#include "tap.h"

static char line[4096];

/* The title, without what libbsd puts before it and the blanks behind it. */
static const char *
shown(void)
{
	FILE *in = fopen("/proc/self/cmdline", "r");
	size_t n = in == NULL ? 0 : fread(line, 1, sizeof(line) - 1, in);
	const char *from;

	if (in != NULL)
		fclose(in);
	while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\0'))
		n--;
	line[n] = '\0';
	from = strstr(line, ": ");
	return from == NULL ? line : from + 2;
}

static void
expect(const char *what)
{
	if (!ok(strcmp(shown(), what) == 0, "%s", what))
		printf("# not %s\n", shown());
}

/* Without sessions: nothing but title_begin() gives it a title. */
static void
check_off(void)
{
	title_version(4);
	title_transfer(&line, true, "x");
	title_ended(&line);
	ok(strstr(shown(), "t_os_title") != NULL && strstr(line +
	    strlen(line) + 1, "argument") != NULL, "no title before it begins");
}

static void
check_transfers(void)
{
	int a = 0, b = 0;
	uint64_t began = clock_coarse_ms();

	title_transfer(&a, false, "a");
	expect("u [1.2.3.4] v6 get a");
	title_transfer(&b, true, "b");
	title_ended(&b);
	expect("u [1.2.3.4] v6 get a");
	title_ended(&a);
	expect("u [1.2.3.4] v6");
	title_ended(NULL);
	while (strstr(shown(), "put b") == NULL)
		title_transfer(&b, true, "b");
	title_transfer(&b, true, "c");
	expect("u [1.2.3.4] v6 put b");
	ok(clock_coarse_ms() >= began + TITLE_REST, "another file is shown "
	    "when the first has stood for a while");
	title_ended(&b);
	title_version(3);
	expect("u [1.2.3.4] v3");
}

int
main(int argc, char **argv)
{
	char arg[] = "argument";

	if (!kernel_shows_title(argv[0])) {
		ok(true, "titles # skip the kernel shows none");
		return done();
	}
	/* There must be room: once more, with more of an environment. */
	if (getenv("T_TITLE") == NULL) {
		setenv("T_TITLE", "a value that stays what it is, and is long "
		    "enough to make room for any title here", 1);
		execv("/proc/self/exe", (char *[]){ argv[0], arg, NULL });
	}
	title_init(argc, argv);
	check_off();
	title_begin("u", "1.2.3.4");
	expect("u [1.2.3.4] v4");
	title_version(6);
	expect("u [1.2.3.4] v6");
	check_transfers();
	ok(strncmp(getenv("T_TITLE"), "a value that stays", 18) == 0 &&
	    strcmp(argv[1], arg) == 0, "arguments and environment are kept");
	return done();
}
