/* SPDX-License-Identifier: ISC */
/*
 * POSIX ACLs and the entries that the protocol knows, which are NFSv4's: from
 * the one to the other. Whom they are about is known by tag and id here.
 *
 * What we send says, to who reads entries in order until each right is
 * decided, what the POSIX ACL says with its mask applied. What we take must
 * say something that a POSIX ACL can say, to everybody, whatever groups they
 * are in: draft-ietf-nfsv4-acl-mapping is about the same two. One thing
 * cannot be told apart in entries: POSIX wants all rights of one access from
 * one group, while entries gather them from several.
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
	uint32_t	perm;		/* as a digit of a mode */
};

/* Without entries it is none, which only a default ACL can be. */
struct posix_acl {
	struct posix_ace *ace;
	size_t		 n;
};

/* The two that a file can have; the second is a directory's alone. */
enum { ACL_ACCESS, ACL_DEFAULT, ACL_KINDS };

/* Room for `n` entries; n is the caller's to count up. */
void	aclmap_alloc(struct posix_acl *, size_t n);
void	aclmap_free(struct posix_acl *);

/* Do they grant the same, each with its own mask applied? */
bool	aclmap_same(const struct posix_acl *, const struct posix_acl *);

/*
 * The least ACL that grants owner, group and everybody else the same, to who
 * wants to have no ACL.
 */
void	aclmap_plain(const struct posix_acl *, struct posix_acl *plain);

/*
 * Gives and takes what a mode's bits would: those of the group go for all
 * whom the mask limits, but only the group itself is given them. An ACL
 * without entries stays so.
 */
void	aclmap_rule(struct posix_acl *, unsigned set, unsigned clear);

/* As entries, without `who`; to be freed. */
void	aclmap_to_aces(const struct posix_acl [ACL_KINDS], bool dir,
	    struct aces *);

/*
 * Entries as ACLs, which are to be freed when 0 was returned; else it is
 * FX_OP_UNSUPPORTED, for what no POSIX ACL says.
 */
int	aclmap_from_aces(const struct aces *, bool dir,
	    struct posix_acl [ACL_KINDS]);

#endif
