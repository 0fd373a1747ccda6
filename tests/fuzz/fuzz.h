/* SPDX-License-Identifier: ISC */
/* What libFuzzer calls in each target, and replay.c too. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The end: what ought to be true is not, in that packet or line. */
static inline void
fuzz_abort(const char *fault, size_t nth)
{
	fprintf(stderr, "%zu: %s\n", nth, fault);
	abort();
}

#endif
