/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/posix_acl.h"
#include "scratch.h"
#include "tap.h"

static struct posix_ace named[] = {
	{ TAG_OWNER, 0, 6 }, { TAG_USER, 54321, 5 }, { TAG_GROUP_OBJ, 0, 4 },
	{ TAG_GROUP, 54322, 7 }, { TAG_MASK, 0, 3 }, { TAG_OTHER, 0, 1 },
};
static const struct posix_acl extended = { named, nitems(named) }, none;

/*
 * True if an ACL that is read through this place equals `want`, with its mask.
 */
static bool
reads(const struct place *p, int kind, const struct posix_acl *want)
{
	struct posix_acl got;
	size_t i;
	bool same;

	if (posix_acl_get(p, kind, &got) != 0)
		return false;
	same = got.n == want->n;
	for (i = 0; same && i < got.n; i++)
		same = got.ace[i].tag == want->ace[i].tag &&
		    got.ace[i].id == want->ace[i].id &&
		    got.ace[i].perm == want->ace[i].perm;
	aclmap_free(&got);
	return same;
}

static void
test_files(int dir)
{
	static struct posix_ace mode[] = {
		{ TAG_OWNER, 0, 6 }, { TAG_GROUP_OBJ, 0, 4 },
		{ TAG_OTHER, 0, 0 },
	};
	const struct posix_acl plain = { mode, nitems(mode) };
	struct place f = { .dirfd = AT_FDCWD, .name = "f",
	    .flags = PLACE_FOLLOW, .shown = "f" };
	struct place at = place_entry(dir, "f");
	struct place link = place_entry(dir, "l"), through = link, open, pin;
	struct posix_acl acl;
	int fd, pinned;

	ok(reads(&f, ACL_ACCESS, &plain), "without an ACL it is the mode");
	through.flags = PLACE_FOLLOW;
	ok(posix_acl_set(&f, ACL_ACCESS, &extended) == 0,
	    "an ACL is set by path");
	ok(reads(&f, ACL_ACCESS, &extended), "it is read by path");
	ok(reads(&at, ACL_ACCESS, &extended),
	    "it is read by a name in a directory");
	ok(reads(&through, ACL_ACCESS, &extended), "it is read through a link");
	ok(posix_acl_get(&link, ACL_ACCESS, &acl) != 0,
	    "a link itself has no ACL");
	ok(posix_acl_set(&link, ACL_ACCESS, &plain) != 0 &&
	    reads(&f, ACL_ACCESS, &extended),
	    "setting it by the link does not follow");
	fd = openat(dir, "f", O_RDONLY);
	open = place_fd(fd, "f");
	pinned = fs_pin(fd);
	pin = place_fd(pinned, "f");
	ok(reads(&open, ACL_ACCESS, &extended), "it is read by descriptor");
	ok(reads(&pin, ACL_ACCESS, &extended),
	    "it is read by an O_PATH descriptor");
	ok(posix_acl_set(&pin, ACL_ACCESS, &plain) == 0 &&
	    reads(&f, ACL_ACCESS, &plain), "it is set by an O_PATH descriptor");
	ok(posix_acl_set(&at, ACL_ACCESS, &(struct posix_acl){ named, 2 }) ==
	    -EINVAL, "an incomplete ACL is rejected");
	close(pinned);
	close(fd);
	f.name = "missing";
	ok(posix_acl_get(&f, ACL_ACCESS, &acl) == -ENOENT,
	    "a missing file has no ACL");
	at.name = "missing";
	ok(posix_acl_get(&at, ACL_ACCESS, &acl) == -ENOENT,
	    "a missing name in a directory has no ACL");
}

static void
test_directories(int dir)
{
	struct place d = place_fd(dir, ".");

	ok(reads(&d, ACL_DEFAULT, &none),
	    "a directory need not have a default ACL");
	ok(posix_acl_set(&d, ACL_DEFAULT, &none) == 0,
	    "removing a missing default ACL succeeds");
	ok(posix_acl_set(&d, ACL_DEFAULT, &extended) == 0 &&
	    reads(&d, ACL_DEFAULT, &extended), "a default ACL is set and read");
	ok(posix_acl_set(&d, ACL_DEFAULT, &none) == 0 &&
	    reads(&d, ACL_DEFAULT, &none), "a default ACL is removed");
}

int
main(void)
{
	struct place f = { .dirfd = AT_FDCWD, .name = "f",
	    .flags = PLACE_FOLLOW, .shown = "f" };
	struct posix_acl acl;
	int dir, r;

	scratch_enter();
	scratch_file("f", "");
	if (chmod("f", 0640) == -1 || symlink("f", "l") == -1)
		perror("scratch");
	dir = open(".", O_RDONLY | O_DIRECTORY);
	if ((r = posix_acl_get(&f, ACL_ACCESS, &acl)) == -EOPNOTSUPP) {
		ok(true, "all # skip the file system has no ACLs");
	} else if (ok(r == 0, "an ACL is read")) {
		aclmap_free(&acl);
		test_files(dir);
		test_directories(dir);
	}
	close(dir);
	return done();
}
