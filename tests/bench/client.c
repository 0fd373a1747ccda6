/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum {
	READ_SIZE = 1 << 20,	/* room for one read(2) */
	SSHD_READ = 32768,	/* bytes that sshd reads at a time */
	MAX_FRAME = 1 << 21,
	SILENCE_MS = 30000,	/* a server that is silent for so long hangs */
	STALL_MS = 300		/* client_push(): the server takes no more */
};

/* As many variables as sshd(8) sets: some servers copy them at the start. */
static char *environment[] = {
	"LANG=C.UTF-8", "HOME=/", "PATH=/usr/bin:/bin", "SHELL=/bin/sh",
	"SSH_CLIENT=192.0.2.1 40000 22",
	"SSH_CONNECTION=192.0.2.1 40000 192.0.2.2 22", NULL, NULL, NULL
};

/* Adds the name of the user, which some servers look up. */
static void
name_user(void)
{
	const struct passwd *pw = getpwuid(getuid());
	size_t i = 0;

	while (environment[i] != NULL)
		if (strncmp(environment[i++], "USER=", 5) == 0)
			return;
	if (pw == NULL || asprintf(&environment[i], "USER=%s", pw->pw_name) ==
	    -1 || asprintf(&environment[i + 1], "LOGNAME=%s", pw->pw_name) ==
	    -1)
		errx(1, "no user %d", (int)getuid());
}

struct slot {
	struct expect	expect;
	uint32_t	id;
	enum packet	request;
	bool		busy;
};

struct client {
	pid_t		 pid;
	clockid_t	 clock;
	int		 in, out;	/* from and to the server */
	int		 version;
	size_t		 read_size;	/* bytes of one read(2) */
	struct bytes	 input, output;
	uint8_t		*init_answer;		/* the VERSION packet */
	size_t		 hello_len;
	size_t		 frame;		/* where the open request starts */
	unsigned	 window, in_flight;
	uint64_t	 requests;
	struct slot	*slots;
	unsigned	*free;		/* unused slots: from in_flight on */
};

static const char *const packet_names[256] = {
	[INIT] = "INIT", [VERSION] = "VERSION", [OPEN] = "OPEN",
	[CLOSE] = "CLOSE", [READ] = "READ", [WRITE] = "WRITE",
	[LSTAT] = "LSTAT", [FSTAT] = "FSTAT", [SETSTAT] = "SETSTAT",
	[FSETSTAT] = "FSETSTAT", [OPENDIR] = "OPENDIR",
	[READDIR] = "READDIR", [REMOVE] = "REMOVE", [MKDIR] = "MKDIR",
	[RMDIR] = "RMDIR", [REALPATH] = "REALPATH", [STAT] = "STAT",
	[RENAME] = "RENAME", [STATUS] = "STATUS", [HANDLE] = "HANDLE",
	[DATA] = "DATA", [NAME] = "NAME", [ATTRS] = "ATTRS",
	[EXTENDED] = "EXTENDED"
};

static uint64_t
timespec_ns(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) == -1)
		err(1, "clock_gettime");
	return timespec_ns(t);
}

uint64_t
now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/*
 * Makes both ends of the connection to the server: ours[0] reads, ours[1]
 * writes.
 */
static void
make_channel(bool pipes, int ours[2], int theirs[2])
{
	int down[2], up[2];

	if (!pipes) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, up)
		    == -1)
			err(1, "socketpair");
		ours[0] = ours[1] = up[0];
		theirs[0] = theirs[1] = up[1];
		return;
	}
	if (pipe2(down, O_CLOEXEC) == -1 || pipe2(up, O_CLOEXEC) == -1)
		err(1, "pipe");
	ours[0] = up[0];
	ours[1] = down[1];
	theirs[0] = down[0];
	theirs[1] = up[1];
}

static void
set_nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == -1)
		err(1, "fcntl");
}

/*
 * posix_spawn() does not copy our memory. fork() does, and the cost would be
 * counted as the server's.
 */
static pid_t
spawn(char **argv, const int fds[2])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t reset;
	pid_t pid;
	int error;

	name_user();
	/* We ignore SIGPIPE; the server decides for itself. */
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &reset);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	error = posix_spawnp(&pid, argv[0], &actions, &attr, argv,
	    environment);
	if (error != 0)
		errx(1, "%s: %s", argv[0], strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return pid;
}

