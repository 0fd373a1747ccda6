/* SPDX-License-Identifier: ISC */
/*
 * refusefs SOURCE MOUNTPOINT [-o option,...]
 *
 * Shows SOURCE at MOUNTPOINT with the sharing rules of an SMB server: a file
 * that any process has open through the mount cannot be renamed, replaced by a
 * rename or removed, and a directory with such a file beneath it cannot be
 * renamed. Open directories and O_PATH descriptors do not count, and the kernel
 * tells us of a close(2) only after it has returned. A removed file cannot be
 * opened through an O_PATH descriptor. Everything else is passed through.
 *
 *	errno=NAME	errno of a rejection, EBUSY by default; with `none`
 *			nothing is rejected
 *	linger=MS	a file counts as open for so long after its close
 *	nolink[=NAME]	link(2) fails, with EPERM by default
 *	noflags		rename(2) with flags fails with EINVAL
 *	truncate=NAME	truncate(2) fails with this errno
 *	ftruncate=NAME	so does ftruncate(2), unless the descriptor is open for
 *			reading as well
 *	aged=SECONDS	files that exist at the time of mounting, or when
 *			SIGUSR1 arrives, have a ctime that much earlier
 *	behind=SECONDS	all files do: the clock is wrong
 *	lose=NAME	the first bytes written to a file are lost, with
 *			this error
 *	writeback	the kernel caches writes and sends them when a
 *			descriptor of the file is closed
 *	fold		names as on vfat: case is ignored, also of Latin-1
 *			letters, dots at the end are dropped, and long names
 *			have aliases such as PROGRA~1
 *	byname		a file has another inode number by each name
 *	newino		a file has another inode number after the kernel forgot
 *			it, as it does when a rename fails with ENOENT
 *	astray		a file that is open below a directory that is renamed
 *			cannot be opened again; later it seems to be renamed,
 *			and is not
 *	touch		a rename sets the times of the file
 *	nocolon		a rename to a name with a colon fails with ENOENT
 *	namemax=BYTES	a longer name cannot be given to a file, which is only
 *			said when it is to have it
 *	cache=SECONDS	for so long the kernel does not ask again what a name
 *			and the attributes of a file are
 *	nomodes		root owns everything with mode 0777, and chmod(2)
 *			fails with EPERM
 *
 * Options that mount.fuse3(8) lists, for example allow_other, are accepted too.
 * The program stays in the foreground, prints `ready` on standard output when
 * it is mounted, and unmounts on SIGTERM, SIGINT and SIGHUP. It has one thread
 * and so no locks.
 *
 * Each inode of the source is one node, found by device and number, so that
 * hard links are one file here as well. A node holds an O_PATH descriptor,
 * which follows the file: no names are stored, so none can become stale.
 */
#define FUSE_USE_VERSION 34

#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <linux/limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUCKETS 1024

struct node {
	LIST_ENTRY(node) next;
	dev_t		 dev;
	ino_t		 ino;
	ino_t		 number;	/* shown with newino */
	int		 fd;		/* O_PATH */
	uint64_t	 lookups;	/* number the kernel will forget */
	unsigned	 opens;
	bool		 lost;		/* its first bytes were lost */
	bool		 astray;
	int64_t		 open_until;	/* ms of now_ms() */
};
LIST_HEAD(nodes, node);

struct listing {
	DIR		*dir;
	struct dirent	*pending;	/* read, but did not fit */
	off_t		 at;		/* offset in the directory */
};

static struct options {
	char		*source;
	char		*refusal;
	char		*link_refusal;
	char		*loss;
	char		*truncate;
	char		*ftruncate;
	int		 nolink;
	int		 noflags;
	int		 writeback;
	int		 fold;
	int		 byname;
	int		 newino;
	int		 nocolon;
	int		 touch;
	int		 astray;
	int		 nomodes;
	unsigned	 namemax;
	unsigned	 linger;
	unsigned	 aged;
	unsigned	 behind;
	unsigned	 cache;
} options;

