/* SPDX-License-Identifier: ISC */
/*
 * Counts the functions that a program enters, which was compiled with
 * -finstrument-functions. At its end the file that the variable CALLS names
 * gets a line for each: its offset in the program and how often it was entered.
 */
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define QUIET	__attribute__((no_instrument_function))
#define SLOTS	65536		/* more than there are functions */

static struct {
	uintptr_t	 function;
	unsigned long	 entered;
} slots[SLOTS];

void	__cyg_profile_func_enter(void *, void *) QUIET;
void	__cyg_profile_func_exit(void *, void *) QUIET;

void
__cyg_profile_func_enter(void *function, void *caller)
{
	size_t i = (uintptr_t)function / 4 % SLOTS;

	(void)caller;
	while (slots[i].function != 0 &&
	    slots[i].function != (uintptr_t)function)
		i = (i + 1) % SLOTS;
	slots[i].function = (uintptr_t)function;
	slots[i].entered++;
}

void
__cyg_profile_func_exit(void *function, void *caller)
{
	(void)function;
	(void)caller;
}

static int QUIET
first_base(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1;
}

static void QUIET __attribute__((destructor))
report(void)
{
	const char *name = getenv("CALLS");
	uintptr_t base = 0;
	FILE *to;
	size_t i;

	if (name == NULL || (to = fopen(name, "w")) == NULL)
		return;
	(void)dl_iterate_phdr(first_base, &base);
	for (i = 0; i < SLOTS; i++)
		if (slots[i].entered != 0)
			fprintf(to, "%#lx %lu\n",
			    (unsigned long)(slots[i].function - base),
			    slots[i].entered);
	fclose(to);
}
