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

/* The first member of a handler's own struct. */
struct task {
	/* Returns as a handler does. While s->ending there is no other step. */
	int		(*step)(struct session *, struct request *);
	unsigned	 wait;		/* ms before the next step */

	/* Set by the gate if only the answer waits. */
	bool		 over;
	bool		 replied;	/* with another reply than STATUS */
	int		 outcome;
};

/*
 * Begins a task of `size` bytes, which are zero after the struct task, in place
 * of an earlier one. Returns it, as q->task, or NULL without memory, and then
 * q->task is NULL.
 */
void	*task_begin(struct request *, size_t size,
	    int (*step)(struct session *, struct request *));

/*
 * Returns PENDING for a handler that keeps no state and must be run again, or
 * -ENOMEM.
 */
int	task_repeat(struct request *,
	    int (*handler)(struct session *, struct request *));

/* Frees the task, if there is one. The gate does so with the outcome. */
void	task_end(struct request *);

#endif