static const struct fuse_opt option_specs[] = {
	{ "errno=%s", offsetof(struct options, refusal), 0 },
	{ "nolink=%s", offsetof(struct options, link_refusal), 0 },
	{ "nolink", offsetof(struct options, nolink), 1 },
	{ "noflags", offsetof(struct options, noflags), 1 },
	{ "fold", offsetof(struct options, fold), 1 },
	{ "byname", offsetof(struct options, byname), 1 },
	{ "newino", offsetof(struct options, newino), 1 },
	{ "nocolon", offsetof(struct options, nocolon), 1 },
	{ "touch", offsetof(struct options, touch), 1 },
	{ "astray", offsetof(struct options, astray), 1 },
	{ "nomodes", offsetof(struct options, nomodes), 1 },
	{ "namemax=%u", offsetof(struct options, namemax), 0 },
	{ "linger=%u", offsetof(struct options, linger), 0 },
	{ "aged=%u", offsetof(struct options, aged), 0 },
	{ "behind=%u", offsetof(struct options, behind), 0 },
	{ "cache=%u", offsetof(struct options, cache), 0 },
	{ "truncate=%s", offsetof(struct options, truncate), 0 },
	{ "ftruncate=%s", offsetof(struct options, ftruncate), 0 },
	{ "lose=%s", offsetof(struct options, loss), 0 },
	{ "writeback", offsetof(struct options, writeback), 1 },
	FUSE_OPT_END
};

static struct nodes	 table[BUCKETS];
static struct node	 root = { .lookups = 1 };
static int		 refusal = EBUSY;
static int		 link_refusal;		/* errno of link(2); 0:
						 * allowed */
static int		 loss;			/* errno for lost bytes; 0:
						 * none */
static int		 truncate_refusal;	/* errno of truncate(2) ... */
static int		 ftruncate_refusal;	/* ... and ftruncate(2); 0:
						 * allowed */
static struct timespec	 mounted;		/* time of mounting or
						 * SIGUSR1 */

/* ---- nodes ---------------------------------------------------------- */

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static bool
is_open(const struct node *n)
{
	return n->opens > 0 || now_ms() < n->open_until;
}

static struct node *
node_of(fuse_ino_t id)
{
	return id == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)id;
}

static int
fd_of(fuse_ino_t id)
{
	return node_of(id)->fd;
}

static int
fh_of(const struct fuse_file_info *fi)
{
	return (int)fi->fh;
}

/* Returns a path for calls that do not support AT_EMPTY_PATH. */
static const char *
proc_name(char buf[static 32], int fd)
{
	snprintf(buf, 32, "/proc/self/fd/%d", fd);
	return buf;
}

static struct nodes *
bucket(dev_t dev, ino_t ino)
{
	return &table[(dev ^ ino) % BUCKETS];
}

static void
node_free(struct node *n)
{
	LIST_REMOVE(n, next);
	close(n->fd);
	free(n);
}

/*
 * Nodes that the kernel forgot remain while they linger and are removed here.
 */
static struct node *
node_find(dev_t dev, ino_t ino)
{
	struct node *n, *next, *found = NULL;

	for (n = LIST_FIRST(bucket(dev, ino)); n != NULL; n = next) {
		next = LIST_NEXT(n, next);
		if (n->lookups == 0 && !is_open(n))
			node_free(n);
		else if (n->dev == dev && n->ino == ino)
			found = n;
	}
	return found;
}

/* Takes over the O_PATH descriptor. */
static struct node *
node_get(int fd, const struct stat *st)
{
	static ino_t last = FUSE_ROOT_ID;
	struct node *n = node_find(st->st_dev, st->st_ino);

	if (n != NULL) {
		close(fd);
		return n;
	}
	if ((n = calloc(1, sizeof(*n))) == NULL) {
		close(fd);
		return NULL;
	}
	n->dev = st->st_dev;
	n->ino = st->st_ino;
	n->number = ++last;
	n->fd = fd;
	LIST_INSERT_HEAD(bucket(n->dev, n->ino), n, next);
	return n;
}

static void
node_forget(struct node *n, uint64_t lookups)
{
	n->lookups -= lookups;
	if (n != &root && n->lookups == 0 && !is_open(n))
		node_free(n);
}

/* As fstat(2), with the times, the mode and the owner that are to be shown. */
static int
stat_shown(int fd, struct stat *st)
{
	if (fstat(fd, st) == -1)
		return -1;
	if (st->st_ctim.tv_sec < mounted.tv_sec ||
	    (st->st_ctim.tv_sec == mounted.tv_sec &&
	    st->st_ctim.tv_nsec < mounted.tv_nsec))
		st->st_ctim.tv_sec -= options.aged;
	st->st_ctim.tv_sec -= options.behind;
	if (options.nomodes) {
		st->st_mode = (st->st_mode & S_IFMT) | 0777;
		st->st_uid = st->st_gid = 0;
	}
	return 0;
}

