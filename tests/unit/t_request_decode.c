/* SPDX-License-Identifier: ISC */
/*
 * Every row of the table in every version that speaks it: a packet made from
 * its shape alone is read, cut, and spoilt.
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

/* A packet, and where in it the strings' bytes are. */
struct packet {
	struct buf	 b;
	size_t		 string[nitems(texts)], len[nitems(texts)];
	int		 strings;
	size_t		 needed;	/* bytes that are not optional */
};

static void
put_string(struct packet *p, const void *s, size_t len)
{
	p->string[p->strings] = p->b.len + 4;
	p->len[p->strings++] = len;
	put_str(&p->b, s, len);
}

static void
make_packet(const struct request_row *row, int version, struct packet *p)
{
	static const struct attr none = { .type = TYPE_UNKNOWN };
	int o = 0, n = 0;
	const char *letter;
	bool optional = false;

	*p = (struct packet){ .strings = 0 };
	for (letter = row->shape; *letter != '\0'; letter++) {
		switch (*letter) {
		case 'P':
		case 'p':
		case 'c':
		case 'x':
		case 'R':
		case 'l':
		case 't':
			put_string(p, texts[p->strings],
			    strlen(texts[p->strings]));
			break;
		case 'd':
			put_string(p, data, sizeof(data));
			break;
		case 'h':
		case 'F':
		case 'e':
		case 'D':
			put_u32(&p->b, HANDLE_ID_LEN);
			put_u64(&p->b, (*letter == 'D' ? dir : file)->id);
			break;
		case 'a':
			attr_put(&p->b, version, &none);
			break;
		case 'o':
			put_u64(&p->b, u64s[o++]);
			break;
		case 'n':
			put_u32(&p->b, u32s[n++]);
			break;
		case 'b':
			put_u8(&p->b, 0x42);
			break;
		case 'r':
			put_bytes(&p->b, data, sizeof(data));
			optional = true;
			break;
		case '?':
			optional = true;
			break;
		}
		if (!optional)
			p->needed = p->b.len;
	}
}

/* Decodes the first `len` bytes, from where just one byte more is ours. */
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
fields_are_right(const struct request *q, const char *shape)
{
	int path = 0, str = 0, handle = 0, o = 0, n = 0;
	bool right = true;

	for (; *shape != '\0'; shape++) {
		const struct slice *s = &q->str[str];

		switch (*shape) {
		case 'P':
		case 'p':
		case 'c':
		case 'x':
		case 'R':
			right &= q->how[path] == (*shape == 'P' ? PLACE_FOLLOW :
			    *shape == 'c' ? PLACE_CREATES :
			    *shape == 'x' ? PLACE_NAME :
			    *shape == 'R' ? PLACE_NONE : 0) &&
			    q->path[path] == (const char *)s->p;
			path++;
			/* FALLTHROUGH */
		case 'l':
		case 't':
			right &= s->len == strlen(texts[str]) &&
			    strcmp((const char *)s->p, texts[str]) == 0 &&
			    (*shape != 't' || shape[1] == 't' ||
			    q->text == (const char *)s->p);
			str++;
			break;
		case 'd':
		case 'r':
			right &= s->len == sizeof(data) &&
			    memcmp(s->p, data, sizeof(data)) == 0;
			str++;
			break;
		case 'h':
		case 'F':
		case 'e':
		case 'D':
			right &= q->handle[handle++] ==
			    (*shape == 'D' ? dir : file);
			break;
		case 'o':
			right &= q->u64[o] == u64s[o];
			o++;
			break;
		case 'n':
			right &= q->u32[n] == u32s[n];
			n++;
			break;
		case 'b':
			right &= q->byte == 0x42;
			break;
		}
	}
	return right;
}

static void
test_row(const struct request_row *row, int version)
{
	struct packet p;
	struct request q = { .row = row };
	uint8_t *copy;
	bool right = true;
	size_t len;

	make_packet(row, version, &p);
	right = decode(&p, p.b.len, &q, &copy) == 0 &&
	    fields_are_right(&q, row->shape) && decode_handles(&session, &q)
	    == 0;
	ok(right, "version %d: %s, \"%s\", is read", version, row->name,
	    row->shape);
	free(copy);

	for (len = 0, right = true; len < p.needed; len++) {
		q = (struct request){ .row = row };
		right &= decode(&p, len, &q, &copy) == FX_BAD_MESSAGE;
		free(copy);
	}
	ok(right, "version %d: %s is refused wherever it is cut", version,
	    row->name);
	buf_free(&p.b);
}

