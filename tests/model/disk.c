/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "drive.h"

#define RESERVED_PREFIX	".slipway-"

static char difference[256];

/* A comparison, with the inode on disk of each inode of the model. */
struct walk {
	const struct world *w;
	bool	 clears;
	ino_t	 ino[INODES];
	bool	 known[INODES];
};

static void
put_file(const char *name, const char *data)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd == -1 || write(fd, data, strlen(data)) == -1)
		perror(name);
	close(fd);
}

void
disk_begin(const struct scope *sc)
{
	if (mkdir("d", 0755) == -1 || symlink("d", "l") == -1)
		perror("a tree");
	if (sc->bare)
		return;
	put_file("a", OLD_TOP);
	put_file("d/a", OLD_BELOW);
}

__attribute__((format(printf, 1, 2)))
static const char *
differ(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(difference, sizeof(difference), fmt, ap);
	va_end(ap);
	return difference;
}

/* The entries of a small directory, read at once. */
struct entries {
	char	 data[2048];
	ssize_t	 len, at;
};

static void
entries_read(struct entries *e, int fd)
{
	e->at = 0;
	e->len = lseek(fd, 0, SEEK_SET) == -1 ? -1 :
	    syscall(SYS_getdents64, fd, e->data, sizeof(e->data));
}

/* Return the next name except "." and "..", or NULL at the end. */
static const char *
entries_next(struct entries *e)
{
	const struct dirent64 *d;

	while (e->at < e->len) {
		d = (const void *)(e->data + e->at);
		e->at += d->d_reclen;
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0)
			return d->d_name;
	}
	return NULL;
}

static const char *
compare_data(int dirfd, const char *name, const struct inode *i)
{
	char data[2 * FILE_SIZE];
	ssize_t n;
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return differ("%s: %s", name, strerror(errno));
	n = read(fd, data, sizeof(data));
	close(fd);
	if (n != i->len || memcmp(data, i->data, i->len) != 0)
		return differ("%s holds \"%.*s\", not \"%.*s\"", name,
		    (int)n, data, i->len, i->data);
	return NULL;
}

static const char *
compare_link(int dirfd, const char *name, const struct inode *i)
{
	char text[16];
	ssize_t n = readlinkat(dirfd, name, text, sizeof(text));
	const char *is = path_rows[i->text].text;

	if (n != (ssize_t)strlen(is) || memcmp(text, is, (size_t)n) != 0)
		return differ("%s leads to \"%.*s\", not \"%s\"", name,
		    (int)n, text, is);
	return NULL;
}

static enum kind
kind_of(mode_t mode)
{
	return S_ISDIR(mode) ? KIND_DIR : S_ISLNK(mode) ? KIND_LINK :
	    KIND_FILE;
}

/* Check that inodes of the model and inodes on disk correspond. */
static const char *
compare_inode(struct walk *k, const char *name, const struct stat *st, int ino)
{
	int n;

	for (n = 0; n < INODES; n++)
		if (k->known[n] && (k->ino[n] == st->st_ino) != (n == ino))
			return differ("%s is %s file as another", name,
			    n == ino ? "not the same" : "the same");
	k->known[ino] = true;
	k->ino[ino] = st->st_ino;
	return NULL;
}

static const char *compare_dir(struct walk *, int fd, int dir);

static const char *
compare_below(struct walk *k, int dirfd, const char *name, int ino)
{
	const char *d;
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return differ("%s: %s", name, strerror(errno));
	if (k->clears && (k->w->ino[ino].mode & 0200) == 0)
		(void)fchmod(fd, 0755);
	d = compare_dir(k, fd, ino);
	close(fd);
	return d;
}

static const char *
compare_entry(struct walk *k, int dirfd, const char *name, int ino)
{
	const struct inode *i = &k->w->ino[ino];
	const char *d;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return differ("%s: %s", name, strerror(errno));
	if (kind_of(st.st_mode) != i->kind)
		return differ("%s is a %o", name, st.st_mode & S_IFMT);
	if ((st.st_mode & 07777) != i->mode && i->kind != KIND_LINK)
		return differ("%s has mode %o, not %o", name,
		    st.st_mode & 07777, i->mode);
	if ((d = compare_inode(k, name, &st, ino)) != NULL)
		return d;
	d = i->kind == KIND_DIR ? compare_below(k, dirfd, name, ino) :
	    i->kind == KIND_LINK ? compare_link(dirfd, name, i) :
	    compare_data(dirfd, name, i);
	if (d == NULL && k->clears)
		(void)unlinkat(dirfd, name,
		    i->kind == KIND_DIR ? AT_REMOVEDIR : 0);
	return d;
}

static int
count_reserved(const struct world *w, int dir)
{
	int i, n = 0;

	for (i = 0; i < RESERVED_MAX; i++)
		n += w->reserved[i].kind != RESERVED_NONE &&
		    w->reserved[i].dir == dir;
	return n;
}

static int
find_name(const char *text)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (strcmp(text, name_texts[i]) == 0)
			return i;
	return NOTHING;
}

static const char *
compare_dir(struct walk *k, int fd, int dir)
{
	const struct inode *i = &k->w->ino[dir];
	const size_t prefix = strlen(RESERVED_PREFIX);
	struct entries e;
	const char *name, *d = NULL;
	unsigned seen = 0;
	int reserved = 0, n;

	entries_read(&e, fd);
	while (d == NULL && (name = entries_next(&e)) != NULL) {
		if (strncmp(name, RESERVED_PREFIX, prefix) == 0) {
			reserved++;
			if (k->clears)
				(void)unlinkat(fd, name, 0);
			continue;
		}
		n = find_name(name);
		if (n == NOTHING || i->at[n] == NOTHING)
			return differ("%s is there", name);
		seen |= 1u << n;
		d = compare_entry(k, fd, name, i->at[n]);
	}
	for (n = 0; n < NAMES && d == NULL; n++)
		if (i->at[n] != NOTHING && (seen & 1u << n) == 0)
			return differ("%s is not there", name_texts[n]);
	if (d == NULL && reserved != count_reserved(k->w, dir))
		return differ("%d reserved names, not %d", reserved,
		    count_reserved(k->w, dir));
	return d;
}

static int
open_top(void)
{
	return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

const char *
disk_compare(const struct world *w, bool clears)
{
	struct walk k = { .w = w, .clears = clears };
	const char *d;
	int fd = open_top();

	d = compare_dir(&k, fd, 0);
	close(fd);
	return d;
}

static void
clear(int dirfd)
{
	struct entries e;
	const char *name;
	int fd;

	entries_read(&e, dirfd);
	while ((name = entries_next(&e)) != NULL) {
		if (unlinkat(dirfd, name, 0) == 0)
			continue;
		if (fchmodat(dirfd, name, 0755, 0) == 0 && (fd = openat(dirfd,
		    name, O_RDONLY | O_CLOEXEC)) != -1) {
			clear(fd);
			close(fd);
		}
		if (unlinkat(dirfd, name, AT_REMOVEDIR) == -1)
			perror(name);
	}
}

void
disk_clear(void)
{
	int fd = open_top();

	clear(fd);
	close(fd);
}
