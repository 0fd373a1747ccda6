/* SPDX-License-Identifier: ISC */
/*
 * A server that does as little as possible for the rows that move bytes, list
 * a directory or work on small files: no checks, no policy, no log. It runs
 * everything that one read(2) returned and writes the replies at once. Adjacent
 * READs and WRITEs share a system call, and an entry of a listing has a size
 * and a mode, in versions 3 and 6. Pipes are as large as a server may make
 * them. With -z the data of large READs is not copied: a file is taken to keep
 * the size that it had at OPEN. The remaining cost is the kernel's: no goal
 * below it can be reached on this machine. It answers what sftp(1) and sshfs
 * ask to carry one file; other requests are refused.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <dirent.h>
#include <endian.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
	INIT = 1, VERSION, OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT,
	OPENDIR = 11, READDIR, REMOVE, REALPATH = 16, STAT, STATUS = 101,
	HANDLE, DATA, NAME, ATTRS, EXTENDED = 200,
	NO_SUCH_FILE = 2, FAILURE = 4, UNSUPPORTED = 8,
	ATTR_SIZE = 1, ATTR_PERMISSIONS = 4
};

#define LISTING		(200 * 1024)	/* bytes; a NAME exceeds this once */
#define BOUND		(255 * 1024)	/* bytes of output per write(2) */
#define PIPE_SIZE	(256 * 1024)
#define SPLICED		(16 * 1024)	/* smaller READs are copied */
#define COPIED		0x7ffff000	/* bytes; no call copies more */
#define SIDE_BY_SIDE	64
#define SMALL		(32 * 1024)	/* larger requests share no call */
#define FRAME		4		/* length field of a packet */
#define HEAD		5		/* type and id of a packet */
#define DATA_HEAD	(FRAME + HEAD + 4)

static uint8_t in[1 << 19], out[1 << 20];
static size_t in_len, out_len;
static uint32_t version;
static int splices;
static uint64_t sizes[1 << 14];		/* by descriptor; 0: copy its data */

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t
get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static void
put32(uint32_t v)
{
	v = htobe32(v);
	memcpy(out + out_len, &v, sizeof(v));
	out_len += sizeof(v);
}

static void
put_string(const char *s)
{
	size_t len = strlen(s);

	put32((uint32_t)len);
	memcpy(out + out_len, s, len);
	out_len += len;
}

static void
put_head(uint32_t len, uint8_t type, uint32_t id)
{
	put32(len);
	out[out_len++] = type;
	put32(id);
}

static void
put_status(uint32_t id, uint32_t code)
{
	put_head(17, STATUS, id);
	put32(code);
	put32(0);
	put32(0);
}

/* Appends VERSION with the only extension. */
static void
put_version(uint32_t wanted)
{
	static const char pair[] = "\0\0\0\tcopy-data\0\0\0\0011";

	version = wanted < 6 ? 3 : 6;
	put_head(HEAD + sizeof(pair) - 1, VERSION, version);
	memcpy(out + out_len, pair, sizeof(pair) - 1);
	out_len += sizeof(pair) - 1;
}

static void
flush(void)
{
	size_t done = 0;
	ssize_t n;

	for (; done < out_len; done += (size_t)n)
		if ((n = write(STDOUT_FILENO, out + done, out_len - done)) < 0)
			err(1, "write");
	out_len = 0;
}

/* A READ or WRITE: a handle of 4 bytes, an offset and a length. */
struct transfer {
	uint8_t	 type;
	uint32_t id, len;
	int	 fd;
	uint64_t off;
	uint8_t	*data;
};

static struct transfer
get_transfer(uint8_t *packet)
{
	return (struct transfer){ packet[0], get32(packet + 1),
	    get32(packet + 21), (int)get32(packet + 9), get64(packet + 13),
	    packet + 25 };
}

/* True if there is a whole packet at `p`. */
static int
is_whole(const uint8_t *p)
{
	size_t left = (size_t)(in + in_len - p);

	return left >= FRAME && left - FRAME >= get32(p);
}

/* Collects the requests adjacent to t[0] and returns their number. */
static int
gather(struct transfer t[SIDE_BY_SIDE], uint8_t *next)
{
	int n = 1;

	for (; n < SIDE_BY_SIDE && is_whole(next) && t[0].len < SMALL; n++) {
		if (next[FRAME] != t[0].type)
			break;
		t[n] = get_transfer(next + FRAME);
		if (t[n].fd != t[0].fd || t[n].len != t[0].len ||
		    t[n].off != t[n - 1].off + t[n - 1].len)
			break;
		next += FRAME + get32(next);
	}
	return n;
}

