/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "files/silly.h"
#include "files/temp.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/sink.h"
#include "paths/locate.h"
#include "request/atomic.h"
#include "request/decode.h"
#include "request/permit.h"
#include "request/reply.h"
#include "request/table.h"
#include "request/task.h"
#include "request/trace.h"
#include "request/xferlog.h"
#include "session/gate.h"
#include "session/init.h"
#include "wire/sftp.h"

/* Releases what the request holds: its places may be temporary files'. */
static void
dispatch_release(struct request *q)
{
	struct operand *o;

	for (o = q->operand; o < q->operand + nitems(q->operand); o++) {
		if (o->place.hold != NULL)
			locate_release(&o->place);
		o->place.name = NULL;
		if (o->temp != NULL)
			temp_release(o->temp);
		o->temp = NULL;
	}
	if (q->task != NULL)
		task_end(q);
}

/*
 * Lets the answer wait for `wait` milliseconds. Returns false if there is no
 * memory.
 */
static bool
dispatch_settle(struct request *q, unsigned wait, int outcome, bool replied)
{
	if (q->task == NULL &&
	    task_begin(q, sizeof(struct task), NULL) == NULL)
		return false;
	*q->task = (struct task){ .wait = wait, .over = true,
	    .outcome = outcome, .replied = replied };
	return true;
}

/*
 * Sends the one reply of a request, once the silly names that it gave up are
 * gone. A file system may count a file as open for a while after its close, and
 * the next request would still meet it.
 */
static enum verdict
dispatch_end(struct session *s, struct request *q, int outcome, bool replied)
{
	struct silly_list *leaving = &s->handles.leaving;
	unsigned wait;

	if (!LIST_EMPTY(leaving) &&
	    (wait = silly_retry(leaving, clock_ms())) > 0 &&
	    dispatch_settle(q, wait, outcome, replied))
		return VERDICT_PENDING;
	if (q->task != NULL)
		task_end(q);
	if (!replied)
		reply_status(s, q, outcome);
	return s->fatal ? VERDICT_FATAL : VERDICT_DONE;
}

/*
 * Answers with the outcome of a request, unless that is PENDING. A reply that
 * the handler built before it failed is removed.
 */
static enum verdict
dispatch_answer(struct session *s, struct request *q, size_t mark, int outcome)
{
	bool replied;

	if (outcome == PENDING)
		return VERDICT_PENDING;
	dispatch_release(q);
	if (q->ruling.conceal != CONCEAL_NOTHING)
		outcome = permit_conceal(q, outcome);
	if (q->recorded)
		xferlog_end(q, outcome);
	replied = outcome == 0 && s->out.len > mark;
	if (!replied)
		s->out.len = mark;
	return dispatch_end(s, q, outcome, replied);
}

static bool
name_permitted(const struct session *s, const char *name, bool writes)
{
	switch (policy_permits(&s->policy, name, writes)) {
	case REFUSE_READ_ONLY:
		log_verbose("Refusing %s request in read-only mode", name);
		return false;
	case REFUSE_DENIED:
		log_verbose("Refusing denylisted %s request", name);
		return false;
	case REFUSE_NOT_ALLOWED:
		log_verbose("Refusing non-allowlisted %s request", name);
		return false;
	case PERMIT:
		break;
	}
	if (s->policy.access.allow != NULL)
		log_debug2("Permitting allowlisted %s request", name);
	return true;
}

bool
gate_permitted(const struct session *s, const struct request_kind *kind,
    const struct request_form *form)
{
	bool writes = (kind->bits & KIND_WRITES) != 0;

	if (policy_permits_all(&s->policy) ||
	    (kind->bits & KIND_UNGOVERNED) != 0)
		return true;
	/* Only the upgrade will tell which of two names governs it. */
	if (form->alias != NULL && policy_permits(&s->policy, form->alias,
	    writes) == PERMIT)
		return true;
	return name_permitted(s, kind->name, writes);
}

/*
 * Judges what only the upgrade knows: which of two names governs the request,
 * which other requests' effects it has, and if an OPEN changes anything.
 */
