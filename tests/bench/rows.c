/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

enum {
	MIB = 1 << 20,
	/* Prime, so that data at a wrong offset never looks right. */
	PATTERN = 1048573,
	PATTERN_SLACK = 1 << 18,	/* the longest request */
	GROUP = 64,			/* files worked on at a time */
	SIZES = 997			/* file i is i % SIZES bytes long */
};

static const uint64_t TIB = 1ULL << 40;
static const uint8_t zeros[PATTERN_SLACK];

static double
mib(uint64_t bytes)
{
	return (double)bytes / (double)MIB;
}

static const uint8_t *
pattern_at(uint64_t offset)
{
	static uint8_t *pattern;
	uint64_t x = 88172645463325252ULL;

	if (pattern == NULL) {
		pattern = malloc(PATTERN + PATTERN_SLACK);
		if (pattern == NULL)
			err(1, NULL);
		for (size_t i = 0; i < PATTERN; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			pattern[i] = (uint8_t)x;
		}
		memcpy(pattern + PATTERN, pattern, PATTERN_SLACK);
	}
	return pattern + offset % PATTERN;
}

/* Returns a path in the row's directory, which is never freed. */
__attribute__((format(printf, 2, 3)))
static char *
path_of(const struct bench *b, const char *fmt, ...)
{
	char name[NAME_MAX], *path;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (asprintf(&path, "%s/%s", b->dir, name) == -1)
		err(1, NULL);
	return path;
}

static uint64_t
work_of(const struct bench *b, const struct row *r)
{
	uint64_t n = r->count / b->divide;

	return n > 0 ? n : 1;
}

/* The files that rows work on, created once and without the server. */

static void
write_pattern(const char *path, uint64_t size)
{
	uint64_t offset = 0;
	size_t step;
	ssize_t n;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		err(1, "%s", path);
	while (offset < size) {
		step = size - offset < PATTERN_SLACK ?
		    (size_t)(size - offset) : PATTERN_SLACK;
		n = pwrite(fd, pattern_at(offset), step, (off_t)offset);
		if (n <= 0)
			err(1, "%s", path);
		offset += (uint64_t)n;
	}
	close(fd);
}

static void
check_pattern(const char *path, uint64_t size)
{
	static uint8_t got[PATTERN_SLACK];
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "%s", path);
	if ((uint64_t)st.st_size != size)
		errx(1, "%s has %lld bytes, not %llu", path,
		    (long long)st.st_size, (unsigned long long)size);
	for (uint64_t offset = 0; offset < size; offset += (uint64_t)n) {
		n = pread(fd, got, sizeof(got), (off_t)offset);
		if (n <= 0)
			err(1, "%s", path);
		if (memcmp(got, pattern_at(offset), (size_t)n) != 0)
			errx(1, "%s: wrong content behind byte %llu", path,
			    (unsigned long long)offset);
	}
	close(fd);
}

static char *
big_file(const struct bench *b, uint64_t size)
{
	char *path = path_of(b, "big-%llu", (unsigned long long)size);
	struct stat st;

	if (stat(path, &st) == -1 || (uint64_t)st.st_size != size)
		write_pattern(path, size);
	return path;
}

static char *
sparse_file(const struct bench *b)
{
	char *path = path_of(b, "sparse");
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1 || ftruncate(fd, (off_t)TIB) == -1)
		err(1, "%s", path);
	close(fd);
	return path;
}

/*
 * Makes a directory of n files e0, e1, ..., with content if asked for. It is
 * renamed when complete, so that an existing one is complete.
 */
