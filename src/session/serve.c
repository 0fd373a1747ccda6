/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/log.h"
#include "os/signals.h"
#include "os/sink.h"
#include "request/ahead.h"
#include "request/task.h"
#include "session/gate.h"
#include "session/rate.h"
#include "session/serve.h"
#include "session/stream.h"

/*
 * Requests are run while less than this is queued for output; with one more
 * reply, or with READs that were made in one call, it is the limit of the
 * output. Replies are sent while they are in the CPU's cache, and what one
 * write(2) carries leaves room in the pipe for the next.
 */
#define OUT_BOUND	(160 * 1024)

#define SEND_BUFFER	(1024 * 1024)

/*
 * So many bytes of a packet are moved to the start of the input before its rest
 * is read. That costs less than to touch all of the buffer, which is twice as
 * large as what a pipe holds.
 */
#define MOVED_SOON	(32 * 1024)

struct serve {
	struct session	*s;
	struct input {
		uint8_t	*data;		/* in_size bytes */
		size_t	 start, end;	/* bytes that were read and not run */
	} in;
	size_t		 in_size;	/* twice the largest packet, so that one
					 * read(2) returns many */
	size_t		 written;	/* bytes of s->out */
	struct request	 request;	/* the running one */
	bool		 pending;	/* its packet ends at in.start */
	bool		 eof;		/* end of input */
	bool		 gone;		/* nobody reads the output */
	bool		 out_socket;	/* standard output is a socket */
	bool		 full;		/* wait for poll(2) before writing */
	struct stream	 stream;	/* a transfer behind pipes */
	int		 ending;	/* exit status after the last reply, or
					 * GOING_ON */
	uint64_t	 began, active;	/* ms: start; last input */
	bool		 paced;		/* a rate limit applies */
	struct rate	 received, sent; /* bytes of packets; of replies */
};

#define GOING_ON	(-1)		/* the session has not ended */

/* State of the first packet in the input buffer. */
enum frame { FRAME_PART, FRAME_WHOLE, FRAME_TOO_LONG, FRAME_EMPTY };

static enum frame
input_frame(const struct input *in, size_t max, size_t *len)
{
	size_t have = in->end - in->start;
	uint32_t n;

	/* As OpenSSH: a length is judged only when a byte follows it. */
	if (have < 5)
		return FRAME_PART;
	memcpy(&n, in->data + in->start, sizeof(n));
	*len = be32toh(n);
	if (*len > max)
		return FRAME_TOO_LONG;
	if (*len == 0)
		return FRAME_EMPTY;
	return have < *len + 4 ? FRAME_PART : FRAME_WHOLE;
}

static void
serve_ran(struct serve *v, enum verdict verdict)
{
	v->pending = verdict == VERDICT_PENDING;
	if (verdict == VERDICT_FATAL)
		v->ending = 255;
}

/* Runs the next step of the pending request. */
static void
serve_resume(struct serve *v)
{
	serve_ran(v, gate_resume(v->s, &v->request));
	if (!v->pending)
		v->active = clock_ms();
}

/* Ends the session because of a packet that can never be complete or valid. */
static void
serve_bad_frame(struct serve *v, enum frame frame)
{
	if (frame == FRAME_TOO_LONG) {
		log_error("bad message from %s local user %s", v->s->client,
		    v->s->self.name);
		v->ending = 11;
	} else {
		log_at(LOG_LEVEL_FATAL,
		    "process: parse type: incomplete message");
		v->ending = 255;
	}
}

#define MAX_PAUSE	1000	/* ms; bounds the delay of a signal */

/*
 * Returns the milliseconds for which no request may be run because a rate is
 * exceeded. After a signal the remaining requests are run without a pause.
 */
static unsigned
serve_pause(const struct serve *v)
{
	uint64_t now;

	if (!v->paced || signals_came())
		return 0;
	now = clock_ms();
	return (unsigned)MIN(MAX_PAUSE, MAX(rate_wait(&v->received, now),
	    rate_wait(&v->sent, now)));
}

