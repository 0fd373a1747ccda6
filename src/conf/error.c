/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf/error.h"

int
error_say(struct error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

void
error_at(struct error *e, const char *file, int line, const char *setting)
{
	/* Most calls are for the next setting of the same file. */
	if (strcmp(e->file, file) != 0)
		strlcpy(e->file, file, sizeof(e->file));
	strlcpy(e->setting, setting == NULL ? "" : setting,
	    sizeof(e->setting));
	e->line = line;
}

char *
error_line(const struct error *e, char *line)
{
	char number[16] = "";
	char *p;

	if (e->line > 0)
		snprintf(number, sizeof(number), ":%d", e->line);
	snprintf(line, ERROR_LINE_MAX, "%s%s%s%s%s%s", e->file, number,
	    e->file[0] != '\0' ? ": " : "", e->setting,
	    e->setting[0] != '\0' ? ": " : "", e->text);
	for (p = line; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return line;
}
