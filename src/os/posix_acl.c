/* SPDX-License-Identifier: ISC */
/*
 * POSIX ACLs in the kernel's own form, an extended attribute: acl(5) defines
 * their meaning, <linux/posix_acl_xattr.h> the layout. This avoids a library
 * that every session would have to load.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <endian.h>
#include <linux/limits.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>

#include "os/fs_impl.h"
#include "os/posix_acl.h"

#define SOME	64	/* entries; few files have more */
#define HEAD	(sizeof(struct posix_acl_xattr_header))
#define ENTRY	(sizeof(struct posix_acl_xattr_entry))
#define ALL	((XATTR_SIZE_MAX - HEAD) / ENTRY)

struct acl_xattr {
	struct posix_acl_xattr_header head;
	struct posix_acl_xattr_entry entry[ALL];
};

static const char *const names[ACL_KINDS] = {
	[ACL_ACCESS] = "system.posix_acl_access",
	[ACL_DEFAULT] = "system.posix_acl_default",
};

/* Converts an entry. The kernel's tags are bits, in the same order as ours. */
static int
get_entry(const struct posix_acl_xattr_entry *e, struct posix_ace *ace)
{
	uint16_t bit = le16toh(e->e_tag);
	int tag = TAG_OWNER;

	while (tag <= TAG_OTHER && bit != 1u << tag)
		tag++;
	if (tag > TAG_OTHER)
		return -EINVAL;
	*ace = (struct posix_ace){ .tag = (enum acl_tag)tag,
	    .perm = le16toh(e->e_perm) & 7 };
	if (tag == TAG_USER || tag == TAG_GROUP)
		ace->id = le32toh(e->e_id);
	return 0;
}

static int
get_entries(const struct acl_xattr *x, size_t size, struct posix_acl *to)
{
	size_t n = (size - HEAD) / ENTRY;
	int r = 0;

	if (size < HEAD || (size - HEAD) % ENTRY != 0 ||
	    le32toh(x->head.a_version) != POSIX_ACL_XATTR_VERSION)
		return -EINVAL;
	aclmap_alloc(to, n);
	while (r == 0 && to->n < n) {
		r = get_entry(&x->entry[to->n], &to->ace[to->n]);
		to->n++;
	}
	if (r != 0)
		aclmap_free(to);
	return r;
}

/*
 * Makes the ACL of a file that has none: the access ACL is the mode, the
 * default ACL is empty.
 */
static int
get_mode(const char *path, int kind, struct posix_acl *to)
{
	static const enum acl_tag tags[] = { TAG_OWNER, TAG_GROUP_OBJ,
	    TAG_OTHER };
	struct stat st;

	if (stat(path, &st) == -1)
		return -errno;
	aclmap_alloc(to, nitems(tags));
	for (; kind != ACL_DEFAULT && to->n < nitems(tags); to->n++)
		to->ace[to->n] = (struct posix_ace){ .tag = tags[to->n],
		    .perm = st.st_mode >> (6 - 3 * to->n) & 7 };
	return 0;
}

/*
 * Compares entries in the order that the kernel requires: by tag, then by id.
 */
static int
compare_entries(const void *left, const void *right)
{
	const struct posix_acl_xattr_entry *a = left, *b = right;
	uint64_t m = (uint64_t)le16toh(a->e_tag) << 32 | le32toh(a->e_id);
	uint64_t n = (uint64_t)le16toh(b->e_tag) << 32 | le32toh(b->e_id);

	return (m > n) - (m < n);
}

int
posix_acl_get(const struct place *p, int kind, struct posix_acl *to)
{
	struct acl_xattr x;
	struct way w;
	ssize_t n;
	int r;

	if ((r = fs_find_way(p, &w)) != 0)
		return r;
	/*
	 * Ask for few entries first: the kernel allocates a buffer of that
	 * size.
	 */
	n = getxattr(w.path, names[kind], &x, HEAD + SOME * ENTRY);
	if (n == -1 && errno == ERANGE)
		n = getxattr(w.path, names[kind], &x, sizeof(x));
	if (n != -1)
		r = get_entries(&x, (size_t)n, to);
	else
		r = errno == ENODATA ? get_mode(w.path, kind, to) : -errno;
	fs_leave_way(&w);
	return r;
}

/* Converts to the kernel's form. Returns the size in bytes. */
static size_t
put_entries(struct acl_xattr *x, const struct posix_acl *from)
{
	const struct posix_ace *ace;
	bool named;
	size_t i;

	x->head.a_version = htole32(POSIX_ACL_XATTR_VERSION);
	for (i = 0; i < from->n; i++) {
		ace = &from->ace[i];
		named = ace->tag == TAG_USER || ace->tag == TAG_GROUP;
		x->entry[i] = (struct posix_acl_xattr_entry){
			.e_tag = htole16((uint16_t)(1u << ace->tag)),
			.e_perm = htole16((uint16_t)ace->perm),
			.e_id = htole32(named ? ace->id :
			    (uint32_t)ACL_UNDEFINED_ID),
		};
	}
	qsort(x->entry, from->n, ENTRY, compare_entries);
	return HEAD + from->n * ENTRY;
}

int
posix_acl_set(const struct place *p, int kind, const struct posix_acl *from)
{
	bool none = from->n == 0 && kind == ACL_DEFAULT;
	struct acl_xattr x;
	size_t size;
	struct way w;
	int r;

	if (from->n > ALL)
		return -E2BIG;
	if ((r = fs_find_way(p, &w)) != 0)
		return r;
	size = put_entries(&x, from);
	r = outcome(none ? removexattr(w.path, names[kind]) :
	    setxattr(w.path, names[kind], &x, size, 0));
	fs_leave_way(&w);
	return none && r == -ENODATA ? 0 : r;
}
