/* SPDX-License-Identifier: ISC */
/* The entry points that libFuzzer and replay.c call in each target. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int	LLVMFuzzerInitialize(int *argc, char ***argv);
int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Aborts because of a fault in this packet or line. */
static inline void
fuzz_abort(const char *fault, size_t nth)
{
	fprintf(stderr, "%zu: %s\n", nth, fault);
	abort();
}

#endif
