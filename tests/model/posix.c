/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "reserved.h"

#define MAX_LINKS	40

const char *const name_texts[NAMES] = { "a", "b", "d", "l" };

const struct path_row path_rows[PATHS] = {
	[PATH_A] = { "a", 1, { NAME_A } },
	[PATH_B] = { "b", 1, { NAME_B } },
	[PATH_D] = { "d", 1, { NAME_D } },
	[PATH_L] = { "l", 1, { NAME_L } },
	[PATH_DA] = { "d/a", 2, { NAME_D, NAME_A } },
	[PATH_LA] = { "l/a", 2, { NAME_L, NAME_A } },
	[PATH_BA] = { "b/a", 2, { NAME_B, NAME_A } },
	[PATH_TOP] = { ".", 0, { 0 } },
};

static int
inode_make(struct world *w, int i, enum kind kind, unsigned mode)
{
	w->ino[i] = (struct inode){ .kind = (uint8_t)kind,
	    .mode = (uint16_t)mode };
	memset(w->ino[i].at, NOTHING, sizeof(w->ino[i].at));
	return i;
}

int
posix_new(struct world *w, enum kind kind, unsigned mode)
{
	int i;

	for (i = 0; w->ino[i].kind != KIND_NONE; i++)
		continue;
	return inode_make(w, i, kind, mode);
}

static void
make_file(struct world *w, int dir, enum name name, const char *data)
{
	int i = posix_new(w, KIND_FILE, 0644);

	w->ino[dir].at[name] = (int8_t)i;
	w->ino[i].len = (uint8_t)strlen(data);
	memcpy(w->ino[i].data, data, strlen(data));
}

void
world_begin(const struct scope *sc, struct world *w)
{
	int d, l;

	memset(w, 0, sizeof(*w));
	(void)inode_make(w, 0, KIND_DIR, 0755);
	d = posix_new(w, KIND_DIR, 0755);
	l = posix_new(w, KIND_LINK, 0777);
	w->ino[l].text = PATH_D;
	w->ino[0].at[NAME_D] = (int8_t)d;
	w->ino[0].at[NAME_L] = (int8_t)l;
	if (sc->bare)
		return;
	make_file(w, 0, NAME_A, OLD_TOP);
	make_file(w, d, NAME_A, OLD_BELOW);
}

static struct spot
lost(int error)
{
	return (struct spot){ error, NOTHING, NOTHING, NOTHING, NOTHING,
	    NOTHING };
}

/*
 * Resolve the names in `part` from a directory. *links counts down the links
 * that may still be followed.
 */
static struct spot
find_from(const struct world *w, int session, int dir, const enum name *part,
    int len, bool follow, int *links)
{
	struct spot s = { 0, dir, NOTHING, dir, NOTHING, NOTHING };
	const struct path_row *text;
	int i;

	for (i = 0; i < len; i++) {
		if (s.ino == NOTHING || w->ino[s.ino].kind != KIND_DIR)
			return lost(s.ino == NOTHING ? ENOENT : ENOTDIR);
		s.dir = s.ino;
		s.name = (int)part[i];
		s.ino = w->ino[s.dir].at[s.name];
		s.upload = session == NOTHING || i < len - 1 ? NOTHING :
		    upload_find(w, session, s.dir, s.name);
		if (s.upload != NOTHING) {
			s.ino = w->reserved[s.upload].ino;
			continue;
		}
		if (s.ino == NOTHING || w->ino[s.ino].kind != KIND_LINK ||
		    (i == len - 1 && !follow))
			continue;
		if ((*links)-- == 0)
			return lost(ELOOP);
		text = &path_rows[w->ino[s.ino].text];
		s = find_from(w, i < len - 1 ? NOTHING : session, s.dir,
		    text->part, text->len, true, links);
		if (s.error != 0)
			return s;
	}
	return s;
}

struct spot
posix_find(const struct world *w, int session, enum path path, bool follow)
{
	int links = MAX_LINKS;

	return find_from(w, session, 0, path_rows[path].part,
	    path_rows[path].len, follow, &links);
}

