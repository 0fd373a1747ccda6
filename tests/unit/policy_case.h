/* SPDX-License-Identifier: ISC */
/*
 * Tests a policy in one call: options and a file's text go in, and the output
 * of -T or the line of an error comes out. The file is called "p".
 */
#ifndef POLICY_CASE_H
#define POLICY_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "os/ident.h"
#include "policy/policy.h"

#define OPTIONS_MAX	4

/* libconfig 1.5 loses a string when a text has a syntax error behind one. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}

const char *
__lsan_default_options(void)
{
	return "print_suppressions=0";
}

static const char *const case_requests[] = {
	"open", "close", "read", "write", "remove", "rename", "mkdir",
	"setstat", "posix-rename", "statvfs", "fstatvfs", NULL
};

static const char *const case_extensions[] = { "limits@openssh.com", NULL };

static const char *const case_groups[] = { "staff", "partners", NULL };
static const struct ident case_login = {
	.uid = 1234, .gid = 1234, .name = "webex", .home = "/home/webex",
	.shell = "/bin/sh",
};
static const struct facts case_facts = {
	.user = "webex", .uid = 1234, .home = "/home/webex",
	.shell = "/bin/sh", .login = &case_login, .groups = case_groups,
	.address = "10.9.8.7", .local_address = "192.0.2.1",
	.local_port = 2222, .forced = true,
};

/* Applies an option: "-R", "-p open,close", or the argument of -o. */
static inline int
case_option(struct conf *c, const char *option, struct error *e)
{
	if (option[0] != '-')
		return conf_option(c, option, e);
	return conf_flag(c, option[1], option[2] == '\0' ? NULL : option + 3,
	    e);
}

/*
 * Makes a configuration from the options and the text. Returns NULL and the
 * error.
 */
static inline struct conf *
case_conf(const char *const *options, const char *text, struct error *e)
{
	struct conf *c = conf_new(case_requests, case_extensions);
	int i, r = 0;

	for (i = 0; r == 0 && i < OPTIONS_MAX && options[i] != NULL; i++)
		r = case_option(c, options[i], e);
	if (r == 0 && text != NULL)
		r = conf_text(c, "p", text, strlen(text), e);
	if (r == 0)
		return c;
	conf_free(c);
	return NULL;
}

/* Returns the line of an error; the caller frees it. */
static inline char *
case_error(const struct error *e)
{
	char line[ERROR_LINE_MAX];

	return strdup(error_line(e, line));
}

/*
 * Returns the output of -T, or the error that rejects the session; the caller
 * frees it.
 */
static inline char *
case_explain(const char *const *options, const char *text,
    const struct facts *facts)
{
	struct error e = { 0 };
	struct conf *c = case_conf(options, text, &e);
	struct policy policy;
	char *out = NULL;
	size_t size;
	FILE *stream;
	int r = -1;

	if (c != NULL) {
		r = conf_resolve(c, facts, &policy, &e);
		policy_free(&policy);
	}
	if (r == 0) {
		stream = open_memstream(&out, &size);
		r = conf_explain(c, facts, NULL, stream, &e);
		fclose(stream);
	}
	conf_free(c);
	if (r >= 0)
		return out;
	free(out);
	return case_error(&e);
}

#endif
