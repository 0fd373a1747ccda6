/* SPDX-License-Identifier: ISC */
/* The table of settings: properties of each row, and how values are read. */
#include "config.h"

#include <string.h>

#include "conf/setting.h"
#include "policy/policy.h"
#include "policy_case.h"
#include "tap.h"

static const struct {
	const char	*name, *text;
	const char	*shown;		/* NULL: rejected */
} values[] = {
	{ "protocol.max_packet", "65K", "65K" },
	{ "protocol.max_packet", "66560", "65K" },
	{ "protocol.max_packet", "66561", "66561" },
	{ "protocol.max_packet", "1m", "1M" },
	{ "protocol.max_packet", "1M", "1M" },
	{ "protocol.max_packet", "16777217", NULL },
	{ "protocol.max_packet", "64K", NULL },
	{ "protocol.max_packet", "1M1K", NULL },
	{ "protocol.max_packet", "1KB", NULL },
	{ "protocol.max_packet", "K", NULL },
	{ "protocol.max_packet", "-1", NULL },
	{ "protocol.max_packet", " 1M", NULL },
	{ "protocol.max_packet", "1 M", NULL },
	{ "protocol.max_packet", "9223372036854775807", NULL },
	{ "protocol.max_packet", "9223372036854775808", NULL },
	{ "protocol.max_packet", "18446744073709618176", NULL }, /* 2^64+65K */
	{ "protocol.max_packet", "18014398509482049K", NULL },	/* the same */
	{ "protocol.max_packet", "16777216T", NULL },
	{ "protocol.max_packet", "none", NULL },
	{ "protocol.max_packet", "", NULL },
	{ "session.idle_timeout", "90", "90s" },
	{ "session.idle_timeout", "120s", "2m" },
	{ "session.idle_timeout", "1h30m", "90m" },
	{ "session.idle_timeout", "1W", "1w" },
	{ "session.idle_timeout", "1h30", "3630s" },
	{ "session.idle_timeout", "none", "none" },
	{ "session.idle_timeout", "0", NULL },
	{ "session.idle_timeout", "0s", NULL },
	{ "session.idle_timeout", "None", NULL },
	{ "session.idle_timeout", "1h 30m", NULL },
	{ "session.idle_timeout", "m", NULL },
	{ "session.idle_timeout", "1.5h", NULL },
	{ "session.idle_timeout", "9223372036854775807w", NULL },
	{ "session.idle_timeout",	/* 2^64 + 1 */
	    "9223372036854775807s9223372036854775807s3s", NULL },
	{ "session.idle_timeout", "366d", "366d" },
	{ "session.idle_timeout", "367d", NULL },
	{ "rename.busy_timeout", "0", "0s" },
	{ "rename.busy_timeout", "5s", "5s" },
	{ "rename.busy_timeout", "6", NULL },
	{ "files.umask", "022", "022" },
	{ "files.umask", "0", "000" },
	{ "files.umask", "777", "777" },
	{ "files.umask", "process", "process" },
	{ "files.umask", "1000", NULL },
	{ "files.umask", "1000000000000000000000022", NULL },
	{ "files.umask", "028", NULL },
	{ "files.umask", "0x1", NULL },
	{ "files.umask", "-1", NULL },
	{ "files.umask", "", NULL },
	{ "protocol.max_version", "3", "3" },
	{ "protocol.max_version", "06", "6" },
	{ "protocol.max_version", "2", NULL },
	{ "protocol.max_version", "3K", NULL },
	{ "rename.overwrite", "Always", "always" },
	{ "rename.overwrite", "alway", NULL },
	{ "access.read_only", "TRUE", "true" },
	{ "access.read_only", "1", NULL },
	{ "access.rights", "all", "all" },
	{ "access.rights", "none", "none" },
	{ "access.rights", "Read, list", "list,read" },
	{ "access.rights", "list,list", "list" },
	{ "access.rights", "list,stat,read,create,modify,replace,delete,"
	    "rename,mkdir,rmdir,symlink,link,setstat", "all" },
	{ "access.rights", "list,all", NULL },
	{ "access.rights", "lis", NULL },
	{ "access.rights", "lists", NULL },
	{ "access.rights", "list;read", NULL },
	{ "access.rights", "", NULL },
	{ "files.mode", "set=0111,clear=022,force=640",
	    "set=0111,clear=0022,force=0640" },
	{ "files.mode", "force=0", "force=0000" },
	{ "files.mode", "7777", "force=7777" },
	{ "files.mode", "none", "none" },
	{ "files.mode", "10000", NULL },
	{ "files.mode", "set", NULL },
	{ "files.mode", "set=", NULL },
	{ "files.mode", "set=0o7", NULL },
	{ "files.mode", "setx=7", NULL },
	{ "files.mode", "se=7", NULL },
	{ "files.mode", "force=0640,force=0007", NULL },
	{ "files.mode", "7777,force=1", NULL },
	{ "files.mode", "set=0,clear=1,set=1", NULL },
	{ "files.mode", "set=1,clear=2,force=3,set=4,clear=5,force=6,set=7,"
	    "set=1,set=1,set=1,set=1", NULL },
	{ "limits.file_size", "5G", "5G" },
	{ "limits.file_size", "1048576T", "1048576T" },
	{ "limits.file_size", "1048577T", NULL },
	{ "limits.file_size", "none", "none" },
	{ "limits.file_size", "0", NULL },
	{ "limits.handles", "100", "100" },
	{ "limits.handles", "1K", NULL },
	{ "log.transfers", "syslog", "\"syslog\"" },
	{ "log.transfers", "none", "none" },
	{ "log.transfers", "/run/a.sock", "\"/run/a.sock\"" },
	{ "log.transfers", "/234567890123456789012345678901234567890123456789"
	    "01234567890123456789012345678901234567890123456789012345678",
	    NULL },
	{ "root", "/srv/%u", "\"/srv/%u\"" },
	{ "root", "%d/x", "\"%d/x\"" },
	{ "root", "/srv/..a", "\"/srv/..a\"" },
	{ "root", "/..", NULL },
	{ "root", "%%d", NULL },
	{ "root", "none", "none" },
	{ "files.hide", "none", "none" },
	{ "protocol.charset", "none", "none" },
	{ "log.level", "debug1", "DEBUG" },
	{ "log.facility", "local7", "LOCAL7" },
	{ "start_dir", "/a %u", "\"/a %u\"" },
	{ "start_dir", "/a %", NULL },
	{ "start_dir", "/a %x", NULL },
	{ "start_dir", "", NULL },
	{ "session.message", "a\tb", NULL },
	{ "access.allow", " a , b*", "a,b*" },
	{ "access.allow", ",a", NULL },
	{ "access.allow", "a,", NULL },
	{ "access.allow", " ", NULL },
};

