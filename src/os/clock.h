/* SPDX-License-Identifier: ISC */
/* Clocks, and dates in the formats that listings and logs use. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_DATE_LEN	24	/* bytes that hold any of these dates */

/*
 * Removes TZ from the environment if it names something that exists and is not
 * a regular file. Call this before anything that uses local time, such as
 * syslog(3).
 */
void	clock_check_zone(void);

/*
 * Formats local time as ls(1) does: "Nov 22 09:41" for the last half year, else
 * "Nov 22  2019". The text is empty if the year has more than four digits.
 * Returns its length.
 */
size_t	clock_list_date(time_t, char to[CLOCK_DATE_LEN]);

/* Returns the milliseconds of a monotonic clock. */
uint64_t clock_ms(void);

/* The same, as of the last tick of the kernel, which is cheaper to read. */
uint64_t clock_coarse_ms(void);

/*
 * Blocks for so many milliseconds. Only for the end of a session, since no
 * request is answered meanwhile.
 */
void	clock_wait(unsigned ms);

/*
 * Formats a date in local time as OpenSSH's log does, "20261122-09:41:07", or
 * as syslog(3) does, "Nov 22 09:41:07"; or in UTC as RFC 3339 does,
 * "2026-11-22T09:41:07". The text is empty if the date cannot be formatted.
 */
enum clock_form { CLOCK_LOG, CLOCK_SYSLOG, CLOCK_UTC };
void	clock_date(time_t, enum clock_form, char to[CLOCK_DATE_LEN]);

#endif
