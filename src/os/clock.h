/* SPDX-License-Identifier: ISC */
/* Local time, as listings and the log print it. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_DATE_LEN	24	/* room for either */

/*
 * Takes TZ out of the environment if it names something that is no regular
 * file. To be called before anything asks for local time, as syslog(3) does.
 */
void	clock_check_zone(void);

/* As ls(1): "Nov 22 09:41" within half a year, else "Nov 22  2019". */
void	clock_list_date(time_t, char to[CLOCK_DATE_LEN]);

/* Milliseconds of a clock that only goes forward. */
uint64_t clock_ms(void);

/* The same, as of the last tick of the kernel, which is cheaper to read. */
uint64_t clock_coarse_ms(void);

/*
 * Waits for so many milliseconds: for the end of a session only, since nothing
 * else happens meanwhile.
 */
void	clock_wait(unsigned ms);

/* As syslog(3), "Nov 22 09:41:07"; and as RFC 3339 has it, in UTC. */
void	clock_syslog_date(time_t, char to[CLOCK_DATE_LEN]);
void	clock_utc_date(time_t, char to[CLOCK_DATE_LEN]);

/* As OpenSSH's log: "20261122-09:41:07". */
void	clock_log_date(time_t, char to[CLOCK_DATE_LEN]);

#endif