static void
check_values(void)
{
	struct arena arena = { 0 };
	struct given g = { .as = GIVEN_TEXT };
	const struct setting *k;
	struct value v;
	struct error e;
	char buf[64];
	size_t i;
	bool good;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		k = setting_find(values[i].name);
		g.text = values[i].text;
		good = setting_parse(k, &g, &arena, &v, &e) == 0;
		ok(values[i].shown == NULL ? !good : good &&
		    strcmp(setting_format(k, v, buf, sizeof(buf)),
		    values[i].shown) == 0, "%s '%s' is %s", k->name,
		    values[i].text, values[i].shown == NULL ? "refused" :
		    values[i].shown);
	}
	arena_free(&arena);
}

/* Checks that each member is where the row says and as wide. */
static void
check_row(const struct setting *k, const struct setting *before)
{
	struct policy p;
	struct value v = { .number = 1, .text = "x" };
	unsigned char *member = (unsigned char *)&p + k->offset;
	unsigned char zeroes[sizeof(struct mode_rule)] = { 0 };

	ok(before == NULL || strcmp(before->name, k->name) < 0,
	    "%s: the table is sorted", k->name);
	ok(!setting_is_group(k->name), "%s is not the name of a group, too",
	    k->name);
	ok(k->needs == NULL || setting_find(k->needs) != NULL,
	    "%s needs what there is", k->name);
	ok(k->combine == FIRST_WINS || k->type == SETTING_REQUESTS ||
	    k->type == SETTING_NAMES || k->type == SETTING_RIGHTS ||
	    k->type == SETTING_PATHS, "%s: only lists combine", k->name);
	if (k->width == sizeof(char *) && k->combine == INTERSECTS)
		return;
	memset(&p, 0, sizeof(p));
	setting_store(k, v, &p);
	ok(memcmp(member, zeroes, k->width) != 0,
	    "%s is stored in its member", k->name);
	memset(member, 0, k->width);
	ok(memcmp(&p, &(struct policy){ 0 }, sizeof(p)) == 0,
	    "%s is stored nowhere else", k->name);
}

/* -Q settings: one line for each, four columns, no two alike. */
static void
check_listing(void)
{
	char *out, *rest, *line;
	size_t size, n = 0;
	FILE *stream = open_memstream(&out, &size);
	bool good = true;
	int tabs;

	conf_settings(stream);
	fclose(stream);
	ok(strncmp(out, "access.allow\trequests\trequest names or patterns\t"
	    "all\n", 47) == 0, "-Q settings begins with access.allow");
	ok(strstr(out, "\nrename.overwrite\tchoice\tif-asked, always or never"
	    "\tif-asked\n") != NULL, "-Q settings shows a choice");
	ok(strstr(out, "\nsession.idle_timeout\tduration\t1s to 366d or none\t"
	    "none\n") != NULL, "-Q settings shows a range");
	for (rest = out; (line = strsep(&rest, "\n")) != NULL && *line; n++) {
		for (tabs = 0; *line != '\0'; line++)
			tabs += *line == '\t';
		good = good && tabs == 3;
	}
	ok(good && n == settings_count, "-Q settings: %zu rows", n);
	free(out);
}

int
main(void)
{
	size_t i;

	check_values();
	for (i = 0; i < settings_count; i++)
		check_row(&settings[i], i == 0 ? NULL : &settings[i - 1]);
	check_listing();
	return done();
}
