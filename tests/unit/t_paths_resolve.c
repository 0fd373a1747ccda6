/* SPDX-License-Identifier: ISC */
/*
 * Tests of a session beneath a root, resolved by the kernel and component by
 * component. Each call must return the same as in a chroot(2); the test
 * compares with one if it runs as root.
 */
#include "config.h"

#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <errno.h>

#include "../lib/kernel.h"
#include "base/buf.h"
#include "os/fs.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "policy/policy.h"
#include "scratch.h"
#include "tap.h"

static struct fs fs;
static struct policy policy;

static const struct {
	const char	*name, *target;
} links[] = {
	{ "root/to_dir", "dir" }, { "root/to_file", "dir/file" },
	{ "root/abs", "/dir" }, { "root/abs_file", "/dir/file" },
	{ "root/out", "../outside" }, { "root/out_file", "../outside/file" },
	{ "root/abs_out", "/outside/file" }, { "root/deep/up", "../../.." },
	{ "root/self", "self" }, { "root/dangling", "nowhere" },
	{ "root/dangling_dir", "dir/nowhere" },
	{ "root/dangling_out", "../outside/nowhere" },
	{ "root/slash", "dir/" }, { "root/twice", "to_dir" },
	{ "root/top", "/" }, { "root/dot", "." }, { "root/dots", ".." },
	{ "root/file_slash", "dir/file/" }, { "root/new_slash", "new/" },
};

static void
make_tree(void)
{
	static const char *const dirs[] = {
		"root", "outside", "root/dir", "root/deep", "root/deep/er",
		"root/gone",
	};
	size_t i;

	for (i = 0; i < nitems(dirs); i++)
		if (mkdir(dirs[i], 0755) == -1)
			exit(1);
	scratch_file("outside/file", "outside");
	scratch_file("root/dir/file", "inside");
	scratch_file("root/top_file", "top");
	for (i = 0; i < nitems(links); i++)
		if (symlink(links[i].target, links[i].name) == -1)
			exit(1);
}

/* All forms of paths that have ever escaped from a root. */
static const char *const paths[] = {
	"/", "//", ".", "..", "/..", "../..", "/../outside", "../outside/file",
	"dir", "dir/", "dir//", "dir/.", "dir/..", "dir/../dir/file",
	"/dir/file", "dir/file/", "dir/file/.", "dir/file/..", "dir/file/x",
	"to_dir", "to_dir/", "to_dir/.", "to_dir/..", "to_dir/file", "to_file",
	"to_file/", "abs", "abs/", "abs/file", "abs_file", "out", "out/",
	"out/file", "out_file", "abs_out", "deep/up", "deep/up/",
	"deep/up/dir/file", "deep/up/outside/file", "deep/er/../../dir/file",
	"deep/er/../../../../../outside/file", "self", "self/", "self/x",
	"dangling", "dangling/", "dangling_dir", "dangling_out", "slash",
	"slash/file", "twice", "twice/file", "twice/../top_file", "top",
	"top/", "top/..", "top/dir/file", "dot/dot/dir", "dots",
	"dots/dots/dir",
	"file_slash", "new_slash", "new", "new/", "new/x", "new/.", "new/..",
	"gone", "gone/", "gone/.", "", "...", "dir/..x",
};

/*
 * The calls that are made with each path: the flags of its place, a function,
 * and whether it changes the tree.
 */
static int
do_stat(struct place *p)
{
	struct statx st;
	int r = fs_stat(p, &st);

	/* The type and the size identify each file in the tree. */
	return r != 0 ? r : (int)(st.stx_mode & S_IFMT) + (int)(
	    S_ISREG(st.stx_mode) ? st.stx_size : 0);
}

static int
do_open(struct place *p)
{
	int fd = fs_open(p, O_RDONLY, 0);

	return fd < 0 ? fd : close(fd);
}

static int
do_create(struct place *p)
{
	int fd = fs_open(p, O_WRONLY | O_CREAT, 0600);

	return fd < 0 ? fd : close(fd);
}