static void
serve_charge(struct serve *v, size_t received, size_t sent)
{
	uint64_t now = clock_ms();

	rate_take(&v->received, now, (uint32_t)received);
	rate_take(&v->sent, now, (uint32_t)sent);
}

static bool
serve_may_run(const struct serve *v)
{
	return !v->pending && v->ending == GOING_ON &&
	    (v->s->out.len < OUT_BOUND || ahead_waits(v->s)) &&
	    v->s->piped.len == 0 &&
	    (!v->paced || serve_pause(v) == 0);
}

/*
 * Runs complete packets until there are none or replies must be sent first.
 * Returns true if there is more to run once replies were sent.
 */
static bool
serve_run(struct serve *v)
{
	size_t max = v->s->policy.protocol.max_packet, len, mark;
	enum frame frame;
	uint8_t *packet;

	ahead_forget(v->s);
	if (v->pending)
		serve_resume(v);
	while ((frame = input_frame(&v->in, max, &len)) == FRAME_WHOLE &&
	    serve_may_run(v)) {
		packet = v->in.data + v->in.start + 4;
		v->in.start += len + 4;
		v->s->behind = (struct slice){ v->in.data + v->in.start,
		    v->in.end - v->in.start };
		mark = v->s->out.len;
		serve_ran(v, gate_packet(v->s, packet, len, &v->request));
		if (v->paced)
			serve_charge(v, len + 4, v->s->out.len - mark +
			    v->s->piped.len);
	}
	if (v->in.start == v->in.end && !v->pending)
		v->in.start = v->in.end = 0;
	if (v->pending || v->ending != GOING_ON)
		return v->pending;
	if (frame == FRAME_TOO_LONG || frame == FRAME_EMPTY)
		serve_bad_frame(v, frame);
	else if (frame == FRAME_PART && v->eof)
		v->ending = 0;
	return frame == FRAME_WHOLE;
}

/*
 * Makes room at the end of the input buffer. Returns false if it is full of
 * packets to run. Nothing moves during a pending request, whose strings are in
 * the buffer.
 */