/* Returns the length of a name without dots at its end. */
static size_t
dotless(const char *name)
{
	size_t len = strlen(name);

	while (len > 1 && name[len - 1] == '.')
		len--;
	return len;
}

/*
 * Returns a byte of a name in lower case. Letters of Latin-1 have two bytes,
 * the first of which is 0xc3.
 */
static unsigned char
small(const char *name, size_t i)
{
	unsigned char c = (unsigned char)name[i];
	bool latin = i > 0 && (unsigned char)name[i - 1] == 0xc3;

	if ((c >= 'A' && c <= 'Z') || (latin && c >= 0x80 && c <= 0x9e))
		return c + 0x20;
	return c;
}

static bool
is_same_name(const char *a, const char *b)
{
	size_t i, len = dotless(a);

	if (len != dotless(b))
		return false;
	for (i = 0; i < len && small(a, i) == small(b, i); i++)
		continue;
	return i == len;
}

/*
 * True if the name is the alias that vfat has for an entry whose name is long,
 * or begins with a dot.
 */
static bool
is_alias(const char *entry, const char *name)
{
	const char *base = entry + strspn(entry, ".");
	size_t len = strnlen(base, 6);

	return (base > entry || strlen(entry) > 8) &&
	    strncasecmp(base, name, len) == 0 && strcmp(name + len, "~1") == 0;
}

/*
 * Returns the entry that a name refers to, or the name it would get, in `real`.
 */
