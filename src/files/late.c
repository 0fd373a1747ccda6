/* SPDX-License-Identifier: ISC */
/*
 * Write errors that are reported late. Network file systems, and FUSE with a
 * write cache, accept data before it is stored. A later call reports the error,
 * mostly close(2), and only once: to whichever descriptor of the file asks
 * first. Hence the result of each close of an additional descriptor counts and
 * is passed to the handles that write to the file.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "files/handle.h"
#include "files/temp.h"
#include "os/fs.h"
#include "os/log.h"

void
late_failed(struct handles *hs, struct handle *h, int error)
{
	if (h->error != 0)
		return;
	log_error("cannot write out \"%s\": %s", h->name, strerror(-error));
	hs->failed++;
	h->error = error;
	temp_failed(h, error);
}

/* Passes an error to the handles that write to the file. */
static void
tell_writers(struct handles *hs, const struct statx *file, int error)
{
	struct handle *h;
	struct statx st;
	struct place p;
	int i;

	for (i = 0; i < hs->count; i++) {
		h = handle_at(hs, i);
		p = place_fd(h->fd, "");
		if (handle_is_writing(h) && fs_stat(&p, &st) == 0 &&
		    fs_same_file(&st, file))
			late_failed(hs, h, error);
	}
}

int
late_close(struct handles *hs, int fd)
{
	struct place p = place_fd(fd, "");
	struct statx st;
	bool known = hs->open > 0 && fs_stat(&p, &st) == 0;
	int r;

	if ((r = fs_close(fd)) != 0 && known)
		tell_writers(hs, &st, r);
	return r;
}

void
late_discard(struct handles *hs, struct handle *h)
{
	int fd = h->fd;

	temp_closing(h);
	h->fd = -1;
	(void)late_close(hs, fd);
	(void)handle_close(hs, h);
}

int
late_told(struct handles *hs, const struct place *p, int outcome)
{
	struct statx st;

	if ((outcome == -EIO || outcome == -ENOSPC || outcome == -EDQUOT) &&
	    hs->open > 0 && fs_stat(p, &st) == 0)
		tell_writers(hs, &st, outcome);
	return outcome;
}

/* True if both have the same name now, or were opened by the same name. */
static bool
same_name(const struct handle *a, const struct handle *b)
{
	const char *now = index_name(a), *other = index_name(b);

	return now != NULL && other != NULL ? strcmp(now, other) == 0 :
	    strcmp(a->name, b->name) == 0;
}

/*
 * The descriptor is closed, so the file is known by its name only. Looking it
 * up before each close would cost a system call that is hardly ever needed.
 */
void
late_tell_others(struct handles *hs, const struct handle *h, int error)
{
	struct handle *other;
	int i;

	for (i = 0; i < hs->count; i++) {
		other = handle_at(hs, i);
		if (other != h && handle_is_writing(other) &&
		    same_name(h, other))
			late_failed(hs, other, error);
	}
}

int
late_sync(struct handles *hs, const struct statx *st)
{
	const struct handle *reading = NULL;
	struct handle *h;
	bool writes = false;
	int r = 0;

	for (h = index_first(hs, st); r == 0 && h != NULL; h = index_next(h)) {
		if (h->kind == HANDLE_FILE && h->state == HANDLE_OPEN)
			reading = h;
		if (!handle_is_writing(h))
			continue;
		writes = true;
		if (h->error == 0 && (r = fs_fsync(h->fd)) != 0)
			late_failed(hs, h, r);
		r = h->error;
	}
	if (writes)
		return r;
	/*
	 * Only another session can have written to the file; fsync(2) takes any
	 * descriptor.
	 */
	return reading != NULL ? fs_fsync(reading->fd) : -ENOENT;
}
