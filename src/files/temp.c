/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "files/silly.h"
#include "files/temp.h"
#include "os/log.h"

static void
temp_free(struct temp *p)
{
	if (p->pending)
		LIST_REMOVE(p, others);
	fs_drop(&p->old);
	free(p->writer);
	free(p->name);
	free(p);
}

/* Records an error of data that writers of the file wrote earlier. */
static void
temp_lost_bytes(struct temp *p, int error)
{
	int i;

	for (i = 0; i < p->writers; i++)
		late_failed(p->session, p->writer[i], error);
	if (p->error == 0)
		p->error = error;
}

/* Drops the lock, whose descriptor may have been used for writing too. */
void
temp_unlock(struct temp *p, bool rests)
{
	int r = silly_unlock(p->silly, rests);

	if (r != 0)
		temp_lost_bytes(p, r);
}

static struct temp *
temp_begin(struct handles *hs, const struct place *beside, struct silly *h,
    const struct place *at)
{
	struct temp *p = calloc(1, sizeof(*p));
	const char *name;
	size_t len;

	name = path_last(beside->name, &len);
	if (p == NULL || (p->name = strndup(name, len)) == NULL) {
		free(p);
		silly_leave(h);
		return NULL;
	}
	p->session = hs;
	p->silly = h;
	p->place = *at;
	p->old = -1;
	p->refs = 1;
	p->pending = true;
	LIST_INSERT_HEAD(&hs->temps, p, others);
	return p;
}

struct temp *
temp_new(struct handles *hs, const struct place *beside)
{
	struct silly *h;
	struct place at;

	if ((h = silly_new(&hs->leaving, beside, SILLY_TEMP, &at)) == NULL)
		return NULL;
	return temp_begin(hs, beside, h, &at);
}

struct temp *
temp_adopt(struct handles *hs, const struct place *beside)
{
	struct silly *h;
	struct temp *p;
	struct place at;
	bool left;

	if ((h = silly_find(&hs->leaving, beside, &at, &left)) == NULL)
		return NULL;
	if ((p = temp_begin(hs, beside, h, &at)) != NULL) {
		p->kept = true;
		p->left = left;
	}
	return p;
}

/* Makes the visible name mean this file no longer. */
static void
temp_settle(struct temp *p)
{
	if (p->pending)
		LIST_REMOVE(p, others);
	p->pending = false;
	temp_unlock(p, false);
}

bool
temp_renew(struct temp *p)
{
	struct place beside = temp_visible(p), at;
	struct silly *h = silly_new(&p->session->leaving, &beside,
	    SILLY_TEMP, &at);

	if (h == NULL)
		return false;
	(void)silly_discard(p->silly, p->left);
	silly_leave(p->silly);
	p->silly = h;
	p->place = at;
	p->kept = false;
	return true;
}

int
temp_discard(struct temp *p)
{
	int r = silly_discard(p->silly, p->left);

	if (r == 0)
		temp_settle(p);
	return r;
}

struct temp *
temp_hold(struct temp *p)
{
	p->refs++;
	return p;
}

/* True if the next session can continue the upload. */
static bool
worth_keeping(const struct temp *p)
{
	struct statx st;

	return p->pending && p->kept && p->error == 0 &&
	    silly_is_there(p->silly) && fs_stat(&p->place, &st) == 0 &&
	    st.stx_size > 0;
}

/*
 * Remove a file that is not to be published. A file that cannot be removed
 * loses its mark, lest a later session go on with it; the removal is tried
 * again when the upload ends.
 */
static void
give_up(const struct temp *p)
{
	if (silly_is_there(p->silly) && fs_unlink(&p->place) != 0 &&
	    p->kept)
		(void)fs_set_mark(&p->place, NULL, false);
}

void
temp_release(struct temp *p)
{
	/* A kept file that nothing wrote to stays as it was. */
	bool looked = p->pending && p->kept && !p->used;

	if (--p->refs > 0)
		return;
	if (looked) {
		silly_leave(p->silly);
	} else if (worth_keeping(p)) {
		log_info("\"%s\" is kept as \"%s\"", p->name, p->place.name);
		(void)fs_set_mark(&p->place, p->name, false);
		silly_leave(p->silly);
	} else {
		if (p->pending && p->kept)
			give_up(p);
		silly_release(p->silly);
	}
	temp_free(p);
}

