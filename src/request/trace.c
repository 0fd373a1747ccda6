/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "files/handle.h"
#include "os/clock.h"
#include "os/log.h"
#include "request/table.h"
#include "request/trace.h"

/*
 * Appends the value of the field whose name begins at `p`, and returns what
 * follows the name.
 */
static const char *
trace_field(struct trace *t, const char *p)
{
	size_t len = strcspn(p, "}");
	const struct field_row *f = field_named(p, len);

	f->print(t, (const char *)t->q + f->member);
	return p + len + 1;
}

static void
trace_template(struct trace *t, const char *p)
{
	char literal[2] = "";

	while (*p != '\0') {
		if (*p == '{') {
			p = trace_field(t, p + 1);
			continue;
		}
		literal[0] = *p++;
		log_put(&t->line, literal, false);
	}
	log_end(&t->line);
}

/* Returns the line for the handle's type, or that of the request. */
static const struct line *
trace_choose(const struct request *q)
{
	const struct handle *h = q->object.handle;

	return q->kind->dir_line.text != NULL &&
	    (h == NULL || h->kind != HANDLE_FILE) ? &q->kind->dir_line :
	    &q->kind->line;
}

void
trace_request(const struct session *s, const struct request *q)
{
	const struct line *trace = &q->kind->trace, *line;
	struct trace t;

	t.s = s;
	t.q = q;
	if (trace->text != NULL && log_wants(trace->level)) {
		log_start(&t.line, trace->level);
		log_putf(&t.line, "request %u: ", q->id);
		trace_template(&t, trace->text);
	}
	line = trace_choose(q);
	if (line->text != NULL && log_wants(line->level)) {
		log_start(&t.line, line->level);
		trace_template(&t, line->text);
	}
}

void
trace_forced(struct session *s)
{
	struct request q = { .kind = table_named("close") };
	struct trace t = { .s = s, .q = &q };
	const struct line *line;
	int i;

	for (i = 0; i < s->handles.count; i++) {
		q.object.handle = handle_at(&s->handles, i);
		if (q.object.handle->kind == HANDLE_FREE)
			continue;
		line = trace_choose(&q);
		if (log_wants(line->level)) {
			log_start(&t.line, line->level);
			log_put(&t.line, "forced ", false);
			trace_template(&t, line->text);
		}
		handle_end(&s->handles, q.object.handle);
	}
}

void
trace_sets(const struct attr *a, const char *name)
{
	char date[CLOCK_DATE_LEN];

	if (!log_wants(LOG_LEVEL_INFO))
		return;
	if ((a->has & HAS_SIZE) != 0)
		log_info("set \"%s\" size %llu", name,
		    (unsigned long long)a->size);
	if ((a->has & HAS_MODE) != 0)
		log_info("set \"%s\" mode %04o", name, a->mode);
	if ((a->has & HAS_MTIME) != 0) {
		clock_date(a->mtime, CLOCK_LOG, date);
		log_info("set \"%s\" modtime %s", name, date);
	}
	if ((a->has & HAS_IDS) != 0)
		log_info("set \"%s\" owner %lu group %lu", name,
		    (unsigned long)a->uid, (unsigned long)a->gid);
	if ((a->has & HAS_ALLOC) != 0)
		log_info("set \"%s\" allocation-size %llu", name,
		    (unsigned long long)a->alloc);
	if ((a->has & HAS_ACL) != 0)
		log_info("set \"%s\" acl", name);
	if ((a->has & HAS_BITS) != 0)
		log_info("set \"%s\" attrib-bits 0x%x valid 0x%x", name,
		    a->bits, a->bits_valid);
}
