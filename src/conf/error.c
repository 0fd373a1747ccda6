/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/error.h"

int
mistake_say(struct mistake *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(m->text, sizeof(m->text), fmt, ap);
	va_end(ap);
	return -1;
}

void
mistake_at(struct mistake *m, const char *file, int line, const char *setting)
{
	strlcpy(m->file, file, sizeof(m->file));
	strlcpy(m->setting, setting == NULL ? "" : setting,
	    sizeof(m->setting));
	m->line = line;
}

char *
mistake_line(const struct mistake *m, char *line)
{
	char number[16] = "";
	char *p;

	if (m->line > 0)
		snprintf(number, sizeof(number), ":%d", m->line);
	snprintf(line, MISTAKE_LINE_MAX, "%s%s%s%s%s%s", m->file, number,
	    m->file[0] != '\0' ? ": " : "", m->setting,
	    m->setting[0] != '\0' ? ": " : "", m->text);
	for (p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return line;
}
