/* SPDX-License-Identifier: ISC */
/* RENAME and posix-rename, which differ only in what they ask. */
#include "config.h"

#include "request/ops.h"
#include "request/request.h"

int
op_rename(struct session *s, struct request *q)
{
	(void)s;
	return fs_rename(&q->place[0], &q->place[1], q->ruling.replace);
}