static bool
effects_permitted(const struct session *s, const struct request *q)
{
	size_t i;

	if (policy_permits_all(&s->policy))
		return true;
	if (q->form->alias != NULL && !name_permitted(s, q->kind->name,
	    (q->kind->bits & KIND_WRITES) != 0))
		return false;
	for (i = 0; i < nitems(q->needs) && q->needs[i] != NULL; i++)
		if (!name_permitted(s, q->needs[i], false))
			return false;
	if (q->writes && s->policy.access.read_only) {
		log_verbose("Refusing %s request in read-only mode",
		    q->kind->name);
		return false;
	}
	return true;
}

/*
 * Checks that the session is not expired and has handles left. Returns 0 or the
 * outcome.
 */
static int
may_open(const struct session *s, struct request *q)
{
	uint64_t max = s->policy.limits.handles;

	if (s->expired) {
		q->message = "the time of this session is over";
		return FX_PERMISSION_DENIED;
	}
	if ((q->kind->bits & KIND_MAKES_HANDLE) == 0 ||
	    ((max == 0 || (uint64_t)s->handles.open < max) &&
	    s->handles.bare < HANDLES_BARE_MAX))
		return 0;
	q->message = "too many open handles";
	return FX_FAILURE;
}

/* Decodes a request that is refused by its name, if it has a record. */
static void
record_refused(struct session *s, struct reader *r, struct request *q)
{
	if (q->kind->record == NULL || !sink_on() ||
	    decode_request(s, r, q) != 0)
		return;
	q->writes = true;
	if (q->form->upgrade != NULL)
		(void)q->form->upgrade(&s->policy, q);
	xferlog_begin(s, q);
}

/*
 * Makes the rulings of requests for which no path rule holds. The policy does
 * not change, so those of the first request hold for all.
 */
static void
rule_usual(struct session *s)
{
	struct ask ask;

	for (ask.replace = 0; ask.replace < REPLACE_WISHES; ask.replace++)
		s->usual[ask.replace] = policy_decide(&s->policy, NULL, &ask);
	s->ruled = true;
}

/*
 * Makes the places of the request's paths, and judges the request there: see
 * permit.h. The place of a path that means a temporary file, of this session
 * or, where files.atomic is keep, of an earlier one, is that of the file: see
 * atomic.h. Returns 0 or the outcome.
 */
static int
look_up(struct session *s, struct request *q)
{
	const bool temps = !LIST_EMPTY(&s->handles.temps);
	struct operand *o;
	int r = 0;

	for (o = q->operand; o < q->operand + nitems(q->operand); o++) {
		if (o->path == NULL)
			continue;
		/*
		 * From version 4 on an empty path is where the session started.
		 */
		if (o->path[0] == '\0' && q->precise && !q->writes)
			o->path = ".";
		if (r == 0 && (o->how & PLACE_NONE) == 0 &&
		    !(temps && atomic_locate(s, o)))
			r = o == &q->object ?
			    locate_path(&s->fs, o->path, o->how, &o->place) :
			    locate_second(&s->fs, o->path, o->how,
			    &q->object.place, &o->place);
	}
	if (r == 0 && temps)
		atomic_resolve(s, q);
	if (s->fs.resolves)
		r = permit_judge(s, q, r);
	if (r == 0 && q->ruling.atomic == ATOMIC_KEEP)
		atomic_resolve_kept(s, q);
	return r;
}