static int
do_create_new(struct place *p)
{
	int fd = fs_open(p, O_WRONLY | O_CREAT | O_EXCL, 0600);

	return fd < 0 ? fd : close(fd);
}

static int
do_opendir(struct place *p)
{
	int fd = fs_opendir(p);

	return fd < 0 ? fd : close(fd);
}

static int
do_readlink(struct place *p)
{
	char text[PATH_MAX];

	return (int)fs_readlink(p, text, sizeof(text));
}

static int
do_unlink(struct place *p)
{
	return fs_unlink(p);
}

static int
do_rmdir(struct place *p)
{
	return fs_rmdir(p);
}

static int
do_mkdir(struct place *p)
{
	return fs_mkdir(p, 0700);
}

static int
do_symlink(struct place *p)
{
	return fs_symlink("/text", p);
}

static int
do_chmod(struct place *p)
{
	return fs_chmod(p, 0750);
}

static int
do_truncate(struct place *p)
{
	return fs_truncate(p, 3);
}

/*
 * Makes a call with a second path: from a file of the tree, or to a new name.
 */
static int
with_other(const char *path, unsigned flags, struct place *p,
    int (*call)(struct place *, struct place *))
{
	struct place other;
	int r;

	if ((r = locate_path(&fs, path, flags, &other)) != 0)
		return r;
	r = call(p, &other);
	locate_release(&other);
	return r;
}

static int
rename_away(struct place *p, struct place *other)
{
	return fs_rename(p, other);
}

static int
rename_onto(struct place *p, struct place *other)
{
	return fs_rename(other, p);
}

static int
link_onto(struct place *p, struct place *other)
{
	return fs_link(other, p);
}

static int
do_rename_from(struct place *p)
{
	return with_other("moved", PLACE_CREATES, p, rename_away);
}

static int
do_rename_to(struct place *p)
{
	return with_other("top_file", PLACE_NAME, p, rename_onto);
}

static int
do_rename_dir_to(struct place *p)
{
	return with_other("deep/er", PLACE_NAME, p, rename_onto);
}

static int
do_link_to(struct place *p)
{
	return with_other("top_file", 0, p, link_onto);
}

static const struct {
	const char	*name;
	unsigned	 flags;
	int		(*call)(struct place *);
	bool		 changes;
} calls[] = {
	{ "stat", PLACE_FOLLOW, do_stat, false },
	{ "lstat", 0, do_stat, false },
	{ "open", PLACE_FOLLOW, do_open, false },
	{ "opendir", PLACE_FOLLOW, do_opendir, false },
	{ "readlink", 0, do_readlink, false },
	{ "create", PLACE_FOLLOW | PLACE_CREATES, do_create, true },
	{ "create new", PLACE_CREATES, do_create_new, true },
	{ "unlink", PLACE_NAME, do_unlink, true },
	{ "rmdir", PLACE_NAME, do_rmdir, true },
	{ "mkdir", PLACE_CREATES, do_mkdir, true },
	{ "symlink", PLACE_CREATES, do_symlink, true },
	{ "chmod", PLACE_FOLLOW, do_chmod, true },
	{ "truncate", PLACE_FOLLOW, do_truncate, true },
	{ "rename from", PLACE_NAME, do_rename_from, true },
	{ "rename to", PLACE_CREATES, do_rename_to, true },
	{ "rename a directory to", PLACE_CREATES, do_rename_dir_to, true },
	{ "link to", PLACE_CREATES, do_link_to, true },
};

static int
answer(const char *path, size_t call)
{
	struct place p;
	int r;

	if ((r = locate_path(&fs, path, calls[call].flags, &p)) == 0) {
		r = calls[call].call(&p);
		locate_release(&p);
	}
	return r;
}

/* The ways to resolve: by chroot(2), or by one of ours. */
enum way { CHROOT, OPENAT2, COMPONENTS, NAMED, WAYS };
static const char *const way_names[WAYS] = {
	"chroot", "openat2", "components", "named",
};

