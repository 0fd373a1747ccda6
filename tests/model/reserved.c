/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "reserved.h"

static int
find(const struct world *w, enum reserved_kind kind, int session, int dir,
    int name)
{
	const struct reserved *a = w->reserved;
	int i;

	for (i = 0; i < RESERVED_MAX; i++)
		if (a[i].kind == kind && a[i].dir == dir &&
		    a[i].name == name &&
		    (session == NOTHING || a[i].session == session))
			return i;
	return NOTHING;
}

int
upload_find(const struct world *w, int session, int dir, int name)
{
	return find(w, RESERVED_UPLOAD, session, dir, name);
}

int
upload_kept(const struct world *w, int dir, int name)
{
	return find(w, RESERVED_KEPT, NOTHING, dir, name);
}

int
reserved_make(struct world *w, enum reserved_kind kind, int dir, int ino)
{
	int i;

	for (i = 0; w->reserved[i].kind != RESERVED_NONE; i++)
		continue;
	w->reserved[i] = (struct reserved){ .kind = (uint8_t)kind,
	    .dir = (int8_t)dir, .ino = (int8_t)ino, .old = NOTHING };
	return i;
}

/* Let a temporary file become a file like any other. */
static void
forget(struct world *w, int number)
{
	int i;

	for (i = 0; i < HANDLES; i++)
		if (w->h[i].state != H_FREE && w->h[i].upload == number) {
			w->h[i].upload = NOTHING;
			w->h[i].uploaded = true;
		}
	w->reserved[number] = (struct reserved){ 0 };
}

void
reserved_remove(struct world *w, int number)
{
	struct reserved was = w->reserved[number];

	forget(w, number);
	if (!posix_writable(w, was.dir))
		(void)reserved_make(w, RESERVED_LITTER, was.dir, was.ino);
}

void
reserved_leave(struct world *w, int handle)
{
	struct reserved *a;
	int i;

	for (i = 0; i < RESERVED_MAX; i++) {
		a = &w->reserved[i];
		if (a->kind != RESERVED_SILLY || (a->users & 1 << handle) == 0)
			continue;
		a->users &= (uint8_t)~(1 << handle);
		if (a->users == 0)
			reserved_remove(w, i);
	}
}

/* True if OPEN makes a temporary file. */
static bool
is_upload(const struct scope *sc, const struct world *w,
    const struct spot *at, const struct way *how)
{
	if (sc->policy->uploads == UPLOADS_IN_PLACE || !how->writes ||
	    how->appends || how->removes ||
	    (!how->creates && !how->truncates))
		return false;
	if (at->ino == NOTHING)
		return true;
	return how->truncates && w->ino[at->ino].kind == KIND_FILE &&
	    posix_links(w, at->ino) == 1 && posix_writable(w, at->dir) &&
	    !sc->policy->no_delete;
}

static void
use(struct world *w, int upload, int handle)
{
	w->reserved[upload].users |= (uint8_t)(1 << handle);
	w->h[handle].upload = (int8_t)upload;
	w->h[handle].ino = w->reserved[upload].ino;
}

/* Make a temporary file, with the mode of the file that it will replace. */
static void
upload_begin(const struct scope *sc, struct world *w, int session,
    const struct spot *at, const struct way *how, int handle)
{
	unsigned mode = at->ino != NOTHING ? w->ino[at->ino].mode :
	    (how->mode != 0 ? how->mode : 0666) & ~022u;
	int i = reserved_make(w, RESERVED_UPLOAD, at->dir,
	    posix_new(w, KIND_FILE, mode));

	w->reserved[i].name = (uint8_t)at->name;
	w->reserved[i].session = (uint8_t)session;
	w->reserved[i].replaces = !how->excludes && !sc->policy->no_delete;
	w->reserved[i].old = (int8_t)at->ino;
	use(w, i, handle);
}

/* Continue a kept upload, unless the file is to be empty or new. */
static bool
take_kept(const struct scope *sc, struct world *w, int session,
    const struct spot *at, const struct way *how, int handle)
{
	struct reserved *a;

	if (at->kept == NOTHING || !how->writes)
		return false;
	if (how->truncates || how->excludes) {
		reserved_remove(w, at->kept);
		return false;
	}
	a = &w->reserved[at->kept];
	a->kind = RESERVED_UPLOAD;
	a->session = (uint8_t)session;
	a->replaces = !sc->policy->no_delete;
	use(w, at->kept, handle);
	return true;
}

bool
upload_open(const struct scope *sc, struct world *w, int session,
    const struct spot *at, const struct way *how, int handle)
{
	if (at->upload != NOTHING) {
		if (how->truncates)
			posix_truncate(w, at->ino, 0);
		if (how->writes)
			use(w, at->upload, handle);
		else
			w->h[handle].ino = (int8_t)at->ino;
		return true;
	}
	if (take_kept(sc, w, session, at, how, handle))
		return true;
	if (!is_upload(sc, w, at, how))
		return false;
	upload_begin(sc, w, session, at, how, handle);
	return true;
}

int
upload_publish(struct world *w, int upload)
{
	struct reserved *a = &w->reserved[upload];
	struct spot old = { 0, a->dir, NOTHING, a->ino, upload, NOTHING };
	struct spot new = { 0, a->dir, a->name, w->ino[a->dir].at[a->name],
	    NOTHING, NOTHING };
	int r;

	if ((r = posix_rename(w, &old, &new, a->replaces)) == 0)
		forget(w, upload);
	return r;
}

/* Remove a user. Return those that are left, a bit each. */
static int
leave(struct world *w, int handle)
{
	struct reserved *a = &w->reserved[w->h[handle].upload];

	a->users &= (uint8_t)~(1 << handle);
	w->h[handle].upload = NOTHING;
	return a->users;
}

/* Keep an upload that has bytes and has lost none; else remove it. */
static void
keep_or_remove(const struct scope *sc, struct world *w, int upload, bool keeps)
{
	struct reserved *a = &w->reserved[upload];
	const struct inode *i = &w->ino[a->ino];

	if (!keeps || sc->policy->uploads != UPLOADS_KEPT || i->len == 0 ||
	    i->loss != LOSS_NONE) {
		reserved_remove(w, upload);
		return;
	}
	a->kind = RESERVED_KEPT;
	a->session = 0;
	a->old = NOTHING;
	a->replaces = false;
}

int
upload_close(const struct scope *sc, struct world *w, int handle)
{
	int upload = w->h[handle].upload, r;

	if (leave(w, handle) != 0)
		return 0;
	r = w->ino[w->reserved[upload].ino].loss != LOSS_NONE ? ENOSPC :
	    upload_publish(w, upload);
	if (r != 0)
		keep_or_remove(sc, w, upload, r != EEXIST);
	return r;
}

void
upload_renamed(struct world *w, int upload)
{
	struct reserved *a = &w->reserved[upload];

	/* The file that it began over loses its name. */
	if (a->old != NOTHING && w->ino[a->dir].at[a->name] == a->old)
		w->ino[a->dir].at[a->name] = NOTHING;
	forget(w, upload);
}

void
upload_abandon(const struct scope *sc, struct world *w, int handle)
{
	int upload = w->h[handle].upload;

	if (leave(w, handle) == 0)
		keep_or_remove(sc, w, upload, true);
}
