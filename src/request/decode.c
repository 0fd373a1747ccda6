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
 * How many fields of each kind were read: where the next one goes. And a bit
 * for each str that is text.
 */
struct counts {
	int	 path, handle, str, u64, u32;
	unsigned texts;
};

static unsigned
place_flags(char letter)
{
	switch (letter) {
	case 'P':
		return PLACE_FOLLOW;
	case 'c':
		return PLACE_CREATES;
	case 'x':
		return PLACE_NAME;
	case 'R':
		return PLACE_NONE;
	default:
		return 0;
	}
}

static void
decode_field(char letter, struct session *s, struct reader *r,
    struct request *q, struct counts *n, int *outcome)
{
	struct slice *str;

	switch (letter) {
	case 'P':
	case 'p':
	case 'c':
	case 'x':
	case 'R':
		q->how[n->path] = place_flags(letter);
		n->texts |= 1u << n->str;
		str = &q->str[n->str++];
		*str = get_str(r);
		q->path[n->path++] = (const char *)str->p;
		break;
	case 't':
	case 'l':
		n->texts |= 1u << n->str;
		str = &q->str[n->str++];
		*str = get_str(r);
		q->text = (const char *)str->p;
		break;
	case 'd':
		q->str[n->str++] = get_str(r);
		break;
	case 'r':
		q->str[n->str++] = get_rest(r);
		break;
	case 'h':
	case 'F':
	case 'D':
	case 'e': {
		struct slice id = get_str(r);

		q->wants[n->handle] = letter;
		q->handle[n->handle++] = handle_find(&s->handles, id.p, id.len);
		break;
	}
	case 'a':
		*outcome = attr_get(r, s->version, &q->attr);
		break;
	case 'o':
		q->u64[n->u64++] = get_u64(r);
		break;
	case 'n':
		q->u32[n->u32++] = get_u32(r);
		break;
	case 'b':
		q->byte = get_u8(r);
		break;
	}
}

/* Ends the strings, which only now overwrites nothing that is still needed. */
static int
decode_terminate(struct request *q, unsigned texts)
{
	struct slice *str;
	int r = 0;

	for (str = q->str; texts != 0; str++, texts >>= 1) {
		if ((texts & 1) == 0)
			continue;
		if (memchr(str->p, '\0', str->len) != NULL)
			r = FX_INVALID_FILENAME;
		str->p[str->len] = '\0';
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

/* The names of a request as they are on disk, where that differs. */
static int
decode_names(struct session *s, struct request *q)
{
	const char *letter, **name;
	int path = 0, n = 0, r = 0;

	if (s->charset == NULL || !s->translate || s->version <= 3)
		return 0;
	for (letter = q->row->shape; *letter != '\0' && r == 0; letter++) {
		if (strchr("PpcxRl", *letter) == NULL)
			continue;
		name = *letter == 'l' ? &q->text : &q->path[path++];
		if (*name == NULL)
			continue;
		r = decode_name(s, *name, s->names[n]);
		*name = s->names[n++];
	}
	return r;
}

int
decode_request(struct session *s, struct reader *r, struct request *q)
{
	struct counts n = { 0 };
	const char *letter;
	int outcome = 0;
	bool optional = false;

	q->precise = s->version > 3;
	for (letter = q->row->shape; *letter != '\0'; letter++) {
		if (*letter == '?') {
			optional = true;
			continue;
		}
		if (optional && reader_left(r) == 0)
			break;
		q->optional += optional;
		decode_field(*letter, s, r, q, &n, &outcome);
	}
	if (r->dry)
		return FX_BAD_MESSAGE;
	if (outcome != 0)
		return outcome;
	if ((outcome = decode_terminate(q, n.texts)) != 0)
		return outcome;
	return decode_names(s, q);
}

/* A handle whose file could not be opened again, or was let go for good. */
static int
handle_lost(const struct request *q, struct handle *h)
{
	if (q->row->writes && !h->refused) {
		h->refused = true;
		log_error("%s of \"%s\" refused: it was let go for a rename",
		    q->row->name, h->name);
	}
	return q->row->lost_handle != 0 ? q->row->lost_handle : FX_FAILURE;
}

/*
 * From version 4 on an empty path is where the session started, for what
 * only reads.
 */
void
decode_empty_paths(struct request *q)
{
	int i;

	for (i = 0; i < (int)nitems(q->path); i++)
		if (q->precise && !q->writes && q->path[i] != NULL &&
		    q->path[i][0] == '\0')
			q->path[i] = ".";
}

/* Is it a handle of the kind that the letter stands for? */
static bool
handle_fits(const struct handle *h, char letter)
{
	return h != NULL && (letter == 'e' ||
	    h->kind == (letter == 'D' ? HANDLE_DIR : HANDLE_FILE));
}

int
decode_handles(struct session *s, struct request *q)
{
	struct handle *h;
	int i;

	for (i = 0; i < (int)nitems(q->handle) && q->wants[i] != '\0'; i++) {
		h = q->handle[i];
		if (!handle_fits(h, q->wants[i])) {
			if (q->row->bad_handle != NULL)
				log_error("%s", q->row->bad_handle);
			return FX_INVALID_HANDLE;
		}
		if (q->wants[i] == 'h' && h->state != HANDLE_OPEN &&
		    suspend_wake(&s->fs, &s->handles, h) != 0)
			return handle_lost(q, h);
	}
	return 0;
}
