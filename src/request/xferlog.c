/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "files/sum.h"
#include "os/sink.h"
#include "request/xferlog.h"
#include "wire/sftp.h"
#include "wire/status.h"

/* Records a name as the client sent it, made absolute. */
static void
record_path(const struct session *s, const char *key, const char *path)
{
	char full[2 * PATH_MAX + 1];

	if (path == NULL)
		return;
	if (path[0] == '/') {
		sink_text(key, path);
		return;
	}
	snprintf(full, sizeof(full), "%s/%s",
	    strcmp(s->fs.cwd, "/") == 0 ? "" : s->fs.cwd, path);
	sink_text(key, full);
}

/*
 * Records the name of a handle's file. A file without one, because the session
 * removed or replaced it, is recorded under another key by the name by which it
 * was opened, so that nobody takes it for the file that has that name now.
 */
static void
record_handle(const struct session *s, const char *key, const struct handle *h)
{
	const char *now = h != NULL ? index_name(h) : NULL;
	char was[16];

	if (h == NULL)
		return;
	if (now != NULL && now[0] == '\0') {
		snprintf(was, sizeof(was), "%s_was", key);
		key = was;
		now = NULL;
	}
	record_path(s, key, now != NULL ? now : h->name);
}

static void
record_sets(const struct attr *a)
{
	static const struct word words[] = {
		{ "size", HAS_SIZE }, { "mode", HAS_MODE },
		{ "times", HAS_ATIME | HAS_MTIME },
		{ "owner", HAS_IDS | HAS_OWNER }, { "space", HAS_ALLOC },
		{ "acl", HAS_ACL }, { "bits", HAS_BITS }, { 0 }
	};
	char list[FIELD_WORDS_LEN], mode[8];

	if (a->has == 0)
		return;
	field_words(words, a->has, list);
	sink_text("sets", list);
	if ((a->has & HAS_SIZE) != 0)
		sink_number("size", a->size);
	if ((a->has & HAS_MODE) != 0) {
		snprintf(mode, sizeof(mode), "%04o", a->mode & 07777);
		sink_text("mode", mode);
	}
}

static void
record_bytes(const struct handle *h)
{
	sink_number("read", h->bytes_read);
	sink_number("written", h->bytes_written);
	if (h->failed != 0)
		sink_text("error", status_name(status_code(h->failed,
		    6)));
}

static void
record_head(const struct session *s, const char *op)
{
	sink_begin(s->self.name, s->client, op);
	if (s->fs.confined)
		sink_text("root", s->fs.outside);
}

/* Records the fields that the request has. */
static void
record_fields(const struct session *s, const struct request *q)
{
	record_path(s, "path", q->object.path);
	record_handle(s, "path", q->object.handle);
	record_path(s, "to", q->target.path);
	record_handle(s, "to", q->target.handle);
	if (q->link_text != NULL)
		sink_text("text", q->link_text);
	record_sets(&q->attr);
}

void
xferlog_begin(const struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	bool closes = (q->kind->bits & KIND_ENDS_HANDLE) != 0;
	char sum[SUM_HEX_MAX];

	if (closes && (h == NULL || h->kind != HANDLE_FILE))
		return;
	q->recorded = true;
	record_head(s, q->kind->record);
	record_fields(s, q);
	if (closes) {
		record_bytes(h);
		if (sum_take(h, sum))
			sink_text("sha256", sum);
		sink_text("end", "client");
	}
}

void
xferlog_end(const struct request *q, int outcome)
{
	if ((q->kind->bits & KIND_RECORDED_LATER) != 0 &&
	    (outcome == 0 || !q->writes)) {
		sink_drop();
		return;
	}
	sink_text("result", status_name(status_code(outcome, 6)));
	if (outcome < 0)
		sink_text("reason", strerror(-outcome));
	sink_end();
}

void
xferlog_forced(const struct session *s)
{
	const struct handle *h;
	int i;

	for (i = 0; sink_on() && i < s->handles.count; i++) {
		h = handle_at(&s->handles, i);
		if (h->kind != HANDLE_FILE)
			continue;
		record_head(s, "close");
		record_handle(s, "path", h);
		record_bytes(h);
		sink_text("end", "forced");
		sink_text("result", status_name(FX_CONNECTION_LOST));
		sink_end();
	}
}
