/* SPDX-License-Identifier: ISC */
/*
 * The log: OpenSSH's lines, to syslog or stderr. One connection to syslog is
 * opened at the first line and kept. Bytes that do not print leave as \n,
 * \t, \303 and so on, so that no name can forge a line there. On stderr, which
 * is for people, line ends and tabs pass, as in OpenSSH.
 */
#ifndef OS_LOG_H
#define OS_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
	LOG_LEVEL_INVALID = -1,
	LOG_LEVEL_QUIET, LOG_LEVEL_FATAL, LOG_LEVEL_ERROR, LOG_LEVEL_INFO,
	LOG_LEVEL_VERBOSE, LOG_LEVEL_DEBUG1, LOG_LEVEL_DEBUG2, LOG_LEVEL_DEBUG3,
};

/* What -l and -f take, without regard to case; INVALID or -1 if unknown. */
enum log_level log_level_number(const char *name);
int	 log_facility_number(const char *name);

/* `tag` must last. Until this is called: ERROR, LOG_AUTH, syslog. */
void	 log_init(const char *tag, enum log_level, int facility,
	    bool on_stderr);

/* Opens the connection to syslog now, for later there may be no way to. */
void	 log_open(void);

/* Is a line of that level written? Ask before work is spent on one. */
bool	 log_wants(enum log_level);

/*
 * Writes one line. As in printf(3), with two additions: a %s between double
 * quotes is a name, in which a quote is escaped, and one that is NULL prints
 * "(null)". errno is kept. Conversions: d u o x, with l, ll, z, widths and
 * precisions; s, with a precision of at most 255 bytes or none.
 */
void	 log_at(enum log_level, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#define log_error(...)	log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_info(...)	log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_verbose(...) log_at(LOG_LEVEL_VERBOSE, __VA_ARGS__)

/* Each request has one or two of these, which hardly any session logs. */
#define log_debug1(...)	log_unlikely(LOG_LEVEL_DEBUG1, __VA_ARGS__)
#define log_debug2(...)	log_unlikely(LOG_LEVEL_DEBUG2, __VA_ARGS__)
#define log_debug3(...)	log_unlikely(LOG_LEVEL_DEBUG3, __VA_ARGS__)
#define log_unlikely(level, ...) \
	(log_wants(level) ? log_at((level), __VA_ARGS__) : (void)0)

/* A line made piece by piece, for those who have no format string. */
struct log_line {
	enum log_level	 level;
	size_t		 len;
	char		 text[8000];	/* escaped; more than syslog carries */
};

void	 log_start(struct log_line *, enum log_level);
void	 log_put(struct log_line *, const char *text, bool is_name);
void	 log_putf(struct log_line *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 log_end(const struct log_line *);

#endif
