/* SPDX-License-Identifier: ISC */
/*
 * Landlock: restricts which files the process can open, create and move, by
 * their place in the file system. No C library has functions for Landlock, so
 * its system calls are made directly.
 */
#include "config.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "confine/sandbox_impl.h"

#if HAVE_LANDLOCK
#include <linux/landlock.h>

#include "base/buf.h"

#define READ_FILE	LANDLOCK_ACCESS_FS_READ_FILE
#define READ_DIR	LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE_FILE	LANDLOCK_ACCESS_FS_WRITE_FILE
#define EXECUTE		LANDLOCK_ACCESS_FS_EXECUTE
/* Rights added after Landlock's first version; old headers lack them. */
#define REFER		(UINT64_C(1) << 13)
#define TRUNCATE	(UINT64_C(1) << 14)
#define IOCTL_DEV	(UINT64_C(1) << 15)
/*
 * Rights that change a directory. Moving a file counts as creating it in its
 * new directory, so types that no client can create are included.
 */
#define CHANGE_DIR	(LANDLOCK_ACCESS_FS_REMOVE_DIR |		\
			    LANDLOCK_ACCESS_FS_REMOVE_FILE |		\
			    LANDLOCK_ACCESS_FS_MAKE_CHAR |		\
			    LANDLOCK_ACCESS_FS_MAKE_DIR |		\
			    LANDLOCK_ACCESS_FS_MAKE_REG |		\
			    LANDLOCK_ACCESS_FS_MAKE_SOCK |		\
			    LANDLOCK_ACCESS_FS_MAKE_FIFO |		\
			    LANDLOCK_ACCESS_FS_MAKE_BLOCK |		\
			    LANDLOCK_ACCESS_FS_MAKE_SYM | REFER)

/* Versions of Landlock's interface that added restrictions. */
#define ABI_TCP		4
#define ABI_DEVICES	5
#define ABI_SCOPES	6

/* Same layout as the current struct landlock_ruleset_attr. */
struct ruleset {
	uint64_t	 fs, net, scoped;
};
#define ALL_TCP		UINT64_C(0x3)	/* bind and connect */
#define ALL_SCOPES	UINT64_C(0x3)	/* abstract sockets and signals */

/*
 * Files and directories that looking up user and group names reads, including
 * libraries that may not be loaded yet. Each may be missing.
 */
static const char read_files[][32] = {
	"/etc/passwd", "/etc/group", "/etc/nsswitch.conf",
	"/usr/etc/passwd", "/usr/etc/group", "/usr/etc/nsswitch.conf",
	"/etc/localtime", "/etc/ld.so.cache", "/etc/machine-id",
	"/proc/sys/kernel/random/boot_id",
	"/var/db/passwd.db", "/var/db/group.db",
	"/var/lib/misc/passwd.db", "/var/lib/misc/group.db",
};
static const char read_directories[][32] = {
	"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
	"/usr/share/zoneinfo", "/var/lib/sss/mc", "/var/lib/extrausers",
	"/run/nscd", "/var/cache/nscd", "/run/systemd/userdb",
	"/run/userdb", "/run/host/userdb", "/etc/userdb",
};

static int
grant(int ruleset, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = rights, .parent_fd = fd,
	};

	return syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 ? -errno : 0;
}

/*
 * Grants rights to a path. A path that is missing, or of a type that the rights
 * do not fit, grants nothing.
 */
static int
grant_path(int ruleset, const char *path, uint64_t rights)
{
	int r, fd = open(path, O_PATH | O_CLOEXEC);

	if (fd == -1)
		return -errno;
	r = grant(ruleset, fd, rights);
	(void)close(fd);
	return r;
}

static void
grant_names(int ruleset)
{
	size_t i;

	for (i = 0; i < nitems(read_files); i++)
		(void)grant_path(ruleset, read_files[i], READ_FILE);
	for (i = 0; i < nitems(read_directories); i++)
		(void)grant_path(ruleset, read_directories[i],
		    READ_FILE | READ_DIR);
}

int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/*
 * Returns the accesses that the ruleset restricts. Without a root, reading is
 * not restricted, and writing only in a session that does not write.
 */
static struct ruleset
handled(int abi, bool has_root, bool writes)
{
	struct ruleset r = { .fs = EXECUTE | REFER };

	if (has_root)
		r.fs |= READ_FILE | READ_DIR;
	if (has_root || !writes)
		r.fs |= WRITE_FILE | CHANGE_DIR;
	if ((has_root || !writes) && abi >= ABI_TRUNCATES)
		r.fs |= TRUNCATE;
	if (has_root && abi >= ABI_DEVICES)
		r.fs |= IOCTL_DEV;
	if (abi >= ABI_TCP)
		r.net = ALL_TCP;
	if (abi >= ABI_SCOPES)
		r.scoped = ALL_SCOPES;
	return r;
}

static int
grant_all(int ruleset, const struct ruleset *r, int root, bool writes)
{
	uint64_t rights = r->fs & ~(uint64_t)(EXECUTE | IOCTL_DEV);

	if (!writes)
		rights &= READ_FILE | READ_DIR;
	if ((r->fs & WRITE_FILE) != 0)
		(void)grant_path(ruleset, "/dev/null",
		    r->fs & (READ_FILE | WRITE_FILE));
	if (root >= 0)
		grant_names(ruleset);
	if (rights == 0)
		return 0;
	return root >= 0 ? grant(ruleset, root, rights) :
	    grant_path(ruleset, "/", rights);
}

int
landlock_enter(int root, bool writes)
{
	int abi = landlock_abi(), r, ruleset;
	struct ruleset rules = handled(abi, root >= 0, writes);

	if (abi < ABI_LEAST(writes))
		return -ENOSYS;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules,
	    sizeof(rules), 0);
	if (ruleset == -1)
		return -errno;
	if ((r = grant_all(ruleset, &rules, root, writes)) == 0 &&
	    syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		r = -errno;
	(void)close(ruleset);
	return r;
}
#else
int
landlock_abi(void)
{
	return 0;
}

int
landlock_enter(int root, bool writes)
{
	(void)root, (void)writes;
	return -ENOSYS;
}
#endif