/*
 * Returns the mode to create a file with that will get these permissions: as
 * much of them as everybody has. Until the file has its group and ACL, nobody
 * can open it who could not open the old file; and with usual modes nothing is
 * left to be set.
 */
static mode_t
mode_at_first(const struct permissions *p)
{
	const mode_t all = p->mode & p->mode >> 3 & p->mode >> 6 & 07;

	if (p->acl_len != -ENODATA && p->acl_len != -EOPNOTSUPP)
		return 0600;
	return 0600 | (p->mode & 0100) | all << 3 | all;
}

int
temp_create(struct temp *p, const struct place *at, int old, int flags)
{
	struct permissions permissions;
	int fd, r;

	if ((r = fs_get_permissions(old, at, &permissions)) != 0)
		return r;
	fd = fs_open(&p->place, (flags & O_ACCMODE) | O_CREAT | O_EXCL,
	    mode_at_first(&permissions));
	if (fd < 0)
		return fd;
	silly_taken(p->silly);
	if ((r = fs_set_permissions(fd, &permissions)) != 0) {
		(void)fs_close(fd);
		return r;
	}
	p->old = old;
	return fd;
}

int
temp_join(struct temp *p, struct handle *h, bool keep)
{
	struct handle **writer;
	int r;

	writer = reallocarray(p->writer, (size_t)p->writers + 1,
	    sizeof(writer[0]));
	if (writer == NULL)
		return -ENOMEM;
	p->writer = writer;
	p->writer[p->writers++] = h;
	h->temp = temp_hold(p);
	p->used = true;
	if ((r = silly_lock_by(p->silly, h->fd)) != 0)
		return r;
	/* An adopted file may have been given up before it was locked. */
	if (p->kept && !silly_is_there(p->silly))
		return -ENOENT;
	if (!keep || (p->kept && p->writers > 1))
		return 0;
	r = fs_set_mark(&p->place, p->name, true);
	p->kept = r == 0;
	if (r != 0)
		log_info("\"%s\" could not be kept: %s", p->name, strerror(-r));
	return 0;
}

void
temp_closing(const struct handle *h)
{
	if (h->temp != NULL)
		silly_closing(h->temp->silly, h->fd);
}

void
temp_leave(struct handle *h)
{
	struct temp *p = h->temp;
	int i = 0;

	while (p->writer[i] != h)
		i++;
	p->writer[i] = p->writer[--p->writers];
	h->temp = NULL;
	temp_release(p);
}

int
temp_flush(struct temp *p)
{
	int i, r;

	for (i = 0; i < p->writers; i++)
		if (p->writer[i]->fd != -1 &&
		    (r = fs_flush(p->writer[i]->fd)) != 0)
			temp_lost_bytes(p, r);
	return p->error;
}

struct temp *
temp_find(const struct handles *hs, const struct place *at)
{
	const char *name;
	struct temp *p;
	size_t len;
	int dir = -1;

	name = path_last(at->name, &len);
	/* Only a directory can have a trailing slash. */
	if ((at->flags & (PLACE_FD | PLACE_DIR)) != 0 || name[len] != '\0')
		return NULL;
	LIST_FOREACH(p, &hs->temps, others) {
		if (strcmp(p->name, name) != 0)
			continue;
		if (dir == -1 && (dir = fs_open_parent(at)) < 0)
			return NULL;
		/* The directory may have another name now. */
		if (fs_same(dir, p->place.dirfd))
			break;
	}
	fs_drop(&dir);
	return p;
}

bool
temp_has_name(const struct handles *hs, const char *path)
{
	const char *name;
	struct temp *p;
	size_t len;

	name = path_last(path, &len);
	LIST_FOREACH(p, &hs->temps, others)
		if (strcmp(p->name, name) == 0)
			return true;
	return false;
}

struct place
temp_visible(const struct temp *p)
{
	return place_entry(p->place.dirfd, p->name);
}

/*
 * True if the file system derives the ctime from the time of the last write.
 * Sets the latter to a second before the former, which makes no file stale.
 */
