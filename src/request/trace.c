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
put_field(struct log_line *to, const struct request *q, const char *p)
{
	size_t len = strcspn(p, "}");
	const struct field_row *f = field_named(p, len);

	f->print(to, (const char *)q + f->member);
	return p + len + 1;
}

/*
 * Writes a line if there is one and the level includes it. It begins with
 * `start`, or with the id of the request if that is NULL.
 */
static void
write_line(const struct line *line, const char *start, const struct request *q)
{
	const char *p = line->text;
	char literal[2] = "";
	struct log_line to;

	if (p == NULL || !log_wants(line->level))
		return;
	log_start(&to, line->level);
	if (start == NULL)
		log_putf(&to, "request %u: ", q->id);
	else
		log_put(&to, start, false);
	while (*p != '\0') {
		if (*p == '{') {
			p = put_field(&to, q, p + 1);
			continue;
		}
		literal[0] = *p++;
		log_put(&to, literal, false);
	}
	log_end(&to);
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
trace_request(const struct request *q)
{
	write_line(&q->kind->trace, NULL, q);
	write_line(trace_choose(q), "", q);
}

void
trace_forced(struct session *s)
{
	struct request q = { .kind = table_named("close") };
	int i;

	for (i = 0; i < s->handles.count; i++) {
		q.object.handle = handle_at(&s->handles, i);
		if (q.object.handle->kind == HANDLE_FREE)
			continue;
		write_line(trace_choose(&q), "forced ", &q);
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
