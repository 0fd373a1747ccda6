/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "files/suspend.h"
#include "files/temp.h"
#include "os/log.h"
#include "paths/locate.h"
#include "wire/sftp.h"

int
suspend_pin(struct handle *h)
{
	int pin, r;

	if (h->kind == HANDLE_FILE &&
	    (r = fs_check_reopen(h->fd, h->flags)) != 0)
		return r;
	if ((pin = fs_pin(h->fd)) < 0)
		return pin;
	h->pin = pin;
	return 0;
}

int
suspend_sync(struct handles *hs, struct handle *h)
{
	int r;

	if (h->error == 0 && h->dirty) {
		if ((r = fs_fdatasync(h->fd)) != 0)
			late_failed(hs, h, r);
		h->dirty = false;
	}
	return h->error;
}

void
suspend_close(struct handles *hs, struct handle *h, enum handle_state state)
{
	int r;

	if (h->kind == HANDLE_DIR && (r = handle_keep_entries(hs, h)) != 0)
		log_error("cannot read on in \"%s\": %s", h->name,
		    strerror(-r));
	if (h->temp != NULL)
		temp_unlock(h->temp, true);
	if ((r = fs_close(h->fd)) != 0)
		late_failed(hs, h, r);
	h->fd = -1;
	h->state = state;
	hs->suspended += state == HANDLE_SUSPENDED;
	/* A directory is listed to its end through the pin in any state. */
	if (state == HANDLE_LET_GO && h->kind == HANDLE_FILE) {
		fs_drop(&h->pin);
		hs->bare++;
	}
}

void
suspend_repin(struct handle *h, const struct place *p)
{
	int pin = fs_open(p, O_PATH | O_NOFOLLOW, 0);

	if (pin < 0)
		return;
	fs_drop(&h->pin);
	h->pin = pin;
}

/* True if the file of the handle's name is still the handle's file. */
static bool
same_by_name(struct fs *fs, const struct handle *h, struct place *p)
{
	struct statx st;

	if (index_name(h) == NULL)
		return false;
	if (locate_path(fs, index_name(h), 0, p) != 0)
		return false;
	if (fs_stat(p, &st) == 0 && index_is_file(h, &st))
		return true;
	locate_release(p);
	return false;
}

int
suspend_wake(struct fs *fs, struct handles *hs, struct handle *h)
{
	struct place p;
	int fd;

	if (h->state == HANDLE_OPEN)
		return 0;
	if (h->state != HANDLE_SUSPENDED)
		return -EBADF;
	fd = fs_open_pin(h->pin, h->flags);
	if (fd < 0 && same_by_name(fs, h, &p)) {
		fd = fs_open(&p, h->flags | O_NOFOLLOW, 0);
		locate_release(&p);
	}
	fs_drop(&h->pin);
	hs->suspended--;
	if (fd < 0) {
		h->state = HANDLE_LOST;
		hs->bare++;
		log_error("cannot open \"%s\" again: %s", h->name,
		    strerror(-fd));
		return fd;
	}
	if (h->temp != NULL)
		temp_lock(h->temp, fd);
	if (h->dir != NULL)
		(void)fs_seek_entries(fd, h->dir->next);
	h->fd = fd;
	h->state = HANDLE_OPEN;
	log_info("opened \"%s\" again", h->name);
	return 0;
}

/* True if the first byte of a pinned file, if there is one, can be read. */
static bool
is_readable(int pin)
{
	int fd = fs_open_pin(pin, O_RDONLY);
	bool is, end;
	char c;

	if (fd < 0)
		return false;
	is = fs_read(fd, &c, 1, 0, &end) >= 0;
	(void)fs_close(fd);
	return is;
}

void
suspend_renew(struct handles *hs, struct handle *h)
{
	int fd, r;

	if (h->pin == -1)
		return;
	if (is_readable(h->pin) && (fd = fs_open_pin(h->pin, h->flags)) >= 0) {
		if ((r = fs_close(h->fd)) != 0)
			late_failed(hs, h, r);
		h->fd = fd;
		log_info("opened \"%s\" again", h->name);
	} else {
		log_info("\"%s\" stays open, since it cannot be opened again",
		    h->name);
	}
	fs_drop(&h->pin);
}

int
suspend_place(struct fs *fs, const struct handle *h, struct place *p)
{
	if (h->state == HANDLE_OPEN || h->pin != -1) {
		*p = place_fd(h->fd != -1 ? h->fd : h->pin, h->name);
		return 0;
	}
	if (!same_by_name(fs, h, p))
		return FX_FAILURE;
	p->shown = h->name;
	return 0;
}