static char *
file_tree(const struct bench *b, uint64_t n, bool content)
{
	char *path = path_of(b, "%s-%llu", content ? "files" : "list",
	    (unsigned long long)n);
	char *making = path_of(b, "making"), name[32];
	int dir, fd;

	if (access(path, F_OK) == 0)
		return path;
	if (mkdir(making, 0755) == -1 ||
	    (dir = open(making, O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, "%s", making);
	for (uint64_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "e%llu", (unsigned long long)i);
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd == -1)
			err(1, "%s/%s", making, name);
		if (content ?
		    write(fd, pattern_at(0), (size_t)(i % SIZES)) == -1 :
		    ftruncate(fd, (off_t)(i % SIZES)) == -1)
			err(1, "%s/%s", making, name);
		close(fd);
	}
	close(dir);
	if (rename(making, path) == -1)
		err(1, "%s", path);
	return path;
}

/* Returns the names of the first n files of a tree. */
static char **
tree_names(const char *tree, uint64_t n)
{
	char **names = calloc((size_t)n + 1, sizeof(names[0]));

	if (names == NULL)
		err(1, NULL);
	for (uint64_t i = 0; i < n; i++)
		if (asprintf(&names[i], "%s/e%llu", tree,
		    (unsigned long long)i) == -1)
			err(1, NULL);
	return names;
}

/* Connecting to a server and ending it, and measuring in between. */

_Noreturn static void
not_applicable(const char *why)
{
	warnx("%s", why);
	exit(NOT_APPLICABLE);
}

static struct client *
join(const struct bench *b, unsigned window)
{
	struct client *c = client_start(&b->launch, window);

	if (!client_hello(c))
		not_applicable("the server does not speak this version");
	return c;
}

static void
leave(struct bench *b, struct client *c)
{
	b->requests += client_requests(c);
	b->rss_kib = client_end(c).rss_kib;
}

static void
measure_from(struct bench *b, const struct client *c)
{
	b->wall_ns = now_ns();
	b->cpu_ns = client_cpu_ns(c);
}

static void
measure_to(struct bench *b, const struct client *c, double units)
{
	b->cpu_ns = client_cpu_ns(c) - b->cpu_ns;
	b->wall_ns = now_ns() - b->wall_ns;
	b->units = units;
}

static void
need_descriptors(uint64_t n)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		err(1, "getrlimit");
	if (l.rlim_max < n + 64)
		not_applicable("the limit of open files is too low here");
	l.rlim_cur = n + 64;
	if (setrlimit(RLIMIT_NOFILE, &l) == -1)
		err(1, "setrlimit");
}

/* The work of the rows. */

static void
run_upload(struct bench *b, const struct row *r)
{
	const char *path = path_of(b, "upload");
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r) * MIB / r->size;
	struct handle h;

	unlink(path);
	send_open(c, path, OPEN_CREATE, &h);
	client_drain(c);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++)
		send_write(c, &h, i * r->size, pattern_at(i * r->size),
		    (uint32_t)r->size);
	client_drain(c);
	measure_to(b, c, mib(n * r->size));
	send_close(c, &h);
	client_drain(c);
	leave(b, c);
	check_pattern(path, n * r->size);
	unlink(path);
}

static void
run_download(struct bench *b, const struct row *r)
{
	const char *path = big_file(b, work_of(b, r) * MIB);
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r) * MIB / r->size;
	struct handle h;

	send_open(c, path, OPEN_READ, &h);
	client_drain(c);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++)
		send_read(c, &h, i * r->size, pattern_at(i * r->size),
		    (uint32_t)r->size);
	client_drain(c);
	measure_to(b, c, mib(n * r->size));
	send_close(c, &h);
	client_drain(c);
	leave(b, c);
}

static void
run_stat(struct bench *b, const struct row *r)
{
	char **names = tree_names(file_tree(b, GROUP, true), GROUP);
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r);

	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++)
		send_stat(c, (enum packet)r->size, names[i % GROUP],
		    i % GROUP % SIZES);
	client_drain(c);
	measure_to(b, c, (double)n);
	leave(b, c);
}

