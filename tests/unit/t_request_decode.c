/* SPDX-License-Identifier: ISC */
/*
 * Tests each form of the table in each of its versions: a packet made from its
 * fields alone is decoded whole, truncated and damaged.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "conf/setting.h"
#include "os/log.h"
#include "request/decode.h"
#include "request/table.h"
#include "tap.h"
#include "wire/sftp.h"

static struct session session;
static struct handle *file, *dir;

static const char *const texts[] = { "first/path", "2", "third", "4th" };
static const uint64_t u64s[] = { 0x0102030405060708, 9, UINT64_MAX };
static const uint32_t u32s[] = { 0x01020304, 5 };
static const char data[] = "d\0ta";
static const char more[] = "more";	/* is appended to the path */

/* A packet, and the places of its strings. */
struct packet {
	struct buf	 b;
	size_t		 string[nitems(texts)], len[nitems(texts)];
	int		 strings;
	size_t		 needed;	/* bytes that are not optional */
};

/* The number of values of each width so far. */
struct values {
	int		 u64, u32, text;
};

static void
put_string(struct packet *p, const void *s, size_t len)
{
	p->string[p->strings] = p->b.len + 4;
	p->len[p->strings++] = len;
	put_str(&p->b, s, len);
}

static void
put_field(struct packet *p, const struct field_row *f, int version,
    struct values *v)
{
	static const struct attr none = { .type = TYPE_UNKNOWN };

	switch (f->type) {
	case FIELD_PATH:
	case FIELD_NAME:
	case FIELD_TEXT:
		put_string(p, texts[p->strings], strlen(texts[p->strings]));
		break;
	case FIELD_DATA:
		put_string(p, data, sizeof(data));
		break;
	case FIELD_HANDLE:
		put_u32(&p->b, HANDLE_ID_LEN);
		put_u64(&p->b, (f->how == WANTS_DIR ? dir : file)->id);
		break;
	case FIELD_ATTRS:
		attr_put(&p->b, version, &none);
		break;
	case FIELD_U64:
		put_u64(&p->b, u64s[v->u64++]);
		break;
	case FIELD_U32:
		put_u32(&p->b, u32s[v->u32++]);
		break;
	case FIELD_U8:
		put_u8(&p->b, 0x42);
		break;
	case FIELD_REST:
		put_string(p, more, strlen(more));
		break;
	case FIELD_OPTIONAL:
	case FIELD_NONE:
		break;
	}
}

static void
make_packet(const struct request_form *form, int version, struct packet *p)
{
	const enum field *field;
	struct values v = { 0 };
	bool optional = false;

	*p = (struct packet){ .strings = 0 };
	for (field = form->fields; *field != NOTHING; field++) {
		optional |= *field == OPTIONAL;
		put_field(p, &field_rows[*field], version, &v);
		if (!optional)
			p->needed = p->b.len;
	}
}

/* Decodes the first `len` bytes from memory with one spare byte. */
static int
decode(const struct packet *p, size_t len, struct request *q, uint8_t **copy)
{
	struct reader r;

	*copy = malloc(len + 1);
	if (len > 0)
		memcpy(*copy, p->b.data, len);
	(*copy)[len] = 0xee;
	reader_init(&r, *copy, len);
	return decode_request(&session, &r, q);
}

static bool
is_data(const struct slice *s)
{
	return s->len == sizeof(data) && memcmp(s->p, data, sizeof(data)) == 0;
}

static bool
field_is_right(struct request *q, const struct field_row *f, struct values *v)
{
	const struct operand *o = &q->operand[f->operand];
	const void *at = (const char *)q + f->member;
	const char *text;

	switch (f->type) {
	case FIELD_PATH:
		text = texts[v->text++];
		return at == &o->path && o->how == f->how &&
		    strncmp(o->path, text, strlen(text)) == 0 &&
		    (o->path[strlen(text)] == '\0' || q->more_paths.len > 0);
	case FIELD_NAME:
	case FIELD_TEXT:
		return strcmp(*(const char *const *)at, texts[v->text++]) == 0;
	case FIELD_DATA:
		v->text++;
		return is_data(at);
	case FIELD_REST:
		return strcmp(q->object.path, "first/path/more") == 0;
	case FIELD_HANDLE:
		return at == &o->handle && o->wants == f->how &&
		    o->handle == (f->how == WANTS_DIR ? dir : file);
	case FIELD_U64:
		return *(const uint64_t *)at == u64s[v->u64++];
	case FIELD_U32:
		return *(const uint32_t *)at == u32s[v->u32++];
	case FIELD_U8:
		return *(const uint8_t *)at == 0x42;
	case FIELD_ATTRS:
	case FIELD_OPTIONAL:
	case FIELD_NONE:
		break;
	}
	return true;
}

static bool
fields_are_right(struct request *q)
{
	const enum field *field;
	struct values v = { 0 };
	bool right = true;

	for (field = q->form->fields; *field != NOTHING; field++)
		right &= field_is_right(q, &field_rows[*field], &v);
	return right;
}

static void
test_form(const struct request_kind *kind, const struct request_form *form,
    int version)
{
	struct packet p;
	struct request q = { .kind = kind, .form = form };
	uint8_t *copy;
	bool right = true;
	size_t len;

	make_packet(form, version, &p);
	right = decode(&p, p.b.len, &q, &copy) == 0 && fields_are_right(&q) &&
	    decode_handles(&session, &q) == 0;
	ok(right, "version %d: %s is read", version, kind->name);
	free(copy);

	for (len = 0, right = true; len < p.needed; len++) {
		q = (struct request){ .kind = kind, .form = form };
		right &= decode(&p, len, &q, &copy) == FX_BAD_MESSAGE;
		free(copy);
	}
	ok(right, "version %d: %s is refused wherever it is cut", version,
	    kind->name);
	buf_free(&p.b);
}