struct spot
posix_find_name(const struct world *w, const uint8_t *now, int depth)
{
	const enum name part[2] = { now[0], now[1] };
	int links = MAX_LINKS;

	return find_from(w, NOTHING, 0, part, depth, false, &links);
}

bool
posix_writable(const struct world *w, int ino)
{
	return (w->ino[ino].mode & 0200) != 0;
}

static bool
is_empty(const struct world *w, int dir)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (w->ino[dir].at[i] != NOTHING)
			return false;
	for (i = 0; i < RESERVED_MAX; i++)
		if (w->reserved[i].kind != RESERVED_NONE &&
		    w->reserved[i].dir == dir)
			return false;
	return true;
}

bool
posix_below(const struct world *w, int ino, int top)
{
	int i;

	if (ino == top)
		return true;
	if (w->ino[top].kind != KIND_DIR)
		return false;
	for (i = 0; i < NAMES; i++)
		if (w->ino[top].at[i] != NOTHING &&
		    posix_below(w, ino, w->ino[top].at[i]))
			return true;
	for (i = 0; i < RESERVED_MAX; i++)
		if (w->reserved[i].kind != RESERVED_NONE &&
		    w->reserved[i].dir == top && w->reserved[i].ino == ino)
			return true;
	return false;
}

int
posix_links(const struct world *w, int ino)
{
	int i, j, n = 0;

	for (i = 0; i < INODES; i++)
		for (j = 0; j < NAMES; j++)
			n += w->ino[i].kind == KIND_DIR &&
			    w->ino[i].at[j] == ino;
	for (i = 0; i < RESERVED_MAX; i++)
		n += w->reserved[i].kind != RESERVED_NONE &&
		    w->reserved[i].ino == ino;
	return n;
}

int
posix_check_open(const struct world *w, const struct spot *at,
    const struct way *how)
{
	const struct inode *i;

	if (at->error != 0)
		return at->error;
	if (at->ino == NOTHING) {
		if (!how->creates)
			return ENOENT;
		return posix_writable(w, at->dir) ? 0 : EACCES;
	}
	i = &w->ino[at->ino];
	if (how->excludes)
		return EEXIST;
	if (i->kind == KIND_DIR && (how->creates || how->writes ||
	    how->truncates))
		return EISDIR;
	if ((how->writes || how->truncates) && (i->mode & 0200) == 0)
		return EACCES;
	return 0;
}

static int
check_target(const struct world *w, const struct spot *old,
    const struct spot *new)
{
	bool dir = w->ino[old->ino].kind == KIND_DIR;

	if (!posix_writable(w, new->dir))
		return EACCES;
	if (new->ino != NOTHING && w->ino[new->ino].kind == KIND_DIR && !dir)
		return EISDIR;
	if (new->ino != NOTHING && w->ino[new->ino].kind != KIND_DIR && dir)
		return ENOTDIR;
	if (dir && old->dir != new->dir && !posix_writable(w, old->ino))
		return EACCES;
	if (new->ino != NOTHING && dir && !is_empty(w, new->ino))
		return ENOTEMPTY;
	return 0;
}

int
posix_rename(struct world *w, const struct spot *old, const struct spot *new,
    bool replace)
{
	int r;

	if (old->error != 0 || new->error != 0)
		return old->error != 0 ? old->error : new->error;
	if (old->ino == NOTHING)
		return ENOENT;
	if (new->ino != NOTHING && !replace)
		return EEXIST;
	if (posix_below(w, new->dir, old->ino))
		return EINVAL;
	if (new->ino != NOTHING && new->ino != old->ino &&
	    posix_below(w, old->dir, new->ino))
		return ENOTEMPTY;
	if (new->ino == old->ino)
		return 0;
	if (!posix_writable(w, old->dir))
		return EACCES;
	if ((r = check_target(w, old, new)) != 0)
		return r;
	if (old->upload == NOTHING)
		w->ino[old->dir].at[old->name] = NOTHING;
	w->ino[new->dir].at[new->name] = (int8_t)old->ino;
	return 0;
}