static void
check_entry(struct listing *l, const char *name, const struct attrs *a)
{
	unsigned long long i;
	int end = 0;

	if (sscanf(name, "e%llu%n", &i, &end) != 1 || name[end] != '\0' ||
	    i >= l->size)
		errx(1, "READDIR: \"%s\" is not in the directory", name);
	if (l->seen[i]++ != 0)
		errx(1, "READDIR: \"%s\" comes twice", name);
	if (a->type != 1 || a->size != i % SIZES)
		errx(1, "READDIR: \"%s\": type %u, %llu bytes", name,
		    a->type, (unsigned long long)a->size);
}

static void
list_once(struct client *c, const char *path, struct listing *l)
{
	struct handle h;

	l->entries = 0;
	l->ended = false;
	memset(l->seen, 0, l->size);
	send_opendir(c, path, &h);
	client_drain(c);
	while (!l->ended) {
		send_readdir(c, &h, l);
		client_drain(c);
	}
	send_close(c, &h);
	client_drain(c);
	if (l->entries != l->size)
		errx(1, "READDIR: %llu entries of %llu",
		    (unsigned long long)l->entries,
		    (unsigned long long)l->size);
}

static struct listing
new_listing(size_t size)
{
	struct listing l = { .name = check_entry, .size = size };

	l.seen = malloc(size);
	if (l.seen == NULL)
		err(1, NULL);
	return l;
}

static void
run_list(struct bench *b, const struct row *r)
{
	const char *path = file_tree(b, r->size, false);
	struct listing l = new_listing(r->size);
	struct client *c = join(b, 1);
	uint64_t times = r->count;	/* the size is what is varied */

	measure_from(b, c);
	for (uint64_t i = 0; i < times; i++)
		list_once(c, path, &l);
	measure_to(b, c, (double)(times * r->size));
	leave(b, c);
	free(l.seen);
}

static void
run_create(struct bench *b, const struct row *r)
{
	uint64_t n = (work_of(b, r) + GROUP - 1) / GROUP * GROUP;
	char *dir = path_of(b, "create"), **names = tree_names(dir, n);
	struct client *c = join(b, r->window);
	struct handle h[GROUP];

	if (mkdir(dir, 0755) == -1)
		err(1, "%s", dir);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i += GROUP) {
		for (unsigned k = 0; k < GROUP; k++)
			send_open(c, names[i + k], OPEN_CREATE, &h[k]);
		client_drain(c);
		for (unsigned k = 0; k < GROUP; k++) {
			send_write(c, &h[k], 0, pattern_at(0),
			    (uint32_t)r->size);
			send_close(c, &h[k]);
		}
		client_drain(c);
	}
	measure_to(b, c, (double)n);
	leave(b, c);
	for (uint64_t i = 0; i < n; i++) {
		check_pattern(names[i], r->size);
		unlink(names[i]);
	}
	rmdir(dir);
}

static void
run_fetch(struct bench *b, const struct row *r)
{
	uint64_t n = work_of(b, r) / (GROUP - 1) * (GROUP - 1);
	char **names = tree_names(file_tree(b, GROUP, true), GROUP);
	struct client *c = join(b, r->window);
	struct handle h[GROUP];

	measure_from(b, c);
	/* Not e0, which is empty. */
	for (uint64_t i = 0; i < n; i += GROUP - 1) {
		for (unsigned k = 1; k < GROUP; k++)
			send_open(c, names[k], OPEN_READ, &h[k]);
		client_drain(c);
		for (unsigned k = 1; k < GROUP; k++) {
			send_read(c, &h[k], 0, pattern_at(0), k);
			send_close(c, &h[k]);
		}
		client_drain(c);
	}
	measure_to(b, c, (double)n);
	leave(b, c);
}

/*
 * One access as a mount makes it: look a file up, open and read it with one
 * request in flight, save it under a temporary name; now and then list the
 * directory. The kernel waits for each reply except where sshfs does not.
 */
