/* SPDX-License-Identifier: ISC */
/* What the process gives up, for good, before it reads a byte. */
#ifndef SYSTEM_SANDBOX_H
#define SYSTEM_SANDBOX_H

/*
 * Opens /dev/null where stdin, stdout or stderr is closed, so that no file
 * can come to stand there.
 */
void	sandbox_stdio(void);

/*
 * Not dumpable, so that /proc/self/mem is no way to run code; no privileges
 * through exec; no descriptor that was inherited by mistake. Returns 0 or
 * -errno when the process could be traced.
 */
int	sandbox_harden(void);

#endif