static void
confine(enum way way)
{
	char culprit[PATH_MAX];

	memset(&fs, 0, sizeof(fs));
	if (way == CHROOT) {
		if (chroot("root") == -1 || chdir("/") == -1)
			exit(1);
		return;
	}
	if (locate_confine(&fs, "root", strlen("root"), culprit) != 0)
		exit(1);
	fs.by_component |= way == COMPONENTS;
	fs.policy = &policy;
	fs.names = way == NAMED;
}

static void
remove_tree(void)
{
	(void)nftw("tree", scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes one call beneath the root in the current directory. */
static int
ask_confined(enum way way, const char *path, size_t call)
{
	int r;

	confine(way);
	r = answer(path, call);
	if (way != CHROOT)
		fs_close(fs.root);
	return r;
}

/* The same in a process of its own, since nothing undoes chroot(2). */
static int
ask_child(enum way way, const char *path, size_t call)
{
	int fd[2], r;

	if (pipe(fd) == -1)
		exit(1);
	if (fork() == 0) {
		r = ask_confined(way, path, call);
		_exit(write(fd[1], &r, sizeof(r)) != sizeof(r));
	}
	(void)wait(NULL);
	close(fd[1]);
	if (read(fd[0], &r, sizeof(r)) != sizeof(r))
		r = INT_MIN;
	close(fd[0]);
	return r;
}

/* Makes one call in a tree that no earlier call can have changed. */
static int
ask(enum way way, const char *path, size_t call)
{
	bool made = mkdir("tree", 0755) == 0;
	int r;

	if (chdir("tree") == -1)
		exit(1);
	if (made)
		make_tree();
	r = (way == CHROOT ? ask_child : ask_confined)(way, path, call);
	if (!scratch_holds("outside/file", "outside") ||
	    access("outside/nowhere", F_OK) == 0) {
		printf("# %s \"%s\" reaches the outside\n", calls[call].name,
		    path);
		r = INT_MIN;
	}
	if (chdir("..") == -1)
		exit(1);
	if (calls[call].changes)
		remove_tree();
	return r;
}

/* True if this way returns for each path what the oracle returned. */
static bool
same_answers(enum way oracle, const int wanted[], enum way way, size_t call)
{
	bool same = true;
	size_t i;
	int want, r;

	for (i = 0; i < nitems(paths); i++) {
		want = wanted[i];
		r = ask(way, paths[i], call);
		if (r == want && r != INT_MIN)
			continue;
		printf("# %s \"%s\": %s %s (%d), %s %s (%d)\n",
		    calls[call].name, paths[i], way_names[oracle],
		    strerror(want < 0 ? -want : 0), want, way_names[way],
		    strerror(r < 0 ? -r : 0), r);
		same = false;
	}
	return same;
}

static void
test_answers(void)
{
	enum way oracle = geteuid() == 0 ? CHROOT : OPENAT2, way;
	int wanted[nitems(paths)];
	size_t call, i;

	for (call = 0; call < nitems(calls); call++) {
		for (i = 0; i < nitems(paths); i++)
			wanted[i] = ask(oracle, paths[i], call);
		for (way = oracle + 1; way < WAYS; way++)
			ok(same_answers(oracle, wanted, way, call),
			    "%s: %s and %s agree", calls[call].name,
			    way_names[way], way_names[oracle]);
	}
	remove_tree();
}

/* No path leads to a procfs, with its magic links and process memory. */
static void
test_proc(void)
{
	static const char *const ways_in[] = {
		"/proc/self/mem", "/proc/self/fd/0", "/proc/self/root/etc",
		"/proc/self/cwd/", "/proc/1", "/proc/thread-self/fd/",
		"/usr/../proc/self/environ",
	};
	char culprit[PATH_MAX];
	struct place p;
	size_t i;
	int r, way;

	for (way = 0; way < 2; way++) {
		memset(&fs, 0, sizeof(fs));
		ok(locate_confine(&fs, "/", 0, culprit) == 0 && !fs.confined,
		    "the root may be \"/\"");
		fs.by_component |= way == 1;
		for (i = 0; i < nitems(ways_in); i++) {
			r = locate_path(&fs, ways_in[i], PLACE_FOLLOW, &p);
			ok(r == -EACCES || r == -ELOOP,
			    "%s on procfs is rejected (%s)",
			    ways_in[i], strerror(-r));
		}
		r = locate_path(&fs, "/proc", PLACE_FOLLOW, &p);
		ok(r == 0 && fs_opendir(&p) == -EACCES,
		    "a procfs cannot be opened through its mount point");
		locate_release(&p);
	}
	ok(locate_confine(&fs, "/proc", 0, culprit) == -EACCES,
	    "a procfs cannot be the root");
}

/*
 * The kernel's result with another type of file system while the test pretends
 * one: this fstatfs() is found before the C library's.
 */
static __typeof__(((struct statfs *)0)->f_type) pretended;

int
fstatfs(int fd, struct statfs *st)
{
#ifdef SYS_fstatfs64
	int r = (int)syscall(SYS_fstatfs64, fd, sizeof(*st), st);
#else
	int r = (int)syscall(SYS_fstatfs, fd, st);
#endif

	if (pretended != 0)
		st->f_type = pretended;
	return r;
}

static int
locate_once(const char *path, unsigned flags)
{
	struct place p;
	int r = locate_path(&fs, path, flags, &p);

	if (r == 0)
		locate_release(&p);
	return r;
}

/*
 * Entries decide if a directory folds case; without entries, the type of the
 * file system does.
 */
static void
test_folding(void)
{
	char culprit[PATH_MAX];

	memset(&fs, 0, sizeof(fs));
	scratch_file("SECRET", "");
	scratch_file("SECRET~1", "");
	if (mkdir("empty", 0755) == -1)
		exit(1);
	policy.files.hide = "secret";
	fs.policy = &policy;
	fs.names = fs.hides = true;
	if (locate_confine(&fs, scratch, strlen(scratch), culprit) != 0)
		exit(1);
	pretended = (__typeof__(pretended))0xff534d42;
	ok(locate_once("SECRET", 0) == 0 && locate_once("SECRET~1", 0) == 0 &&
	    locate_once("Secret", PLACE_CREATES) == 0,
	    "a name in other case is not hidden if entries differ by case");
	pretended = 0;
	ok(locate_once("empty/SECRET", PLACE_CREATES) == 0,
	    "a name in other case is not hidden in an empty directory");
	pretended = (__typeof__(pretended))0xff534d42;
	ok(locate_once("empty/SECRET", PLACE_CREATES) == -EACCES,
	    "a name in other case is hidden in an empty directory on CIFS");
	ok(locate_once("empty/SECRET~1", PLACE_CREATES) == -EACCES,
	    "a short name on CIFS may be an alias of any file");
	pretended = 0;
	policy.files.hide = NULL;
	fs.folds = false;
}

/*
 * A directory that was moved out of the root has no name in it, even if its new
 * path begins like that of the root. Without openat2(2), the name of a place is
 * the one by which its directory was found.
 */
static void
test_moved(void)
{
	static const char *const to[] = { "jail/dir2", "jailbird", "gone" };
	char culprit[PATH_MAX], name[PATH_MAX];
	struct place p;
	bool known;
	size_t i;

	if (!kernel_has_call(SYS_openat2)) {
		ok(true, "moved directories # skip the kernel has no openat2");
		return;
	}
	for (i = 0; i < nitems(to); i++) {
		if (mkdir("jail", 0755) == -1 || mkdir("jail/dir", 0755) == -1)
			exit(1);
		memset(&fs, 0, sizeof(fs));
		ok(locate_confine(&fs, "jail", strlen("jail"), culprit) == 0 &&
		    locate_path(&fs, "dir/new", 0, &p) == 0 &&
		    rename("jail/dir", to[i]) == 0, "a place, %s", to[i]);
		known = resolve_name(&fs, p.dirfd, name);
		ok(i == 0 ? known && strcmp(name, "/dir2") == 0 : !known,
		    "its directory is %s", known ? name : "unknown");
		locate_release(&p);
		if (rmdir(to[i]) == -1 || rmdir("jail") == -1)
			exit(1);
	}
}

/*
 * The second path of a request gets the directory that was opened for the first
 * if their texts agree, and keeps it if the first is released.
 */
static void
test_second(void)
{
	static const struct {
		const char	*first, *second;
		bool		 same;	/* text, and so one descriptor */
	} all[] = {
		{ "pair/a", "pair/b", true },
		{ "/pair/a", "pair/b/", true },
		{ "to_pair", "/pair/b", true },	/* a link is followed */
		{ "a", "/b", true },
		{ "pair/a", "pair/./b", false },
		{ "pair/a", "pair/../pair/b", false },
		{ "pair/a", "b", false },
		{ "a", "pair/b", false },
		{ "pair/a", "pair/a/", true },
		{ "pair/..", "pair/b", false },
	};
	struct place first, second, dir;
	char culprit[PATH_MAX];
	bool good;
	size_t i;

	if (mkdir("jail", 0755) == -1 || mkdir("jail/pair", 0755) == -1 ||
	    symlink("pair/a", "jail/to_pair") == -1)
		exit(1);
	memset(&fs, 0, sizeof(fs));
	if (locate_confine(&fs, "jail", strlen("jail"), culprit) != 0)
		exit(1);
	for (i = 0; i < nitems(all); i++) {
		good = locate_path(&fs, all[i].first, PLACE_FOLLOW,
		    &first) == 0 &&
		    locate_second(&fs, all[i].second, PLACE_NAME, &first,
		    &second) == 0 &&
		    (first.dirfd == second.dirfd) == all[i].same &&
		    locate_dir(&second) != NULL &&
		    locate_dir(&second)->fd == second.dirfd;
		locate_release(&first);
		dir = place_fd(second.dirfd, "");
		good &= fs_check_dir(&dir) == 0;
		locate_release(&second);
		ok(good && fs_check_dir(&dir) == -EBADF, "%s and %s",
		    all[i].first, all[i].second);
	}
	if (unlink("jail/to_pair") == -1 || rmdir("jail/pair") == -1 ||
	    rmdir("jail") == -1)
		exit(1);
}

/* Links on the way to the root are followed only in the first `fixed` bytes. */
static void
test_root(void)
{
	char culprit[PATH_MAX];
	char path[PATH_MAX];

	if (mkdir("homes", 0755) == -1 || mkdir("homes/u", 0755) == -1 ||
	    mkdir("homes/u/in", 0755) == -1 ||
	    symlink("homes", "by_link") == -1 ||
	    symlink("u", "homes/v") == -1)
		exit(1);
	memset(&fs, 0, sizeof(fs));
	snprintf(path, sizeof(path), "%s/by_link/u/in", scratch);
	ok(locate_confine(&fs, path, strlen(scratch) + 8, culprit) == 0 &&
	    strcmp(fs.outside + strlen(scratch), "/homes/u/in") == 0,
	    "links are followed in the bytes that are the same for all users");
	ok(locate_confine(&fs, path, strlen(scratch), culprit) == -ENOTDIR &&
	    strcmp(culprit + strlen(scratch), "/by_link") == 0,
	    "links after those bytes are rejected: %s", culprit);
	snprintf(path, sizeof(path), "%s/homes/v/in", scratch);
	ok(locate_confine(&fs, path, strlen(scratch) + 6,
	    culprit) == -ENOTDIR &&
	    strcmp(culprit + strlen(scratch), "/homes/v") == 0,
	    "a link in place of a user's directory is rejected: %s", culprit);
	snprintf(path, sizeof(path), "%s/homes/w/in", scratch);
	ok(locate_confine(&fs, path, strlen(scratch) + 6, culprit) == -ENOENT &&
	    strcmp(culprit + strlen(scratch), "/homes/w") == 0,
	    "a missing component is reported: %s", culprit);
}

int
main(void)
{
	scratch_enter();
	test_answers();
	test_proc();
	test_folding();
	test_root();
	test_moved();
	test_second();
	return done();
}
