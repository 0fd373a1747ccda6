/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/error.h"
#include "options.h"
#include "os/ident.h"
#include "os/log.h"
#include "policy/rights.h"
#include "request/table.h"

_Noreturn void
options_fatal(const struct options *o, const char *what, const char *which)
{
	const char *before = which != NULL ? " \"" : "";
	const char *behind = which != NULL ? "\"" : "";

	which = which != NULL ? which : "";
	log_at(LOG_LEVEL_FATAL, "%s%s%s%s", what, before, which, behind);
	/* Clients of sshd do not see standard error; an administrator does. */
	if (!o->on_stderr && (o->check || o->explain ||
	    isatty(STDERR_FILENO)))
		fprintf(stderr, "%s%s%s%s\n", what, before, which, behind);
	exit(255);
}

static _Noreturn void
usage(void)
{
	const char *name = getprogname();

	fprintf(stderr,
	    "usage: %s [-ehR] [-d start_directory] [-f log_facility] "
	    "[-l log_level]\n\t[-P denied_requests] "
	    "[-p allowed_requests] [-u umask]\n"
	    "\t[-F policy_file] [-m file_mode] [-o name=value]\n"
	    "       %s -Q protocol_feature\n"
	    "       %s -t | -T [-C criteria] [-F policy_file] "
	    "[-o name=value] [-PpR]\n"
	    "       %s -V\n", name, name, name, name);
	exit(1);
}

static void
query_requests(void)
{
	const char *names[REQUEST_NAMES_MAX], **name;

	table_names(names);
	for (name = names; *name != NULL; name++)
		puts(*name);
}

static void
query_versions(void)
{
	puts("3\n4\n5\n6");
}

static void
query_extensions(void)
{
	size_t i;

	for (i = 0; i < table_len; i++)
		if (table_kinds[i].wire != NULL &&
		    (table_kinds[i].bits & KIND_ABSENT) == 0)
			puts(table_kinds[i].wire);
}

/* Prints the rights that each request can need on each path or handle. */
static void
query_rights(void)
{
	const struct request_kind *kind;
	const struct request_form *form;
	char first[128], second[128];

	for (kind = table_kinds; kind < table_kinds + table_len; kind++) {
		if ((kind->bits & KIND_ABSENT) != 0)
			continue;
		rights_format(kind->rights[0], first, sizeof(first));
		rights_format(kind->rights[1], second, sizeof(second));
		TABLE_EACH_FORM(form, kind)
			printf("%s\t%d-%d\t%s\t%s\n",
			    kind->wire != NULL ? kind->wire : kind->name,
			    form->since, form->until, first, second);
	}
}

static void
query_settings(void)
{
	conf_settings(stdout);
}

static _Noreturn void
query(const char *what)
{
	static const struct {
		const char	*name;
		void		(*print)(void);
	} queries[] = {
		{ "requests", query_requests }, { "versions", query_versions },
		{ "extensions", query_extensions },
		{ "rights", query_rights }, { "settings", query_settings },
	};
	size_t i;

	for (i = 0; i < nitems(queries); i++)
		if (strcasecmp(what, queries[i].name) == 0) {
			queries[i].print();
			exit(0);
		}
	fprintf(stderr, "Invalid query type\n");
	exit(1);
}

/* Ends the process with `complaint` unless the argument is an octal mode. */
static void
check_octal(const struct options *o, const char *arg, const char *complaint)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(arg, &end, 8);
	if (v < 0 || v > 0777 || *end != '\0' || end == arg || errno != 0)
		options_fatal(o, complaint, arg);
}

/* Adds a setting, unless there was an error: the first one is reported. */
static void
flag(struct options *o, int letter, const char *value)
{
	if (!o->invalid)
		o->invalid = conf_flag(o->conf, letter, value, o->error) != 0;
}

