/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "files/suspend.h"
#include "os/charset.h"
#include "os/log.h"
#include "request/decode.h"
#include "wire/sftp.h"

/* The texts of a request, which are terminated when all has been read. */
struct texts {
	int		 n;
	struct slice	 at[FORM_FIELDS];
};

static const char *
get_text(struct reader *r, struct texts *texts)
{
	struct slice text = get_str(r);

	texts->at[texts->n++] = text;
	return (const char *)text.p;
}

static void
decode_handle(struct session *s, struct reader *r, struct request *q,
    const struct field_row *f)
{
	struct operand *o = &q->operand[f->operand];
	struct slice id = get_str(r);

	o->handle = handle_find(&s->handles, id.p, id.len);
	o->wants = f->how;
}

static void
decode_field(struct session *s, struct reader *r, struct request *q,
    const struct field_row *f, struct texts *texts, int *outcome)
{
	void *to = field_member(q, f);

	switch (f->type) {
	case FIELD_PATH:
		q->operand[f->operand].how = f->how;
		/* FALLTHROUGH */
	case FIELD_NAME:
	case FIELD_TEXT:
		*(const char **)to = get_text(r, texts);
		break;
	case FIELD_HANDLE:
		decode_handle(s, r, q, f);
		break;
	case FIELD_DATA:
		*(struct slice *)to = get_str(r);
		break;
	case FIELD_REST:
		*(struct slice *)to = get_rest(r);
		break;
	case FIELD_ATTRS:
		*outcome = attr_get(r, s->version, to);
		break;
	case FIELD_U64:
		*(uint64_t *)to = get_u64(r);
		break;
	case FIELD_U32:
		*(uint32_t *)to = get_u32(r);
		break;
	case FIELD_U8:
		*(uint8_t *)to = get_u8(r);
		break;
	case FIELD_NONE:
		break;
	}
}

/* Ends the texts, which only now overwrites nothing that is still needed. */
static int
decode_terminate(const struct texts *texts)
{
	const struct slice *text;
	int r = 0;

	for (text = texts->at; text < texts->at + texts->n; text++) {
		if (memchr(text->p, '\0', text->len) != NULL)
			r = FX_INVALID_FILENAME;
		text->p[text->len] = '\0';
	}
	return r;
}

int
decode_name(struct session *s, const char *name, char *to)
{
	int r;

	if (s->charset == NULL || !s->translate || s->version <= 3)
		return strlcpy(to, name, PATH_MAX) < PATH_MAX ? 0 :
		    -ENAMETOOLONG;
	r = charset_to_disk(s->charset, name, to, PATH_MAX);
	return r == -EILSEQ ? FX_INVALID_FILENAME : r;
}

/* Translates the names of a request to those on disk, where they differ. */
static int
decode_names(struct session *s, struct request *q)
{
	const struct field_row *f;
	const enum field *field;
	const char **name;
	int n = 0, r = 0;

	if (s->charset == NULL || !s->translate || s->version <= 3)
		return 0;
	for (field = q->form->fields; *field != NOTHING && r == 0; field++) {
		f = &field_rows[*field];
		if (f->type != FIELD_PATH && f->type != FIELD_NAME)
			continue;
		name = field_member(q, f);
		r = decode_name(s, *name, s->names[n]);
		*name = s->names[n++];
	}
	return r;
}

int
decode_request(struct session *s, struct reader *r, struct request *q)
{
	struct texts texts = { .n = 0 };
	const enum field *field;
	int outcome = 0;
	bool optional = false;

	q->precise = s->version > 3;
	for (field = q->form->fields; *field != NOTHING; field++) {
		if (*field == OPTIONAL) {
			optional = true;
			continue;
		}
		if (optional && reader_left(r) == 0)
			break;
		q->optional += optional;
		decode_field(s, r, q, &field_rows[*field], &texts, &outcome);
	}
	if (r->dry)
		return FX_BAD_MESSAGE;
	if (outcome != 0)
		return outcome;
	if ((outcome = decode_terminate(&texts)) != 0)
		return outcome;
	return decode_names(s, q);
}

/* A handle whose file could not be opened again, or was let go for good. */
static int
handle_lost(const struct request *q, struct handle *h)
{
	if ((q->kind->bits & KIND_WRITES) != 0 && !h->refused) {
		h->refused = true;
		log_error("%s of \"%s\" refused: it was let go for a rename",
		    q->kind->name, h->name);
	}
	return q->kind->lost_handle != 0 ? q->kind->lost_handle : FX_FAILURE;
}

/*
 * From version 4 on an empty path is where the session started, for what
 * only reads.
 */
void
decode_empty_paths(struct request *q)
{
	int i;

	for (i = 0; i < (int)nitems(q->operand); i++)
		if (q->precise && !q->writes && q->operand[i].path != NULL &&
		    q->operand[i].path[0] == '\0')
			q->operand[i].path = ".";
}

static bool
handle_fits(const struct handle *h, enum wants wants)
{
	return h != NULL && (wants == WANTS_ANY ||
	    h->kind == (wants == WANTS_DIR ? HANDLE_DIR : HANDLE_FILE));
}

int
decode_handles(struct session *s, struct request *q)
{
	const struct operand *o;

	for (o = q->operand; o < q->operand + nitems(q->operand); o++) {
		if (o->wants == WANTS_NONE)
			continue;
		if (!handle_fits(o->handle, o->wants)) {
			if (q->kind->bad_handle != NULL)
				log_error("%s", q->kind->bad_handle);
			return FX_INVALID_HANDLE;
		}
		if (o->wants == WANTS_OPEN_FILE &&
		    o->handle->state != HANDLE_OPEN &&
		    suspend_wake(&s->fs, &s->handles, o->handle) != 0)
			return handle_lost(q, o->handle);
	}
	return 0;
}
