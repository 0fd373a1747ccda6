/* SPDX-License-Identifier: ISC */
/*
 * Translation between POSIX ACLs and the NFSv4-style entries of the protocol
 * (draft-13 7.8). Principals are known here by tag and id, not by name.
 *
 * Entries that we send describe the POSIX ACL with its mask applied, for a
 * reader who goes through them in order until each right is decided. Entries
 * that we receive are accepted only if a POSIX ACL can say the same for every
 * user, whatever groups the user is in. draft-ietf-nfsv4-acl-mapping describes
 * the same translation. One difference is lost in entries: POSIX grants an
 * access only if one group has all the rights it needs, while entries add up
 * the rights of several groups.
 */
#ifndef WIRE_ACLMAP_H
#define WIRE_ACLMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/acl.h"

struct posix_ace {
	enum acl_tag	tag;
	uint32_t	id;		/* of TAG_USER and TAG_GROUP, else 0 */
	uint32_t	perm;		/* as in one digit of a mode */
};

/*
 * An ACL. One without entries means that there is none, which is possible for a
 * default ACL only.
 */
struct posix_acl {
	struct posix_ace *ace;
	size_t		 n;
};

/* The two ACLs of a file; only directories have a default ACL. */
enum { ACL_ACCESS, ACL_DEFAULT, ACL_KINDS };

/*
 * Allocates room for `n` entries and sets n to 0; the caller counts n up. Ends
 * the process through buf_no_memory when memory runs out.
 */
void	aclmap_alloc(struct posix_acl *, size_t n);

/* Frees the entries; the ACL is empty afterwards. */
void	aclmap_free(struct posix_acl *);

/* True if both ACLs grant the same rights, each with its own mask applied. */
bool	aclmap_same(const struct posix_acl *, const struct posix_acl *);

/*
 * Makes an ACL minimal, one that a mode expresses: owner, group and others keep
 * the rights that it grants them, named users and groups are dropped.
 */
void	aclmap_plain(struct posix_acl *);

/*
 * Sets and clears the bits of a mode in an ACL. The group's bits of `clear` are
 * taken from every entry that the mask limits; those of `set` are given to the
 * owning group and the mask only. An ACL without entries stays empty.
 */
void	aclmap_rule(struct posix_acl *, unsigned set, unsigned clear);

/*
 * Translates a file's ACLs to entries with empty `who`; `dir` says that the
 * file is a directory. The caller frees `aces` with acl_free().
 */
void	aclmap_to_aces(const struct posix_acl [ACL_KINDS], bool dir,
	    struct aces *);

/*
 * Translates entries, ACES_MAX at most, to the ACLs of a file or, with `dir`,
 * of a directory. Returns 0, after which the caller frees both ACLs, or
 * FX_OP_UNSUPPORTED if no POSIX ACL means the same; both are empty then.
 */
int	aclmap_from_aces(const struct aces *, bool dir,
	    struct posix_acl [ACL_KINDS]);

#endif