static void
visit(struct client *c, char *const names[], const char *tree,
    const char *spare, struct listing *l, uint64_t i)
{
	unsigned k = (unsigned)(i % GROUP);
	struct handle h;

	send_stat(c, LSTAT, names[k], k);
	client_drain(c);
	send_open(c, names[k], OPEN_READ, &h);
	send_stat(c, LSTAT, names[k], k);
	client_drain(c);
	if (k > 1) {
		send_read(c, &h, 0, pattern_at(0), k / 2);
		send_read(c, &h, k / 2, pattern_at(k / 2), k - k / 2);
		client_drain(c);
	}
	send_close(c, &h);
	send_absent(c, spare);
	client_drain(c);
	if (k % 8 == 0) {
		send_open(c, spare, OPEN_CREATE, &h);
		client_drain(c);
		send_stat(c, LSTAT, spare, 0);
		client_drain(c);
		send_write(c, &h, 0, pattern_at(0), 4096);
		send_close(c, &h);
		client_drain(c);
		send_remove(c, spare);
		client_drain(c);
	}
	if (k == 0)
		list_once(c, tree, l);
}

static void
run_mix(struct bench *b, const struct row *r)
{
	char *tree = file_tree(b, GROUP, true), *spare = path_of(b, "spare");
	char **names = tree_names(tree, GROUP);
	struct listing l = new_listing(GROUP);
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r);

	unlink(spare);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++)
		visit(c, names, tree, spare, &l, i);
	measure_to(b, c, (double)n);
	leave(b, c);
	free(l.seen);
}

/*
 * Runs n servers from start to exit, whose cost counts as well: wait4() tells.
 */
static void
run_start(struct bench *b, const struct row *r)
{
	uint64_t n = work_of(b, r), start = now_ns();
	struct usage u;

	for (uint64_t i = 0; i < n; i++) {
		u = client_end(join(b, 1));
		b->cpu_ns += u.cpu_ns;
		b->rss_kib = u.rss_kib > b->rss_kib ? u.rss_kib : b->rss_kib;
	}
	b->wall_ns = now_ns() - start;
	b->requests = n;
	b->units = (double)n;
}

static void
run_copy(struct bench *b, const struct row *r)
{
	uint64_t size = work_of(b, r) * MIB;
	char *from = big_file(b, size), *to = path_of(b, "copy");
	struct client *c = join(b, r->window);
	struct handle source, target;

	if (!client_announced(c, "copy-data"))
		not_applicable("the server has no copy-data");
	unlink(to);
	send_open(c, from, OPEN_READ, &source);
	send_open(c, to, OPEN_CREATE, &target);
	client_drain(c);
	measure_from(b, c);
	send_copy(c, &source, &target, size);
	client_drain(c);
	measure_to(b, c, mib(size));
	leave(b, c);
	check_pattern(to, size);
	unlink(to);
}

/* Opens a tree of n files and leaves them open. */
static struct handle *
open_all(struct client *c, char *const names[], size_t n)
{
	struct handle *h = calloc(n + 1, sizeof(*h));

	if (h == NULL)
		err(1, NULL);
	for (size_t i = 0; i < n; i++)
		send_open(c, names[i], OPEN_READ, &h[i]);
	client_drain(c);
	return h;
}

static void
run_handles(struct bench *b, const struct row *r)
{
	char **names = tree_names(file_tree(b, 10000, false), r->size);
	uint64_t n = work_of(b, r), k;
	struct handle *h;
	struct client *c;

	need_descriptors(r->size);
	c = join(b, r->window);
	h = open_all(c, names, r->size);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++) {
		k = i * 7919 % r->size;		/* all over the table */
		send_fstat(c, &h[k], k % SIZES);
	}
	client_drain(c);
	measure_to(b, c, (double)n);
	leave(b, c);
	free(h);
}

/* Renames the files back that a server left when it did not finish. */
static void
undo_renames(const char *dir, char *const here[], char *const there[])
{
	for (unsigned i = 0; i < GROUP; i++)
		rename(there[i], here[i]);
	rmdir(dir);
}

/*
 * Renames to another directory and back, which restores the tree, while many
 * other files are open that might be the renamed one.
 */
