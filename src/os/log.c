/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "os/log.h"

/* Where lines go. This and log_limit are the only state of the module. */
static struct {
	const char	*tag;
	int		 facility;
	bool		 on_stderr;
	bool		 connected;
} sink = { "sftp-server", LOG_AUTH, false, false };
enum log_level log_limit = LOG_LEVEL_ERROR;

const struct word log_levels[] = {
	{ "QUIET", LOG_LEVEL_QUIET }, { "FATAL", LOG_LEVEL_FATAL },
	{ "ERROR", LOG_LEVEL_ERROR }, { "INFO", LOG_LEVEL_INFO },
	{ "VERBOSE", LOG_LEVEL_VERBOSE }, { "DEBUG", LOG_LEVEL_DEBUG1 },
	{ "DEBUG1", LOG_LEVEL_DEBUG1 }, { "DEBUG2", LOG_LEVEL_DEBUG2 },
	{ "DEBUG3", LOG_LEVEL_DEBUG3 }, { 0 }
};

const struct word log_facilities[] = {
	{ "DAEMON", LOG_DAEMON }, { "USER", LOG_USER }, { "AUTH", LOG_AUTH },
	{ "AUTHPRIV", LOG_AUTHPRIV }, { "LOCAL0", LOG_LOCAL0 },
	{ "LOCAL1", LOG_LOCAL1 }, { "LOCAL2", LOG_LOCAL2 },
	{ "LOCAL3", LOG_LOCAL3 }, { "LOCAL4", LOG_LOCAL4 },
	{ "LOCAL5", LOG_LOCAL5 }, { "LOCAL6", LOG_LOCAL6 },
	{ "LOCAL7", LOG_LOCAL7 }, { 0 }
};

void
log_init(const char *tag, enum log_level level, int facility, bool on_stderr)
{
	sink.tag = tag;
	log_limit = level;
	sink.facility = facility;
	sink.on_stderr = on_stderr;
	sink.connected = false;
}

void
log_open(void)
{
	if (!sink.on_stderr && !sink.connected) {
		openlog(sink.tag, LOG_PID | LOG_NDELAY, sink.facility);
		sink.connected = true;
	}
}

void
log_start(struct log_line *l, enum log_level level)
{
	static const char *const prefix[] = {
		[LOG_LEVEL_FATAL] = "fatal: ", [LOG_LEVEL_ERROR] = "error: ",
		[LOG_LEVEL_DEBUG1] = "debug1: ",
		[LOG_LEVEL_DEBUG2] = "debug2: ",
		[LOG_LEVEL_DEBUG3] = "debug3: ",
	};

	l->level = level;
	l->len = 0;
	l->text[0] = '\0';
	/* On standard error OpenSSH omits "fatal: " and "error: ". */
	if (prefix[level] != NULL &&
	    !(sink.on_stderr && level <= LOG_LEVEL_ERROR))
		log_put(l, prefix[level], false);
}

/*
 * Escapes one byte and returns the length. As OpenSSH's vis(3) call does: on
 * syslog C-style escapes and octal, with tabs and newlines escaped too; on
 * standard error only bytes that could harm a terminal.
 */
static size_t
log_escape(char *to, unsigned char c, bool is_name)
{
	static const char plain[] = "\a\b\t\n\v\f\r", letter[] = "abtnvfr";
	const char *p;

	if (c == '\\' || (c == '"' && is_name)) {
		to[0] = '\\';
		to[1] = (char)c;
		return 2;
	}
	if ((c >= ' ' && c < 0x7f) ||
	    (sink.on_stderr && c != '\0' && strchr("\a\b\t\n\r", c) != NULL)) {
		to[0] = (char)c;
		return 1;
	}
	if (!sink.on_stderr && c != '\0' && (p = strchr(plain, c)) != NULL) {
		to[0] = '\\';
		to[1] = letter[p - plain];
		return 2;
	}
	to[0] = '\\';
	to[1] = (char)('0' + (c >> 6));
	to[2] = (char)('0' + (c >> 3 & 7));
	to[3] = (char)('0' + (c & 7));
	return 4;
}

void
log_put(struct log_line *l, const char *text, bool is_name)
{
	if (text == NULL)
		text = "(null)";
	/* Leave room for one whole escape, a line end and the NUL. */
	for (; *text != '\0' && l->len < sizeof(l->text) - 8; text++)
		l->len += log_escape(l->text + l->len, (unsigned char)*text,
		    is_name);
	l->text[l->len] = '\0';
}

void
log_end(const struct log_line *l)
{
	int priority = l->level >= LOG_LEVEL_DEBUG1 ? LOG_DEBUG :
	    l->level == LOG_LEVEL_ERROR ? LOG_ERR :
	    l->level == LOG_LEVEL_FATAL ? LOG_CRIT : LOG_INFO;

	if (sink.on_stderr) {
		dprintf(STDERR_FILENO, "%s\r\n", l->text);
		return;
	}
	log_open();
	syslog(priority, "%s", l->text);
}

/*
 * Prints one conversion. `spec` is the whole conversion, from the percent sign
 * to the letter. The argument is taken from *ap, a pointer so that the caller's
 * list advances.
 */
static void
log_convert(struct log_line *l, const char *spec, bool is_name, va_list *ap)
{
	char text[256];
	const char *s = text;
	size_t n = strlen(spec);
	char letter = spec[n - 1], size = n > 2 ? spec[n - 2] : '\0';

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (letter == 's') {
		s = va_arg(*ap, const char *);
		/* "%.100s": the only form of %s with a precision. */
		if (s != NULL && spec[1] == '.') {
			snprintf(text, sizeof(text), spec, s);
			s = text;
		}
	} else if (size == 'z')
		snprintf(text, sizeof(text), spec, va_arg(*ap, size_t));
	else if (size == 'l' && n > 3 && spec[n - 3] == 'l')
		snprintf(text, sizeof(text), spec, va_arg(*ap, long long));
	else if (size == 'l')
		snprintf(text, sizeof(text), spec, va_arg(*ap, long));
	else
		snprintf(text, sizeof(text), spec, va_arg(*ap, int));
#pragma GCC diagnostic pop
	log_put(l, s, letter == 's' && is_name);
}

static void
log_format(struct log_line *l, const char *fmt, va_list *ap)
{
	char piece[256];
	size_t n;
	bool quoted = false;

	for (; *fmt != '\0'; fmt += n) {
		n = *fmt == '%' ? strcspn(fmt + 1, "duoxs%") + 2 :
		    strcspn(fmt, "%");
		if (n >= sizeof(piece))
			n = sizeof(piece) - 1;
		memcpy(piece, fmt, n);
		piece[n] = '\0';
		if (*fmt != '%') {
			log_put(l, piece, false);
			quoted = piece[n - 1] == '"';
		} else if (piece[1] == '%') {
			log_put(l, "%", false);
		} else {
			log_convert(l, piece, quoted, ap);
		}
	}
}

void
log_putf(struct log_line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_format(l, fmt, &ap);
	va_end(ap);
}

void
log_at(enum log_level level, const char *fmt, ...)
{
	struct log_line l;
	int saved_errno = errno;
	va_list ap;

	if (!log_wants(level))
		return;
	log_start(&l, level);
	va_start(ap, fmt);
	log_format(&l, fmt, &ap);
	va_end(ap);
	log_end(&l);
	errno = saved_errno;
}
