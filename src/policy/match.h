/* SPDX-License-Identifier: ISC */
/* Patterns as in ssh_config(5): `*`, `?`, lists by comma, `!` negates. */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include <stdbool.h>

/* Does the whole of `s` match `pattern`? */
bool	match_pattern(const char *s, const char *pattern);

/*
 * Is `s` one of the names in `list`, which is separated by commas? As -p and
 * -P read it: a name may be a pattern, and `!` before it has no meaning.
 */
bool	match_name_list(const char *s, const char *list);

#endif