static void
run_rename(struct bench *b, const struct row *r)
{
	char *dir = path_of(b, "renamed");
	char **here = tree_names(file_tree(b, GROUP, true), GROUP);
	char **there = tree_names(dir, GROUP);
	uint64_t pairs = (work_of(b, r) + 2 * GROUP - 1) / (2 * GROUP);
	char **others = tree_names(file_tree(b, 10000, false), r->size);
	struct handle *h;
	struct client *c;

	need_descriptors(r->size);
	undo_renames(dir, here, there);
	c = join(b, r->window);
	h = open_all(c, others, r->size);
	if (mkdir(dir, 0755) == -1)
		err(1, "%s", dir);
	/*
	 * The first rename makes the server index its open files, if it does.
	 */
	send_rename(c, here[0], there[0]);
	send_rename(c, there[0], here[0]);
	client_drain(c);
	measure_from(b, c);
	for (uint64_t i = 0; i < pairs; i++) {
		for (unsigned k = 0; k < GROUP; k++)
			send_rename(c, here[k], there[k]);
		for (unsigned k = 0; k < GROUP; k++)
			send_rename(c, there[k], here[k]);
	}
	client_drain(c);
	measure_to(b, c, (double)(pairs * 2 * GROUP));
	leave(b, c);
	free(h);
	if (rmdir(dir) == -1)
		err(1, "%s", dir);
}

static void
run_first_version(struct bench *b, const struct row *r)
{
	uint64_t n = work_of(b, r), start;
	struct client *c;

	for (uint64_t i = 0; i < n; i++) {
		start = now_ns();
		c = join(b, 1);
		b->wall_ns += now_ns() - start;
		leave(b, c);
	}
	b->units = (double)n;
}

static void
run_first_name(struct bench *b, const struct row *r)
{
	const char *path = file_tree(b, r->size, false);
	struct listing l = new_listing(r->size);
	struct client *c = join(b, 1);
	uint64_t n = work_of(b, r), start;
	struct handle h;

	for (uint64_t i = 0; i < n; i++) {
		memset(l.seen, 0, l.size);
		start = now_ns();
		send_opendir(c, path, &h);
		client_drain(c);
		send_readdir(c, &h, &l);
		client_drain(c);
		b->wall_ns += now_ns() - start;
		send_close(c, &h);
		client_drain(c);
	}
	b->units = (double)n;
	leave(b, c);
	free(l.seen);
}

static void
run_sparse_read(struct bench *b, const struct row *r)
{
	const char *path = sparse_file(b);
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r), stride = TIB / n;
	struct handle h;

	send_open(c, path, OPEN_READ, &h);
	send_stat(c, STAT, path, TIB);
	client_drain(c);
	measure_from(b, c);
	for (uint64_t i = 1; i <= n; i++)
		send_read(c, &h, i * stride - r->size, zeros,
		    (uint32_t)r->size);
	client_drain(c);
	measure_to(b, c, (double)n);
	leave(b, c);
	unlink(path);
}

/* Writes far apart beyond 4 GiB and checks where the data is. */
static void
run_sparse_write(struct bench *b, const struct row *r)
{
	const char *path = sparse_file(b);
	struct client *c = join(b, r->window);
	uint64_t n = work_of(b, r), offset, stride = (4 * TIB / 5) / n;
	uint8_t got[4096];
	struct handle h;
	int fd;

	send_open(c, path, OPEN_WRITE, &h);
	client_drain(c);
	measure_from(b, c);
	for (uint64_t i = 0; i < n; i++) {
		offset = TIB / 5 + i * stride;
		send_write(c, &h, offset, pattern_at(offset), sizeof(got));
	}
	client_drain(c);
	measure_to(b, c, (double)n);
	leave(b, c);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	for (uint64_t i = 0; i < n; i++) {
		offset = TIB / 5 + i * stride;
		if (pread(fd, got, sizeof(got), (off_t)offset) !=
		    sizeof(got) ||
		    memcmp(got, pattern_at(offset), sizeof(got)) != 0)
			errx(1, "WRITE at %llu is not in the file",
			    (unsigned long long)offset);
	}
	close(fd);
	unlink(path);
}

