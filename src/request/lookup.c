/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "paths/locate.h"
#include "request/atomic.h"
#include "request/lookup.h"
#include "request/permit.h"

int
lookup_paths(struct session *s, struct request *q)
{
	const bool temps = !LIST_EMPTY(&s->handles.temps);
	struct operand *o;
	int r = 0;

	for (o = q->operand; o < q->operand + nitems(q->operand); o++) {
		if (o->path == NULL)
			continue;
		/*
		 * From version 4 on an empty path is where the session started.
		 */
		if (o->path[0] == '\0' && q->precise && !q->writes)
			o->path = ".";
		if (r == 0 && (o->how & PLACE_NONE) == 0 &&
		    !(temps && atomic_locate(s, o)))
			r = o == &q->object ?
			    locate_path(&s->fs, o->path, o->how, &o->place) :
			    locate_second(&s->fs, o->path, o->how,
			    &q->object.place, &o->place);
	}
	if (r == 0 && temps)
		atomic_resolve(s, q);
	if (s->fs.resolves)
		r = permit_judge(s, q, r);
	if (r == 0 && q->ruling.atomic == ATOMIC_KEEP)
		atomic_resolve_kept(s, q);
	return r;
}
