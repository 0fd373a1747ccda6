/* SPDX-License-Identifier: ISC */
/*
 * Fuzzer of the policy parser. Reads any text as a policy file and asks of it
 * all that -t, -T and sessions ask. For every text:
 *
 * - An error has a text and a line of the file.
 * - A policy that -t accepts rejects no session whose facts are known.
 * - The tree, written as text again with each node in its line, gives the same
 *   policy, warnings and errors. So only the tree is read, and nothing in it,
 *   not even the lines of errors, depends on the spelling of the text.
 */
#include "config.h"

#include <stdbool.h>
#include <unistd.h>

#include "../unit/policy_case.h"
#include "conf/check.h"
#include "conf/load.h"
#include "conf/rules.h"
#include "fuzz.h"

static const struct facts stranger = { .user = "a", .forced = true };
static const struct facts path_asked = {
	.user = "webex", .uid = 1234, .home = "/home/webex",
	.groups = case_groups, .address = "2001:db8::1", .local_port = 22,
	.local_address = "::ffff:10.0.0.1", .path = "/in/webex/a",
};
static const struct facts *const sessions[] = {
	&case_facts, &path_asked, &stranger,
};
#define SESSIONS	(sizeof(sessions) / sizeof(sessions[0]))

/* All output for one text: errors, warnings and the settings that result. */
struct reading {
	FILE	*out;
	char	*said;		/* valid once `out` is closed */
	size_t	 size;
	int	 lines;		/* how many the text has */
};

static void
say_fault(struct reading *r, const struct error *e)
{
	char line[ERROR_LINE_MAX];

	if (e->text[0] == '\0' || strcmp(e->file, "p") != 0)
		fuzz_abort("an error of which nothing is said", 0);
	if (e->line < 1 || e->line > r->lines)
		fuzz_abort("an error that is not in the file",
		    (size_t)e->line);
	fprintf(r->out, "%s\n", error_line(e, line));
}

/*
 * Resolves the policy for a session with these facts, as a session and as -T
 * do.
 */
static void
say_session(struct reading *r, struct conf *c, const struct facts *f,
    bool is_correct)
{
	struct error e;
	struct policy p;

	if (conf_resolve(c, f, &p, &e) < 0) {
		say_fault(r, &e);
		/*
		 * -t does not know the values of the tokens, and checks the
		 * groups of one user.
		 */
		if (is_correct && f != &stranger &&
		    strstr(e.text, "\" here") == NULL &&
		    strstr(e.text, "group \"") == NULL)
			fuzz_abort("-t accepts it, and no session does",
			    (size_t)e.line);
	}
	policy_free(&p);
	if (conf_explain(c, f, NULL, r->out, &e) < 0)
		say_fault(r, &e);
}

static void
say_policy(struct reading *r, struct conf *c)
{
	struct error e;
	bool is_correct;
	size_t i;

	if (rules_link(c, &e) == 0 && check_charsets(c, &e) < 0)
		say_fault(r, &e);
	is_correct = conf_check(c, &case_facts, r->out, &e) == 0;
	if (!is_correct)
		say_fault(r, &e);
	for (i = 0; i < SESSIONS; i++)
		say_session(r, c, sessions[i], is_correct);
}

/* Returns all output for a policy; the caller frees it. */
static char *
read_policy(const char *text, size_t len, int lines)
{
	struct reading r = { .lines = lines };
	struct conf *c = conf_new(case_requests, case_extensions);
	struct error e;

	r.out = open_memstream(&r.said, &r.size);
	if (conf_text(c, "p", text, len, &e) < 0)
		say_fault(&r, &e);
	else
		say_policy(&r, c);
	fclose(r.out);
	conf_free(c);
	return r.said;
}

static void	write_children(FILE *, const config_setting_t *,
		    const char *between, int *line);

/* Writes a string with each byte escaped. */
static void
write_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s != '\0'; s++)
		fprintf(out, "\\x%02x", (unsigned char)*s);
	fputc('"', out);
}

static void
write_value(FILE *out, const config_setting_t *s, int *line)
{
	static const char *const brackets[] = {
		[CONFIG_TYPE_GROUP] = "{}", [CONFIG_TYPE_LIST] = "()",
		[CONFIG_TYPE_ARRAY] = "[]",
	};
	int type = config_setting_type(s);

	if (config_setting_is_aggregate(s)) {
		fputc(brackets[type][0], out);
		write_children(out, s, type == CONFIG_TYPE_GROUP ? ";" : ",",
		    line);
		fputc(brackets[type][1], out);
	} else if (type == CONFIG_TYPE_STRING) {
		write_string(out, config_setting_get_string(s));
	} else if (type == CONFIG_TYPE_BOOL) {
		fputs(config_setting_get_bool(s) ? "true" : "false", out);
	} else if (type == CONFIG_TYPE_FLOAT) {
		fputs("1.5", out);	/* no setting takes a fraction */
	} else {
		fprintf(out, "%lld%s", config_setting_get_int64(s),
		    type == CONFIG_TYPE_INT64 ? "L" : "");
	}
}

/*
 * Writes the members of a group or list, each in its own line of the text. The
 * line that libconfig gives for a plain item is that of the next token.
 */
static void
write_children(FILE *out, const config_setting_t *s, const char *between,
    int *line)
{
	const config_setting_t *child;
	unsigned i;
	int source;

	for (i = 0; (child = config_setting_get_elem(s, i)) != NULL; i++) {
		if (i > 0)
			fputs(between, out);
		source = (int)config_setting_source_line(child);
		for (; *line < source; (*line)++)
			fputc('\n', out);
		if (config_setting_name(child) != NULL)
			fprintf(out, "%s=", config_setting_name(child));
		write_value(out, child, line);
	}
}

/*
 * Writes the tree of a text as another text, which the caller frees. Returns
 * NULL if the text has no tree.
 */
static char *
write_anew(const char *text, size_t len)
{
	struct arena arena = { 0 };
	struct error e = { 0 };
	const config_setting_t *root;
	config_t tree;
	char *anew = NULL;
	size_t size;
	int line = 1;
	FILE *out;

	config_init(&tree);
	if ((root = load_tree(&tree, &arena, text, len, &e)) != NULL) {
		out = open_memstream(&anew, &size);
		write_children(out, root, ";", &line);
		fclose(out);
	}
	config_destroy(&tree);
	arena_free(&arena);
	return anew;
}

static int
count_lines(const uint8_t *p, size_t len)
{
	int n = 1;

	while (len-- > 0)
		n += *p++ == '\n';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	int lines = count_lines(p, len);
	char *text = calloc(1, len + 1), *anew, *said, *said_anew;

	memcpy(text, p, len);
	said = read_policy(text, len, lines);
	fprintf(stderr, "%s", said);
	if ((anew = write_anew(text, len)) != NULL) {
		said_anew = read_policy(anew, strlen(anew), lines);
		if (strcmp(said, said_anew) != 0) {
			fprintf(stderr, "-- anew:\n%s\n-- says:\n%s", anew,
			    said_anew);
			fuzz_abort("the same tree is not the same policy", 0);
		}
		free(said_anew);
	}
	free(anew);
	free(said);
	free(text);
	return 0;
}

/* This fuzzer has nothing to prepare. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}
