/* SPDX-License-Identifier: ISC */
/* Signals that end a session or a wait. */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include <stdbool.h>

/*
 * From now on SIGTERM, SIGHUP and SIGINT end the session like the end of input:
 * the handler replaces standard input by `null`, a descriptor of /dev/null.
 * This has no race, since a read(2) that starts after the signal sees the end.
 * SIGPIPE and SIGXFSZ are ignored, so that a client that is gone and a file
 * that may not grow become ordinary errors.
 */
void	signals_init(int null);

/* True if such a signal has arrived. */
bool	signals_came(void);

/*
 * Interrupts system calls that wait, every so many milliseconds until it is
 * called with 0.
 */
void	signals_tick(unsigned ms);

#endif
