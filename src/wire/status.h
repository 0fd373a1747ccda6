/* SPDX-License-Identifier: ISC */
/*
 * Outcomes and status codes. An outcome tells how a request ended: 0, -errno
 * for an error of the system, or a status code of version 6 (FX_*) for an error
 * that this server found. It is mapped to the codes of the session's version
 * only when the reply is written.
 */
#ifndef WIRE_STATUS_H
#define WIRE_STATUS_H

#include <stdint.h>

/* Returns the status code that comes closest to an outcome in that version. */
uint32_t status_code(int outcome, int version);

/*
 * Returns the name of a status code as OpenSSH logs and sends it, such as "No
 * such file".
 */
const char *status_name(uint32_t code);

/*
 * Returns the message of a STATUS reply. Version 3 has OpenSSH's texts, except
 * that a FAILURE caused by a system error says which one unless `bare`; later
 * versions have the system's text. The string is static, or strerror(3)'s.
 */
const char *status_text(int outcome, int version, int bare);

#endif