/* Stays on the last CPU that we may use, or so many before it. */
static void
stay_on_cpu(unsigned before)
{
	static cpu_set_t all;
	cpu_set_t one;
	size_t cpu = CPU_SETSIZE;

	if (CPU_COUNT(&all) == 0 &&
	    sched_getaffinity(0, sizeof(all), &all) == -1)
		err(1, "sched_getaffinity");
	if (before >= (unsigned)CPU_COUNT(&all))
		errx(1, "there are not so many CPUs");
	do {
		do
			cpu--;
		while (!CPU_ISSET(cpu, &all));
	} while (before-- > 0);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) == -1)
		err(1, "sched_setaffinity");
}

struct client *
client_start(const struct launch *l, unsigned window)
{
	struct client *c;
	int ours[2], theirs[2];

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		err(1, NULL);
	c->slots = calloc(window, sizeof(c->slots[0]));
	c->free = calloc(window, sizeof(c->free[0]));
	if (c->slots == NULL || c->free == NULL)
		err(1, NULL);
	for (unsigned i = 0; i < window; i++) {
		c->free[i] = i;
		c->slots[i].id = i;
	}
	c->window = window;
	c->version = l->version;
	c->read_size = l->pipes ? SSHD_READ : READ_SIZE;
	make_channel(l->pipes, ours, theirs);
	set_nonblocking(ours[0]);
	set_nonblocking(ours[1]);
	c->in = ours[0];
	c->out = ours[1];
	if (l->cpus > 0)
		stay_on_cpu(0);		/* inherited by the server */
	c->pid = spawn(l->argv, theirs);
	if (l->cpus > 1)
		stay_on_cpu(1);
	close(theirs[0]);
	if (theirs[1] != theirs[0])
		close(theirs[1]);
	if (clock_getcpuclockid(c->pid, &c->clock) != 0)
		errx(1, "no CPU clock for process %d", (int)c->pid);
	return c;
}

static const char *
packet_name(unsigned type)
{
	return packet_names[type & 0xff] ? packet_names[type & 0xff] :
	    "unknown type";
}

static void
check_status(const struct slot *s, struct reader *r)
{
	const struct expect *e = &s->expect;
	uint32_t code, len, skip;
	const uint8_t *text;

	code = get_u32(r);
	text = get_str(r, &len);
	get_str(r, &skip);
	if (e->listing != NULL && code == ST_EOF) {
		e->listing->ended = true;
		return;
	}
	if (e->type != STATUS)
		errx(1, "%s: wanted %s, got STATUS %u \"%.*s\"",
		    packet_name(s->request), packet_name(e->type), code,
		    (int)len, (const char *)text);
	if (code != e->status)
		errx(1, "%s: wanted STATUS %u, got %u \"%.*s\"",
		    packet_name(s->request), e->status, code, (int)len,
		    (const char *)text);
}

static void
check_handle(const struct slot *s, struct reader *r)
{
	uint32_t len;
	const uint8_t *handle = get_str(r, &len);

	if (len == 0 || len > sizeof(s->expect.handle->bytes))
		errx(1, "HANDLE of %u bytes", len);
	s->expect.handle->len = len;
	memcpy(s->expect.handle->bytes, handle, len);
}

static void
check_data(const struct client *c, const struct slot *s, struct reader *r)
{
	const struct expect *e = &s->expect;
	uint32_t len;
	const uint8_t *data = get_str(r, &len);

	if (len != e->len)
		errx(1, "READ: wanted %u bytes, got %u", e->len, len);
	if (memcmp(data, e->data, len) != 0)
		errx(1, "READ: %u bytes of wrong content", len);
	if (c->version == 6 && r->at < r->end)
		get_u8(r);		/* end-of-file */
}

static void
check_attrs(const struct client *c, const struct slot *s, struct reader *r)
{
	struct attrs a = get_attrs(r, c->version);

	if (a.type != 1 || a.size != s->expect.size)
		errx(1, "%s: wanted a file of %llu bytes, got type %u, %llu",
		    packet_name(s->request),
		    (unsigned long long)s->expect.size, a.type,
		    (unsigned long long)a.size);
}

