/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"

#define HALF_YEAR	(365 * 24 * 3600 / 2)

/*
 * True unless TZ names something that exists and is not a regular file. A
 * client can set TZ if sshd's AcceptEnv lets it, and the C library would block
 * on a FIFO.
 */
static bool
zone_is_usable(const char *tz)
{
	const char *dir = getenv("TZDIR");
	char path[PATH_MAX];
	struct stat st;

	tz += tz[0] == ':';
	if (tz[0] == '\0')
		return true;
	if (tz[0] == '/')
		dir = "";
	else if (dir == NULL || dir[0] == '\0')
		dir = "/usr/share/zoneinfo";
	return snprintf(path, sizeof(path), "%s/%s", dir, tz) < PATH_MAX &&
	    (stat(path, &st) == -1 || S_ISREG(st.st_mode));
}

void
clock_check_zone(void)
{
	const char *tz = getenv("TZ");

	if (tz != NULL && !zone_is_usable(tz))
		(void)unsetenv("TZ");
}

/*
 * As localtime_r(3), but reads the time zone only once. glibc would otherwise
 * stat(2) it each time.
 */
static bool
clock_local(time_t t, struct tm *tm)
{
	static bool ready;

	if (!ready) {
		tzset();
		ready = true;
	}
	return localtime_r(&t, tm) != NULL;
}

/*
 * Keeps the last date and formats only when the minute or the form changes.
 * Formatting a date for each entry took a third of the time of a listing.
 */
size_t
clock_list_date(time_t t, char to[CLOCK_DATE_LEN])
{
	static struct {
		bool	valid, recent;
		time_t	minute;
		size_t	len;
		char	text[CLOCK_DATE_LEN];
	} last;
	time_t now = time(NULL), minute = t / 60 - (t % 60 < 0);
	bool recent = now - HALF_YEAR < t && now >= t;
	struct tm tm;

	if (!last.valid || last.minute != minute || last.recent != recent) {
		/*
		 * OpenSSH's buffer has this size; a year of five digits leaves
		 * it empty.
		 */
		last.len = !clock_local(t, &tm) ? 0 : strftime(last.text, 13,
		    recent ? "%b %e %H:%M" : "%b %e  %Y", &tm);
		last.text[last.len] = '\0';
		last.minute = minute;
		last.recent = recent;
		last.valid = true;
	}
	memcpy(to, last.text, sizeof(last.text));
	return last.len;
}

static uint64_t
read_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t
clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

uint64_t
clock_coarse_ms(void)
{
	return read_ms(CLOCK_MONOTONIC_COARSE);
}

void
clock_wait(unsigned ms)
{
	(void)poll(NULL, 0, (int)ms);
}

void
clock_date(time_t t, enum clock_form form, char to[CLOCK_DATE_LEN])
{
	bool utc = form == CLOCK_UTC;
	struct tm tm;

	if (!(utc ? gmtime_r(&t, &tm) != NULL : clock_local(t, &tm)) ||
	    strftime(to, CLOCK_DATE_LEN, utc ? "%Y-%m-%dT%H:%M:%S" :
	    form == CLOCK_LOG ? "%Y%m%d-%H:%M:%S" : "%b %e %H:%M:%S",
	    &tm) == 0)
		to[0] = '\0';
}