int
posix_check_unlink(const struct world *w, const struct spot *at)
{
	if (at->error != 0)
		return at->error;
	if (at->ino == NOTHING)
		return ENOENT;
	if (!posix_writable(w, at->dir))
		return EACCES;
	return w->ino[at->ino].kind == KIND_DIR ? EISDIR : 0;
}

int
posix_rmdir(struct world *w, const struct spot *at)
{
	if (at->error != 0)
		return at->error;
	if (at->ino == NOTHING)
		return ENOENT;
	if (!posix_writable(w, at->dir))
		return EACCES;
	if (w->ino[at->ino].kind != KIND_DIR)
		return ENOTDIR;
	if (!is_empty(w, at->ino))
		return ENOTEMPTY;
	w->ino[at->dir].at[at->name] = NOTHING;
	return 0;
}

/* Return the outcome of making a new name; change nothing. */
static int
check_new(const struct world *w, const struct spot *at)
{
	if (at->error != 0)
		return at->error;
	if (at->ino != NOTHING)
		return EEXIST;
	return posix_writable(w, at->dir) ? 0 : EACCES;
}

int
posix_link(struct world *w, const struct spot *old, const struct spot *new)
{
	int r;

	if (old->error != 0)
		return old->error;
	if (old->ino == NOTHING)
		return ENOENT;
	if ((r = check_new(w, new)) != 0)
		return r;
	if (w->ino[old->ino].kind == KIND_DIR)
		return EPERM;
	w->ino[new->dir].at[new->name] = (int8_t)old->ino;
	return 0;
}

int
posix_add(struct world *w, const struct spot *at, enum kind kind,
    unsigned mode, enum path text)
{
	int i, r;

	if ((r = check_new(w, at)) != 0)
		return r;
	i = posix_new(w, kind, mode);
	w->ino[i].text = (uint8_t)text;
	w->ino[at->dir].at[at->name] = (int8_t)i;
	return 0;
}

int
posix_check_truncate(const struct world *w, const struct spot *at)
{
	if (at->error != 0)
		return at->error;
	if (at->ino == NOTHING)
		return ENOENT;
	if (w->ino[at->ino].kind == KIND_DIR)
		return EISDIR;
	return posix_writable(w, at->ino) ? 0 : EACCES;
}

void
posix_truncate(struct world *w, int ino, unsigned size)
{
	struct inode *i = &w->ino[ino];

	if (size < i->len)
		memset(i->data + size, 0, i->len - size);
	i->len = (uint8_t)size;
}

void
posix_write(struct world *w, int ino, bool append, const char *data)
{
	struct inode *i = &w->ino[ino];
	size_t len = strlen(data), at = append ? i->len : 0;

	memcpy(i->data + at, data, len);
	if (at + len > i->len)
		i->len = (uint8_t)(at + len);
}

void
posix_sweep(struct world *w)
{
	bool held[INODES] = { true }, again = true;
	int i, j;

	for (i = 0; i < HANDLES; i++)
		if (w->h[i].state != H_FREE)
			held[w->h[i].ino] = true;
	for (i = 0; i < RESERVED_MAX; i++) {
		if (w->reserved[i].kind == RESERVED_NONE)
			continue;
		held[w->reserved[i].ino] = held[w->reserved[i].dir] = true;
		if (w->reserved[i].old != NOTHING)
			held[w->reserved[i].old] = true;
	}
	while (again) {
		again = false;
		for (i = 0; i < INODES; i++)
			for (j = 0; j < NAMES; j++)
				if (held[i] && w->ino[i].kind == KIND_DIR &&
				    w->ino[i].at[j] != NOTHING &&
				    !held[w->ino[i].at[j]])
					again = held[w->ino[i].at[j]] = true;
	}
	for (i = 0; i < INODES; i++)
		if (!held[i])
			memset(&w->ino[i], 0, sizeof(w->ino[i]));
}
