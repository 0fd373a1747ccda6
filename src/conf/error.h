/* SPDX-License-Identifier: ISC */
/* Errors in a policy: one line for the administrator. */
#ifndef CONF_ERROR_H
#define CONF_ERROR_H

struct error {
	char	file[512];	/* "-o" for an option; "" for no place */
	int	line;		/* 0: the file as a whole */
	char	setting[128];	/* dotted name, or "" */
	char	text[512];	/* message (hint) */
};

#define ERROR_LINE_MAX	1280

/* Sets the text and returns -1, for `return error_say(m, ...)`. */
int	error_say(struct error *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Sets the place; `setting` may be NULL. */
void	error_at(struct error *, const char *file, int line,
	    const char *setting);

/*
 * Writes "file:line: setting: text" to `line`, which has ERROR_LINE_MAX
 * bytes, without a newline and with control characters replaced. Returns
 * `line`.
 */
char	*error_line(const struct error *, char *line);

#endif