/* Sends a READ's data from the page cache. Returns 0 if it has to be copied. */
static int
splice_read(const struct transfer *t)
{
	uint64_t size = sizes[t->fd % (1 << 14)];
	off_t off = (off_t)t->off;
	uint32_t len = t->len;
	ssize_t n;

	if (len < SPLICED || t->off >= size)
		return 0;
	len = size - t->off < len ? (uint32_t)(size - t->off) : len;
	put_head(HEAD + 4 + len, DATA, t->id);
	put32(len);
	flush();
	for (; len > 0; len -= (uint32_t)n)
		if ((n = splice(t->fd, &off, STDOUT_FILENO, NULL, len,
		    SPLICE_F_MORE)) <= 0)
			err(1, "splice");
	return 1;
}

/*
 * Does them in one call, appends the replies and returns the number of packets.
 */
static int
transfer(uint8_t *packet, uint8_t *next)
{
	struct transfer t[SIDE_BY_SIDE] = { get_transfer(packet) };
	struct iovec v[SIDE_BY_SIDE];
	int i, n = gather(t, next);
	uint8_t *to = out + out_len + DATA_HEAD;
	uint32_t len = t[0].len;
	ssize_t done;

	if (t[0].type == READ && splice_read(&t[0]))
		return 1;
	for (i = 0; i < n; i++, to += DATA_HEAD + len)
		v[i] = (struct iovec){ t[i].type == READ ? to : t[i].data,
		    len };
	done = (t[0].type == READ ? preadv : pwritev)(t[0].fd, v, n,
	    (off_t)t[0].off);
	if (done < 0)
		err(1, "fd %d", t[0].fd);
	for (i = 0; i < n; i++, done -= (ssize_t)len) {
		len = done < (ssize_t)len ? (uint32_t)done : len;
		if (t[i].type == WRITE || len == 0) {
			put_status(t[i].id, t[i].type == READ);
			continue;
		}
		put_head(HEAD + 4 + len, DATA, t[i].id);
		put32(len);
		out_len += len;
	}
	return n;
}

/* Appends HANDLE. A handle is its descriptor. */
static void
put_handle(uint32_t id, const char *name, int fd)
{
	if (fd < 0)
		err(1, "%s", name);
	put_head(HEAD + 8, HANDLE, id);
	put32(4);
	put32((uint32_t)fd);
}

static void
open_file(uint32_t id, uint8_t *fields)
{
	static const int flags[] = { 0, O_RDONLY, O_WRONLY, O_RDWR };
	uint32_t len = get32(fields), pflags = get32(fields + 4 + len);
	char *name = (char *)fields + 4;
	struct stat st;
	int fd;

	name[len] = '\0';
	fd = open(name, flags[pflags & 3] | (pflags & 0x08 ? O_CREAT : 0) |
	    (pflags & 0x10 ? O_TRUNC : 0), 0644);
	put_handle(id, name, fd);
	if (splices && fstat(fd, &st) == 0)
		sizes[fd % (1 << 14)] = (uint64_t)st.st_size;
}

static void
open_directory(uint32_t id, uint8_t *fields)
{
	char *name = (char *)fields + 4;

	name[get32(fields)] = '\0';
	put_handle(id, name, open(name, O_RDONLY | O_DIRECTORY));
}

static void
put_attrs(const struct stat *st)
{
	put32(ATTR_SIZE | ATTR_PERMISSIONS);
	if (version == 6)
		out[out_len++] = 1;
	put32((uint32_t)((uint64_t)st->st_size >> 32));
	put32((uint32_t)st->st_size);
	put32(st->st_mode);
}

static void
put_entry(int fd, const char *name)
{
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		err(1, "%s", name);
	put_string(name);
	if (version == 3)
		put_string(name);
	put_attrs(&st);
}

/* Appends ATTRS, or the STATUS of a file that is not there. */
static void
put_stat(uint32_t id, int fd, const char *name, int flags)
{
	struct stat st;

	if (fstatat(fd, name, &st, flags) < 0) {
		put_status(id, NO_SUCH_FILE);
		return;
	}
	put_head(HEAD + (version == 6 ? 17 : 16), ATTRS, id);
	put_attrs(&st);
}

static void
stat_path(uint32_t id, uint8_t *fields, int flags)
{
	uint32_t len = get32(fields);
	char *name = (char *)fields + 4, behind = name[len];

	name[len] = '\0';
	put_stat(id, AT_FDCWD, name, flags);
	name[len] = behind;
}

