/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "request/request.h"
#include "request/task.h"

void *
task_begin(struct request *q, size_t size,
    int (*step)(struct session *, struct request *))
{
	task_end(q);
	if ((q->task = calloc(1, size)) != NULL)
		q->task->step = step;
	return q->task;
}

int
task_repeat(struct request *q,
    int (*handler)(struct session *, struct request *))
{
	if (q->task == NULL &&
	    task_begin(q, sizeof(struct task), handler) == NULL)
		return -ENOMEM;
	return PENDING;
}

void
task_end(struct request *q)
{
	free(q->task);
	q->task = NULL;
}