static bool
change_follows_write(const struct place *at)
{
	struct timespec ts[2] = { { .tv_nsec = UTIME_OMIT } };
	struct statx before, after;

	if (fs_stat(at, &before) != 0)
		return false;
	ts[1].tv_sec = before.stx_ctime.tv_sec - 1;
	return fs_utimes(at, ts) == 0 && fs_stat(at, &after) == 0 &&
	    after.stx_ctime.tv_sec < before.stx_ctime.tv_sec;
}

int
temp_set_times(struct temp *p, const struct place *at,
    const struct timespec ts[2])
{
	bool omits = ts[1].tv_nsec == UTIME_OMIT;
	bool old = !omits && time(NULL) - ts[1].tv_sec > SILLY_STALE / 2;

	p->timed = true;
	if (omits && p->dated)
		p->times[0] = ts[0];
	if (!omits)
		p->dated = old && change_follows_write(at);
	if (omits || !p->dated)
		return fs_utimes(at, ts);
	memcpy(p->times, ts, sizeof(p->times));
	return 0;
}

bool
temp_pin(struct temp *p)
{
	struct statx st;
	bool is_there;

	p->watched = p->timed && !p->dated;
	is_there = silly_pin(p->silly, p->watched ? &st : NULL);
	if (is_there && p->watched) {
		p->times[0].tv_sec = st.stx_atime.tv_sec;
		p->times[0].tv_nsec = (long)st.stx_atime.tv_nsec;
		p->times[1].tv_sec = st.stx_mtime.tv_sec;
		p->times[1].tv_nsec = (long)st.stx_mtime.tv_nsec;
	}
	return is_there;
}

void
temp_move_out(struct temp *p, const struct place *beside)
{
	struct silly *h = silly_new(&p->session->leaving, beside, SILLY_TEMP,
	    &p->away_place);

	if (h == NULL)
		return;
	if (fs_rename(&p->place, &p->away_place) == 0)
		p->away = h;
	else
		silly_leave(h);
}

void
temp_move_back(struct temp *p)
{
	int r;

	if (p->away == NULL)
		return;
	if ((r = fs_rename(&p->away_place, &p->place)) == 0) {
		silly_leave(p->away);
	} else {
		log_error("cannot move \"%s\" back: %s", p->name,
		    strerror(-r));
		temp_lost_bytes(p, r);
		silly_taken(p->away);
		silly_release(p->away);
	}
	p->away = NULL;
}

/* True if the rename changed the time of the last write. */
static bool
lost_times(const struct temp *p, const struct place *at)
{
	struct statx st;

	return p->watched && fs_stat(at, &st) == 0 &&
	    st.stx_mtime.tv_sec != p->times[1].tv_sec;
}

void
temp_failed(struct handle *h, int error)
{
	if (h->failed == 0)
		h->failed = error;
	if (h->temp != NULL && h->temp->error == 0)
		h->temp->error = error;
}

/*
 * Removes the file that was to be replaced from its name, if it has that still.
 * Another session may replace it at any moment, so it gets a silly name before
 * it is compared; another file gets the name back, unless a later one has it.
 */
static void
remove_old(struct temp *p)
{
	struct place old = temp_visible(p), aside;
	struct silly *h;

	if (!fs_is_at(&old, p->old) || (h = silly_new(&p->session->leaving,
	    &old, SILLY_OLD, &aside)) == NULL)
		return;
	if (fs_rename(&old, &aside) != 0 || (!fs_is_at(&aside, p->old) &&
	    fs_rename_keep(&aside, &old, false) == 0)) {
		silly_leave(h);
		return;
	}
	silly_taken(h);
	/* NFS would give a file that is open one more name. */
	fs_drop(&p->old);
	silly_release(h);
}

void
temp_published(struct temp *p, const struct place *at)
{
	int r;

	if (p->pending && (p->dated || lost_times(p, at)) &&
	    (r = fs_utimes(at, p->times)) != 0)
		log_error("cannot set the times of \"%s\": %s", p->name,
		    strerror(-r));
	if (p->kept)
		(void)fs_set_mark(at, NULL, false);
	silly_renamed(p->silly);
	temp_settle(p);
	/* It was published by another name than that of the old file. */
	if (p->old != -1)
		remove_old(p);
	fs_drop(&p->old);
}

void
temp_drop(struct temp *p)
{
	temp_settle(p);
	give_up(p);
}

void
temp_lock(struct temp *p, int fd)
{
	if (p->pending)
		(void)silly_lock_by(p->silly, fd);
}
