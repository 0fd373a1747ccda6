/* SPDX-License-Identifier: ISC */
/*
 * Users and groups. Names are asked of the system once and remembered, in a
 * cache of fixed size; nothing is looked up before it is needed.
 */
#ifndef OS_IDENT_H
#define OS_IDENT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A user. The strings last. */
struct ident {
	uid_t		 uid;
	gid_t		 gid;
	const char	*name;
	const char	*home;
	const char	*shell;
};

/*
 * Who the session belongs to: the real uid. It goes by the name in LOGNAME
 * if that name has this uid, for several may share one. Returns 0; -ENOENT
 * when the database has no such user; or the error of the database.
 */
int	 ident_self(struct ident *);

/* The user of that name. Returns as ident_self(). */
int	 ident_named(const char *name, struct ident *);

/*
 * Names of groups, ended by NULL: the process's own, or those that user would
 * have. A group without a name counts by its number. NULL when the database
 * cannot be asked, or there is no memory.
 */
const char *const *ident_own_groups(void);
const char *const *ident_groups_of(const struct ident *);

/* The name, or NULL if there is none; good until the next call. */
const char *ident_user(uid_t);
const char *ident_group(gid_t);

/* True if the process is in that group. */
bool	 ident_has_group(gid_t);

/*
 * Puts home directories in place of a leading ~ or ~user, as a shell does.
 * `to` has PATH_MAX bytes. Returns 0, -ENOENT for an unknown user (logged),
 * or -ENAMETOOLONG.
 */
int	 ident_expand_tilde(const struct ident *, const char *path, char *to);

/* The id of that name; false if there is none. */
bool	 ident_find_user(const char *, uint32_t *);
bool	 ident_find_group(const char *, uint32_t *);

/* An id written as a number of digits. */
bool	 ident_number(const char *, uint32_t *);

/* Copies the home directory of that user; false if unknown or too long. */
bool	 ident_home(const char *user, char *to, size_t size);

#endif
