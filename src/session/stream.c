/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <unistd.h>

#include "os/pipe.h"
#include "os/signals.h"
#include "session/stream.h"

/* Small files do not pay for the calls that widen a pipe. */
#define FIRST_DUE	(256 * 1024)
/* After the pipe could not be wide, or the reader was slow. */
#define NEXT_DUE	(16 * 1024 * 1024)

/* Readers that take 20 KiB a second make room for a narrow pipe meanwhile. */
#define HOLD_ROUNDS	200
#define HOLD_PAUSE	50	/* ms */
#define NARROW_PAUSE	1000	/* ms */

static void
begin(struct stream_end *e, int fd)
{
	e->on = true;
	e->slow = false;
	e->due = e->moved + NEXT_DUE;
	if (e->normal == 0)
		e->normal = pipe_widen(fd);
}

static void
end(struct stream_end *e)
{
	e->on = e->slow = false;
	e->moved = 0;
	e->due = FIRST_DUE;
}

void
stream_step(struct stream *t, bool open)
{
	struct stream_end *e;
	int fd;

	if (!t->possible)
		return;
	for (fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++) {
		e = &t->ends[fd];
		if (!open)
			end(e);
		else if (e->moved >= e->due)
			begin(e, fd);
		if (e->normal != 0 && (!e->on || e->slow) &&
		    pipe_narrow(fd, e->normal))
			e->normal = 0;
	}
	if (t->ends[STDOUT_FILENO].normal == 0)
		t->held = 0;
	else if (t->held > 0)
		t->held--;
}

bool
stream_write(struct stream *t, bool may)
{
	bool block = may && t->ends[STDOUT_FILENO].on;

	if (block != t->blocking && pipe_set_blocking(STDOUT_FILENO, block))
		t->blocking = block;
	if (t->blocking)
		signals_tick(STREAM_TICK);
	return t->blocking;
}

void
stream_wrote(struct stream *t, bool all)
{
	struct stream_end *e = &t->ends[STDOUT_FILENO];

	signals_tick(0);
	if (all || e->normal == 0)
		return;
	e->slow = true;
	e->due = e->moved + NEXT_DUE;
	t->held = HOLD_ROUNDS;
}

int
stream_timeout(const struct stream *t)
{
	const struct stream_end *e = t->ends;

	if (t->held > 0)
		return HOLD_PAUSE;
	return (e[0].normal != 0 && !e[0].on) ||
	    (e[1].normal != 0 && !e[1].on) ? NARROW_PAUSE : -1;
}
