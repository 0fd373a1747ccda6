/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/sink.h"

#define SYSLOG_SOCKET	"/dev/log"
#define SYSLOG_TEXT	1000	/* bytes; keeps a record below 8 KiB */
#define SOCKET_TEXT	8192	/* bytes; holds a whole name as hex */
#define ROOM		(8 * SOCKET_TEXT)	/* bytes of a record */
#define LAST_WAIT	1000	/* ms for the kept records at the end */
#define LONGEST_ESCAPE	6
#define REPLACEMENT	"\xef\xbf\xbd"

/* Precedes each record that is kept. */
struct kept {
	size_t		 len;
	uint64_t	 lost;		/* the number that the record reports */
};

/*
 * The only state of the module: the destination, the record being assembled,
 * and the records that are kept.
 */
static struct {
	int		 fd;		/* -1: not open */
	struct sockaddr_un to;
	int		 priority;	/* of syslog, or -1 */
	size_t		 max_text;
	char		 host[HOST_NAME_MAX + 1];
	char		 session[17];
	uint64_t	 lost;		/* since the last that arrived */
	bool		 told;		/* the log says that some are lost */
	bool		 begun;
	size_t		 len;
	size_t		 kept_start, kept_end;
} sink = { .fd = -1 };

/*
 * The bytes of that record, and of those that are kept. They are no members of
 * `sink`, because all of a variable that is initialised is stored in the
 * program file.
 */
static char record[ROOM], kept[SINK_KEPT];

static int
reach(void)
{
	return connect(sink.fd, (const struct sockaddr *)&sink.to,
	    sizeof(sink.to)) == -1 ? -errno : 0;
}

void
sink_open(const char *to, int facility)
{
	bool syslogs = strcmp(to, "syslog") == 0;
	uint64_t id;
	int r;

	sink.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sink.fd == -1) {
		log_error("no socket for transfers: %s", strerror(errno));
		return;
	}
	sink.to.sun_family = AF_UNIX;
	strlcpy(sink.to.sun_path, syslogs ? SYSLOG_SOCKET : to,
	    sizeof(sink.to.sun_path));
	sink.priority = syslogs ? facility | LOG_INFO : -1;
	sink.max_text = syslogs ? SYSLOG_TEXT : SOCKET_TEXT;
	if (gethostname(sink.host, sizeof(sink.host)) == -1)
		strlcpy(sink.host, "unknown", sizeof(sink.host));
	arc4random_buf(&id, sizeof(id));
	snprintf(sink.session, sizeof(sink.session), "%016llx",
	    (unsigned long long)id);
	if ((r = reach()) != 0)
		log_error("nobody takes transfers at \"%s\": %s",
		    sink.to.sun_path, strerror(-r));
}

bool
sink_on(void)
{
	return sink.fd != -1;
}

/* Appends bytes. fits() has made sure that there is room. */
static void
put(const char *text, size_t len)
{
	if (len > ROOM - sink.len)
		return;
	memcpy(record + sink.len, text, len);
	sink.len += len;
}

__attribute__((format(printf, 1, 2))) static void
putf(const char *fmt, ...)
{
	size_t left = ROOM - sink.len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(record + sink.len, left, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < left)
		sink.len += (size_t)n;
}

/*
 * True for characters that move the cursor, end a line or change the direction
 * of text, so that a record always looks like what it is.
 */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	    c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

/*
 * Appends a character as part of a JSON string. A byte that is not UTF-8, for
 * which `len` is 0, is replaced; then the result is false.
 */
static bool
put_char(const char *p, int len, uint32_t value)
{
	if (len == 0) {
		put(REPLACEMENT, sizeof(REPLACEMENT) - 1);
		return false;
	}
	if (is_control(value)) {
		putf("\\u%04x", (unsigned)value);
		return true;
	}
	if (value == '"' || value == '\\')
		put("\\", 1);
	put(p, (size_t)len);
	return true;
}

/* True if a text fits into the record: escaped, as hex, and with both keys. */
static bool
fits(const char *text)
{
	size_t len = strlen(text), left = ROOM - sink.len;

	return MIN((LONGEST_ESCAPE + 2) * len, 2 * sink.max_text) + 64 <= left;
}

