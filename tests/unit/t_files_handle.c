/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <syslog.h>

#include "base/buf.h"
#include "capture.h"
#include "files/handle.h"
#include "os/fs.h"
#include "os/log.h"
#include "paths/locate.h"
#include "scratch.h"
#include "tap.h"

#define MANY	1000000

static struct handle *
find(const struct handles *hs, uint64_t id)
{
	id = htobe64(id);
	return handle_find(hs, (const uint8_t *)&id, sizeof(id));
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Opens and closes a million handles while a few stay open. */
static void
test_ids_never_repeat(void)
{
	uint64_t *ids = calloc(MANY, sizeof(*ids));
	struct handles hs;
	size_t i, repeated = 0, found = 0;

	handles_init(&hs, "/");
	for (i = 0; i < MANY; i++) {
		struct handle *h = handle_new(&hs, HANDLE_FILE, -1, O_RDWR,
		    "f");

		ids[i] = h->id;
		if (i % 10000 != 0)
			(void)handle_close(&hs, h);
	}
	for (i = 0; i < MANY; i++)
		found += find(&hs, ids[i]) != NULL;
	ok(found == MANY / 10000,
	    "only the %zu open ones of a million handles are found", found);
	qsort(ids, MANY, sizeof(*ids), compare_ids);
	for (i = 1; i < MANY; i++)
		repeated += ids[i] == ids[i - 1];
	ok(repeated == 0, "no id is used twice");
	ok(hs.count == (int)found + 1, "slots are reused: %d", hs.count);
	capture_start();
	handles_end(&hs);
	(void)capture_end();
	free(ids);
}

/* Handles keep their address, however many follow. */
static void
test_many_open(void)
{
	struct handle *h[1000];
	struct handles hs;
	int i, right = 0;

	handles_init(&hs, "/");
	for (i = 0; i < (int)nitems(h); i++)
		h[i] = handle_new(&hs, HANDLE_FILE, -1, O_RDWR, "f");
	for (i = 0; i < (int)nitems(h); i++)
		right += find(&hs, h[i]->id) == h[i] && h[i]->slot == i &&
		    handle_at(&hs, i) == h[i];
	ok(right == (int)nitems(h),
	    "%d of a thousand handles keep their address", right);
	capture_start();
	handles_end(&hs);
	(void)capture_end();
}

/*
 * Looks up ids with one bit changed, of another length, and of another session.
 */
static void
test_unknown_ids(void)
{
	struct handles hs, other;
	struct handle *h[3], *closed;
	uint8_t wire[32] = { 0 };
	uint64_t id, closed_id;
	size_t len;
	int i, bit, wrong = 0;

	handles_init(&hs, "/");
	handles_init(&other, "/");
	for (i = 0; i < 3; i++)
		h[i] = handle_new(&hs, i == 1 ? HANDLE_DIR : HANDLE_FILE, -1,
		    O_RDWR,
		    "x");
	closed = handle_new(&hs, HANDLE_FILE, -1, O_RDWR, "closed");
	closed_id = closed->id;
	(void)handle_close(&hs, closed);
	for (i = 0; i < 3; i++)
		ok(find(&hs, h[i]->id) == h[i], "handle %d is found", i);
	for (i = 0; i < 3; i++)
		for (bit = 0; bit < 64; bit++) {
			id = h[i]->id ^ UINT64_C(1) << bit;
			wrong += find(&hs, id) != NULL;
		}
	ok(wrong == 0, "an id with one bit changed is unknown");
	ok(find(&hs, closed_id) == NULL, "a closed id is unknown");
	ok(find(&other, h[0]->id) == NULL &&
	    find(&hs, hs.mask) == h[0] && other.mask != hs.mask,
	    "an id is unknown in another session");
	id = htobe64(h[0]->id);
	memcpy(wire, &id, sizeof(id));
	for (len = 0, wrong = 0; len <= sizeof(wire); len++)
		wrong += (handle_find(&hs, wire, len) != NULL) !=
		    (len == HANDLE_ID_LEN);
	ok(wrong == 0, "an id has exactly %d bytes",
	    HANDLE_ID_LEN);
	ok(handle_find(&hs, NULL, 0) == NULL, "an empty id is unknown");
	for (i = 0; i < 3; i++)
		(void)handle_close(&hs, h[i]);
	handles_end(&hs);
	handles_end(&other);
}

/* Numbers in debug lines: OpenSSH reuses the slot that was freed last. */
static void
test_numbers(void)
{
	static const int close_order[] = { 1, 3, 0 };
	static const int expected[] = { 0, 3, 1, 5 };
	struct handles hs;
	struct handle *h[5], *again[4];
	size_t i;
	bool right = true;

	handles_init(&hs, "/");
	for (i = 0; i < 5; i++) {
		h[i] = handle_new(&hs, HANDLE_FILE, -1, O_RDWR, "x");
		right &= handle_number(h[i]) == (int)i;
	}
	ok(right, "numbers count from 0");
	for (i = 0; i < nitems(close_order); i++)
		(void)handle_close(&hs, h[close_order[i]]);
	for (i = 0, right = true; i < nitems(expected); i++) {
		again[i] = handle_new(&hs, HANDLE_FILE, -1, O_RDWR, "x");
		right &= handle_number(again[i]) == expected[i];
	}
	ok(right, "the slot that was freed last is reused first");
	ok(handle_number(NULL) == -1, "NULL has number -1");
	capture_start();
	handles_end(&hs);
	(void)capture_end();
}

/* A slot that is used again has its own name, longer or shorter. */
static void
test_names(void)
{
	static const size_t lengths[] = { 5, 3, 40, 255, 256, 0, 4000, 7 };
	char name[4001];
	struct handle *h;
	struct handles hs;
	size_t i, right = 0;

	handles_init(&hs, "/");
	for (i = 0; i < nitems(lengths); i++) {
		memset(name, 'a' + (int)i, lengths[i]);
		name[lengths[i]] = '\0';
		h = handle_new(&hs, HANDLE_FILE, -1, O_RDWR, name);
		right += strcmp(h->name, name) == 0;
		(void)handle_close(&hs, h);
	}
	ok(right == nitems(lengths), "%zu names, one after another in one slot",
	    right);
	handles_end(&hs);
}

static void
test_close(void)
{
	struct handles hs;
	struct handle *h;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	handles_init(&hs, "/");
	h = handle_new(&hs, HANDLE_FILE, fd, O_RDWR, "f");
	ok(handle_close(&hs, h) == 0 && fcntl(fd, F_GETFD) == -1,
	    "closing a handle closes its descriptor");
	h = handle_new(&hs, HANDLE_FILE, fd, O_RDWR, "f");
	ok(handle_close(&hs, h) == -EBADF, "an error of close(2) is returned");
	handles_end(&hs);
}

/* The end of a session closes the handles that the client left open. */
static void
test_end(void)
{
	struct handles hs;
	int fd = open(".", O_RDONLY), left = open(".", O_RDONLY);

	handles_init(&hs, "/");
	(void)handle_close(&hs, handle_new(&hs, HANDLE_FILE, -1, O_RDWR,
	    "gone"));
	handle_end(&hs, handle_new(&hs, HANDLE_DIR, fd, O_RDWR, "d"));
	ok(hs.open == 0 && fcntl(fd, F_GETFD) == -1,
	    "handle_end() closes a handle");
	handle_new(&hs, HANDLE_DIR, left, O_RDWR, "e");
	handles_end(&hs);
	ok(hs.count == 0 && fcntl(left, F_GETFD) == -1,
	    "no descriptor stays open");
}

/* Each name is read once, even if entries are taken back now and then. */
static void
read_dir(int files, int unread_every)
{
	struct handles hs;
	struct handle *h;
	const struct dirent64 *e;
	struct place p;
	char name[64];
	int i, fd, error = 0, n = 0, dots = 0;
	bool *seen = calloc((size_t)files, sizeof(*seen)), right = true;

	snprintf(name, sizeof(name), "dir%d.%d", files, unread_every);
	mkdir(name, 0700);
	if (chdir(name) == -1)
		exit(1);
	for (i = 0; i < files; i++) {
		snprintf(name, sizeof(name), "%d.%0*d", i, i % 40, 0);
		scratch_file(name, "");
	}
	locate_path(&(struct fs){ 0 }, ".", 0, &p);
	fd = fs_opendir(&p);
	handles_init(&hs, "/");
	h = handle_new(&hs, HANDLE_DIR, fd, O_RDWR, ".");
	for (; (e = handle_next_entry(&hs, h, &error)) != NULL; n++) {
		if (unread_every != 0 && n % unread_every == 0) {
			strcpy(name, e->d_name);
			handle_unread_entry(h, e);
			e = handle_next_entry(&hs, h, &error);
			right &= e != NULL && strcmp(e->d_name, name) == 0;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			dots++;
		else if (atoi(e->d_name) < files && !seen[atoi(e->d_name)])
			seen[atoi(e->d_name)] = true;
		else
			right = false;
	}
	ok(right && error == 0 && n == files + 2 && dots == 2,
	    "%d files, every %dth entry taken back: each is read once (%d)",
	    files, unread_every, n);
	scratch_file("late", "");
	ok(handle_next_entry(&hs, h, &error) == NULL && error == 0,
	    "the end of a directory is final");
	(void)handle_close(&hs, h);
	handles_end(&hs);
	free(seen);
	if (chdir(scratch) == -1)
		exit(1);
}

static void
test_dir_error(void)
{
	struct handles hs;
	struct handle *h;
	int error = 0;

	scratch_file("plain", "");
	handles_init(&hs, "/");
	h = handle_new(&hs, HANDLE_DIR, open("plain", O_RDONLY),
	    O_RDONLY, "plain");
	ok(handle_next_entry(&hs, h, &error) == NULL && error == -ENOTDIR,
	    "an error ends the listing and is returned");
	ok(handle_next_entry(&hs, h, &error) == NULL && error == -ENOTDIR,
	    "the error is returned again");
	(void)handle_close(&hs, h);
	handles_end(&hs);
}

/* An error that follows entries is reported after them. */
static void
test_dir_error_behind_an_entry(void)
{
	struct handles hs;
	struct handle *h;
	int error = 0;

	handles_init(&hs, "/");
	h = handle_new(&hs, HANDLE_DIR, open(".", O_RDONLY), O_RDONLY, ".");
	ok(handle_next_entry(&hs, h, &error) != NULL && error == 0, "an entry");
	h->dir->pos = h->dir->len;
	dup2(open("plain", O_RDONLY), h->fd);
	ok(handle_next_entry(&hs, h, &error) == NULL && error == -ENOTDIR,
	    "an error after it ends the listing and is returned");
	(void)handle_close(&hs, h);
	handles_end(&hs);
}

/*
 * Entries without an inode are skipped, as in readdir(3), and a directory that
 * was removed has ended.
 */
static void
test_dir_hides(void)
{
	struct dirent64 entry[3] = {
		{ .d_ino = 0, .d_reclen = sizeof(*entry), .d_name = "a" },
		{ .d_ino = 7, .d_reclen = sizeof(*entry), .d_name = "b" },
		{ .d_ino = 0, .d_reclen = sizeof(*entry), .d_name = "c" },
	};
	const struct dirent64 *e;
	struct handles hs;
	struct handle *h;
	int error = 0;

	mkdir("removed", 0700);
	handles_init(&hs, "/");
	h = handle_new(&hs, HANDLE_DIR, open("removed", O_RDONLY), O_RDONLY,
	    "removed");
	ok(handle_keep_entries(&hs, h) == 0, "a directory is read");
	free(h->dir->data);
	h->dir->data = malloc(sizeof(entry));
	memcpy(h->dir->data, entry, sizeof(entry));
	h->dir->len = h->dir->cap = sizeof(entry);
	h->dir->ended = false;
	rmdir("removed");
	e = handle_next_entry(&hs, h, &error);
	ok(e != NULL && strcmp(e->d_name, "b") == 0,
	    "an entry without an inode is skipped");
	ok(handle_next_entry(&hs, h, &error) == NULL && error == 0,
	    "the last one is skipped too, and a removed directory has ended");
	(void)handle_close(&hs, h);
	handles_end(&hs);
}

int
main(void)
{
	scratch_enter();
	log_init("test", LOG_LEVEL_INFO, LOG_AUTH, true);
	test_ids_never_repeat();
	test_many_open();
	test_unknown_ids();
	test_numbers();
	test_names();
	test_close();
	test_end();
	read_dir(0, 0);
	read_dir(2000, 0);
	read_dir(2000, 1);
	read_dir(1500, 7);
	test_dir_error();
	test_dir_error_behind_an_entry();
	test_dir_hides();
	return done();
}