static bool
serve_room(struct serve *v)
{
	struct input *in = &v->in;

	if (v->pending)
		return in->end < v->in_size;
	if (in->end < v->in_size && (in->start == 0 ||
	    in->end - in->start > MOVED_SOON))
		return true;
	if (in->start == 0)
		return false;
	memmove(in->data, in->data + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	return true;
}

/* Returns false if there is nothing to read at the moment. */
static bool
serve_read(struct serve *v)
{
	ssize_t n;

	n = read(STDIN_FILENO, v->in.data + v->in.end,
	    v->in_size - v->in.end);
	if (n > 0) {
		v->in.end += (size_t)n;
		stream_moved(&v->stream, STDIN_FILENO, (size_t)n);
		if (v->s->policy.session.idle_timeout > 0)
			v->active = clock_ms();
	} else if (n == 0) {
		log_debug1("read eof");
		v->eof = true;
	} else if (errno == EAGAIN) {
		return false;
	} else if (errno != EINTR) {
		log_error("read: %s", strerror(errno));
		v->ending = 1;
	}
	return true;
}

/* True if there is output that was not sent. */
static bool
serve_waits(const struct serve *v)
{
	return v->s->out.len > v->written || v->s->piped.len > 0;
}

/* Handles the result `n` of writing `len` bytes. */
static void
serve_wrote(struct serve *v, ssize_t n, size_t len)
{
	/* Trying again before there is room took a tenth of a download. */
	v->full = n < (ssize_t)len;
	if (n > 0) {
		stream_moved(&v->stream, STDOUT_FILENO, (size_t)n);
		return;
	}
	if (n == 0 || errno == EPIPE || errno == ECONNRESET) {
		log_debug1("write eof");
		v->gone = true;
	} else if (errno != EINTR && errno != EAGAIN) {
		v->gone = true;
		v->ending = 1;
	}
}

/* Writes the replies, or a part of them. */
static void
serve_write_replies(struct serve *v)
{
	struct buf *out = &v->s->out;
	size_t len = out->len - v->written;
	ssize_t n;

	if (v->out_socket)
		n = send(STDOUT_FILENO, out->data + v->written, len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		n = write(STDOUT_FILENO, out->data + v->written, len);
	serve_wrote(v, n, len);
	v->written += n > 0 ? (size_t)n : 0;
	if (v->written == out->len)
		v->written = out->len = 0;
}

/*
 * Writes what standard output takes: replies, then piped data. Waits for the
 * reader only if a transfer is under way, and never while a request is pending.
 */
static void
serve_write(struct serve *v)
{
	size_t len;
	bool waits;

	if (v->full || !serve_waits(v) || stream_holds(&v->stream))
		return;
	waits = stream_write(&v->stream, !v->pending);
	if (v->s->out.len > v->written)
		serve_write_replies(v);
	if (!v->full && (len = v->s->piped.len) > 0)
		serve_wrote(v, pipe_send(&v->s->piped, waits), len);
	if (waits)
		stream_wrote(&v->stream, !v->full);
}

#define LAST_GRACE	60000	/* ms after max_time for open handles */

/*
 * Ends the session when the policy's time limit is reached. Returns the
 * milliseconds until it must be called again, or -1 if there is no limit.
 */
static int
serve_timers(struct serve *v)
{
	const struct policy *p = &v->s->policy;
	uint64_t idle = (uint64_t)p->session.idle_timeout * 1000;
	uint64_t max = (uint64_t)p->session.max_time * 1000;
	uint64_t now, next = UINT64_MAX;
	bool busy = v->pending || v->s->handles.open > 0 ||
	    serve_pause(v) > 0;

	if (idle == 0 && max == 0)
		return -1;
	now = clock_ms();
	if (max > 0) {
		v->s->expired = now >= v->began + max;
		next = v->began + max + (v->s->expired ? LAST_GRACE : 0);
		if (v->s->expired && !busy)
			next = now;
	}
	if (idle > 0 && !busy)
		next = MIN(next, v->active + idle);
	if (next > now)
		return (int)MIN(next - now, INT_MAX);
	log_info("session ended: %s", v->s->expired ? "its time is over" :
	    "idle for too long");
	v->ending = 0;
	return 0;
}

/* Returns the shorter of two times to wait; -1: for ever. */
static int
sooner(int a, int b)
{
	return a == -1 || (b != -1 && b < a) ? b : a;
}

/*
 * Waits for input if there is room for it, for output if replies are queued,
 * and for the reader of the transfer log if records are kept for it, but no
 * longer than a pending request asks for. If only input is expected, read(2)
 * itself waits.
 */
static void
serve_wait(struct serve *v)
{
	int timeout = v->ending == GOING_ON ? serve_timers(v) : -1;
	unsigned pause = serve_pause(v);
	bool reads = !v->eof && v->ending == GOING_ON && pause == 0 &&
	    serve_room(v);
	bool holds = stream_holds(&v->stream);
	bool writes = serve_waits(v) && !holds;
	struct pollfd pfd[3] = {
		{ .fd = reads ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = writes || holds || v->pending || pause > 0 ?
		    STDOUT_FILENO : -1, .events = writes ? POLLOUT : 0 },
		{ .fd = sink_waiting(), .events = POLLOUT },
	};

	if (v->ending != GOING_ON && !serve_waits(v))
		return;
	timeout = sooner(timeout, stream_timeout(&v->stream));
	if (reads && !v->pending && !writes && timeout == -1 &&
	    pfd[2].fd == -1 && serve_read(v))
		return;
	if (v->pending)
		timeout = (int)v->request.task->wait;
	else if (pause > 0)
		timeout = sooner(timeout, (int)pause);
	if (poll(pfd, nitems(pfd), timeout) == -1) {
		if (errno == EINTR)
			return;
		log_error("poll: %s", strerror(errno));
		v->gone = true;
		v->ending = 2;
		return;
	}
	if (pfd[2].revents != 0)
		sink_flush();
	if (pfd[0].revents != 0)
		(void)serve_read(v);
	/* The client is gone. Requests that it left are run, without pauses. */
	if (!writes && pfd[1].revents != 0) {
		v->gone |= v->pending || pause == 0;
		v->paced = false;
	}
	if (writes && pfd[1].revents != 0) {
		v->full = false;
		serve_write(v);
	}
}

/*
 * Makes output non-blocking: by a flag of each send(2) if it is a socket, as
 * sshd makes it, or by fcntl(2) if it is a pipe. A terminal or a file stays as
 * it is.
 */
static void
serve_stdout(struct serve *v)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == -1)
		return;
	v->out_socket = S_ISSOCK(st.st_mode);
	/* The client works while we read on: READs take 8 to 13 % less time. */
	if (v->out_socket)
		(void)setsockopt(STDOUT_FILENO, SOL_SOCKET, SO_SNDBUF,
		    &(int){ SEND_BUFFER }, sizeof(int));
	/* With a socket, splice(2) would block in spite of its flag. */
	if (S_ISFIFO(st.st_mode) && pipe_set_blocking(STDOUT_FILENO, false)) {
		v->s->piped.usable = true;
		v->stream.possible = !v->paced;
	}
}