/* Takes a request from its kind to the outcome. */
static int
dispatch_run(struct session *s, struct reader *r, struct request *q)
{
	const struct request_kind *asked = q->kind;
	int outcome, upgraded = 0;

	if (!gate_permitted(s, asked, q->form)) {
		record_refused(s, r, q);
		return FX_PERMISSION_DENIED;
	}
	if ((outcome = decode_request(s, r, q)) != 0)
		return outcome;
	q->writes = (asked->bits & KIND_WRITES) != 0;
	q->object.takes.always = asked->rights[0];
	q->target.takes.always = asked->rights[1];
	if (q->form->upgrade != NULL)
		upgraded = q->form->upgrade(&s->policy, q);
	if (log_wants(LOG_LEVEL_INFO))
		trace_request(q);
	if (q->kind->record != NULL && sink_on())
		xferlog_begin(s, q);
	if (q->form->upgrade != NULL && !effects_permitted(s, q))
		return FX_PERMISSION_DENIED;
	if (upgraded != 0)
		return upgraded;
	if ((asked->bits & KIND_OPENS) != 0 && (outcome = may_open(s, q)) != 0)
		return outcome;
	if (q->object.wants != WANTS_NONE &&
	    (outcome = decode_handles(s, q)) != 0)
		return outcome;
	if (!s->ruled)
		rule_usual(s);
	q->ruling = s->usual[q->ask.replace];
	if (q->object.path != NULL)
		outcome = look_up(s, q);
	else if (s->fs.resolves)
		outcome = permit_judge(s, q, 0);
	return outcome != 0 ? outcome : q->kind->run(s, q);
}

static void
dispatch_find_extended(struct session *s, struct reader *r, struct request *q)
{
	struct slice name = get_str(r);

	if (r->dry)
		return;
	if (table_find_extended(q, name, s->version) && !init_hides(s, q->kind))
		return;
	q->kind = NULL;
	if (log_wants(LOG_LEVEL_ERROR)) {
		char text[101] = "";

		memcpy(text, name.p, name.len < 100 ? name.len : 100);
		log_error("Unknown extended request \"%s\"", text);
	}
}

static enum verdict
dispatch_request(struct session *s, uint8_t type, struct reader *r,
    struct request *q)
{
	size_t mark = s->out.len;
	int outcome;

	memset(q, 0, offsetof(struct request, ruling));
	q->ruling.conceal = CONCEAL_NOTHING;
	q->attr.has = 0;
	q->unknown.n = 0;
	q->id = get_u32(r);
	s->requests++;
	if (type == FXP_EXTENDED)
		dispatch_find_extended(s, r, q);
	else if (!table_find(&s->index, q, type, s->version))
		log_error("Unknown message %u", type);
	if (q->kind == NULL)
		outcome = r->dry ? FX_BAD_MESSAGE : FX_OP_UNSUPPORTED;
	else
		outcome = dispatch_run(s, r, q);
	return dispatch_answer(s, q, mark, outcome);
}

enum verdict
gate_packet(struct session *s, uint8_t *p, size_t len, struct request *q)
{
	uint8_t type = p[0];
	struct reader r;

	reader_init(&r, p + 1, len - 1);
	if (type == FXP_INIT) {
		if (init_answer(s, &r))
			return VERDICT_DONE;
		log_at(LOG_LEVEL_FATAL,
		    "process_init: parse: incomplete message");
		return VERDICT_FATAL;
	}
	if (s->version == 0) {
		if (type == FXP_EXTENDED)
			log_at(LOG_LEVEL_FATAL,
			    "Received extended request before init");
		else
			log_at(LOG_LEVEL_FATAL,
			    "Received %u request before init", type);
		return VERDICT_FATAL;
	}
	if (len < 5) {
		log_at(LOG_LEVEL_FATAL, "process: parse %s: incomplete message",
		    type == FXP_EXTENDED ? "extended ID" : "ID");
		return VERDICT_FATAL;
	}
	return dispatch_request(s, type, &r, q);
}

enum verdict
gate_resume(struct session *s, struct request *q)
{
	const struct task *t = q->task;
	size_t mark = s->out.len;

	return t->over ? dispatch_end(s, q, t->outcome, t->replied) :
	    dispatch_answer(s, q, mark, t->step(s, q));
}

void
gate_abandon(struct session *s, struct request *q)
{
	int outcome;

	s->ending = true;
	if (!q->task->over) {
		outcome = q->task->step(s, q);
		if (q->recorded)
			xferlog_end(q, outcome == PENDING ? FX_FAILURE :
			    outcome);
	}
	dispatch_release(q);
}