void
sink_text(const char *key, const char *text)
{
	size_t from, left = sink.max_text / 2;
	const char *p = text;
	uint32_t value;
	bool whole = true;
	int len;

	if (!sink.begun || text == NULL || !fits(text))
		return;
	putf(",\"%s\":\"", key);
	from = sink.len;
	for (; *p != '\0' && sink.len - from < sink.max_text - LONGEST_ESCAPE;
	    p += MAX(len, 1)) {
		len = path_char(p, &value);
		whole &= put_char(p, len, value);
	}
	put("\"", 1);
	if (whole && *p == '\0')
		return;
	putf(",\"%s_hex\":\"", key);
	for (p = text; *p != '\0' && left > 0; p++, left--)
		putf("%02x", (unsigned char)*p);
	put("\"", 1);
}

void
sink_number(const char *key, uint64_t n)
{
	if (sink.begun)
		putf(",\"%s\":%llu", key, (unsigned long long)n);
}

void
sink_begin(const char *user, const char *client, const char *op)
{
	char date[CLOCK_DATE_LEN];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	sink.len = 0;
	sink.begun = true;
	/* The header that syslog(3) would write; syslog(3) itself may wait. */
	if (sink.priority != -1) {
		clock_date(now.tv_sec, CLOCK_SYSLOG, date);
		putf("<%d>%s sftp-server[%d]: ", sink.priority, date,
		    (int)getpid());
	}
	clock_date(now.tv_sec, CLOCK_UTC, date);
	putf("{\"time\":\"%s.%03dZ\"", date, (int)(now.tv_nsec / 1000000));
	sink_text("host", sink.host);
	sink_text("session", sink.session);
	sink_number("pid", (uint64_t)getpid());
	sink_text("user", user);
	sink_text("client", client);
	sink_text("op", op);
}

void
sink_drop(void)
{
	sink.begun = false;
}

/*
 * Sends a record. A reader that was restarted has a new socket at the same
 * path, so a failed send connects again. Returns 0, -EAGAIN if the reader's
 * queue is full, or another error.
 */
static int
deliver(const char *text, size_t len)
{
	int r;

	if (send(sink.fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return 0;
	if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE)
		return -errno;
	if ((r = reach()) != 0)
		return r;
	return send(sink.fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ?
	    -errno : 0;
}

/* Counts a record that is lost, and those whose loss it would have reported. */
static void
lose(uint64_t reported, int r)
{
	sink.lost += reported + 1;
	if (!sink.told)
		log_error("a record of a transfer is lost: %s", strerror(-r));
	sink.told = true;
}

/* Keeps the record. Returns false if there is no room. */
static bool
keep(void)
{
	struct kept k = { .len = sink.len, .lost = sink.lost };
	size_t used = sink.kept_end - sink.kept_start;

	if (sizeof(k) + k.len > SINK_KEPT - used)
		return false;
	if (sizeof(k) + k.len > SINK_KEPT - sink.kept_end) {
		memmove(kept, kept + sink.kept_start, used);
		sink.kept_start = 0;
		sink.kept_end = used;
	}
	memcpy(kept + sink.kept_end, &k, sizeof(k));
	memcpy(kept + sink.kept_end + sizeof(k), record, k.len);
	sink.kept_end += sizeof(k) + k.len;
	return true;
}

int
sink_waiting(void)
{
	return sink.kept_start < sink.kept_end ? sink.fd : -1;
}

void
sink_flush(void)
{
	struct kept k;
	int r;

	while (sink_waiting() != -1) {
		memcpy(&k, kept + sink.kept_start, sizeof(k));
		r = deliver(kept + sink.kept_start + sizeof(k), k.len);
		if (r == -EAGAIN)
			return;
		if (r != 0)
			lose(k.lost, r);
		sink.kept_start += sizeof(k) + k.len;
	}
	sink.kept_start = sink.kept_end = 0;
}

void
sink_end(void)
{
	int r;

	if (!sink.begun)
		return;
	sink_flush();
	if (sink.lost > 0)
		sink_number("lost", sink.lost);
	sink.begun = false;
	putf(sink.priority == -1 ? "}\n" : "}");
	r = sink_waiting() != -1 ? -EAGAIN : deliver(record, sink.len);
	if (r == 0 || (r == -EAGAIN && keep()))
		sink.lost = 0;
	else
		lose(0, r);
}

void
sink_finish(void)
{
	struct pollfd pfd = { .events = POLLOUT };
	uint64_t now, end;

	if (sink_waiting() == -1)
		return;
	now = clock_ms();
	end = now + LAST_WAIT;
	for (; now < end && sink_waiting() != -1; now = clock_ms()) {
		pfd.fd = sink.fd;	/* may have been opened again */
		if (poll(&pfd, 1, (int)(end - now)) == -1 && errno != EINTR)
			break;
		sink_flush();
	}
	if (sink_waiting() != -1)
		lose(0, -EAGAIN);
}