static const char *
entry_name(fuse_ino_t parent, const char *name, char real[NAME_MAX + 1])
{
	struct dirent *d;
	DIR *dir;
	int fd;

	if (!options.fold || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return name;
	snprintf(real, NAME_MAX + 1, "%.*s", (int)dotless(name), name);
	fd = openat(fd_of(parent), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || (dir = fdopendir(fd)) == NULL)
		return real;
	while ((d = readdir(dir)) != NULL && !is_same_name(d->d_name, name) &&
	    !is_alias(d->d_name, name))
		continue;
	if (d != NULL)
		snprintf(real, NAME_MAX + 1, "%s", d->d_name);
	closedir(dir);
	return real;
}

/* Fills `e` for a name and counts the lookup. Returns 0 or an errno. */
static int
node_lookup(fuse_ino_t parent, const char *name, struct fuse_entry_param *e)
{
	const char *asked = name;
	char real[NAME_MAX + 1];
	struct node *n;
	int fd, error;

	memset(e, 0, sizeof(*e));
	e->attr_timeout = e->entry_timeout = options.cache;
	name = entry_name(parent, name, real);
	fd = openat(fd_of(parent), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return errno;
	if (stat_shown(fd, &e->attr) == -1) {
		error = errno;
		close(fd);
		return error;
	}
	for (; options.byname && *asked != '\0'; asked++)
		e->attr.st_ino = e->attr.st_ino * 31 + (unsigned char)*asked;
	if ((n = node_get(fd, &e->attr)) == NULL)
		return ENOMEM;
	n->lookups++;
	e->ino = (uintptr_t)n;
	if (options.newino)
		e->attr.st_ino = n->number;
	return 0;
}

/* ---- the rules ------------------------------------------------------ */

static bool
fd_path(int fd, char *out)
{
	char name[32];
	ssize_t n = readlink(proc_name(name, fd), out, PATH_MAX - 1);

	if (n == -1)
		return false;
	out[n] = '\0';
	return true;
}

/*
 * True if a file is open below a directory. With `lose_sight`, such files go
 * astray.
 */
static bool
holds_open_file(fuse_ino_t parent, const char *name, bool lose_sight)
{
	char dir[PATH_MAX], path[PATH_MAX];
	bool holds = false;
	struct node *n;
	size_t i, len;

	if (!fd_path(fd_of(parent), dir))
		return false;
	len = strlen(dir);
	if (snprintf(dir + len, sizeof(dir) - len, "/%s/", name) >=
	    (int)(sizeof(dir) - len))
		return false;
	for (i = 0; i < BUCKETS; i++)
		LIST_FOREACH(n, &table[i], next)
			if (is_open(n) && fd_path(n->fd, path) &&
			    strncmp(path, dir, strlen(dir)) == 0) {
				n->astray |= lose_sight;
				holds = true;
			}
	return holds;
}

/* Returns 0, or the errno of refusing to move or remove this name. */
static int
refuses(fuse_ino_t parent, const char *name)
{
	const struct node *n;
	struct stat st;

	if (fstatat(fd_of(parent), name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return 0;
	if (S_ISDIR(st.st_mode))
		return holds_open_file(parent, name, false) ? refusal : 0;
	n = node_find(st.st_dev, st.st_ino);
	return n != NULL && is_open(n) ? refusal : 0;
}

static bool
is_too_long(const char *name)
{
	return options.namemax > 0 && strlen(name) > options.namemax;
}

/* ---- answers -------------------------------------------------------- */

static void
reply_done(fuse_req_t req, int r)
{
	fuse_reply_err(req, r == -1 ? errno : 0);
}

static void
reply_entry(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param e;
	int error = node_lookup(parent, name, &e);

	if (error != 0)
		fuse_reply_err(req, error);
	else if (fuse_reply_entry(req, &e) != 0)
		node_forget(node_of(e.ino), 1);
}

/* Gives a file that root created for another user to that user. */
static void
give_to_caller(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct fuse_ctx *caller = fuse_req_ctx(req);
	struct stat dir, st;
	gid_t gid = caller->gid;

	if (geteuid() != 0 || (caller->uid == 0 && caller->gid == 0) ||
	    fstat(fd_of(parent), &dir) == -1 ||
	    fstatat(fd_of(parent), name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (dir.st_mode & S_ISGID)
		gid = st.st_gid;
	if (fchownat(fd_of(parent), name, caller->uid, gid,
	    AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & (S_ISUID | S_ISGID)))
		fchmodat(fd_of(parent), name, st.st_mode & 07777, 0);
}

static void
reply_made(fuse_req_t req, int r, fuse_ino_t parent, const char *name)
{
	if (r == -1) {
		fuse_reply_err(req, errno);
		return;
	}
	give_to_caller(req, parent, name);
	reply_entry(req, parent, name);
}

/* ---- requests: names ------------------------------------------------ */

static void
op_init(void *user, struct fuse_conn_info *conn)
{
	(void)user;
	if (options.writeback)
		conn->want |= conn->capable & FUSE_CAP_WRITEBACK_CACHE;
	puts("ready");
	fclose(stdout);
}

static void
op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	reply_entry(req, parent, name);
}

static void
op_forget(fuse_req_t req, fuse_ino_t id, uint64_t lookups)
{
	node_forget(node_of(id), lookups);
	fuse_reply_none(req);
}

static void
op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
    dev_t dev)
{
	char real[NAME_MAX + 1];

	name = entry_name(parent, name, real);
	reply_made(req, mknodat(fd_of(parent), name, mode, dev), parent, name);
}

static void
op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	char real[NAME_MAX + 1];

	name = entry_name(parent, name, real);
	reply_made(req, mkdirat(fd_of(parent), name, mode), parent, name);
}

static void
op_symlink(fuse_req_t req, const char *text, fuse_ino_t parent,
    const char *name)
{
	char real[NAME_MAX + 1];

	name = entry_name(parent, name, real);
	reply_made(req, symlinkat(text, fd_of(parent), name), parent, name);
}

static void
op_link(fuse_req_t req, fuse_ino_t id, fuse_ino_t parent, const char *name)
{
	char from[32], real[NAME_MAX + 1];

	name = entry_name(parent, name, real);
	if (link_refusal != 0)
		fuse_reply_err(req, link_refusal);
	else if (is_too_long(name))
		fuse_reply_err(req, ENAMETOOLONG);
	else if (linkat(AT_FDCWD, proc_name(from, fd_of(id)), fd_of(parent),
	    name, AT_SYMLINK_FOLLOW) == -1)
		fuse_reply_err(req, errno);
	else
		reply_entry(req, parent, name);
}

static void
op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	char real[NAME_MAX + 1];
	int error;

	name = entry_name(parent, name, real);
	error = refuses(parent, name);
	if (error != 0)
		fuse_reply_err(req, error);
	else
		reply_done(req, unlinkat(fd_of(parent), name, 0));
}

static void
op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	char real[NAME_MAX + 1];

	name = entry_name(parent, name, real);
	reply_done(req, unlinkat(fd_of(parent), name, AT_REMOVEDIR));
}

/* True if a file is astray; the files below a directory are from now on. */
static bool
is_astray(fuse_ino_t parent, const char *name)
{
	const struct node *n;
	struct stat st;

	if (fstatat(fd_of(parent), name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	if (S_ISDIR(st.st_mode)) {
		(void)holds_open_file(parent, name, true);
		return false;
	}
	n = node_find(st.st_dev, st.st_ino);
	return n != NULL && n->astray;
}

static void
op_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
    fuse_ino_t newparent, const char *newname, unsigned flags)
{
	char real[NAME_MAX + 1], newreal[NAME_MAX + 1];
	int error;

	if (options.noflags && flags != 0) {
		fuse_reply_err(req, EINVAL);
		return;
	}
	if (options.nocolon && strchr(newname, ':') != NULL) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	if (is_too_long(newname)) {
		fuse_reply_err(req, ENAMETOOLONG);
		return;
	}
	name = entry_name(parent, name, real);
	/* The case of an entry may be changed. */
	if (parent != newparent || !is_same_name(name, newname))
		newname = entry_name(newparent, newname, newreal);
	error = refuses(parent, name);
	if (error == 0 && !(flags & RENAME_NOREPLACE))
		error = refuses(newparent, newname);
	if (error == 0 && options.astray && is_astray(parent, name)) {
		fuse_reply_err(req, 0);
		return;
	}
	if (error == 0 && renameat2(fd_of(parent), name, fd_of(newparent),
	    newname, flags) == -1)
		error = errno;
	if (error == 0 && options.touch)
		(void)utimensat(fd_of(newparent), newname, NULL,
		    AT_SYMLINK_NOFOLLOW);
	fuse_reply_err(req, error);
}

static void
op_readlink(fuse_req_t req, fuse_ino_t id)
{
	char text[PATH_MAX + 1];
	ssize_t n = readlinkat(fd_of(id), "", text, sizeof(text) - 1);

	if (n == -1) {
		fuse_reply_err(req, errno);
		return;
	}
	text[n] = '\0';
	fuse_reply_readlink(req, text);
}

/* ---- requests: attributes ------------------------------------------- */

static void
op_getattr(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct stat st;

	(void)fi;
	if (stat_shown(fd_of(id), &st) == -1) {
		fuse_reply_err(req, errno);
		return;
	}
	if (options.byname && id != FUSE_ROOT_ID)
		st.st_ino = node_of(id)->ino;
	if (options.newino && id != FUSE_ROOT_ID)
		st.st_ino = node_of(id)->number;
	fuse_reply_attr(req, &st, options.cache);
}

static int
set_size(int fd, off_t size, const struct fuse_file_info *fi)
{
	char name[32];

	if (fi == NULL)
		errno = truncate_refusal;
	else
		errno = (fcntl(fh_of(fi), F_GETFL) & O_ACCMODE) == O_WRONLY ?
		    ftruncate_refusal : 0;
	if (errno != 0)
		return -1;
	return fi != NULL ? ftruncate(fh_of(fi), size) :
	    truncate(proc_name(name, fd), size);
}

static int
set_owner(int fd, const struct stat *st, int what)
{
	uid_t uid = what & FUSE_SET_ATTR_UID ? st->st_uid : (uid_t)-1;
	gid_t gid = what & FUSE_SET_ATTR_GID ? st->st_gid : (gid_t)-1;

	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH);
}

static struct timespec
time_to_set(const struct timespec *given, int what, int set, int set_now)
{
	if (what & set_now)
		return (struct timespec){ .tv_nsec = UTIME_NOW };
	if (what & set)
		return *given;
	return (struct timespec){ .tv_nsec = UTIME_OMIT };
}

static int
set_times(int fd, const struct stat *st, int what)
{
	struct timespec times[2] = {
		time_to_set(&st->st_atim, what, FUSE_SET_ATTR_ATIME,
		    FUSE_SET_ATTR_ATIME_NOW),
		time_to_set(&st->st_mtim, what, FUSE_SET_ATTR_MTIME,
		    FUSE_SET_ATTR_MTIME_NOW)
	};

	return utimensat(fd, "", times, AT_EMPTY_PATH);
}

static int
set_mode(int fd, mode_t mode)
{
	char name[32];

	if (options.nomodes) {
		errno = EPERM;
		return -1;
	}
	return chmod(proc_name(name, fd), mode & 07777);
}

static void
op_setattr(fuse_req_t req, fuse_ino_t id, struct stat *st, int what,
    struct fuse_file_info *fi)
{
	int fd = fd_of(id);

	if (((what & FUSE_SET_ATTR_SIZE) &&
	    set_size(fd, st->st_size, fi) == -1) ||
	    ((what & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) &&
	    set_owner(fd, st, what) == -1) ||
	    ((what & FUSE_SET_ATTR_MODE) && set_mode(fd, st->st_mode) == -1) ||
	    ((what & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME)) &&
	    set_times(fd, st, what) == -1))
		fuse_reply_err(req, errno);
	else
		op_getattr(req, id, fi);
}

