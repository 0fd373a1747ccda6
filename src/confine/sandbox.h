/* SPDX-License-Identifier: ISC */
/* What the process gives up, for good, before it reads a byte. */
#ifndef CONFINE_SANDBOX_H
#define CONFINE_SANDBOX_H

#include <stdbool.h>

/*
 * Opens /dev/null where stdin, stdout or stderr is closed, so that no file
 * can come to stand there, and closes every descriptor that was inherited by
 * mistake. To be called first: libraries have none of their own yet. Returns
 * a descriptor of /dev/null, for signals_init(), or -1.
 */
int	sandbox_stdio(void);

/*
 * Not dumpable, so that /proc/self/mem is no way to run code, and no
 * privileges through exec. Returns 0, or -errno when the process could be
 * traced.
 */
int	sandbox_harden(void);

/* What a sandbox is made of, and what it says by the name of the kernel's. */
#define CONFINES_FILES	0x1u	/* Landlock: what is opened and changed */
#define CONFINES_CALLS	0x2u	/* seccomp: which system calls there are */

/*
 * Puts the session into a sandbox: seccomp.list says which system calls are
 * left; files go as far as `root`, a directory's descriptor or -1, and are
 * changed only if it `writes`; no core, no process beside this one. What the
 * kernel does not have is left out: returns what is there. Comes behind
 * sandbox_harden().
 */
unsigned sandbox_enter(int root, bool writes);

/* Has this kernel the Landlock that sandbox_enter() asks for? */
bool	sandbox_has_landlock(bool writes);

#endif