/*
 * True if there is nothing left to wait for. After a signal, neither a client
 * that does not read nor a pending request is waited for.
 */
static bool
serve_over(const struct serve *v)
{
	bool waits = serve_waits(v);

	if (v->gone || (signals_came() && (v->pending || waits)))
		return true;
	return v->ending != GOING_ON && !waits;
}

/*
 * Searches for stale names while no request is left to be answered, unless an
 * upload is under way.
 */
static void
serve_rest(struct serve *v)
{
	if (v->s->stale.due > 0 && !v->pending && !serve_waits(v) &&
	    LIST_EMPTY(&v->s->handles.temps))
		stale_sweep(v->s);
}

int
serve(struct session *s)
{
	struct serve v = { .s = s, .ending = GOING_ON };
	const struct policy *p = &s->policy;
	bool more;

	/*
	 * Do not touch the vDSO's page with the time at the start if no setting
	 * needs it.
	 */
	if (p->session.idle_timeout > 0 || p->session.max_time > 0 ||
	    p->limits.read_rate > 0 || p->limits.write_rate > 0)
		v.began = v.active = clock_ms();
	rate_init(&v.received, p->limits.write_rate, v.began);
	rate_init(&v.sent, p->limits.read_rate, v.began);
	v.paced = v.received.rate != 0 || v.sent.rate != 0;
	serve_stdout(&v);
	v.in_size = 2 * (p->protocol.max_packet + 4);
	if ((v.in.data = malloc(v.in_size)) == NULL)
		buf_no_memory();
	for (;;) {
		more = serve_run(&v);
		stream_step(&v.stream, s->handles.open > 0);
		if (s->handles.open == 0)
			pipe_end(&s->piped);
		serve_write(&v);
		if (serve_over(&v))
			break;
		if (!more)
			serve_rest(&v);
		if (!more || v.pending || serve_waits(&v) ||
		    serve_pause(&v) > 0)
			serve_wait(&v);
	}
	if (v.pending)
		gate_abandon(s, &v.request);
	if (s->stale.due > 0 && !signals_came())
		stale_sweep(s);
	/* The end of the process frees the buffer without a system call. */
	s->input = v.in.data;
	return v.ending == GOING_ON ? 0 : v.ending;
}