static void
check_name(const struct client *c, const struct slot *s, struct reader *r)
{
	struct listing *l = s->expect.listing;
	uint32_t count = get_u32(r), len, skip;
	const uint8_t *bytes;
	struct attrs a;
	char name[256];

	if (count == 0)
		errx(1, "READDIR: NAME without entries");
	while (count-- > 0 && !r->bad) {
		bytes = get_str(r, &len);
		if (c->version == 3)
			get_str(r, &skip);
		a = get_attrs(r, c->version);
		if (len >= sizeof(name))
			errx(1, "READDIR: a name of %u bytes", len);
		memcpy(name, bytes, len);
		name[len] = '\0';
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		l->entries++;
		l->name(l, name, &a);
	}
	if (c->version == 6 && r->at < r->end)
		get_u8(r);		/* end-of-list */
}

static void
check_reply(const struct client *c, const struct slot *s, unsigned type,
    struct reader *r)
{
	if (type != STATUS && type != s->expect.type)
		errx(1, "%s: wanted %s, got %s (%u)", packet_name(s->request),
		    packet_name(s->expect.type), packet_name(type), type);
	switch (type) {
	case STATUS:
		check_status(s, r);
		break;
	case HANDLE:
		check_handle(s, r);
		break;
	case DATA:
		check_data(c, s, r);
		break;
	case ATTRS:
		check_attrs(c, s, r);
		break;
	case NAME:
		check_name(c, s, r);
		break;
	}
	if (r->bad || r->at != r->end)
		errx(1, "%s: a %s of %s", packet_name(s->request),
		    packet_name(type), r->bad ? "fields that do not fit" :
		    "more bytes than its fields have");
}

static void
take_version(struct client *c, const struct reader *r)
{
	c->hello_len = (size_t)(r->end - r->at);
	c->init_answer = malloc(c->hello_len);
	if (c->init_answer == NULL)
		err(1, NULL);
	memcpy(c->init_answer, r->at, c->hello_len);
}

static void
take_frame(struct client *c, const uint8_t *at, uint32_t len)
{
	struct reader r = { .at = at, .end = at + len };
	unsigned type = get_u8(&r);
	struct slot *s;
	uint32_t id;

	if (type == VERSION && c->init_answer == NULL) {
		take_version(c, &r);
		return;
	}
	id = get_u32(&r);
	s = &c->slots[id % c->window];
	if (r.bad || !s->busy || s->id != id)
		errx(1, "%s for request id %u, which is not open",
		    packet_name(type), id);
	check_reply(c, s, type, &r);
	s->busy = false;
	c->free[--c->in_flight] = id % c->window;
}

/* Processes all complete frames of the input. */
static void
take_frames(struct client *c)
{
	struct bytes *b = &c->input;
	struct reader r;
	uint32_t len;

	while (b->len - b->head >= 4) {
		r = (struct reader){ b->at + b->head, b->at + b->len, false };
		len = get_u32(&r);
		if (len == 0 || len > MAX_FRAME)
			errx(1, "a frame of %u bytes", len);
		if ((size_t)(r.end - r.at) < len)
			return;
		b->head += 4 + len;
		take_frame(c, r.at, len);
	}
}

/* Reports how the server ended, which has closed its end. */
_Noreturn static void
gone(const struct client *c)
{
	int status = 0;

	close(c->in);
	close(c->out);
	waitpid(c->pid, &status, 0);
	errx(1, "the server ended (wait status %#x) with %u requests"
	    " unanswered", (unsigned)status, c->in_flight);
}

/* Makes one read(2). Returns false if there is nothing to read. */
static bool
receive(struct client *c)
{
	ssize_t n;

	bytes_reserve(&c->input, READ_SIZE);
	n = read(c->in, c->input.at + c->input.len, c->read_size);
	if (n == -1 && errno == EAGAIN)
		return false;
	if (n <= 0)
		gone(c);
	c->input.len += (size_t)n;
	take_frames(c);
	return true;
}

/* Writes until everything is sent (true) or the channel is full. */
static bool
flush(struct client *c)
{
	struct bytes *b = &c->output;
	ssize_t n;

	while (b->head < b->len) {
		n = write(c->out, b->at + b->head, b->len - b->head);
		if (n == -1 && errno == EAGAIN)
			return false;
		if (n == -1)
			gone(c);
		b->head += (size_t)n;
	}
	return true;
}