static void
op_access(fuse_req_t req, fuse_ino_t id, int mask)
{
	char name[32];

	reply_done(req, access(proc_name(name, fd_of(id)), mask));
}

static void
op_statfs(fuse_req_t req, fuse_ino_t id)
{
	struct statvfs st;

	if (fstatvfs(fd_of(id), &st) == -1)
		fuse_reply_err(req, errno);
	else
		fuse_reply_statfs(req, &st);
}

/* ---- requests: files ------------------------------------------------ */

/*
 * When the kernel caches writes, it reads the data around them and appends by
 * itself.
 */
static int
open_flags(const struct fuse_file_info *fi)
{
	int flags = fi->flags | O_CLOEXEC;

	if (!options.writeback)
		return flags;
	if ((flags & O_ACCMODE) == O_WRONLY)
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	return flags & ~O_APPEND;
}

static void
op_open(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *n = node_of(id);
	char name[32];
	struct stat st;
	int fd;

	if (n->astray) {
		fuse_reply_err(req, EIO);
		return;
	}
	/* A server that knows files by name only has lost it. */
	if (fstat(n->fd, &st) == 0 && st.st_nlink == 0) {
		fuse_reply_err(req, ESTALE);
		return;
	}
	fd = open(proc_name(name, n->fd),
	    open_flags(fi) & ~O_NOFOLLOW);
	if (fd == -1) {
		fuse_reply_err(req, errno);
		return;
	}
	fi->fh = (uint64_t)fd;
	if (fuse_reply_open(req, fi) != 0)
		close(fd);
	else
		n->opens++;
}

