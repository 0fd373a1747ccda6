/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>

#include "base/path.h"
#include "files/silly.h"
#include "os/clock.h"
#include "os/log.h"
#include "request/aside.h"
#include "request/publish.h"
#include "request/replace.h"
#include "wire/sftp.h"

#define FIRST_DELAY	10	/* ms; doubled after each try to restore ... */
#define LAST_DELAY	160	/* ... a name, up to this */

int
aside_plain(struct session *s, const struct request *q)
{
	int r;

	if (!request_renames(q))
		return fs_unlink(&q->object.place);
	publish_move_out(s, q);
	r = replace_rename(s, q, &q->target.place);
	publish_move_back(s);
	return r;
}

void
aside_prepare(struct session *s, const struct request *q, struct aside *a)
{
	bool renames = request_renames(q);
	const struct place *file = &q->operand[renames ? 1 : 0].place;

	a->silly = silly_new(&s->handles.leaving, file, SILLY_OLD, &a->place);
	if (a->silly == NULL || !renames)
		return;
	if (fs_link(file, &a->place) == 0) {
		a->linked = true;
		silly_taken(a->silly);
	} else if ((q->flags & FXF_RENAME_ATOMIC) != 0) {
		aside_end(a);
	}
}

/* Moves the target out of the way and renames, where there are no links. */
static int
rename_aside(struct session *s, const struct request *q, struct aside *a)
{
	int r;

	log_info("rename: moving \"%s\" aside", q->target.path);
	if ((r = fs_rename(&q->target.place, &a->place)) != 0)
		return r;
	a->tested = true;
	if ((r = replace_rename(s, q, &a->place)) != 0)
		log_info("rename: moving \"%s\" back", q->target.path);
	a->away = r;
	a->back_delay = FIRST_DELAY;
	return r;
}

/*
 * Gives the target its name back, and returns the error that made this
 * necessary, or PENDING.
 */
static int
move_back(const struct session *s, const struct request *q, struct aside *a,
    unsigned *wait)
{
	int r;

	while ((r = fs_rename_keep(&a->place, &q->target.place, false)) != 0 &&
	    r != -EEXIST && a->back_delay <= LAST_DELAY) {
		*wait = a->back_delay;
		a->back_delay *= 2;
		if (!s->ending)
			return PENDING;
		clock_wait(*wait);
	}
	if (r != 0)
		silly_stays(a->silly, &q->target.place, r);
	r = a->away;
	a->away = 0;
	return r;
}

int
aside_attempt(struct session *s, const struct request *q, struct aside *a,
    unsigned *wait)
{
	int r;

	if (a->silly == NULL || a->linked)
		return aside_plain(s, q);
	if (!request_renames(q))
		return fs_rename(&q->object.place, &a->place);
	if (a->away == 0 && ((r = rename_aside(s, q, a)) == 0 || a->away == 0))
		return r;
	return move_back(s, q, a, wait);
}

bool
aside_is_impossible(struct aside *a, int r)
{
	if (a->silly == NULL || a->linked || a->tested || r == -EBUSY ||
	    r == -ETXTBSY)
		return false;
	a->tested = true;
	if (silly_is_possible(a->silly))
		return false;
	aside_end(a);
	return true;
}

void
aside_end(struct aside *a)
{
	if (a->silly != NULL)
		silly_release(a->silly);
	a->silly = NULL;
}
