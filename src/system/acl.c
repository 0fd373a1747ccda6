/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>

#if HAVE_LIBACL
#include <sys/acl.h>

#include <acl/libacl.h>
#include <fcntl.h>
#endif

#include "system/acl.h"
#include "system/fs_impl.h"

#if HAVE_LIBACL
static const struct {
	enum acl_tag	ours;
	acl_tag_t	theirs;
} tags[] = {
	{ TAG_OWNER, ACL_USER_OBJ }, { TAG_USER, ACL_USER },
	{ TAG_GROUP_OBJ, ACL_GROUP_OBJ }, { TAG_GROUP, ACL_GROUP },
	{ TAG_MASK, ACL_MASK }, { TAG_OTHER, ACL_OTHER },
};

static acl_type_t
type_of(int kind)
{
	return kind == ACL_DEFAULT ? ACL_TYPE_DEFAULT : ACL_TYPE_ACCESS;
}

static int
get_entry(acl_entry_t entry, struct posix_ace *ace)
{
	acl_permset_t perms;
	acl_tag_t tag;
	size_t i;
	void *id;

	if (acl_get_tag_type(entry, &tag) == -1 ||
	    acl_get_permset(entry, &perms) == -1)
		return -errno;
	*ace = (struct posix_ace){ .perm =
	    (acl_get_perm(perms, ACL_READ) == 1 ? 4u : 0) |
	    (acl_get_perm(perms, ACL_WRITE) == 1 ? 2u : 0) |
	    (acl_get_perm(perms, ACL_EXECUTE) == 1 ? 1u : 0) };
	for (i = 0; i < nitems(tags); i++)
		if (tags[i].theirs == tag)
			ace->tag = tags[i].ours;
	if (tag != ACL_USER && tag != ACL_GROUP)
		return 0;
	if ((id = acl_get_qualifier(entry)) == NULL)
		return -errno;
	ace->id = *(const id_t *)id;
	acl_free(id);
	return 0;
}

static int
get_entries(acl_t acl, struct posix_acl *to)
{
	acl_entry_t entry;
	int which = ACL_FIRST_ENTRY, r = 0;

	posix_acl_alloc(to, (size_t)acl_entries(acl));
	while (r == 0 && acl_get_entry(acl, which, &entry) == 1) {
		r = get_entry(entry, &to->ace[to->n++]);
		which = ACL_NEXT_ENTRY;
	}
	if (r != 0)
		posix_acl_free(to);
	return r;
}

static int
put_entry(acl_t *acl, const struct posix_ace *ace)
{
	acl_permset_t perms;
	acl_entry_t entry;
	id_t id = ace->id;

	if (acl_create_entry(acl, &entry) == -1 ||
	    acl_set_tag_type(entry, tags[ace->tag].theirs) == -1 ||
	    ((ace->tag == TAG_USER || ace->tag == TAG_GROUP) &&
	    acl_set_qualifier(entry, &id) == -1) ||
	    acl_get_permset(entry, &perms) == -1 ||
	    ((ace->perm & 4) != 0 && acl_add_perm(perms, ACL_READ) == -1) ||
	    ((ace->perm & 2) != 0 && acl_add_perm(perms, ACL_WRITE) == -1) ||
	    ((ace->perm & 1) != 0 && acl_add_perm(perms, ACL_EXECUTE) == -1))
		return -errno;
	return 0;
}

static int
put_entries(const struct posix_acl *from, acl_t *acl)
{
	size_t i;
	int r = 0;

	if ((*acl = acl_init((int)from->n)) == NULL)
		return -errno;
	for (i = 0; r == 0 && i < from->n; i++)
		r = put_entry(acl, &from->ace[i]);
	if (r != 0)
		acl_free(*acl);
	return r;
}

/*
 * libacl takes paths, and descriptors only for access ACLs: a place other
 * than the plainest goes by what /proc calls a descriptor of it, so that
 * what was resolved is what is acted on.
 */
struct way {
	const char	*path;
	struct proc_path by_fd;
	int		 fd;		/* ours to close, or -1 */
};

static int
find_way(const struct place *p, struct way *w)
{
	*w = (struct way){ .path = p->name, .fd = -1 };
	if ((p->flags & PLACE_FD) != 0) {
		w->by_fd = proc_path(p->dirfd);
		w->path = w->by_fd.text;
		return 0;
	}
	if (p->dirfd == AT_FDCWD && (p->flags & PLACE_FOLLOW) != 0)
		return 0;
	w->fd = fs_open(p, O_PATH |
	    ((p->flags & PLACE_FOLLOW) != 0 ? 0 : O_NOFOLLOW), 0);
	if (w->fd < 0)
		return w->fd;
	w->by_fd = proc_path(w->fd);
	w->path = w->by_fd.text;
	return 0;
}

static void
leave_way(const struct way *w)
{
	if (w->fd >= 0)
		(void)fs_close(w->fd);
}

int
fs_get_acl(const struct place *p, int kind, struct posix_acl *to)
{
	struct way w;
	acl_t acl;
	int r;

	if ((r = find_way(p, &w)) != 0)
		return r;
	acl = acl_get_file(w.path, type_of(kind));
	r = acl == NULL ? -errno : get_entries(acl, to);
	leave_way(&w);
	if (acl != NULL)
		acl_free(acl);
	return r;
}

int
fs_set_acl(const struct place *p, int kind, const struct posix_acl *from)
{
	struct way w;
	acl_t acl;
	int r;

	if ((r = put_entries(from, &acl)) != 0)
		return r;
	if ((r = find_way(p, &w)) == 0) {
		if (from->n == 0 && kind == ACL_DEFAULT)
			r = acl_delete_def_file(w.path);
		else
			r = acl_set_file(w.path, type_of(kind), acl);
		r = r == -1 ? -errno : 0;
		leave_way(&w);
	}
	acl_free(acl);
	return r;
}
#else
int
fs_get_acl(const struct place *p, int kind, struct posix_acl *to)
{
	(void)p, (void)kind, (void)to;
	return -EOPNOTSUPP;
}

int
fs_set_acl(const struct place *p, int kind, const struct posix_acl *from)
{
	(void)p, (void)kind, (void)from;
	return -EOPNOTSUPP;
}
#endif
