/* SPDX-License-Identifier: ISC */
/*
 * An outcome is how a request ended: 0, -errno for what the system said, or
 * a status code of version 6 for a verdict of our own. It is narrowed to
 * what a version has only here, when the reply is written.
 */
#ifndef WIRE_STATUS_H
#define WIRE_STATUS_H

#include <stdint.h>

/* The status code that says it best in that version. */
uint32_t status_code(int outcome, int version);

/* The name of a code, as OpenSSH logs and sends it: "No such file". */
const char *status_name(uint32_t code);

/*
 * A sentence for the client. Version 3 has OpenSSH's words, save that a
 * FAILURE with a system error behind it says which one unless `bare`; later
 * versions have the system's words.
 */
const char *status_text(int outcome, int version, int bare);

#endif
