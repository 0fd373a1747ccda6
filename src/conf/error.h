/* SPDX-License-Identifier: ISC */
/* What is wrong with a policy, and where: one line for the administrator. */
#ifndef CONF_ERROR_H
#define CONF_ERROR_H

struct mistake {
	char	file[512];	/* or an option, "-o"; or "", no place */
	int	line;		/* 0: the file as a whole */
	char	setting[128];	/* dotted name, or "" */
	char	text[512];	/* what is wrong (hint) */
};

#define MISTAKE_LINE_MAX	1280

/* Fills in the text and returns -1, for `return mistake_say(m, ...)`. */
int	mistake_say(struct mistake *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Says where; a NULL setting is none. */
void	mistake_at(struct mistake *, const char *file, int line,
	    const char *setting);

/*
 * Writes "file:line: setting: text" to `line`, which holds MISTAKE_LINE_MAX
 * bytes, without a newline and without control characters. Returns `line`.
 */
char	*mistake_line(const struct mistake *, char *line);

#endif
