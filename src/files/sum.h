/* SPDX-License-Identifier: ISC */
/*
 * SHA-256 sums of uploads, computed as the data comes, so that no file is read
 * again: log.checksum. A handle has one from the OPEN of an empty file for as
 * long as each write begins where the one before ended. Handles without one
 * cost a look at a bit that is in their first cache line.
 */
#ifndef FILES_SUM_H
#define FILES_SUM_H

#include "files/handle.h"

struct place;

#define SUM_HEX_MAX	129	/* of the longest sum, and a NUL */

/*
 * Begins the sum of a handle that was just opened for writing, if its file is
 * regular and empty, no other handle of the session was opened to write to it,
 * and nettle is available. Otherwise no handle of the file has one.
 */
void	 sum_begin(struct handles *, struct handle *);

/* Adds what the handle wrote at an offset, or drops the sum. */
void	 sum_add(struct handle *, uint64_t off, const void *, size_t len);

/* Drops the sum, if any: something else than a write changed the file. */
void	 sum_drop(struct handle *);

/*
 * Drop the sum of the file at a place: of one that is cut to `size` bytes, if
 * it has more; and of one that something else than its handle writes to. They
 * look at the file only while there is a sum.
 */
void	 sum_cut(struct handles *, const struct place *, uint64_t size);
void	 sum_other_writer(struct handles *, const struct place *);

/*
 * Writes the sum in hexadecimal digits. Returns false if there is none, or if
 * the file does not have the size of what was written.
 */
bool	 sum_take(struct handle *, char hex[SUM_HEX_MAX]);

#endif
