/* SPDX-License-Identifier: ISC */
/*
 * Tests how long a rejected session answers. Its system calls are replaced: a
 * client that waits before each packet, and a clock that advances only then.
 */
#include "config.h"

#include <poll.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "conf/setting.h"
#include "frames.h"
#include "os/log.h"
#include "session/reject.h"
#include "tap.h"
#include "wire/sftp.h"

#define TEXT	"not today"

static struct {
	int	 gap;		/* ms before each packet */
	int	 packets;	/* their number, with INIT */
	int	 sent;		/* packets that were read */
	int	 waited;	/* ms until the next one */
	struct buf frame;	/* the packet that is being read */
	size_t	 at;		/* ... up to here */
	bool	 deaf;		/* reads nothing */
	bool	 gone;		/* closes after its packets */
	struct buf replies;
	int64_t	 now;		/* ms */
} client;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	(void)id;
	*ts = (struct timespec){ (time_t)(client.now / 1000),
	    (long)(client.now % 1000) * 1000000 };
	return 0;
}

/*
 * Replaces poll(2) under a declaration that does not say that the array is only
 * read.
 */
int	client_poll(struct pollfd *, nfds_t, int) __asm__("poll");

/* Lets time pass until the next byte can be read, or until the timeout. */
int
client_poll(struct pollfd *pfd, nfds_t n, int timeout)
{
	int rest = client.gap - client.waited;
	bool silent = client.sent == client.packets && !client.gone;

	(void)n;
	pfd->revents = POLLIN | POLLOUT;
	if (pfd->fd == STDOUT_FILENO && !client.deaf)
		return 1;
	if (client.at > 0)
		rest = 0;
	if (pfd->fd == STDOUT_FILENO || silent || rest > timeout) {
		client.now += timeout;
		client.waited += timeout;
		return 0;
	}
	client.now += rest;
	client.waited += rest;
	return 1;
}

static void
put_request(struct buf *b, int i)
{
	put_u32(b, i == 0 ? 5 : 10);
	put_u8(b, i == 0 ? FXP_INIT : FXP_REALPATH);
	put_u32(b, i == 0 ? 6 : (uint32_t)i);
	if (i > 0)
		put_cstr(b, ".");
}

ssize_t
read(int fd, void *to, size_t len)
{
	(void)fd;
	if (client.at == 0) {
		if (client.sent == client.packets)
			return 0;
		client.frame.len = 0;
		put_request(&client.frame, client.sent);
	}
	len = len < client.frame.len - client.at ? len :
	    client.frame.len - client.at;
	memcpy(to, client.frame.data + client.at, len);
	client.at += len;
	if (client.at == client.frame.len) {
		client.at = 0;
		client.waited = 0;
		client.sent++;
	}
	return (ssize_t)len;
}

ssize_t
write(int fd, const void *from, size_t len)
{
	(void)fd;
	put_bytes(&client.replies, from, len);
	return (ssize_t)len;
}

/* Parses the replies and returns how many requests were answered in order. */
static int
count_replies(void)
{
	static const uint8_t version[] = {
		0, 0, 0, 5, FXP_VERSION, 0, 0, 0, 3
	};
	struct buf one = { .data = client.replies.data };
	const uint8_t *end = client.replies.data + client.replies.len;
	int n = 0;

	if (client.replies.len < sizeof(version) ||
	    memcmp(one.data, version, sizeof(version)) != 0)
		return -1;
	for (one.data += sizeof(version); one.data < end; one.data += one.len) {
		one.len = be32_at(one.data) + 4;
		if (frame_type(&one) != FXP_STATUS ||
		    frame_id(&one) != (uint32_t)++n ||
		    frame_word(&one) != FX_FAILURE || one.len < 17 +
		    strlen(TEXT) || memcmp(one.data + 17, TEXT, strlen(TEXT)))
			return -1;
	}
	return n;
}

int
main(void)
{
	static const struct {
		const char *about;
		int	 gap, requests;
		bool	 gone, deaf;
		int	 replies;
		int	 lasts;		/* ms */
	} rows[] = {
		{ "500 at once: all are answered, and the session lasts 10 s",
		    0, 500, false, false, 500, 10000 },
		{ "500 at once, then the end of input", 0, 500, true, false,
		    500, 0 },
		{ "one every 100 ms: answered for 10 s",
		    100, 500, false, false, 99, 10000 },
		{ "one every 2 s: 64 are answered",
		    2000, 500, false, false, 64, 128000 },
		{ "one every 9 s: 64 are answered",
		    9000, 500, false, false, 64, 576000 },
		{ "a silent client: the session lasts 10 s",
		    0, 3, false, false, 3, 10000 },
		{ "a client that is slower is given up",
		    10001, 500, false, false, -1, 10000 },
		{ "a client that does not read is given up",
		    0, 500, false, true, -1, 10000 },
	};
	struct session s;
	int64_t lasted;
	size_t i;
	int n;

	log_init("test", LOG_LEVEL_QUIET, LOG_AUTH, true);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		client.gap = rows[i].gap;
		client.packets = rows[i].requests + 1;
		client.sent = client.waited = 0;
		client.at = client.replies.len = 0;
		client.gone = rows[i].gone;
		client.deaf = rows[i].deaf;
		client.now = 1000000;
		s = (struct session){ 0 };
		setting_defaults(&s.policy);
		reject_session(&s, TEXT);
		n = count_replies();
		/* INIT comes after a gap as well. */
		lasted = client.now - 1000000 - (n < 0 ? 0 : rows[i].gap);
		ok(n == rows[i].replies && lasted == rows[i].lasts,
		    "%s: %d answered, %d ms", rows[i].about, n, (int)lasted);
		buf_free(&s.out);
	}
	buf_free(&client.frame);
	buf_free(&client.replies);
	return done();
}
