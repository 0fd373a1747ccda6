/* SPDX-License-Identifier: ISC */
/* What the process gives up, for good, before it reads a byte. */
#ifndef SYSTEM_SANDBOX_H
#define SYSTEM_SANDBOX_H

/*
 * Opens /dev/null where stdin, stdout or stderr is closed, so that no file
 * can come to stand there, and closes every descriptor that was inherited by
 * mistake. To be called first: libraries have none of their own yet.
 */
void	sandbox_stdio(void);

/*
 * Not dumpable, so that /proc/self/mem is no way to run code, and no
 * privileges through exec. Returns 0, or -errno when the process could be
 * traced.
 */
int	sandbox_harden(void);

#endif
