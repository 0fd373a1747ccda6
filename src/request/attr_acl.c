/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <string.h>

#include "os/ident.h"
#include "os/posix_acl.h"
#include "request/attr_acl.h"
#include "request/attrs.h"
#include "wire/sftp.h"

/* Names that are no user's or group's: draft-13 7.8. */
static const struct {
	const char	*who;
	enum acl_tag	tag;
} special[] = {
	{ "OWNER@", TAG_OWNER },
	{ "GROUP@", TAG_GROUP_OBJ },
	{ "EVERYONE@", TAG_OTHER },
	/* These tell how a user connected, which no ACL here knows. */
	{ "INTERACTIVE@", TAG_MASK }, { "NETWORK@", TAG_MASK },
	{ "DIALUP@", TAG_MASK }, { "BATCH@", TAG_MASK },
	{ "ANONYMOUS@", TAG_MASK }, { "AUTHENTICATED@", TAG_MASK },
	{ "SERVICE@", TAG_MASK },
};

static struct slice
name_of(const struct ace *ace, char number[16])
{
	size_t i;

	for (i = 0; i < nitems(special); i++)
		if (special[i].tag == ace->tag)
			return attrs_owner(special[i].who, 0, number);
	return attrs_owner(ace->tag == TAG_USER ? ident_user(ace->id) :
	    ident_group(ace->id), ace->id, number);
}

static void
put_aces(struct buf *b, struct aces *aces)
{
	char number[16];
	size_t i;

	put_u32(b, (uint32_t)aces->n);
	for (i = 0; i < aces->n; i++) {
		aces->ace[i].who = name_of(&aces->ace[i], number);
		acl_put(b, &aces->ace[i]);
	}
}

static void
free_acls(struct posix_acl acl[ACL_KINDS])
{
	aclmap_free(&acl[ACL_ACCESS]);
	aclmap_free(&acl[ACL_DEFAULT]);
}

/*
 * Gets both ACLs of a file or directory. Returns 0, and then free_acls() is
 * due, or -errno.
 */
static int
get_acls(const struct place *p, bool dir, struct posix_acl acl[ACL_KINDS])
{
	int r;

	acl[ACL_DEFAULT] = (struct posix_acl){ 0 };
	if ((r = posix_acl_get(p, ACL_ACCESS, &acl[ACL_ACCESS])) != 0)
		return r;
	if (dir && (r = posix_acl_get(p, ACL_DEFAULT, &acl[ACL_DEFAULT])) != 0)
		aclmap_free(&acl[ACL_ACCESS]);
	return r;
}

void
attr_acl_get(const struct place *p, const struct statx *st, struct attr *a,
    struct buf *b)
{
	struct posix_acl acl[ACL_KINDS];
	bool dir = S_ISDIR(st->stx_mode);
	struct aces aces;

	if (S_ISLNK(st->stx_mode) || get_acls(p, dir, acl) != 0)
		return;
	aclmap_to_aces(acl, dir, &aces);
	free_acls(acl);
	if (aces.n <= ACES_MAX) {
		put_aces(b, &aces);
		if (b->len <= ACES_MAX_LEN) {
			a->has |= HAS_ACL;
			a->acl_flags = ACL_CONTROL_INCLUDED |
			    ACL_CONTROL_PRESENT;
			a->acl = (struct slice){ b->data, b->len };
		}
	}
	acl_free(&aces);
}

/* Finds the user or group of an entry. Returns 0 or the outcome. */
static int
resolve(struct ace *ace)
{
	bool group = (ace->flag & ACE_IDENTIFIER_GROUP) != 0;
	size_t i;

	for (i = 0; i < nitems(special); i++) {
		if (ace->who.len != strlen(special[i].who) ||
		    memcmp(ace->who.p, special[i].who, ace->who.len) != 0)
			continue;
		ace->tag = special[i].tag;
		return ace->tag == TAG_MASK ? FX_OP_UNSUPPORTED : 0;
	}
	ace->tag = group ? TAG_GROUP : TAG_USER;
	if (ace->who.len == 0 || !attrs_find_owner(ace->who,
	    group ? ident_find_group : ident_find_user, &ace->id))
		return FX_UNKNOWN_PRINCIPAL;
	return 0;
}

/*
 * Finds the users and groups of all entries, and notes unknown names as far as
 * there is room. Returns 0 or the outcome.
 */
static int
resolve_all(struct aces *aces, struct unknown *unknown)
{
	size_t i;
	int r, worst = 0;

	unknown->n = 0;
	for (i = 0; i < aces->n; i++) {
		r = resolve(&aces->ace[i]);
		if (r == FX_OP_UNSUPPORTED)
			return r;
		if (r != 0 && unknown->n < UNKNOWN_MAX)
			unknown->name[unknown->n++] = aces->ace[i].who;
		worst = r != 0 ? r : worst;
	}
	return worst;
}