static void
flag_once(struct options *o, int letter, bool *given, const char *complaint)
{
	if (*given)
		options_fatal(o, complaint, NULL);
	*given = true;
	flag(o, letter, optarg);
}

/*
 * Sets the level or the facility of the log. Reports an unknown name as OpenSSH
 * does; start_log() then ends the process because of the -1.
 */
static void
set_word(struct options *o, int letter, const char *what,
    const struct word *words, int *to)
{
	const struct word *word = word_find(words, optarg);

	*to = word == NULL ? -1 : word->value;
	if (word == NULL)
		log_error("Invalid log %s \"%s\"", what, optarg);
	else
		flag(o, letter, optarg);
}

/* Sets the start directory, expanding a tilde as a shell does. */
static void
set_start_dir(struct options *o, const char *arg)
{
	char path[PATH_MAX];
	const char *p;

	if (ident_expand_tilde(o->self, arg, path) != 0)
		options_fatal(o, "tilde_expand_filename: expansion failed",
		    NULL);
	/* An empty path cannot be entered, which enter_start_dir() logs. */
	o->nowhere = path[0] == '\0';
	if (o->nowhere)
		return;
	for (p = path; (p = strchr(p, '%')) != NULL; p += 2)
		if (p[1] == '\0' || strchr("%duU", p[1]) == NULL)
			options_fatal(o, "percent_expand: unknown key", p);
	flag(o, 'd', path);
}

static void
parse_option(struct options *o, int ch)
{
	switch (ch) {
	case 'C':
		o->criteria = optarg;
		break;
	case 'd':
		set_start_dir(o, optarg);
		break;
	case 'e':
		o->on_stderr = true;
		break;
	case 'F':
		o->file = optarg;
		break;
	case 'f':
		set_word(o, 'f', "facility", log_facilities, &o->facility);
		break;
	case 'l':
		set_word(o, 'l', "level", log_levels, &o->level);
		break;
	case 'm':
		check_octal(o, optarg, "Invalid file mode");
		flag(o, 'm', optarg);
		break;
	case 'o':
		if (!o->invalid)
			o->invalid = conf_option(o->conf, optarg,
			    o->error) != 0;
		break;
	case 'P':
		flag_once(o, 'P', &o->denied,
		    "Refused requests already set");
		break;
	case 'p':
		flag_once(o, 'p', &o->allowed,
		    "Permitted requests already set");
		break;
	case 'Q':
		query(optarg);
	case 'R':
		flag(o, 'R', NULL);
		break;
	case 'T':
		o->explain = true;
		break;
	case 't':
		o->check = true;
		break;
	case 'u':
		check_octal(o, optarg, "Invalid umask");
		flag(o, 'u', optarg);
		break;
	case 'V':
		puts("slipway " PACKAGE_VERSION BUILT_WITH);
		exit(0);
	default:
		usage();
	}
}

/*
 * True if the options are followed by `-- HOST sftp`, with which scp(1) starts
 * the program of its -D. `end` is the index behind the last option: a `--` that
 * is the argument of an option precedes it.
 */
static bool
started_by_scp(int argc, char **argv, int end)
{
	return end == argc - 3 && optind == end + 1 &&
	    strcmp(argv[argc - 1], "sftp") == 0;
}

void
options_parse(struct options *o, int argc, char **argv)
{
	int ch, end = optind;

	opterr = 0;
	while ((ch = getopt(argc, argv,
	    "+C:d:F:f:l:m:o:P:p:Q:u:cehRTtV")) != -1) {
		/* A login shell gets a command, which is ignored. */
		if (ch == 'c') {
			o->forced = true;
			return;
		}
		parse_option(o, ch);
		end = optind;
	}
	if (optind == argc || o->invalid || started_by_scp(argc, argv, end))
		return;
	error_at(o->error, "", 0, NULL);
	(void)error_say(o->error, "\"%.100s\" is left over behind the options "
	    "(a pattern that a shell expanded?)", argv[optind]);
	o->invalid = true;
}

