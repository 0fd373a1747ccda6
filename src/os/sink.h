/* SPDX-License-Identifier: ISC */
/*
 * The structured log: one JSON object a change or transfer, as a datagram to
 * syslog's socket or another. It never waits for a reader: what is not taken
 * at once is lost, which the next record says, and the log once. A record is
 * put together piece by piece, one at a time.
 */
#ifndef OS_SINK_H
#define OS_SINK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Begins: `to` is "syslog" or a socket's path, and must last. A reader that is
 * not there yet is logged and looked for again with every record.
 */
void	sink_open(const char *to, int facility);

/* Is there anybody to tell? Ask before work is spent. */
bool	sink_on(void);

/* A record: who did what, then its fields, then it is sent. */
void	sink_begin(const char *user, const char *client, const char *op);
void	sink_number(const char *key, uint64_t);

/*
 * A text or a name. One that is not UTF-8, or too long, leaves as well as it
 * can, with its bytes beside it as "<key>_hex".
 */
void	sink_text(const char *key, const char *);
void	sink_end(void);

/* Was one begun? And: it is not to be sent. */
bool	sink_begun(void);
void	sink_drop(void);

#endif
