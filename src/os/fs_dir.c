/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>

#include "base/path.h"
#include "base/buf.h"
#include "os/fs_impl.h"

/* Values of <linux/openat2.h>, which is not installed everywhere. */
#define NO_MAGICLINKS	0x02u
#define IN_ROOT		0x10u

int
fs_open_dir(int dirfd, const char *path, bool follow)
{
	return outcome(openat(dirfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC |
	    (follow ? 0 : O_NOFOLLOW)));
}

int
fs_open_any(int dirfd, const char *name)
{
	return outcome(openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
}

int
fs_open_entries(int dirfd)
{
	return outcome(openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int
fs_open_in_root(int root, const char *path, unsigned flags)
{
	const struct {
		uint64_t flags, mode, resolve;
	} how = {
		O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
		flags | IN_ROOT | NO_MAGICLINKS,
	};

	return outcome((int)syscall(SYS_openat2, root, path, &how,
	    sizeof(how)));
}

int
fs_open_parent(const struct place *p)
{
	char dir[PATH_MAX];
	size_t len, n;

	n = (size_t)(path_last(p->name, &len) - p->name);
	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, p->name, n);
	memcpy(dir + n, n == 0 ? "." : "", n == 0 ? 2 : 1);
	return fs_open_dir(p->dirfd, dir, true);
}

int
fs_get_cwd(char *to)
{
	return getcwd(to, PATH_MAX) == NULL ? -errno : 0;
}

int
fs_set_cwd(const char *dir)
{
	return outcome(chdir(dir));
}

unsigned long
fs_type(int fd)
{
	struct statfs st;

	return fd >= 0 && fstatfs(fd, &st) == 0 ? (unsigned long)st.f_type : 0;
}

bool
fs_is_proc(int fd)
{
	return fs_type(fd) == PROC_SUPER_MAGIC;
}

bool
fs_ran_out(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

int
fs_folds_case(int dirfd)
{
	static const unsigned long types[] = {
		0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */,
		0x517b /* SMB */, 0x4d44 /* vfat */, 0x2011bab0 /* exfat */,
		0x5346544e /* ntfs */, 0x7366746e /* ntfs3 */,
		0x786f4256 /* vboxsf */,
	};
	const unsigned long type = fs_type(dirfd);
	int fd, flags = 0;
	size_t i;

	if (type == 0)
		return 0;
	for (i = 0; i < nitems(types); i++)
		if (type == types[i])
			return 1;
	if ((fd = fs_open_entries(dirfd)) < 0)
		return fs_ran_out(fd) ? fd : 0;
	if (ioctl(fd, (IOCTL_REQUEST)FS_IOC_GETFLAGS, &flags) == -1)
		flags = 0;
	close(fd);
	return (flags & FS_CASEFOLD_FL) != 0;
}