static void
remove_file(uint32_t id, uint8_t *fields)
{
	uint32_t len = get32(fields);
	char *name = (char *)fields + 4, behind = name[len];

	name[len] = '\0';
	put_status(id, unlink(name) < 0 ? FAILURE : 0);
	name[len] = behind;
}

/* Overwrites a number. */
static void
set32(size_t at, uint32_t v)
{
	size_t end = out_len;

	out_len = at;
	put32(v);
	out_len = end;
}

static void
read_directory(uint32_t id, int fd)
{
	static _Alignas(struct dirent64) char entries[8192];
	const struct dirent64 *e;
	size_t start = out_len;
	ssize_t n = 1, at;
	uint32_t count = 0;

	put_head(0, NAME, id);
	put32(0);
	while (out_len - start < LISTING &&
	    (n = getdents64(fd, (void *)entries, sizeof(entries))) > 0)
		for (at = 0; at < n; at += e->d_reclen, count++) {
			e = (const void *)(entries + at);
			put_entry(fd, e->d_name);
		}
	if (n < 0)
		err(1, "getdents64");
	if (count == 0) {
		out_len = start;
		put_status(id, 1);
		return;
	}
	set32(start, (uint32_t)(out_len - start - FRAME));
	set32(start + FRAME + HEAD, count);
}

/* Appends the path that was asked for; "/" stands for a relative one. */
static void
real_path(uint32_t id, uint8_t *fields)
{
	uint32_t len = get32(fields);
	char *name = (char *)fields + 4, behind = name[len];
	const char *path = name[0] == '/' ? name : "/";

	name[len] = '\0';
	put_head((uint32_t)(HEAD + 4 + 2 * (4 + strlen(path)) + 4), NAME, id);
	put32(1);
	put_string(path);
	put_string(path);
	put32(0);
	name[len] = behind;
}

static void
copy_data(uint32_t id, const uint8_t *fields)
{
	int from = (int)get32(fields + 17), to = (int)get32(fields + 41);
	uint64_t left = get64(fields + 29);
	ssize_t n = 1;

	for (; left > 0 && n > 0; left -= (uint64_t)n)
		if ((n = copy_file_range(from, NULL, to, NULL,
		    left < COPIED ? (size_t)left : COPIED, 0)) < 0)
			err(1, "copy_file_range");
	put_status(id, 0);
}

/*
 * Runs a packet, and those that share its call. Returns the number of packets.
 */
static int
run(uint8_t *packet, uint8_t *next)
{
	uint32_t id = get32(packet + 1);

	switch (packet[0]) {
	case INIT:
		put_version(id);
		return 1;
	case OPEN:
		open_file(id, packet + HEAD);
		return 1;
	case CLOSE:
		put_status(id, close((int)get32(packet + 9)) < 0);
		return 1;
	case LSTAT:
		stat_path(id, packet + HEAD, AT_SYMLINK_NOFOLLOW);
		return 1;
	case STAT:
		stat_path(id, packet + HEAD, 0);
		return 1;
	case FSTAT:
		put_stat(id, (int)get32(packet + 9), "", AT_EMPTY_PATH);
		return 1;
	case REMOVE:
		remove_file(id, packet + HEAD);
		return 1;
	case READ:
	case WRITE:
		return transfer(packet, next);
	case OPENDIR:
		open_directory(id, packet + HEAD);
		return 1;
	case READDIR:
		read_directory(id, (int)get32(packet + 9));
		return 1;
	case REALPATH:
		real_path(id, packet + HEAD);
		return 1;
	case EXTENDED:
		copy_data(id, packet + HEAD);
		return 1;
	default:
		put_status(id, UNSUPPORTED);
		return 1;
	}
}

static void
run_all(void)
{
	uint8_t *p = in, *packet;
	int n;

	while (is_whole(p)) {
		packet = p + FRAME;
		p = packet + get32(p);
		for (n = run(packet, p); n > 1; n--)
			p += FRAME + get32(p);
		if (out_len >= BOUND)
			flush();
	}
	in_len = (size_t)(in + in_len - p);
	memmove(in, p, in_len);
	flush();
}

int
main(int argc, char *argv[])
{
	ssize_t n;

	splices = argc > 1 && strcmp(argv[1], "-z") == 0;
	(void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_SIZE);
	(void)setsockopt(STDOUT_FILENO, SOL_SOCKET, SO_SNDBUF,
	    &(int){ 1 << 20 }, sizeof(int));
	while ((n = read(STDIN_FILENO, in + in_len, sizeof(in) - in_len)) > 0) {
		in_len += (size_t)n;
		run_all();
	}
	return n < 0;
}