/*
 * Sends requests without reading replies: the server must make the client wait.
 */
static void
run_unread(struct bench *b, const struct row *r)
{
	const char *path = big_file(b, r->size);
	struct client *c = join(b, r->window);
	struct handle h;

	send_open(c, path, OPEN_READ, &h);
	client_drain(c);
	for (unsigned i = 0; i < r->window; i++)
		send_read(c, &h, 0, pattern_at(0), (uint32_t)r->size);
	client_push(c);
	client_drain(c);
	leave(b, c);
}

/* Sends the whole upload before reading the first reply. */
static void
run_unanswered(struct bench *b, const struct row *r)
{
	const char *path = path_of(b, "upload");
	struct client *c = join(b, r->window);
	struct handle h;

	unlink(path);
	send_open(c, path, OPEN_CREATE, &h);
	client_drain(c);
	for (unsigned i = 0; i < r->window; i++)
		send_write(c, &h, i * r->size, pattern_at(i * r->size),
		    (uint32_t)r->size);
	client_push(c);
	client_drain(c);
	leave(b, c);
	check_pattern(path, r->window * r->size);
	unlink(path);
}

static void
run_flood(struct bench *b, const struct row *r)
{
	char **names = tree_names(file_tree(b, GROUP, true), GROUP);
	struct client *c = join(b, r->window);

	for (unsigned i = 0; i < r->window; i++)
		send_stat(c, LSTAT, names[i % GROUP], i % GROUP);
	client_push(c);
	client_drain(c);
	leave(b, c);
}

static void
run_open_memory(struct bench *b, const struct row *r)
{
	char **names = tree_names(file_tree(b, 10000, false), r->size);
	struct client *c;

	need_descriptors(r->size);
	c = join(b, r->window);
	free(open_all(c, names, r->size));
	leave(b, c);
}

#define KIB 1024
#define GOAL_PEAK (16 * 1024)

