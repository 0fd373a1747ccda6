/* SPDX-License-Identifier: ISC */
/*
 * The only file of the model that includes the server. It sends letters to the
 * gate as packets and turns the replies into answers.
 */
#include "config.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "../unit/gate.h"
#include "conf/conf.h"
#include "conf/setting.h"
#include "drive.h"
#include "os/fs.h"
#include "os/log.h"
#include "paths/locate.h"
#include "request/table.h"
#include "request/task.h"
#include "wire.h"

#define LIST_HANDLE	HANDLES		/* of OP_LIST */

static struct session sessions[SESSIONS];
static struct policy policy;
static const struct scope *scope;
static char top[256];
static struct handle_id ids[HANDLES + 1];
static int lowest_fd;

/*
 * Run a packet to its end. The clock is moved on for a request that waits. The
 * packet has a buffer of its own length, and one zero byte, for the sanitizer
 * to see reads beyond.
 */
static enum verdict
dispatch_whole(struct session *s, const struct packet *p)
{
	uint8_t *copy = malloc(p->len + 1);
	struct request q;
	enum verdict v;

	memcpy(copy, p->data, p->len);
	copy[p->len] = '\0';
	v = gate_packet(s, copy, p->len, &q);
	while (v == VERDICT_PENDING) {
		store_wait(q.task->wait);
		v = gate_resume(s, &q);
	}
	free(copy);
	return v;
}

/* Run a request and read its reply. */
static void
run(struct session *s, const struct letter *l, struct handle_id *opened,
    struct answer *a)
{
	struct packet p;
	const char *fault;

	packet_make(&p, scope->version, l, &ids[l->handle]);
	s->out.len = 0;
	fault = dispatch_whole(s, &p) != VERDICT_DONE ? "the session ends" :
	    gate_fault(s, p.data, p.len);
	if (fault != NULL)
		snprintf(a->fault, sizeof(a->fault), "%s", fault);
	else
		reply_read(scope->version, s->out.data + 4, s->out.len - 4, a,
		    opened);
}

static void
run_list(struct session *s, const struct letter *l, struct answer *a)
{
	struct letter next = *l;
	struct answer closed = { 0 };

	run(s, l, &ids[LIST_HANDLE], a);
	if (a->type != T_HANDLE)
		return;
	next.handle = LIST_HANDLE;
	next.op = OP_READDIR;
	do {
		run(s, &next, NULL, a);
	} while (a->type == T_NAME);
	/* A listing is complete if EOF ends it. */
	if (a->type == T_STATUS && a->status == 1)
		a->type = T_NAME;
	next.op = OP_CLOSE;
	run(s, &next, NULL, &closed);
}

static void
session_begin(struct session *s)
{
	char culprit[PATH_MAX];

	memset(s, 0, sizeof(*s));
	s->client = "model";
	s->policy = policy;
	s->self = (struct ident){ .uid = geteuid(), .name = "me",
	    .home = "/none" };
	s->version = scope->version;
	handles_init(&s->handles, s->fs.cwd);
	if (policy.resolves) {
		if (locate_confine(&s->fs, policy.root != NULL ? policy.root :
		    "/", policy.root_fixed, culprit) != 0)
			abort();
		s->fs.policy = &s->policy;
	}
	if (locate_enter(&s->fs, policy.root != NULL ? NULL : top) != 0)
		abort();
}

static void
session_end(struct session *s)
{
	handles_end(&s->handles);
	buf_free(&s->out);
	free(s->created.files);
	if (s->fs.resolves)
		close(s->fs.root);
}

static int
next_fd(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	close(fd);
	return fd;
}

void
drive_begin(void)
{
	int i;

	store_reset();
	disk_begin(scope);
	for (i = 0; i < scope->sessions; i++)
		session_begin(&sessions[i]);
}

void
drive_letter(const struct letter *l, int slot, struct answer *a)
{
	struct session *s = &sessions[l->session];

	memset(a, 0, sizeof(*a));
	if (l->op == OP_END) {
		session_end(s);
		session_begin(s);
		a->type = T_STATUS;
		return;
	}
	if (l->op == OP_WRITE)
		store_arm(l->how);
	if (l->op == OP_LIST)
		run_list(s, l, a);
	else
		run(s, l, slot >= 0 ? &ids[slot] : NULL, a);
	if (store_waited() > 0 && a->fault[0] == '\0')
		snprintf(a->fault, sizeof(a->fault),
		    "waits although nothing is refused here");
}

const char *
drive_end(void)
{
	int i;

	for (i = 0; i < scope->sessions; i++)
		session_end(&sessions[i]);
	(void)store_waited();
	if (next_fd() == lowest_fd)
		return NULL;
	lowest_fd = next_fd();
	return "a descriptor is left open";
}

/* Make the policy of the scope's options. */
static int
resolve_options(struct conf *c, struct error *m)
{
	static const struct facts facts = { .user = "me", .home = "/none" };
	char option[512];
	int i;

	for (i = 0; scope->policy->options[i] != NULL; i++)
		if (conf_option(c, scope->policy->options[i], m) != 0)
			return -1;
	snprintf(option, sizeof(option), "root=%s", top);
	if (scope->policy->root && conf_option(c, option, m) != 0)
		return -1;
	snprintf(option, sizeof(option), "protocol.max_version=%d",
	    scope->version);
	if (conf_option(c, option, m) != 0)
		return -1;
	return conf_resolve(c, &facts, &policy, m);
}

const char *
drive_init(const struct scope *sc)
{
	static struct error m;
	static const char *const extensions[] = { NULL };
	const char *requests[REQUEST_NAMES_MAX] = { NULL };
	struct conf *c = conf_new(requests, extensions);
	int r;

	scope = sc;
	table_names(requests);
	if (getcwd(top, sizeof(top)) == NULL)
		return "no directory to work in";
	fs_umask(022);
	log_init("model", LOG_LEVEL_QUIET, LOG_AUTH, false);
	r = resolve_options(c, &m);
	conf_free(c);
	lowest_fd = next_fd();
	return r == 0 ? NULL : m.text;
}

void
drive_exit(void)
{
	policy_free(&policy);
}