/* A zero byte is data in data, but no name has one. */
static void
test_nul(const struct request_row *row, int version)
{
	const char *letter;
	struct packet p;
	uint8_t *copy;
	int n = 0;

	for (letter = row->shape; *letter != '\0'; letter++) {
		struct request q = { .row = row };
		size_t k;
		bool right = true;

		if (strchr("PpcxRtd", *letter) == NULL)
			continue;
		make_packet(row, version, &p);
		for (k = 0; k < p.len[n]; k++) {
			uint8_t *byte = p.b.data + p.string[n] + k;
			uint8_t saved = *byte;
			int want = *letter == 'd' ? 0 : FX_INVALID_FILENAME;

			*byte = '\0';
			q = (struct request){ .row = row };
			right &= decode(&p, p.b.len, &q, &copy) == want;
			free(copy);
			*byte = saved;
		}
		ok(right, "version %d: %s, string %d: a zero byte is %s",
		    version, row->name, n, *letter == 'd' ? "data" :
		    "no part of a name");
		buf_free(&p.b);
		n++;
	}
}

/* Which kinds a letter takes. Both ends of a request may be wrong. */
static void
test_kinds(void)
{
	static const struct {
		char	letter;
		bool	file, dir;
	} rows[] = {
		{ 'h', true, false }, { 'F', true, false },
		{ 'D', false, true }, { 'e', true, true },
	};
	static const struct request_row row = { .name = "t" };
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		struct request q = {
			.row = &row, .wants = { rows[i].letter, 'h' },
		};
		struct handle *const first[] = { file, dir, NULL };
		const bool good[] = { rows[i].file, rows[i].dir, false };
		size_t k;

		for (k = 0; k < nitems(first); k++) {
			q.handle[0] = first[k];
			q.handle[1] = file;
			ok((decode_handles(&session, &q) == 0) == good[k],
			    "%c %s %s", rows[i].letter, good[k] ? "takes" :
			    "refuses", k == 0 ? "a file" : k == 1 ?
			    "a directory" : "nothing");
			q.handle[1] = dir;
			ok(decode_handles(&session, &q) == FX_INVALID_HANDLE,
			    "... and refuses when the second is wrong");
		}
	}
}

/* Handles that no table has: of other lengths, of other sessions. */
static void
test_unknown_handles(void)
{
	static const struct request_row row = { .name = "t", .shape = "e" };
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
		struct request q = { .row = &row };
		uint8_t *copy;

		put_bytes(&p.b, ids[i].bytes, ids[i].len);
		ok(decode(&p, p.b.len, &q, &copy) == 0 && q.handle[0] == NULL
		    && decode_handles(&session, &q) == FX_INVALID_HANDLE,
		    "a handle of %zu bytes that is none", ids[i].len - 4);
		free(copy);
		buf_free(&p.b);
	}
}

/* A flag that nobody knows is a bad message, unless it is version 3. */
static void
test_attrs(void)
{
	static const struct request_row row = { .name = "t", .shape = "pa" };
	int v;

	for (v = 3; v <= 6; v++) {
		struct packet p = { .strings = 0 };
		struct request q = { .row = &row };
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
	knob_defaults(&session.policy);
	handles_init(&session.handles);
	file = handle_new(&session.handles, HANDLE_FILE, -1, 0, "file");
	dir = handle_new(&session.handles, HANDLE_DIR, -1, 0, "dir");
	for (v = 3; v <= 6; v++)
		for (i = 0; i < table_len; i++) {
			const struct request_row *row = &table_rows[i];

			session.version = v;
			if (v < row->since || v > row->until)
				continue;
			test_row(row, v);
			test_nul(row, v);
		}
	test_kinds();
	test_unknown_handles();
	test_attrs();
	handles_end(&session.handles);
	return done();
}
