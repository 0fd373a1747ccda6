/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "files/suspend.h"
#include "os/charset.h"
#include "os/log.h"
#include "request/decode.h"
#include "wire/sftp.h"

/*
 * Reads a text and terminates it in place: it moves by one byte, over its
 * length, since the byte behind it begins the next field. Returns false if it
 * has a NUL byte.
 */
static bool
get_text(struct reader *r, const char **to)
{
	struct slice text = get_str(r);

	if (r->dry)
		return true;
	*to = memmove(text.p - 1, text.p, text.len);
	*(text.p - 1 + text.len) = '\0';
	return memchr(*to, '\0', text.len) == NULL;
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
	char name[PATH_MAX], *path = s->names[0];
	const char *text = NULL;
	struct reader r;
	bool valid;
	int error;

	if (q->object.path != path &&
	    strlcpy(path, q->object.path, PATH_MAX) >= PATH_MAX)
		return -ENAMETOOLONG;
	q->object.path = path;
	reader_init(&r, q->more_paths.p, q->more_paths.len);
	while (reader_left(&r) > 0) {
		valid = get_text(&r, &text);
		if (r.dry || !valid)
			return r.dry ? FX_BAD_MESSAGE : FX_INVALID_FILENAME;
		if (text[0] == '\0')
			continue;
		if (strlen(text) >= PATH_MAX)
			return -ENAMETOOLONG;
		if ((error = decode_name(s, text, name)) != 0 ||
		    (error = compose_one(name, path)) != 0)
			return error;
	}
	return 0;
}

/* Reads the fields. Returns 0, or the status of invalid attributes or texts. */
static int
decode_fields(struct session *s, struct reader *r, struct request *q)
{
	const enum field *field;
	const struct field_row *f;
	struct operand *o;
	struct slice id;
	int error, outcome = 0;
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
			if (!get_text(r, to))
				outcome = FX_INVALID_FILENAME;
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
			if ((error = attr_get(r, s->version, to)) != 0)
				outcome = error;
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
	int outcome;

	q->precise = s->version > 3;
	outcome = decode_fields(s, r, q);
	if (r->dry)
		return FX_BAD_MESSAGE;
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
