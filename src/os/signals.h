/* SPDX-License-Identifier: ISC */
/* Signals that end a session. */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include <stdbool.h>

/*
 * From now on SIGTERM, SIGHUP and SIGINT end the session as the end of input
 * does: stdin is replaced by `null`, a descriptor of /dev/null. That is free
 * of races, since a read that has not begun finds the end. SIGPIPE and SIGXFSZ
 * are ignored: a client that is gone, and a file that may not grow, are errors
 * like others.
 */
void	signals_init(int null);

/* Has one come? */
bool	signals_came(void);

#endif
