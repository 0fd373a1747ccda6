/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "os/clock.h"
#include "tap.h"

#define HALF_YEAR	15768000	/* of 365 days, in seconds */

/* Dates that are old or in the future, which never show an hour. UTC. */
static const struct {
	long long	 t;
	const char	*text;
} dates[] = {
	{ 0, "Jan  1  1970" },
	{ 59, "Jan  1  1970" },
	{ 86399, "Jan  1  1970" },
	{ 86400, "Jan  2  1970" },
	{ -1, "Dec 31  1969" },
	{ -60, "Dec 31  1969" },
	{ -86400, "Dec 31  1969" },
	{ -86401, "Dec 30  1969" },
	{ 951782400, "Feb 29  2000" },
	{ 951868799, "Feb 29  2000" },
	{ 951868800, "Mar  1  2000" },
	{ 253402300799, "Dec 31  9999" },
	/* OpenSSH's buffer cannot hold a year of five digits or a sign. */
	{ 253402300800, "" },
	{ INT64_MAX, "" },
	{ INT64_MIN, "" },
	{ 1, "Jan  1  1970" },
};

/* Musl pads a year to four characters, also for OpenSSH's server. */
static const struct {
	long long	 t;
	const char	*text, *padded;
} early[] = {
	{ -62135596800, "Jan  1  1", "Jan  1  0001" },
	{ -62198755200, "Jan  1  -1", "Jan  1  -001" },
};

static void
test_dates(void)
{
	char to[CLOCK_DATE_LEN];
	size_t i;

	for (i = 0; i < nitems(early); i++) {
		clock_list_date((time_t)early[i].t, to);
		ok(strcmp(to, early[i].text) == 0 ||
		    strcmp(to, early[i].padded) == 0, "%lld is \"%s\" (\"%s\")",
		    early[i].t, early[i].text, to);
	}

	for (i = 0; i < nitems(dates); i++) {
		clock_list_date((time_t)dates[i].t, to);
		ok(strcmp(to, dates[i].text) == 0, "%lld is \"%s\" (\"%s\")",
		    dates[i].t, dates[i].text, to);
	}
}

/* Formats the expected date if the current time is `now`. */
static void
reference(time_t t, time_t now, char to[64])
{
	bool recent = t > now - HALF_YEAR && t <= now;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(to, 64, recent ? "%b %e %H:%M" : "%b %e  %Y", &tm);
}

/* The second may change during the call: then either date is right. */
static bool
date_is_right(time_t t)
{
	char to[CLOCK_DATE_LEN], before[64], after[64];

	reference(t, time(NULL), before);
	clock_list_date(t, to);
	reference(t, time(NULL), after);
	return strcmp(to, before) == 0 || strcmp(to, after) == 0;
}

/*
 * Dates around half a year ago and around now, in steps that stay within the
 * remembered minute and in steps that leave it.
 */
static void
test_borders(void)
{
	static const int steps[] = {
		-3600, -60, -59, -2, -1, 0, 1, 2, 30, 59, 60, 61, 3600,
	};
	static const struct { const char *name; time_t off; } borders[] = {
		{ "now", 0 }, { "half a year ago", -HALF_YEAR },
		{ "in half a year", HALF_YEAR },
	};
	size_t i, k;

	for (k = 0; k < nitems(borders); k++)
		for (i = 0; i < nitems(steps); i++)
			ok(date_is_right(time(NULL) + borders[k].off +
			    steps[i]), "%s, %+d s", borders[k].name, steps[i]);
}

/* Every second of three minutes around midnight, then random ones. */
static void
test_minutes(void)
{
	time_t day = time(NULL) / 86400 * 86400 - 86400 * 3;
	int i, wrong = 0;

	for (i = -90; i <= 90; i++)
		wrong += !date_is_right(day + i);
	for (i = -90; i <= 90; i++)
		wrong += !date_is_right(i);
	ok(wrong == 0, "each second around midnight (%d wrong)", wrong);
	for (i = 0; i < 100000; i++)
		wrong += !date_is_right(time(NULL) - random() % HALF_YEAR -
		    random() % HALF_YEAR);
	ok(wrong == 0, "random times of the last year (%d wrong)", wrong);
}

static void
test_log_dates(void)
{
	static const struct {
		long long	 t;
		const char	*text, *syslog, *utc;
	} rows[] = {
		{ 0, "19700101-00:00:00", "Jan  1 00:00:00",
		    "1970-01-01T00:00:00" },
		{ 1795340467, "20261122-09:41:07", "Nov 22 09:41:07",
		    "2026-11-22T09:41:07" },
		{ -1, "19691231-23:59:59", "Dec 31 23:59:59",
		    "1969-12-31T23:59:59" },
		{ 4294967295, "21060207-06:28:15", "Feb  7 06:28:15",
		    "2106-02-07T06:28:15" },
		{ INT64_MAX, "", "", "" },
	};
	char to[CLOCK_DATE_LEN];
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		clock_date((time_t)rows[i].t, CLOCK_LOG, to);
		ok(strcmp(to, rows[i].text) == 0,
		    "OpenSSH's log: %lld is \"%s\" (\"%s\")", rows[i].t,
		    rows[i].text, to);
		clock_date((time_t)rows[i].t, CLOCK_SYSLOG, to);
		ok(strcmp(to, rows[i].syslog) == 0, "syslog: \"%s\" (\"%s\")",
		    rows[i].syslog, to);
		clock_date((time_t)rows[i].t, CLOCK_UTC, to);
		ok(strcmp(to, rows[i].utc) == 0,
		    "transfer log: \"%s\" (\"%s\")", rows[i].utc, to);
	}
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	test_dates();
	test_borders();
	test_minutes();
	test_log_dates();
	return done();
}