static void
op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
    struct fuse_file_info *fi)
{
	struct fuse_entry_param e;
	char real[NAME_MAX + 1];
	int fd, error;

	name = entry_name(parent, name, real);
	errno = ENAMETOOLONG;
	fd = is_too_long(name) ? -1 : openat(fd_of(parent), name,
	    open_flags(fi) | O_CREAT | O_NOFOLLOW, mode);
	if (fd == -1) {
		fuse_reply_err(req, errno);
		return;
	}
	give_to_caller(req, parent, name);
	fi->fh = (uint64_t)fd;
	if ((error = node_lookup(parent, name, &e)) != 0) {
		close(fd);
		fuse_reply_err(req, error);
	} else if (fuse_reply_create(req, &e, fi) != 0) {
		close(fd);
		node_forget(node_of(e.ino), 1);
	} else
		node_of(e.ino)->opens++;
}

static void
op_release(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct node *n = node_of(id);

	close(fh_of(fi));
	n->opens--;
	n->open_until = now_ms() + options.linger;
	fuse_reply_err(req, 0);
}

static void
op_flush(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	(void)id;
	reply_done(req, close(dup(fh_of(fi))));
}

static void
op_read(fuse_req_t req, fuse_ino_t id, size_t len, off_t at,
    struct fuse_file_info *fi)
{
	struct fuse_bufvec data = FUSE_BUFVEC_INIT(len);

	(void)id;
	data.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
	data.buf[0].fd = fh_of(fi);
	data.buf[0].pos = at;
	fuse_reply_data(req, &data, 0);
}

static void
op_write(fuse_req_t req, fuse_ino_t id, const char *data, size_t len, off_t at,
    struct fuse_file_info *fi)
{
	struct node *node = node_of(id);
	ssize_t n;