/* True if the entries are to be the ACL; else the ACL is to stay or to go. */
static bool
has_entries(const struct attr *a)
{
	return (a->acl_flags & ACL_CONTROL_INCLUDED) != 0 &&
	    (a->acl_flags & ACL_CONTROL_PRESENT) != 0;
}

static bool
has_audit(const struct aces *aces)
{
	size_t i;

	for (i = 0; i < aces->n; i++)
		if (aces->ace[i].type > ACE_DENIED)
			return true;
	return false;
}

/*
 * Makes the ACLs that the attribute asks for. Refuses audit entries, which
 * nothing here would obey, and flags about inheriting. Returns 0, and then
 * free_acls() is due, or the outcome.
 */
static int
wanted_acls(const struct attr *a, bool dir, struct unknown *unknown,
    struct posix_acl acl[ACL_KINDS])
{
	struct aces aces;
	int r;

	acl[ACL_ACCESS] = acl[ACL_DEFAULT] = (struct posix_acl){ 0 };
	if ((a->acl_flags & ~(ACL_CONTROL_INCLUDED |
	    ACL_CONTROL_PRESENT)) != 0)
		return FX_OP_UNSUPPORTED;
	if ((r = acl_get(a->acl, &aces)) != 0)
		return r;
	if (has_audit(&aces))
		r = FX_OP_UNSUPPORTED;
	else if (has_entries(a))
		r = resolve_all(&aces, unknown);
	else if ((a->acl_flags & ACL_CONTROL_INCLUDED) != 0 && aces.n > 0)
		r = FX_INVALID_PARAMETER;
	if (r == 0 && has_entries(a))
		r = aclmap_from_aces(&aces, dir, acl);
	acl_free(&aces);
	return r;
}

int
attr_acl_check(struct request *q, bool dir)
{
	struct posix_acl acl[ACL_KINDS];
	int r;

	if ((q->attr.has & HAS_ACL) == 0)
		return 0;
	if ((r = wanted_acls(&q->attr, dir, &q->unknown, acl)) == 0)
		free_acls(acl);
	return r;
}

int
attr_acl_check_place(struct request *q, const struct place *p)
{
	struct posix_acl acl[ACL_KINDS];
	struct statx st;
	int r;

	if ((q->attr.has & HAS_ACL) == 0)
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if (S_ISLNK(st.stx_mode))
		return FX_OP_UNSUPPORTED;
	if ((r = attr_acl_check(q, S_ISDIR(st.stx_mode))) != 0)
		return r;
	/* A file system without ACLs fails here. */
	if ((r = get_acls(p, S_ISDIR(st.stx_mode), acl)) == 0)
		free_acls(acl);
	return r;
}

/*
 * Sets both ACLs, the default one first: only a directory has one, and failing
 * there leaves nothing half done.
 */
static int
replace_acls(const struct place *p, bool dir,
    const struct posix_acl wanted[ACL_KINDS])
{
	struct posix_acl now[ACL_KINDS];
	int kind, r;

	if ((r = get_acls(p, dir, now)) != 0)
		return r;
	for (kind = dir ? ACL_DEFAULT : ACL_ACCESS; r == 0 && kind >= 0; kind--)
		if (!aclmap_same(&now[kind], &wanted[kind]))
			r = posix_acl_set(p, kind, &wanted[kind]);
	free_acls(now);
	return r;
}

/* Removes the ACLs, so that only the mode remains. */
static int
remove_acls(const struct place *p, bool dir)
{
	static const struct posix_acl none;
	struct posix_acl plain;
	int r;

	if ((r = posix_acl_get(p, ACL_ACCESS, &plain)) != 0)
		return r;
	aclmap_plain(&plain);
	if (dir)
		r = posix_acl_set(p, ACL_DEFAULT, &none);
	if (r == 0)
		r = posix_acl_set(p, ACL_ACCESS, &plain);
	aclmap_free(&plain);
	return r;
}

int
attr_acl_set(const struct request *q, const struct place *p)
{
	const struct attr *a = &q->attr;
	const struct mode_rule *rule;
	struct unknown unknown;
	struct posix_acl wanted[ACL_KINDS];
	struct statx st;
	bool dir;
	int r;

	if ((a->acl_flags & ACL_CONTROL_INCLUDED) == 0)
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	dir = S_ISDIR(st.stx_mode);
	rule = dir ? &q->ruling.dir_mode : &q->ruling.mode;
	if (rule->force >= 0)
		return fs_chmod(p, (mode_t)rule->force);
	if (!has_entries(a))
		return remove_acls(p, dir);
	if ((r = wanted_acls(a, dir, &unknown, wanted)) != 0)
		return r;
	aclmap_rule(&wanted[ACL_ACCESS], rule->set, rule->clear);
	aclmap_rule(&wanted[ACL_DEFAULT], rule->set, rule->clear);
	r = replace_acls(p, dir, wanted);
	free_acls(wanted);
	return r;
}
