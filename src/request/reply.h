/* SPDX-License-Identifier: ISC */
/*
 * Builds replies: with attr.c, the only place where versions differ in what is
 * sent. Replies gather in s->out; a handler that builds one and then fails need
 * not clean up, since the gate removes the half-built reply.
 */
#ifndef REQUEST_REPLY_H
#define REQUEST_REPLY_H

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "request/longname.h"
#include "request/request.h"
#include "request/session.h"

/* Answers with STATUS and the text of the outcome, which is not PENDING. */
void	reply_status(struct session *, const struct request *, int outcome);

void	reply_handle(struct session *, const struct request *,
	    const struct handle *);

#define REPLY_DATA_HEADER 13	/* bytes before the data */

/*
 * Answers with DATA that the caller puts in place itself: reply_data_room()
 * returns room for `len` bytes, and reply_data() sends the first `len` of them.
 * `end` tells version 6 that the file ends there.
 */
uint8_t	*reply_data_room(struct session *, size_t len);
void	reply_data(struct session *, const struct request *, size_t len,
	    bool end);

/*
 * Answers with DATA of all bytes in s->piped. No reply may follow before they
 * are sent.
 */
void	reply_data_piped(struct session *, const struct request *);

/*
 * ATTRS, with the attributes that q->wanted asks for, as far as the object has
 * them, or the usual ones if it is 0.
 */
void	reply_attrs(struct session *, const struct request *,
	    const struct place *, const struct statx *);

/* Returns the attrib-bits of a file, and in *known those that are known. */
uint32_t reply_bits(const struct statx *, const char *name, uint32_t *known);

/*
 * Answers with NAME of one name, as for REALPATH and READLINK, without
 * attributes if the statx is NULL.
 */
void	reply_name(struct session *, const struct request *, const char *,
	    const struct statx *);

/* Answers with NAME of many names: begin, add while that returns true, end. */
struct names {
	size_t		 start;		/* offset of the reply in s->out */
	uint32_t	 count;
	struct longname	 line;		/* of the last entry, in version 3 */
};

void	reply_names_begin(struct session *, const struct request *,
	    struct names *);
/*
 * Adds an entry, or returns false, with nothing changed, if the reply is full.
 * If the statx is NULL, only the name and the type are sent (DT_* of
 * readdir(3)), which version 3 has in the permissions.
 */
bool	reply_names_add(struct session *, struct names *, const char *name,
	    const struct statx *, unsigned char d_type);
void	reply_names_end(struct session *, const struct request *,
	    struct names *, bool end);

void	reply_statvfs(struct session *, const struct request *,
	    const struct statvfs *);

/*
 * Begins a reply of any other type, whose body the caller writes. Returns where
 * it starts, for reply_end(), which puts its length.
 */
size_t	reply_begin(struct session *, const struct request *, uint8_t type);
void	reply_end(struct session *, size_t start);

#endif
