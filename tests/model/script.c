/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "play.h"
#include "wire.h"

#define SHORT	10		/* letters: all subsequences are tried */

/* Drop each letter that the failure does not need. */
static void
leave_out(struct sequence *s, bool (*fails)(const struct sequence *, void *),
    void *arg)
{
	struct sequence to;
	size_t i;

	for (i = s->len; i-- > 0;) {
		to = *s;
		to.len--;
		memmove(to.letter + i, to.letter + i + 1,
		    (to.len - i) * sizeof(to.letter[0]));
		if (fails(&to, arg))
			*s = to;
	}
}

/*
 * Copy the letters that `chosen` has a bit for. Without the first OPEN the
 * other handles have other numbers, and likewise sessions: bit 0 of `swap`
 * exchanges the handles, bit 1 the sessions.
 */
static void
choose(const struct sequence *s, unsigned chosen, unsigned swap,
    struct sequence *to)
{
	size_t i;

	to->len = 0;
	for (i = 0; i < s->len; i++) {
		if ((chosen & 1u << i) == 0)
			continue;
		to->letter[to->len] = s->letter[i];
		to->letter[to->len].handle ^= swap & 1;
		to->letter[to->len++].session ^= swap >> 1 & 1;
	}
}

static bool
fails_in_part(struct sequence *s, unsigned chosen,
    bool (*fails)(const struct sequence *, void *), void *arg)
{
	struct sequence to;
	unsigned swap;

	for (swap = 0; swap < 4; swap++) {
		choose(s, chosen, swap, &to);
		if (fails(&to, arg)) {
			*s = to;
			return true;
		}
	}
	return false;
}

void
shrink(struct sequence *s, bool (*fails)(const struct sequence *, void *),
    void *arg)
{
	unsigned chosen, len;

	if (s->len > SHORT)
		leave_out(s, fails, arg);
	if (s->len > SHORT)
		return;
	for (len = 1; len < s->len; len++)
		for (chosen = 1; chosen < 1u << s->len; chosen++)
			if ((unsigned)__builtin_popcount(chosen) == len &&
			    fails_in_part(s, chosen, fails, arg))
				return;
}

/* Print a packet as a comment: its length, then its bytes. */
static void
print_packet(FILE *f, const struct scope *sc, const struct letter *l)
{
	static const struct handle_id id;
	struct packet p;
	size_t i;

	packet_make(&p, sc->version, l, &id);
	fprintf(f, "\t# %08zx ", p.len);
	for (i = 0; i < p.len; i++)
		fprintf(f, "%02x%s", p.data[i], i == 0 || i == 4 ? " " : "");
	fputc('\n', f);
}

static void
print_letters(FILE *f, const struct scope *sc, const struct sequence *s)
{
	const struct letter *l;
	struct world w;
	struct expect e;
	int session = 0;

	world_begin(sc, &w);
	for (l = s->letter; l < s->letter + s->len; l++) {
		if (l->session != session)
			fprintf(f, "session %d\n", l->session);
		session = l->session;
		letter_print(f, sc, l);
		if (l->op == OP_OPEN || l->op == OP_OPENDIR)
			fprintf(f, " -> h%d", world_free_handle(&w));
		fputc('\n', f);
		if (l->op != OP_END)
			print_packet(f, sc, l);
		(void)predict(sc, &w, l, NULL, &e);
	}
}

void
script_print(FILE *f, const struct scope *sc, const struct sequence *s,
    const char *why)
{
	size_t i;

	fprintf(f, "# %s: %s\n# tests/wire/wire -v %d -d $DIR -- $SERVER "
	    "-o protocol.max_version=%d", sc->policy->name, why,
	    sc->version, sc->version);
	if (sc->policy->root)
		fprintf(f, " -o root=$DIR");
	for (i = 0; sc->policy->options[i] != NULL; i++)
		fprintf(f, " -o %s", sc->policy->options[i]);
	fprintf(f, "\n! umask 022; mkdir d; ln -s d l%s\n", sc->bare ? "" :
	    "; printf " OLD_TOP " >a; printf " OLD_BELOW " >d/a");
	print_letters(f, sc, s);
	fputc('\n', f);
	fflush(f);
}
