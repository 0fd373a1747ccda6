/* SPDX-License-Identifier: ISC */
/*
 * Users and groups. Names are asked of the system when first needed and kept in
 * a cache of fixed size.
 */
#ifndef OS_IDENT_H
#define OS_IDENT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A user. The strings are never freed. */
struct ident {
	uid_t		 uid;
	gid_t		 gid;
	const char	*name;
	const char	*home;
	const char	*shell;
};

/*
 * Gets the user of the session: the real uid. Several names may share a uid;
 * the one in LOGNAME is used if it has this uid. Returns 0, -ENOENT if the user
 * database has no such user, or -errno if it cannot be read.
 */
int	 ident_self(struct ident *);

/* Gets a user by name. Returns as ident_self(). */
int	 ident_named(const char *name, struct ident *);

/*
 * Returns the names of the groups that the user would have after login, or of
 * those of the process for NULL. The list is NULL-terminated and never freed; a
 * group without a name is listed by number. NULL means that the group database
 * cannot be read or memory ran out.
 */
const char *const *ident_groups(const struct ident *);

/*
 * Return the name of an id, or NULL if it has none; valid until the next call.
 */
const char *ident_user(uid_t);
const char *ident_group(gid_t);

/* True if the process is a member of the group. */
bool	 ident_has_group(gid_t);

/*
 * True if a user can give files of their own to the group: root, and members,
 * by the groups that the user would have after login. NULL is the process.
 */
bool	 ident_may_give(const struct ident *, gid_t);

/*
 * Replaces a leading ~ or ~user by the home directory, as a shell does. `to`
 * has PATH_MAX bytes. Returns 0, -ENAMETOOLONG, or -ENOENT for an unknown user,
 * which is logged.
 */
int	 ident_expand_tilde(const struct ident *, const char *path, char *to);

/* Get the id of a name; return false if there is no such name. */
bool	 ident_find_user(const char *, uint32_t *);
bool	 ident_find_group(const char *, uint32_t *);

/* Parses a decimal id; returns false if `text` is anything else. */
bool	 ident_number(const char *, uint32_t *);

/*
 * Copies the home directory of a user; returns false if the user is unknown or
 * the path does not fit.
 */
bool	 ident_home(const char *user, char *to, size_t size);

#endif
