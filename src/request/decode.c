/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "files/suspend.h"
#include "os/charset.h"
#include "os/log.h"
#include "request/decode.h"
#include "wire/sftp.h"

/* The strings of a request, terminated when all of it was read. */
struct texts {
	int		 n;
	struct slice	 at[FORM_FIELDS];
};

/*
 * Terminates the texts. The byte behind one begins the next field, so this
 * waits until all fields are read.
 */
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

/*
 * Translates a name that a client sent to that on disk; `to` has PATH_MAX
 * bytes. Returns 0, FX_INVALID_FILENAME or -ENAMETOOLONG.
 */
static int
decode_name(struct session *s, const char *name, char *to)
{
	int r;

	if (s->charset == NULL || !s->translate || s->version <= 3)
		return strlcpy(to, name, PATH_MAX) < PATH_MAX ? 0 :
		    -ENAMETOOLONG;
	r = charset_to_disk(s->charset, name, to, PATH_MAX);
	return r == -EILSEQ ? FX_INVALID_FILENAME : r;
}

/* Converts the names of a request to those on disk. */
static int
decode_names(struct session *s, struct request *q)
{
	const struct field_row *f;
	const enum field *field;
	const char **name;
	int n = 0, r = 0;

	if (!s->translate || s->version <= 3)
		return 0;
	for (field = q->form->fields; *field != NOTHING && r == 0; field++) {
		f = &field_rows[*field];
		if (f->type != FIELD_PATH && f->type != FIELD_NAME)
			continue;
		name = (const char **)((char *)q + f->member);
		r = decode_name(s, *name, s->names[n]);
		*name = s->names[n++];
	}
	return r;
}

/*
 * Appends a name to a path, which has room for PATH_MAX bytes; one that begins
 * with a slash replaces it.
 */
static int
compose_one(const char *name, char *path)
{
	size_t len = name[0] == '/' ? 0 : strlen(path);

	if (len + 1 + strlen(name) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (len > 0)
		path[len++] = '/';
	memcpy(path + len, name, strlen(name) + 1);
	return 0;
}

/*
 * Appends the compose-paths of a REALPATH to its path, so that the rules judge
 * the path that the request is about. Returns 0 or the outcome.
 */
static int
decode_compose(struct session *s, struct request *q)
{
	char raw[PATH_MAX], name[PATH_MAX], *path = s->names[0];
	struct reader r;
	struct slice c;
	int error;

	if (q->object.path != path &&
	    strlcpy(path, q->object.path, PATH_MAX) >= PATH_MAX)
		return -ENAMETOOLONG;
	q->object.path = path;
	reader_init(&r, q->more_paths.p, q->more_paths.len);
	while (reader_left(&r) > 0) {
		c = get_str(&r);
		if (r.dry)
			return FX_BAD_MESSAGE;
		if (memchr(c.p, '\0', c.len) != NULL)
			return FX_INVALID_FILENAME;
		if (c.len == 0)
			continue;
		if (c.len >= sizeof(raw))
			return -ENAMETOOLONG;
		memcpy(raw, c.p, c.len);
		raw[c.len] = '\0';
		if ((error = decode_name(s, raw, name)) != 0 ||
		    (error = compose_one(name, path)) != 0)
			return error;
	}
	return 0;
}

/* Reads the fields. Returns 0, or the status of invalid attributes. */
static int
decode_fields(struct session *s, struct reader *r, struct request *q,
    struct texts *texts)
{
	const enum field *field;
	const struct field_row *f;
	struct operand *o;
	struct slice id;
	int outcome = 0;
	void *to;

	for (field = q->form->fields; *field != NOTHING; field++) {
		f = &field_rows[*field];
		o = &q->operand[f->operand];
		to = (char *)q + f->member;
		switch (f->type) {
		case FIELD_OPTIONAL:
			if (reader_left(r) == 0)
				return outcome;
			q->has_optional = true;
			break;
		case FIELD_PATH:
			o->how = f->how;
			/* FALLTHROUGH */
		case FIELD_NAME:
		case FIELD_TEXT:
			texts->at[texts->n] = get_str(r);
			*(const char **)to = (char *)texts->at[texts->n++].p;
			break;
		case FIELD_HANDLE:
			id = get_str(r);
			o->handle = handle_find(&s->handles, id.p, id.len);
			o->wants = f->how;
			break;
		case FIELD_DATA:
			*(struct slice *)to = get_str(r);
			break;
		case FIELD_REST:
			*(struct slice *)to = get_rest(r);
			break;
		case FIELD_ATTRS:
			outcome = attr_get(r, s->version, to);
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
	return outcome;
}

int
decode_request(struct session *s, struct reader *r, struct request *q)
{
	struct texts texts;
	int outcome;

	texts.n = 0;
	q->precise = s->version > 3;
	outcome = decode_fields(s, r, q, &texts);
	if (r->dry)
		return FX_BAD_MESSAGE;
	if (outcome != 0 || texts.n == 0)
		return outcome;
	outcome = decode_terminate(&texts);
	if (outcome == 0 && s->charset != NULL)
		outcome = decode_names(s, q);
	return outcome != 0 || q->more_paths.len == 0 ? outcome :
	    decode_compose(s, q);
}

/*
 * Returns the outcome for a handle whose file could not be opened again or was
 * let go for good. Logs the first lost write.
 */
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

int
decode_handles(struct session *s, struct request *q)
{
	const struct operand *o;
	struct handle *h;
	bool fits;

	for (o = q->operand; o < q->operand + nitems(q->operand) &&
	    o->wants != WANTS_NONE; o++) {
		h = o->handle;
		fits = h != NULL && (o->wants == WANTS_ANY ||
		    h->kind == (o->wants == WANTS_DIR ? HANDLE_DIR :
		    HANDLE_FILE));
		if (!fits && q->kind->bad_handle != NULL)
			log_error("%s", q->kind->bad_handle);
		if (!fits)
			return FX_INVALID_HANDLE;
		if (o->wants == WANTS_OPEN_FILE && h->state != HANDLE_OPEN &&
		    suspend_wake(&s->fs, &s->handles, h) != 0)
			return handle_lost(q, h);
	}
	return 0;
}