	if (loss != 0 && !node->lost) {
		node->lost = true;
		fuse_reply_err(req, loss);
		return;
	}
	if ((n = pwrite(fh_of(fi), data, len, at)) == -1)
		fuse_reply_err(req, errno);
	else
		fuse_reply_write(req, (size_t)n);
}

static void
op_fsync(fuse_req_t req, fuse_ino_t id, int dataonly,
    struct fuse_file_info *fi)
{
	int fd = fh_of(fi);

	(void)id;
	reply_done(req, dataonly ? fdatasync(fd) : fsync(fd));
}

static void
op_fallocate(fuse_req_t req, fuse_ino_t id, int mode, off_t at, off_t len,
    struct fuse_file_info *fi)
{
	(void)id;
	reply_done(req, fallocate(fh_of(fi), mode, at, len));
}

static void
op_lseek(fuse_req_t req, fuse_ino_t id, off_t at, int whence,
    struct fuse_file_info *fi)
{
	off_t r = lseek(fh_of(fi), at, whence);

	(void)id;
	if (r == -1)
		fuse_reply_err(req, errno);
	else
		fuse_reply_lseek(req, r);
}

/* ---- requests: extended attributes ---------------------------------- */

static void
op_setxattr(fuse_req_t req, fuse_ino_t id, const char *attr,
    const char *value, size_t size, int flags)
{
	char name[32];

	reply_done(req, setxattr(proc_name(name, fd_of(id)), attr, value, size,
	    flags));
}

static void
op_getxattr(fuse_req_t req, fuse_ino_t id, const char *attr, size_t size)
{
	char name[32], value[XATTR_SIZE_MAX];
	ssize_t n;

	n = getxattr(proc_name(name, fd_of(id)), attr, value,
	    size < sizeof(value) ? size : sizeof(value));
	if (n == -1)
		fuse_reply_err(req, errno);
	else if (size == 0)
		fuse_reply_xattr(req, (size_t)n);
	else
		fuse_reply_buf(req, value, (size_t)n);
}

static void
op_removexattr(fuse_req_t req, fuse_ino_t id, const char *attr)
{
	char name[32];

	reply_done(req, removexattr(proc_name(name, fd_of(id)), attr));
}

/* ---- requests: directories ------------------------------------------ */

static struct listing *
listing_of(const struct fuse_file_info *fi)
{
	return (struct listing *)(uintptr_t)fi->fh;
}

static void
op_opendir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct listing *l = calloc(1, sizeof(*l));
	int fd = openat(fd_of(id), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (l == NULL || fd == -1 || (l->dir = fdopendir(fd)) == NULL) {
		fuse_reply_err(req, l == NULL ? ENOMEM : errno);
		if (fd != -1)
			close(fd);
		free(l);
		return;
	}
	fi->fh = (uintptr_t)l;
	fuse_reply_open(req, fi);
}

/* Returns the entry at the listing's offset, or NULL at the end. */
static struct dirent *
listing_entry(struct listing *l)
{
	if (l->pending == NULL)
		l->pending = readdir(l->dir);
	return l->pending;
}

static size_t
listing_fill(fuse_req_t req, struct listing *l, char *buf, size_t size)
{
	struct stat st = { 0 };
	struct dirent *d;
	size_t n, used = 0;

	while ((d = listing_entry(l)) != NULL) {
		st.st_ino = d->d_ino;
		st.st_mode = (mode_t)DTTOIF(d->d_type);
		n = fuse_add_direntry(req, buf + used, size - used, d->d_name,
		    &st, d->d_off);
		if (n > size - used)
			break;
		used += n;
		l->at = d->d_off;
		l->pending = NULL;
	}
	return used;
}

static void
op_readdir(fuse_req_t req, fuse_ino_t id, size_t size, off_t at,
    struct fuse_file_info *fi)
{
	struct listing *l = listing_of(fi);
	char *buf = malloc(size);

	(void)id;
	if (buf == NULL) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	if (at != l->at) {
		seekdir(l->dir, at);
		l->pending = NULL;
		l->at = at;
	}
	fuse_reply_buf(req, buf, listing_fill(req, l, buf, size));
	free(buf);
}

