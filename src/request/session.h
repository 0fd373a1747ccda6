/* SPDX-License-Identifier: ISC */
/*
 * One session: the only object that lives long and changes. It is declared in
 * this room, the lowest that looks inside; handlers get it as their first
 * argument.
 */
#ifndef REQUEST_SESSION_H
#define REQUEST_SESSION_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "files/created.h"
#include "files/handle.h"
#include "os/fs.h"
#include "os/ident.h"
#include "os/pipe.h"
#include "paths/locate.h"
#include "paths/startup.h"
#include "policy/policy.h"
#include "request/stale.h"
#include "request/table.h"

struct session {
	int		 version;	/* spoken; 0 before INIT */
	uint64_t	 requests;	/* since INIT */
	bool		 fatal;		/* the session ends after this reply */
	bool		 bare_status;	/* the client's version is below 3: it
					 * gets a status without text */
	struct policy	 policy;
	struct ident	 self;
	const char	*client;	/* its address, for the log */
	struct table_index index;
	bool		 ruled;		/* `usual` is valid: see gate.c */
	struct ruling	 usual[REPLACE_WISHES];
	struct handles	 handles;
	struct created	 created;	/* files that it made */
	struct stale	 stale;		/* where it removed stale names */
	struct charset	*charset;	/* of names on disk, or NULL: as sent */
	bool		 translate;	/* the charset is to be used */
	bool		 expired;	/* max_time is over: no new OPEN */
	bool		 ending;	/* a pending request must complete */
	uint64_t	 retry_since;	/* ms; begin of the minute ... */
	unsigned	 retry_spent;	/* ... in which retries took these ms */
	struct buf	 out;		/* replies not yet written */
	uint8_t		*input;		/* the input buffer of a session that
					 * has ended */
	struct pipe	 piped;		/* data of the last reply */

	/*
	 * ahead.c: the input behind the packet that runs, and the bytes of it
	 * that were read or written ahead: from `off` to `end` of `h`, or none
	 * if that is NULL.
	 */
	struct slice	 behind;
	struct ahead {
		const struct handle *h;
		uint64_t	 off, end;
	}		 read_ahead, written_ahead;

	/*
	 * Large members that are mostly not touched come last: each page costs
	 * a start as much as a system call.
	 */
	struct fs	 fs;		/* how paths resolve */
	struct startup	 startup;	/* files that may not be changed */
	char		 names[2][PATH_MAX];	/* of a request, translated */
};

#endif
