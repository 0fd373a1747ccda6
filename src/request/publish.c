/* SPDX-License-Identifier: ISC */
/*
 * Gives a temporary file its visible name: at the last CLOSE, at RENAME, by a
 * hard link, or as the target of a copy.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/path.h"
#include "files/temp.h"
#include "os/log.h"
#include "paths/locate.h"
#include "request/atomic.h"
#include "request/make.h"
#include "request/permit.h"
#include "request/publish.h"

/*
 * Finds the place of the temporary file and that of its visible name in the
 * same directory, wherever that is now. A session with a root must still be
 * able to reach the directory, and have the rights: a directory that was moved
 * out of the root gets nothing. If there is no /proc to tell the name of the
 * directory, the client's `name` must lead there.
 */
static int
find_places(struct session *s, struct request *q, const struct temp *p,
    const char *name)
{
	struct place *to = &q->target.place;
	int r;

	q->object.place = p->place;
	r = locate_entry(&s->fs, p->place.dirfd, p->name, PLACE_CREATES, to);
	if (r == -ENOENT &&
	    (r = locate_path(&s->fs, name, PLACE_FOLLOW, to)) == 0 &&
	    temp_find(&s->handles, to) != p)
		r = -ENOENT;
	return r != 0 ? r : permit_judge_publishing(s, q, p->replaces);
}

static int
publishing_failed(const struct temp *p, int outcome)
{
	log_error("cannot give \"%s\" its name \"%s\": %s", p->place.name,
	    p->name, outcome < 0 ? strerror(-outcome) : "permission denied");
	return outcome;
}

static int
publish_end(struct request *q, int r)
{
	struct temp *p = q->object.temp;

	if (r != 0)
		(void)publishing_failed(p, r);
	else
		r = p->error;
	/*
	 * No later session can give the file its name either: another file got
	 * it first, or the file system has no such names.
	 */
	if (r == -EEXIST || r == -ENAMETOOLONG || r == -EILSEQ)
		temp_drop(p);
	r = make_settled(q, NAMES_SECOND, r);
	/* A CLOSE has no path, so that its answer must not name one. */
	q->object.path = q->target.path = NULL;
	return r;
}

/* Gives a temporary file its visible name. */
static int
publish(struct session *s, struct request *q, struct temp *p)
{
	q->publishes = true;
	fs_drop(&p->old);
	q->object.path = p->place.name;
	q->target.path = p->name;
	q->ruling.forced = false;
	return temp_pin(p) ? rename_displace(s, q, publish_end) :
	    publish_end(q, -ENOENT);
}

/*
 * The handle is closed first, since its close may tell of an error. The file is
 * published only if every byte of every handle arrived.
 */
int
publish_close(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	struct temp *p = q->object.temp = temp_hold(h->temp);
	int r, lost = 0;

	if (p->pending && p->writers == 1)
		lost = find_places(s, q, p, index_name(h) != NULL ?
		    index_name(h) : h->name);
	r = handle_close(&s->handles, h);
	q->object.handle = NULL;
	/*
	 * A program that watches the directory sees the last descriptor close
	 * first.
	 */
	if (p->pending && p->writers == 0)
		temp_unlock(p, false);
	if (!p->pending || p->error != 0 || p->writers > 0)
		return r != 0 || !p->pending ? r : p->error;
	return lost != 0 ? publishing_failed(p, lost) : publish(s, q, p);
}

int
publish_copy(struct session *s, struct request *q)
{
	const char *name = q->target.path;
	struct temp *p = q->target.temp;
	int r;

	/* The source is no longer needed. */
	locate_release(&q->object.place);
	locate_release(&q->target.place);
	if (q->object.temp != NULL)
		temp_release(q->object.temp);
	q->object.temp = p;
	q->target.temp = NULL;
	if ((r = find_places(s, q, p, name)) != 0)
		return publishing_failed(p, r);
	return publish(s, q, p);
}

int
publish_rename(struct request *q)
{
	struct place to;
	int r;

	/* A file whose data was not written must not replace anything. */
	if (q->object.temp != NULL && (r = temp_flush(q->object.temp)) != 0)
		return r;
	/*
	 * A temporary file in the way is one that exists, by its visible name.
	 */
	if (q->target.temp == NULL || !q->ruling.replace)
		return 0;
	if (q->target.temp == q->object.temp)
		return PUBLISH_DONE;
	/* There may be no file yet that would keep a directory away. */
	if (fs_check_dir(&q->object.place) == 0)
		return q->ruling.forced ? -EEXIST : -ENOTDIR;
	to = temp_visible(q->target.temp);
	atomic_stand_in(&q->target.place, &to);
	return 0;
}

bool
publish_remove(struct request *q, int *r)
{
	struct temp *p = q->object.temp;

	if (p == NULL || !p->kept || p->writers > 0)
		return false;
	*r = temp_discard(p);
	return true;
}

bool
publish_knows_dir(const struct place *p, char name[PATH_MAX])
{
	int fd = fs_open(p, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	bool known = fd >= 0 && fs_name_of(fd, name);

	fs_drop(&fd);
	return known;
}

void
publish_move_out(struct session *s, const struct request *q)
{
	char top[PATH_MAX], name[PATH_MAX];
	struct temp *p;

	if (LIST_EMPTY(&s->handles.temps) || q->object.temp != NULL ||
	    !publish_knows_dir(&q->object.place, top) ||
	    !fs_refuses_open(&q->object.place))
		return;
	LIST_FOREACH(p, &s->handles.temps, others)
		if (fs_name_of(p->place.dirfd, name) &&
		    path_is_below(name, top))
			temp_move_out(p, &q->target.place);
}

void
publish_move_back(struct session *s)
{
	struct temp *p;

	LIST_FOREACH(p, &s->handles.temps, others)
		temp_move_back(p);
}

void
publish_settled(struct request *q)
{
	if (q->object.temp != NULL && request_renames(q))
		temp_published(q->object.temp, &q->target.place);
	else if (q->object.temp != NULL)
		temp_drop(q->object.temp);
	if (q->target.temp != NULL)
		temp_drop(q->target.temp);
}

int
publish_link(struct request *q)
{
	struct temp *p = q->object.temp;
	struct place to = temp_visible(p);
	int r;

	/* The new name means a temporary file already. */
	if (q->target.temp != NULL)
		return -EEXIST;
	if ((r = temp_flush(p)) != 0 ||
	    (r = fs_link(&p->place, &q->target.place)) != 0)
		return r;
	fs_drop(&p->old);
	r = p->replaces ? fs_rename(&p->place, &to) :
	    fs_rename_keep(&p->place, &to, p->writers > 0);
	if (r != 0) {
		(void)fs_unlink(&q->target.place);
		return r;
	}
	atomic_stand_in(&q->object.place, &to);
	temp_published(p, &to);
	return 0;
}