static void
op_releasedir(fuse_req_t req, fuse_ino_t id, struct fuse_file_info *fi)
{
	struct listing *l = listing_of(fi);

	(void)id;
	closedir(l->dir);
	free(l);
	fuse_reply_err(req, 0);
}

static void
op_fsyncdir(fuse_req_t req, fuse_ino_t id, int dataonly,
    struct fuse_file_info *fi)
{
	int fd = dirfd(listing_of(fi)->dir);

	(void)id;
	reply_done(req, dataonly ? fdatasync(fd) : fsync(fd));
}

static const struct fuse_lowlevel_ops ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.symlink = op_symlink,
	.link = op_link,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.rename = op_rename,
	.readlink = op_readlink,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.access = op_access,
	.statfs = op_statfs,
	.open = op_open,
	.create = op_create,
	.release = op_release,
	.flush = op_flush,
	.read = op_read,
	.write = op_write,
	.fsync = op_fsync,
	.fallocate = op_fallocate,
	.lseek = op_lseek,
	.setxattr = op_setxattr,
	.getxattr = op_getxattr,
	.removexattr = op_removexattr,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
};

/* ---- start and end -------------------------------------------------- */

static int
errno_named(const char *word)
{
	const char *name;
	int e;

	for (e = 1; e < 200; e++)
		if ((name = strerrorname_np(e)) && strcmp(name, word) == 0)
			return e;
	fprintf(stderr, "refusefs: %s: no such errno\n", word);
	exit(2);
}

static int
take_source(void *data, const char *arg, int key, struct fuse_args *args)
{
	struct options *o = data;

	(void)args;
	if (key != FUSE_OPT_KEY_NONOPT || o->source != NULL)
		return 1;
	o->source = strdup(arg);
	return 0;
}

static void
parse_options(struct fuse_args *args, struct fuse_cmdline_opts *cmdline)
{
	if (fuse_opt_parse(args, &options, option_specs, take_source) == -1 ||
	    fuse_parse_cmdline(args, cmdline) == -1)
		exit(2);
	if (options.source == NULL || cmdline->mountpoint == NULL) {
		fputs("usage: refusefs source mountpoint [-o option,...]\n",
		    stderr);
		exit(2);
	}
	if (options.refusal != NULL)
		refusal = strcmp(options.refusal, "none") == 0 ? 0 :
		    errno_named(options.refusal);
	if (options.loss != NULL)
		loss = errno_named(options.loss);
	if (options.truncate != NULL)
		truncate_refusal = errno_named(options.truncate);
	if (options.ftruncate != NULL)
		ftruncate_refusal = errno_named(options.ftruncate);
	if (options.nolink)
		link_refusal = EPERM;
	if (options.link_refusal != NULL)
		link_refusal = errno_named(options.link_refusal);
}

/*
 * Comes back when the clock of ctimes has passed this moment: it may be a tick
 * behind, and files that are made from now on must not count as aged.
 */
static void
age_all(int number)
{
	const struct timespec moment = { .tv_nsec = 500000 };
	struct timespec now;

	(void)number;
	clock_gettime(CLOCK_REALTIME, &mounted);
	do {
		nanosleep(&moment, NULL);
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec < mounted.tv_sec || (now.tv_sec == mounted.tv_sec &&
	    now.tv_nsec <= mounted.tv_nsec));
}

/* The kernel may remember many inodes, each of which needs a descriptor. */
static void
raise_fd_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int
main(int argc, char *argv[])
{
	struct fuse_args args = FUSE_ARGS_INIT(argc, argv);
	struct fuse_cmdline_opts cmdline;
	struct fuse_session *session;
	int r;

	parse_options(&args, &cmdline);
	raise_fd_limit();
	umask(0);
	age_all(0);
	signal(SIGUSR1, age_all);
	root.fd = open(options.source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root.fd == -1) {
		perror(options.source);
		return 1;
	}
	session = fuse_session_new(&args, &ops, sizeof(ops), NULL);
	if (session == NULL || fuse_set_signal_handlers(session) != 0 ||
	    fuse_session_mount(session, cmdline.mountpoint) != 0)
		return 1;
	r = fuse_session_loop(session);
	fuse_session_unmount(session);
	fuse_remove_signal_handlers(session);
	fuse_session_destroy(session);
	free(cmdline.mountpoint);
	fuse_opt_free_args(&args);
	return r < 0 ? 1 : 0;
}