/* Sends as much as possible and waits until something was received. */
static void
pump(struct client *c)
{
	struct pollfd fds[2] = {
		{ .fd = c->in, .events = POLLIN },
		{ .fd = c->out }
	};

	for (;;) {
		fds[1].events = flush(c) ? 0 : POLLOUT;
		if (receive(c))
			return;
		if (poll(fds, 2, SILENCE_MS) == 0)
			errx(1, "no reply for %d s, %u requests unanswered",
			    SILENCE_MS / 1000, c->in_flight);
	}
}

void
client_drain(struct client *c)
{
	while (c->in_flight > 0)
		pump(c);
}

void
client_push(struct client *c)
{
	struct pollfd fd = { .fd = c->out, .events = POLLOUT };

	while (!flush(c))
		if (poll(&fd, 1, STALL_MS) == 0)
			return;
	/* Everything is sent: wait until the server is idle. */
	poll(NULL, 0, STALL_MS);
}

static struct bytes *
begin_frame(struct client *c, enum packet type)
{
	struct bytes *b = &c->output;

	bytes_reserve(b, 16);
	c->frame = b->len - b->head;	/* reserving may move the bytes */
	put_u32(b, 0);
	put_u8(b, type);
	return b;
}

static void
end_frame(struct client *c)
{
	struct bytes *b = &c->output;
	size_t start = b->head + c->frame, end = b->len;

	b->len = start;
	put_u32(b, (uint32_t)(end - start - 4));
	b->len = end;
}

struct bytes *
client_begin(struct client *c, enum packet type)
{
	struct bytes *b;
	struct slot *s;

	while (c->in_flight == c->window)
		pump(c);
	s = &c->slots[c->free[c->in_flight]];
	/* No id is used twice, so that a duplicate reply is detected. */
	s->id += c->window;
	s->request = type;
	b = begin_frame(c, type);
	put_u32(b, s->id);
	return b;
}

void
client_end_request(struct client *c, const struct expect *e)
{
	struct slot *s = &c->slots[c->free[c->in_flight]];

	end_frame(c);
	s->expect = *e;
	s->busy = true;
	c->in_flight++;
	c->requests++;
}

bool
client_hello(struct client *c)
{
	struct reader r;

	put_u32(begin_frame(c, INIT), (uint32_t)c->version);
	end_frame(c);
	while (c->init_answer == NULL)
		pump(c);
	r = (struct reader){ c->init_answer,
	    c->init_answer + c->hello_len, false };
	return get_u32(&r) == (uint32_t)c->version;
}

bool
client_announced(const struct client *c, const char *name)
{
	struct reader r = { c->init_answer,
	    c->init_answer + c->hello_len, false };
	const uint8_t *s;
	uint32_t len, skip;

	get_u32(&r);
	while (r.at < r.end) {
		s = get_str(&r, &len);
		get_str(&r, &skip);
		if (len == strlen(name) && memcmp(s, name, len) == 0)
			return true;
	}
	return false;
}

struct usage
client_end(struct client *c)
{
	struct usage u = { .rss_kib = client_rss_kib(c) };
	struct rusage r;
	char byte;
	int status;

	if (c->in == c->out)
		shutdown(c->out, SHUT_WR);
	else
		close(c->out);
	if (fcntl(c->in, F_SETFL, fcntl(c->in, F_GETFL) & ~O_NONBLOCK) == -1)
		err(1, "fcntl");
	if (read(c->in, &byte, 1) != 0)
		errx(1, "the server sent something after the last reply");
	if (wait4(c->pid, &status, 0, &r) == -1)
		err(1, "wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		errx(1, "the server's wait status is %#x", (unsigned)status);
	u.cpu_ns = (uint64_t)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) *
	    1000000000 +
	    (uint64_t)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000;
	close(c->in);
	free(c->input.at);
	free(c->output.at);
	free(c->init_answer);
	free(c->slots);
	free(c->free);
	free(c);
	return u;
}

int
client_version(const struct client *c)
{
	return c->version;
}

uint64_t
client_requests(const struct client *c)
{
	return c->requests;
}

uint64_t
client_cpu_ns(const struct client *c)
{
	return clock_ns(c->clock);
}

/*
 * Does not use ru_maxrss, which starts from the size of the process before
 * execve(2): ours.
 */
uint64_t
client_rss_kib(const struct client *c)
{
	unsigned long long kib = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)c->pid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
			break;
	fclose(f);
	return kib;
}
