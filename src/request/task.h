/* SPDX-License-Identifier: ISC */
/*
 * A request that takes long is run in steps, and the server reads and writes in
 * between. Its handler begins a task, which keeps all that the next step must
 * know, and returns PENDING; from then on the step of the task is run until it
 * returns an outcome.
 */
#ifndef REQUEST_TASK_H
#define REQUEST_TASK_H

#include <stdbool.h>
#include <stddef.h>

struct request;
struct session;

/* The first member of what a handler keeps. */
struct task {
	/* Returns as a handler does. While s->ending there is no other step. */
	int		(*step)(struct session *, struct request *);
	unsigned	 wait;		/* ms to let pass before the next step */
	bool		 over;		/* the gate's own: the request was run */
};

/*
 * Begins a task of `size` bytes, zero behind the struct task, in place of one
 * that the request has. Returns it, as q->task has it, or NULL when there is
 * no memory, and then the request has none.
 */
void	*task_begin(struct request *, size_t size,
	    int (*step)(struct session *, struct request *));

/*
 * Returns PENDING for a handler that keeps nothing and is to be run once more,
 * or -ENOMEM.
 */
int	task_repeat(struct request *,
	    int (*handler)(struct session *, struct request *));

/* Frees the task, if there is one. The gate does so with the outcome. */
void	task_end(struct request *);

#endif
