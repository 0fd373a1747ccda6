/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <poll.h>
#include <unistd.h>

#include "os/clock.h"
#include "request/reply.h"
#include "session/reject.h"
#include "wire/sftp.h"

#define PATIENCE	10000	/* ms for each packet, and at least for all */
#define ANSWERS		64	/* requests that are answered at least */

/*
 * Reads exactly `len` bytes; those that do not fit into `to` are discarded.
 * Returns false at the end of input or when the time is `until`.
 */
static bool
read_bytes(uint8_t *to, size_t size, size_t len, uint64_t until)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	uint8_t waste[512];
	size_t done = 0, room;
	uint64_t now;
	ssize_t n;

	while (done < len) {
		if ((now = clock_ms()) >= until ||
		    poll(&pfd, 1, (int)(until - now)) != 1)
			return false;
		room = done < size ? size - done : sizeof(waste);
		n = read(STDIN_FILENO, done < size ? to + done : waste,
		    room < len - done ? room : len - done);
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/*
 * Reads the type and the id of the next packet; in an INIT, the version takes
 * the place of the id. Returns false if the packet is not complete in time.
 */
static bool
read_packet(uint8_t *type, uint32_t *id, uint64_t until)
{
	uint8_t packet[9];
	struct reader r;
	uint32_t len;

	reader_init(&r, packet, sizeof(packet));
	if (!read_bytes(packet, 4, 4, until))
		return false;
	len = get_u32(&r);
	if (len < 5 || len > SFTP_MAX_PACKET ||
	    !read_bytes(packet + 4, 5, len, until))
		return false;
	*type = get_u8(&r);
	*id = get_u32(&r);
	return true;
}

static bool
write_out(struct buf *b)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t n;

	if (poll(&pfd, 1, PATIENCE) != 1)
		return false;
	n = write(STDOUT_FILENO, b->data, b->len);
	b->len = 0;
	return n > 0;
}

void
reject_session(struct session *s, const char *text)
{
	struct request q = { .message = text };
	uint64_t until = clock_ms() + PATIENCE, end;
	uint8_t type;
	int left;

	if (!read_packet(&type, &q.id, until) || type != FXP_INIT)
		return;
	s->version = 3;
	s->bare_status = q.id < 3;
	put_u32(&s->out, 5);
	put_u8(&s->out, FXP_VERSION);
	put_u32(&s->out, 3);
	end = clock_ms() + PATIENCE;
	for (left = ANSWERS; write_out(&s->out); left -= left > 0) {
		until = left > 0 ? clock_ms() + PATIENCE : end;
		if (!read_packet(&type, &q.id, until))
			return;
		reply_status(s, &q, FX_FAILURE);
	}
}
