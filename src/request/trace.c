/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "files/handle.h"
#include "os/log.h"
#include "request/trace.h"
#include "wire/sftp.h"

#define PFLAGS_LEN	64

void
trace_pflags(uint32_t pflags, char *to)
{
	static const struct {
		uint32_t	 bit;
		const char	*name;
	} names[] = {
		{ PF_READ, "READ" }, { PF_WRITE, "WRITE" },
		{ PF_APPEND, "APPEND" }, { PF_CREAT, "CREATE" },
		{ PF_TRUNC, "TRUNCATE" }, { PF_EXCL, "EXCL" },
	};
	size_t i;

	to[0] = '\0';
	for (i = 0; i < nitems(names); i++) {
		if ((pflags & names[i].bit) == 0)
			continue;
		if (to[0] != '\0')
			strlcat(to, ",", PFLAGS_LEN);
		strlcat(to, names[i].name, PFLAGS_LEN);
	}
}

/* What a request without a mode of its own creates with. */
static uint32_t
trace_mode(const struct request *q)
{
	if ((q->attr.has & HAS_MODE) == 0)
		return q->row->type == FXP_MKDIR ? 0777 : 0666;
	return q->row->type == FXP_MKDIR ? q->attr.mode & 07777 : q->attr.mode;
}

/*
 * The letters: p and q the paths, t the text, h and H the names of the
 * handles, n and N their numbers, o l w the three u64, c the first u32,
 * i the same with a sign, s the length of the data, f the open flags, m the
 * mode.
 */
static void
trace_field(struct log_line *l, char letter, const struct request *q)
{
	char flags[PFLAGS_LEN];

	switch (letter) {
	case 'p':
		log_put(l, q->path[0], true);
		break;
	case 'q':
		log_put(l, q->path[1], true);
		break;
	case 't':
		log_put(l, q->text, true);
		break;
	case 'h':
		log_put(l, handle_name(q->handle[0]), true);
		break;
	case 'H':
		log_put(l, handle_name(q->handle[1]), true);
		break;
	case 'n':
		log_putf(l, "%d", handle_number(q->handle[0]));
		break;
	case 'u':
		log_putf(l, "%u", (unsigned)handle_number(q->handle[0]));
		break;
	case 'N':
		log_putf(l, "%d", handle_number(q->handle[1]));
		break;
	case 'o':
		log_putf(l, "%llu", (unsigned long long)q->u64[0]);
		break;
	case 'l':
		log_putf(l, "%llu", (unsigned long long)q->u64[1]);
		break;
	case 'w':
		log_putf(l, "%llu", (unsigned long long)q->u64[2]);
		break;
	case 'c':
		log_putf(l, "%u", q->u32[0]);
		break;
	case 'i':
		log_putf(l, "%d", (int)q->u32[0]);
		break;
	case 's':
		log_putf(l, "%zu", q->str[0].len);
		break;
	case 'f':
		trace_pflags(q->pflags, flags);
		log_put(l, flags, false);
		break;
	case 'm':
		log_putf(l, "%o", trace_mode(q));
		break;
	}
}

static void
trace_template(enum log_level level, const char *p, const struct request *q,
    bool with_id)
{
	struct log_line l;
	char literal[2] = "";

	log_start(&l, level);
	if (with_id)
		log_putf(&l, "request %u: ", q->id);
	for (; *p != '\0'; p++) {
		if (*p == '%') {
			trace_field(&l, *++p, q);
			continue;
		}
		literal[0] = *p;
		log_put(&l, literal, false);
	}
	log_end(&l);
}

void
trace_request(const struct request *q)
{
	enum log_level level;

	if (q->row->trace != NULL && log_wants(LOG_LEVEL_DEBUG1)) {
		level = q->row->trace[0] == '1' ? LOG_LEVEL_DEBUG1 :
		    LOG_LEVEL_DEBUG3;
		if (log_wants(level))
			trace_template(level, q->row->trace + 1, q, true);
	}
	if (q->row->line != NULL && log_wants(LOG_LEVEL_INFO)) {
		if (q->row->line[0] == 'C') {
			handle_log_close(q->handle[0], "");
			return;
		}
		level = q->row->line[0] == 'I' ? LOG_LEVEL_INFO :
		    LOG_LEVEL_VERBOSE;
		if (log_wants(level))
			trace_template(level, q->row->line + 1, q, false);
	}
}
