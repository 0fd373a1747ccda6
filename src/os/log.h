/* SPDX-License-Identifier: ISC */
/*
 * The log: OpenSSH's lines, sent to syslog or standard error. The connection to
 * syslog is opened by the first line and kept. Unprintable bytes are escaped as
 * \n, \t, \303 and so on, so that no file name can forge a line. On standard
 * error, which people read, newlines and tabs are not escaped, as in OpenSSH.
 */
#ifndef OS_LOG_H
#define OS_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/word.h"

enum log_level {
	LOG_LEVEL_QUIET, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_INFO,
	LOG_LEVEL_VERBOSE, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG2, LOG_LEVEL_DEBUG3,
};

/* The names of levels (-l, log.level) and facilities (-f, log.facility). */
extern const struct word log_levels[], log_facilities[];

/*
 * Sets where lines go. `tag` is kept, not copied. The defaults are ERROR,
 * LOG_AUTH and syslog.
 */
void	 log_init(const char *tag, enum log_level, int facility,
	    bool on_stderr);

/*
 * Connects to syslog now, for sessions that cannot do so once they are
 * confined.
 */
void	 log_open(void);

/* Lines up to this level are written. Only log_init() sets it. */
extern enum log_level log_limit;

/*
 * True if lines of that level are written. Callers ask before they do expensive
 * work for a line.
 */
static inline bool
log_wants(enum log_level level)
{
	return level <= log_limit;
}

/*
 * Writes one line, formatted as by printf(3) with two differences: a %s between
 * double quotes is a name, in which quotes are escaped, and a NULL string
 * prints "(null)". Supported conversions: d, u, o, x with l, ll, z, width and
 * precision; s without a precision or with one of at most 255 bytes. Keeps
 * errno.
 */
void	 log_at(enum log_level, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#define log_error(...)	log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_info(...)	log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_verbose(...) log_at(LOG_LEVEL_VERBOSE, __VA_ARGS__)

/*
 * Check the level first: each request has one or two such lines, and hardly any
 * session logs them.
 */
#define log_debug1(...)	log_unlikely(LOG_LEVEL_DEBUG1, __VA_ARGS__)
#define log_debug2(...)	log_unlikely(LOG_LEVEL_DEBUG2, __VA_ARGS__)
#define log_debug3(...)	log_unlikely(LOG_LEVEL_DEBUG3, __VA_ARGS__)
#define log_unlikely(level, ...) \
	(log_wants(level) ? log_at((level), __VA_ARGS__) : (void)0)

/*
 * A line that is assembled piece by piece, for callers without a format string:
 * log_start(), log_put() or log_putf() as often as needed, log_end(). An
 * `is_name` text has its quotes escaped.
 */
struct log_line {
	enum log_level	 level;
	size_t		 len;
	char		 text[8000];	/* escaped; more than syslog takes */
};

void	 log_start(struct log_line *, enum log_level);
void	 log_put(struct log_line *, const char *text, bool is_name);
void	 log_putf(struct log_line *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 log_end(const struct log_line *);

#endif