/* A zero byte is valid in data, but not in a name. */
static void
test_nul(const struct request_kind *kind, const struct request_form *form,
    int version)
{
	const enum field *field;
	enum field_type type;
	struct packet p;
	uint8_t *copy;
	int n = 0;

	for (field = form->fields; *field != NOTHING; field++) {
		struct request q;
		size_t k;
		bool right = true;

		type = field_rows[*field].type;
		if (type != FIELD_PATH && type != FIELD_NAME &&
		    type != FIELD_TEXT && type != FIELD_DATA &&
		    type != FIELD_REST)
			continue;
		make_packet(form, version, &p);
		for (k = 0; k < p.len[n]; k++) {
			uint8_t *byte = p.b.data + p.string[n] + k;
			uint8_t saved = *byte;
			int want = type == FIELD_DATA ? 0 : FX_INVALID_FILENAME;

			*byte = '\0';
			q = (struct request){ .kind = kind, .form = form };
			right &= decode(&p, p.b.len, &q, &copy) == want;
			free(copy);
			*byte = saved;
		}
		ok(right, "version %d: %s, string %d: a zero byte is %s",
		    version, kind->name, n, type == FIELD_DATA ? "data" :
		    "no part of a name");
		buf_free(&p.b);
		n++;
	}
}

/*
 * The handles that a field accepts. Both handles of a request may be of the
 * wrong kind.
 */
static void
test_kinds(void)
{
	static const struct {
		enum wants	 wants;
		bool		 file, dir;
	} rows[] = {
		{ WANTS_OPEN_FILE, true, false }, { WANTS_FILE, true, false },
		{ WANTS_DIR, false, true }, { WANTS_ANY, true, true },
	};
	static const struct request_kind kind = { .name = "t" };
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		struct request q = {
			.kind = &kind, .object.wants = rows[i].wants,
			.target.wants = WANTS_OPEN_FILE,
		};
		struct handle *const first[] = { file, dir, NULL };
		const bool good[] = { rows[i].file, rows[i].dir, false };
		size_t k;

		for (k = 0; k < nitems(first); k++) {
			q.object.handle = first[k];
			q.target.handle = file;
			ok((decode_handles(&session, &q) == 0) == good[k],
			    "%d %s %s", rows[i].wants, good[k] ? "takes" :
			    "refuses", k == 0 ? "a file" : k == 1 ?
			    "a directory" : "nothing");
			q.target.handle = dir;
			ok(decode_handles(&session, &q) == FX_INVALID_HANDLE,
			    "... and refuses when the second is wrong");
		}
	}
}

/* Handles that no table has: of other lengths, of other sessions. */
static void
test_unknown_handles(void)
{
	static const struct request_form forms[] = {
		{ .fields = { HANDLE_OF_ANY } },
	};
	static const struct request_kind kind = {
		.name = "t", .forms = forms,
	};
	static const struct {
		const char	*bytes;
		size_t		 len;
	} ids[] = {
		{ "\0\0\0\0", 4 }, { "\0\0\0\4\0\0\0\0", 8 },
		{ "\0\0\0\x08zzzzzzzz", 12 },
		{ "\0\0\0\x09zzzzzzzzz", 13 },
		{ "\0\0\0\x01z", 5 },
	};
	size_t i;

	for (i = 0; i < nitems(ids); i++) {
		struct packet p = { .strings = 0 };
		struct request q = { .kind = &kind, .form = kind.forms };
		uint8_t *copy;

		put_bytes(&p.b, ids[i].bytes, ids[i].len);
		ok(decode(&p, p.b.len, &q, &copy) == 0 &&
		    q.object.handle == NULL &&
		    decode_handles(&session, &q) == FX_INVALID_HANDLE,
		    "a handle of %zu bytes that is none", ids[i].len - 4);
		free(copy);
		buf_free(&p.b);
	}
}

/* An unknown attribute flag makes a bad message, except in version 3. */
static void
test_attrs(void)
{
	static const struct request_form forms[] = {
		{ .fields = { PATH_ITSELF, ATTRS } },
	};
	static const struct request_kind kind = {
		.name = "t", .forms = forms,
	};
	int v;

	for (v = 3; v <= 6; v++) {
		struct packet p = { .strings = 0 };
		struct request q = { .kind = &kind, .form = kind.forms };
		uint8_t *copy;

		session.version = v;
		put_str(&p.b, "x", 1);
		put_u32(&p.b, 0x01000000);
		put_u8(&p.b, 5);
		ok(decode(&p, p.b.len, &q, &copy) == (v == 3 ? 0 :
		    FX_BAD_MESSAGE), "version %d: an unknown attribute", v);
		free(copy);
		buf_free(&p.b);
	}
}

int
main(void)
{
	size_t i;
	int v;

	log_init("test", LOG_LEVEL_QUIET, 0, true);
	setting_defaults(&session.policy);
	handles_init(&session.handles, session.fs.cwd);
	file = handle_new(&session.handles, HANDLE_FILE, -1, 0, "file");
	dir = handle_new(&session.handles, HANDLE_DIR, -1, 0, "dir");
	for (v = 3; v <= 6; v++)
		for (i = 0; i < table_len; i++) {
			const struct request_kind *kind = &table_kinds[i];
			const struct request_form *form;

			session.version = v;
			TABLE_EACH_FORM(form, kind) {
				if (v < form->since || v > form->until)
					continue;
				test_form(kind, form, v);
				test_nul(kind, form, v);
			}
		}
	test_kinds();
	test_unknown_handles();
	test_attrs();
	handles_end(&session.handles);
	return done();
}