const struct row rows[] = {
	{ "upload-32k", "us/MiB", run_upload, 128, 32 * KIB, 64,
	    CPU_PER_UNIT, 0.66, 0.70, 0, "WRITE 32 KiB, 64 in flight" },
	{ "upload-255k", "us/MiB", run_upload, 128, 255 * KIB, 16,
	    CPU_PER_UNIT, 0.70, 0.70, 0, "WRITE 255 KiB, 16 in flight" },
	{ "upload-4k", "us/MiB", run_upload, 32, 4 * KIB, 64,
	    CPU_PER_UNIT, 0.20, 0.24, 0, "WRITE 4 KiB, 64 in flight" },
	{ "download-32k", "us/MiB", run_download, 128, 32 * KIB, 64,
	    CPU_PER_UNIT, 0.60, 0.50, 0, "READ 32 KiB, 64 in flight" },
	{ "download-255k", "us/MiB", run_download, 128, 255 * KIB, 16,
	    CPU_PER_UNIT, 0.68, 0.50, 0, "READ 255 KiB, 16 in flight" },
	{ "download-4k", "us/MiB", run_download, 32, 4 * KIB, 64,
	    CPU_PER_UNIT, 0.20, 0.26, 0, "READ 4 KiB, 64 in flight" },
	{ "lstat-64", "us", run_stat, 20000, LSTAT, 64,
	    CPU_PER_UNIT, 0.24, 0, 0, "LSTAT, 64 in flight" },
	{ "lstat-1", "us", run_stat, 10000, LSTAT, 1,
	    CPU_PER_UNIT, 0.60, 0, 0, "LSTAT, one at a time" },
	{ "stat-64", "us", run_stat, 20000, STAT, 64,
	    CPU_PER_UNIT, 0, 0, 0.12, "STAT, 64 in flight" },
	{ "list-100000", "us/entry", run_list, 1, 100000, 1,
	    CPU_PER_UNIT, 0.35, 0, 0.12, "list 100,000 entries" },
	{ "create", "us/file", run_create, 4096, KIB, 64,
	    CPU_PER_UNIT, 0.38, 0, 0, "create, write 1 KiB, close" },
	{ "fetch", "us/file", run_fetch, 6300, 0, 64,
	    CPU_PER_UNIT, 0.21, 0, 0, "open, read, close" },
	{ "mix", "us/visit", run_mix, 1024, 0, 64,
	    CPU_PER_UNIT, 0.40, 0, 0, "mix as of an sshfs mount" },
	{ "rename", "us", run_rename, 20000, 0, 64,
	    CPU_PER_UNIT, 0, 0, 0, "RENAME to another directory, and back" },
	{ "start", "us", run_start, 40, 0, 1,
	    CPU_PER_UNIT, 1.35, 0, 0, "spawn, INIT, VERSION, EOF, exit" },
	{ "copy", "us/MiB", run_copy, 128, 0, 2,
	    CPU_PER_UNIT, 0.80, 0, 0, "copy-data" },

	{ "handles-1", "us", run_handles, 20000, 1, 64,
	    CPU_PER_UNIT, 0, 0, 0, "FSTAT with 1 handle open" },
	{ "handles-100", "us", run_handles, 20000, 100, 64,
	    CPU_PER_UNIT, 0, 0, 0, "FSTAT with 100 handles open" },
	{ "handles-1000", "us", run_handles, 20000, 1000, 64,
	    CPU_PER_UNIT, 0, 0, 0, "FSTAT with 1,000 handles open" },
	{ "handles-10000", "us", run_handles, 20000, 10000, 64,
	    CPU_PER_UNIT, 0.28, 0, 0, "FSTAT with 10,000 handles open" },
	{ "rename-10000", "us", run_rename, 20000, 10000, 64,
	    CPU_PER_UNIT, 0.60, 0, 0, "RENAME with 10,000 handles open" },
	{ "list-10", "us/entry", run_list, 500, 10, 1,
	    CPU_PER_UNIT, 0, 0, 0, "list 10 entries" },
	{ "list-1000", "us/entry", run_list, 20, 1000, 1,
	    CPU_PER_UNIT, 0, 0, 0, "list 1,000 entries" },
	{ "list-1000000", "us/entry", run_list, 1, 1000000, 1,
	    CPU_PER_UNIT, 0, 0, 0, "list 1,000,000 entries" },
	{ "sparse-read", "us", run_sparse_read, 4096, 32 * KIB, 64,
	    CPU_PER_UNIT, 0, 0, 0, "READ 32 KiB holes across 1 TiB" },
	{ "sparse-write", "us", run_sparse_write, 4096, 4 * KIB, 64,
	    CPU_PER_UNIT, 0, 0, 0, "WRITE 4 KiB far behind 4 GiB" },
	{ "first-version", "us", run_first_version, 40, 0, 1,
	    WALL_PER_UNIT, 0, 0, 0, "wall time from spawn to VERSION" },
	{ "first-name", "us", run_first_name, 20, 100000, 1,
	    WALL_PER_UNIT, 0, 0, 0, "wall time to the first of 100,000" },

	{ "memory-write", "KiB", run_unanswered, 0, 32 * KIB, 2048,
	    PEAK_MEMORY, GOAL_PEAK, 0, 0, "64 MiB of WRITEs, unanswered" },
	{ "memory-read", "KiB", run_unread, 0, 255 * KIB, 2048,
	    PEAK_MEMORY, GOAL_PEAK, 0, 0, "512 MiB of replies, unread" },
	{ "memory-lstat", "KiB", run_flood, 0, 0, 16384,
	    PEAK_MEMORY, GOAL_PEAK, 0, 0, "16,384 LSTATs, unread" },
	{ "memory-handles", "KiB", run_open_memory, 0, 10000, 64,
	    PEAK_MEMORY, GOAL_PEAK, 0, 0, "10,000 handles open" },
	{ .name = NULL }
};
