/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "os/log.h"
#include "request/replace.h"

/*
 * Renames for a client that did not ask to replace, but may by the policy. A
 * directory never replaces anything, for rename.overwrite means files. If the
 * new name is free it is one call, as without the policy.
 */
static int
rename_forced(const struct request *q)
{
	const struct place *old = &q->object.place, *new = &q->target.place;
	struct statx st, to;
	int first, r;
	bool exists;

	if ((first = fs_rename_new(old, new)) == 0)
		return 0;
	/* If both names are wrong, OpenSSH reports the error of the old one. */
	if ((r = fs_stat(old, &st)) != 0)
		return r;
	if (first != -EEXIST && first != -EINVAL && first != -ENOSYS)
		return first;
	exists = first == -EEXIST || fs_stat(new, &to) == 0;
	r = S_ISDIR(st.stx_mode) ? fs_rename_keep(old, new, false) :
	    fs_rename(old, new);
	if (r == 0 && exists)
		log_info("rename \"%s\" replaced \"%s\", as the policy says",
		    q->object.path, q->target.path);
	return r;
}

/* True if a rename of the one replaces the other. */
static bool
is_replacement(const struct statx *new, const struct statx *old)
{
	return S_ISREG(new->stx_mode) && S_ISREG(old->stx_mode) &&
	    !fs_same_file(new, old);
}

/*
 * Reads the permissions that the object takes over. The owner stays, and
 * set-id bits are cleared where a client could not set them. Returns 0 or
 * -errno: -ENOENT if nothing is replaced.
 */
static int
permissions_of(const struct request *q, const struct place *replaced,
    struct permissions *old)
{
	struct statx st, to;
	int fd, r;

	if (fs_stat(replaced, &to) != 0 ||
	    fs_stat(&q->object.place, &st) != 0 || !is_replacement(&st, &to))
		return -ENOENT;
	if ((fd = fs_open(replaced, O_PATH | O_NOFOLLOW, 0)) < 0)
		return fd;
	r = fs_get_permissions(fd, replaced, old);
	(void)fs_close(fd);
	old->uid = (uid_t)-1;
	old->mode &= ~(q->ruling.mode.clear & POLICY_SETID);
	return r;
}

/*
 * Sets permissions. If the user is not in the group, the file keeps its own,
 * which gets the rights of others.
 */
static int
set_permissions(const struct request *q, int fd, struct permissions *p,
    const struct permissions *own)
{
	int r = fs_set_permissions(fd, p);

	if (r != -EPERM || p->gid == own->gid)
		return r;
	log_info("rename \"%s\": the group of \"%s\" is not kept: %s",
	    q->object.path, q->target.path, strerror(-r));
	p->gid = own->gid;
	p->acl_len = -ENODATA;
	p->mode = (p->mode & ~070u) | (p->mode & 07) << 3;
	return fs_set_permissions(fd, p);
}

/*
 * Opens the object to set its permissions. A descriptor for writing, whose
 * close means the end of an upload to programs that watch, is the last resort.
 */
static int
open_object(const struct request *q)
{
	const int flags = O_NOFOLLOW | O_NONBLOCK;
	int fd = fs_open(&q->object.place, O_RDONLY | flags, 0);

	return fd == -EACCES ?
	    fs_open(&q->object.place, O_WRONLY | flags, 0) : fd;
}

/*
 * Gives the object the permissions of the file that it replaces, before it does
 * so; its own go to `own`. Returns true if they have to go back should the
 * rename fail. Where the system permits nothing of it, the rename goes on, as
 * it does without the setting. The descriptor is closed before the rename,
 * which some file systems refuse for an open file.
 */
static bool
take_permissions(const struct request *q, const struct place *replaced,
    struct permissions *own)
{
	struct permissions old;
	int fd, r;

	if ((r = permissions_of(q, replaced, &old)) == -ENOENT)
		return false;
	if (r == 0 && (r = fd = open_object(q)) >= 0) {
		r = fs_get_permissions(fd, &q->object.place, own);
		if (r == 0 && (r = set_permissions(q, fd, &old, own)) != 0)
			(void)fs_set_permissions(fd, own);
		(void)fs_close(fd);
	}
	if (r != 0)
		log_info("rename \"%s\": the mode of \"%s\" is not kept: %s",
		    q->object.path, q->target.path, strerror(-r));
	return r == 0;
}

static void
give_back(const struct request *q, const struct permissions *own)
{
	int fd = open_object(q);

	if (fd < 0)
		return;
	(void)fs_set_permissions(fd, own);
	(void)fs_close(fd);
}

int
replace_rename(struct session *s, const struct request *q,
    const struct place *replaced)
{
	const struct place *old = &q->object.place, *new = &q->target.place;
	struct permissions own;
	bool taken;
	int r;

	/* The file of a CLOSE was made with the permissions that it needs. */
	taken = q->ruling.keep_mode && q->ruling.replace && !q->publishes &&
	    take_permissions(q, replaced, &own);
	if (q->ruling.forced)
		r = rename_forced(q);
	else if (q->ruling.replace)
		r = fs_rename(old, new);
	else
		r = fs_rename_keep(old, new, index_is_written(&s->handles,
		    q->object.path));
	if (r != 0 && taken)
		give_back(q, &own);
	return r;
}
