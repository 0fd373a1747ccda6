/* SPDX-License-Identifier: ISC */
/* The line of `ls -l` that version 3 sends beside each name. */
#ifndef REQUEST_LONGNAME_H
#define REQUEST_LONGNAME_H

#include <sys/stat.h>

#include "wire/buf.h"

/*
 * Writes the longname as a string of the protocol, byte for byte OpenSSH's:
 * some clients take it apart.
 */
void	longname_put(struct buf *, const struct statx *, const char *name,
	    size_t len);

#endif
