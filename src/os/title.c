/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/title.h"

static struct {
	bool		 on;
	int		 width;		/* of the shortest title, in bytes */
	char		 session[256];	/* "USER [ADDRESS]" */
	int		 version;	/* 0 before INIT */
	const void	*shown;		/* a transfer, or NULL */
	bool		 writes;	/* ... and its direction */
	uint64_t	 next;		/* ms: when another may be shown */
} title;

/* Replace control characters, those of Latin 1 in UTF-8 as well. */
static void
clean(char *s)
{
	unsigned char *p = (unsigned char *)s;

	for (; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f)
			*p = '?';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			*p = p[1] = '?';
}

/*
 * Set the title; `what` is a verb between blanks. Where a title is shorter than
 * the program's name was and arguments followed that, libbsd leaves a dot for
 * ps(1) to show, and so blanks fill it up.
 */
static void
show(const char *what, const char *name)
{
	char version[16] = "", text[512];

	if (title.version != 0)
		snprintf(version, sizeof(version), " v%d", title.version);
	snprintf(text, sizeof(text), "%s%s%s%s", title.session, version, what,
	    name);
	clean(text);
	setproctitle("%-*s", title.width, text);
}

void
title_init(int argc, char **argv)
{
	title.width = argc > 0 ? (int)strnlen(argv[0], 256) : 0;
	setproctitle_init(argc, argv, environ);
}

void
title_begin(const char *user, const char *address)
{
	snprintf(title.session, sizeof(title.session), "%s [%s]", user,
	    address);
	title.on = true;
	show("", "");
}

void
title_version(int version)
{
	title.version = version;
	title.shown = NULL;
	if (title.on)
		show("", "");
}

void
title_transfer(const void *of, bool writes, const char *name)
{
	uint64_t now;

	if (!title.on || (of == title.shown && writes == title.writes))
		return;
	if ((now = clock_coarse_ms()) < title.next)
		return;
	title.next = now + TITLE_REST;
	title.shown = of;
	title.writes = writes;
	show(writes ? " put " : " get ", name);
}

void
title_ended(const void *of)
{
	if (of != title.shown || of == NULL)
		return;
	title.shown = NULL;
	show("", "");
}
