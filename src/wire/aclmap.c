/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <assert.h>
#include <stdlib.h>

#include "wire/aclmap.h"
#include "wire/sftp.h"

#define PERM_READ	4u
#define PERM_WRITE	2u
#define PERM_EXECUTE	1u
#define PERM_ALL	7u

/*
 * Rights that cannot be denied to anybody, and rights that only the owner can
 * be granted.
 */
#define ACE_ANYBODY	(ACE_READ_ATTRIBUTES | ACE_READ_ACL | ACE_SYNCHRONIZE)
#define ACE_OWNER_ONLY	(ACE_WRITE_ATTRIBUTES | ACE_WRITE_ACL)

/*
 * The flags of an entry of a default ACL, which files and directories inherit.
 */
#define ACE_INHERIT	(ACE_FILE_INHERIT | ACE_DIRECTORY_INHERIT)

void
aclmap_alloc(struct posix_acl *acl, size_t n)
{
	*acl = (struct posix_acl){ calloc(n + 1, sizeof(*acl->ace)), 0 };
	if (acl->ace == NULL)
		buf_no_memory();
}

void
aclmap_free(struct posix_acl *acl)
{
	free(acl->ace);
	*acl = (struct posix_acl){ 0 };
}

static const struct posix_ace *
find_ace(const struct posix_acl *acl, enum acl_tag tag, uint32_t id)
{
	size_t i;

	for (i = 0; i < acl->n; i++)
		if (acl->ace[i].tag == tag && acl->ace[i].id == id)
			return &acl->ace[i];
	return NULL;
}

static uint32_t
mask_of(const struct posix_acl *acl)
{
	const struct posix_ace *mask = find_ace(acl, TAG_MASK, 0);

	return mask == NULL ? PERM_ALL : mask->perm;
}

/* True if the mask limits entries of this tag: all but owner and others. */
static bool
is_masked(enum acl_tag tag)
{
	return tag == TAG_USER || tag == TAG_GROUP_OBJ || tag == TAG_GROUP;
}

static uint32_t
effective(const struct posix_ace *ace, uint32_t mask)
{
	return is_masked(ace->tag) ? ace->perm & mask : ace->perm;
}

static size_t
count_without_mask(const struct posix_acl *acl)
{
	return acl->n - (find_ace(acl, TAG_MASK, 0) != NULL);
}

bool
aclmap_same(const struct posix_acl *a, const struct posix_acl *b)
{
	uint32_t mask_a = mask_of(a), mask_b = mask_of(b);
	const struct posix_ace *other;
	size_t i;

	if (count_without_mask(a) != count_without_mask(b))
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->ace[i].tag == TAG_MASK)
			continue;
		other = find_ace(b, a->ace[i].tag, a->ace[i].id);
		if (other == NULL || effective(&a->ace[i], mask_a) !=
		    effective(other, mask_b))
			return false;
	}
	return true;
}

void
aclmap_plain(struct posix_acl *acl)
{
	uint32_t mask = mask_of(acl);
	size_t i, n = 0;

	for (i = 0; i < acl->n; i++) {
		struct posix_ace ace = acl->ace[i];

		ace.perm = effective(&ace, mask);
		if (ace.tag == TAG_OWNER || ace.tag == TAG_GROUP_OBJ ||
		    ace.tag == TAG_OTHER)
			acl->ace[n++] = ace;
	}
	acl->n = n;
}

void
aclmap_rule(struct posix_acl *acl, unsigned set, unsigned clear)
{
	size_t i;

	for (i = 0; i < acl->n; i++) {
		struct posix_ace *ace = &acl->ace[i];
		int shift = ace->tag == TAG_OWNER ? 6 :
		    ace->tag == TAG_OTHER ? 0 : 3;

		ace->perm &= ~(clear >> shift);
		if (ace->tag != TAG_USER && ace->tag != TAG_GROUP)
			ace->perm |= set >> shift & PERM_ALL;
	}
}

static uint32_t
write_bits(bool dir)
{
	return ACE_WRITE_DATA | ACE_APPEND_DATA | (dir ? ACE_DELETE_CHILD : 0);
}

static uint32_t
perm_to_mask(uint32_t perm, bool dir)
{
	return ((perm & PERM_READ) != 0 ? ACE_READ_DATA : 0) |
	    ((perm & PERM_WRITE) != 0 ? write_bits(dir) : 0) |
	    ((perm & PERM_EXECUTE) != 0 ? ACE_EXECUTE : 0);
}

static uint32_t
mask_to_perm(uint32_t mask)
{
	return ((mask & ACE_READ_DATA) != 0 ? PERM_READ : 0) |
	    ((mask & ACE_WRITE_DATA) != 0 ? PERM_WRITE : 0) |
	    ((mask & ACE_EXECUTE) != 0 ? PERM_EXECUTE : 0);
}

/* A list of entries that is being built. */
struct making {
	struct aces	*to;
	const struct posix_acl *from;
	uint32_t	 limit;		/* the mask of `from` */
	uint32_t	 flag;
	bool		 dir;
};

/* Appends an entry of `type`, unless it denies nothing. */
static void
add_ace(const struct making *m, uint32_t type, const struct posix_ace *p)
{
	uint32_t perm = effective(p, m->limit);
	struct ace ace = { .type = type, .flag = m->flag, .tag = p->tag,
	    .id = p->id };

	if (p->tag == TAG_GROUP)
		ace.flag |= ACE_IDENTIFIER_GROUP;
	if (type == ACE_ALLOWED)
		ace.mask = perm_to_mask(perm, m->dir) | ACE_ANYBODY |
		    (p->tag == TAG_OWNER ? ACE_OWNER_ONLY : 0);
	else
		ace.mask = perm_to_mask(~perm, m->dir);
	if (ace.mask != 0)
		m->to->ace[m->to->n++] = ace;
}

#define ALLOWED		(1u << ACE_ALLOWED)
#define DENIED		(1u << ACE_DENIED)

/*
 * Appends the entries of these types for each principal with this tag. With
 * both, each denial follows directly, so that no later entry decides a right of
 * that principal.
 */
static void
add_aces(const struct making *m, unsigned types, enum acl_tag tag)
{
	size_t i;

	for (i = 0; i < m->from->n; i++) {
		if (m->from->ace[i].tag != tag)
			continue;
		if ((types & ALLOWED) != 0)
			add_ace(m, ACE_ALLOWED, &m->from->ace[i]);
		if ((types & DENIED) != 0)
			add_ace(m, ACE_DENIED, &m->from->ace[i]);
	}
}

void
aclmap_to_aces(const struct posix_acl acl[ACL_KINDS], bool dir,
    struct aces *aces)
{
	size_t max = 2 * (acl[ACL_ACCESS].n + acl[ACL_DEFAULT].n) + 1;
	int kind;

	*aces = (struct aces){ calloc(max, sizeof(*aces->ace)), 0 };
	if (aces->ace == NULL)
		buf_no_memory();
	for (kind = 0; kind < ACL_KINDS; kind++) {
		struct making m = { aces, &acl[kind], mask_of(&acl[kind]),
		    kind == ACL_DEFAULT ? ACE_INHERIT | ACE_INHERIT_ONLY : 0,
		    dir };

		add_aces(&m, ALLOWED | DENIED, TAG_OWNER);
		add_aces(&m, ALLOWED | DENIED, TAG_USER);
		/*
		 * All groups are granted their rights before any group is
		 * denied: a group must not deny what another one grants.
		 */
		add_aces(&m, ALLOWED, TAG_GROUP_OBJ);
		add_aces(&m, ALLOWED, TAG_GROUP);
		add_aces(&m, DENIED, TAG_GROUP_OBJ);
		add_aces(&m, DENIED, TAG_GROUP);
		/*
		 * Everybody reads this entry; nothing is left to deny after it.
		 */
		add_aces(&m, ALLOWED, TAG_OTHER);
	}
}

/*
 * True if an entry uses only the rights and the inheritance that a POSIX ACL
 * has.
 */
static bool
ace_is_posix(const struct ace *ace, bool dir)
{
	uint32_t w = write_bits(dir), inherit = ace->flag & ACE_INHERIT;
	uint32_t known = ACE_READ_DATA | w | ACE_EXECUTE;

	if (ace->type != ACE_ALLOWED && ace->type != ACE_DENIED)
		return false;
	if (ace->type == ACE_ALLOWED)
		known |= ACE_ANYBODY |
		    (ace->tag == TAG_OWNER ? ACE_OWNER_ONLY : 0);
	if ((ace->mask & ~known) != 0 ||
	    ((ace->mask & w) != 0 && (ace->mask & w) != w))
		return false;
	if ((ace->flag & ~(ACE_INHERIT | ACE_INHERIT_ONLY |
	    ACE_IDENTIFIER_GROUP)) != 0)
		return false;
	if (inherit == 0)
		return (ace->flag & ACE_INHERIT_ONLY) == 0;
	return dir && inherit == ACE_INHERIT;
}

static bool
applies(const struct ace *ace, int kind)
{
	return kind == ACL_DEFAULT ? (ace->flag & ACE_INHERIT) != 0 :
	    (ace->flag & ACE_INHERIT_ONLY) == 0;
}

/* The part of an entry that matters for one of the two ACLs. */
struct rule {
	uint32_t	type;
	struct posix_ace about;		/* perm: the rights it decides */
};

struct rules {
	struct rule	 rule[ACES_MAX];
	size_t		 n;
};

static bool
same_who(const struct posix_ace *a, const struct posix_ace *b)
{
	return a->tag == b->tag && a->id == b->id;
}

/*
 * Collects the entries that apply to this ACL. Rights that an earlier rule for
 * the same principal or for everybody has decided are removed from later ones.
 */
static void
make_rules(const struct aces *aces, int kind, struct rules *rules)
{
	const struct posix_ace *old;
	struct posix_ace new;
	size_t i, j;

	assert(aces->n <= ACES_MAX);
	rules->n = 0;
	for (i = 0; i < aces->n; i++) {
		const struct ace *ace = &aces->ace[i];

		if (!applies(ace, kind))
			continue;
		new = (struct posix_ace){ ace->tag, ace->id,
		    mask_to_perm(ace->mask) };
		for (j = 0; j < rules->n; j++) {
			old = &rules->rule[j].about;
			if (old->tag == TAG_OTHER || same_who(old, &new))
				new.perm &= ~old->perm;
		}
		rules->rule[rules->n++] = (struct rule){ ace->type, new };
	}
}

/*
 * Tells if a rule concerns the principal `who`. MAYBE: it concerns some of
 * them, since the owner and a named user may be members of any group, and the
 * owner may be named. Rules for two groups count as unrelated: from_aces()
 * looks at users who are in both.
 */
enum about { NO, MAYBE, YES };

static enum about
is_about(const struct posix_ace *rule, const struct posix_ace *who)
{
	if (rule->tag == TAG_OTHER || same_who(rule, who))
		return YES;
	if (who->tag == TAG_OWNER)
		return MAYBE;
	if (who->tag == TAG_USER &&
	    (rule->tag == TAG_GROUP_OBJ || rule->tag == TAG_GROUP))
		return MAYBE;
	return NO;
}

/*
 * Per right, the index of the first rule that denies it to a group and of the
 * last one that grants it.
 */
struct groups {
	size_t	denied[3], granted[3];
};

static void
note_group(struct groups *g, uint32_t type, uint32_t perms, size_t at)
{
	int bit;

	for (bit = 0; bit < 3; bit++) {
		if ((perms >> bit & 1) == 0)
			continue;
		if (type == ACE_ALLOWED)
			g->granted[bit] = MAX(g->granted[bit], at);
		else
			g->denied[bit] = MIN(g->denied[bit], at);
	}
}

/*
 * Computes the rights that the rules grant `who` into who->perm. A right that
 * no rule mentions is denied. Returns false if the result depends on groups or
 * names that `who` may also have.
 */
static bool
decide(const struct rules *rules, struct posix_ace *who, struct groups *g)
{
	uint32_t open = PERM_ALL, perm, type, maybe[2] = { 0, 0 };
	enum about about;
	size_t i;

	who->perm = 0;
	for (i = 0; i < rules->n; i++) {
		about = is_about(&rules->rule[i].about, who);
		perm = rules->rule[i].about.perm & open;
		type = rules->rule[i].type;
		if (about == MAYBE)
			maybe[type] |= perm;
		if (about != YES)
			continue;
		if ((perm & maybe[!type]) != 0)
			return false;
		if (type == ACE_ALLOWED)
			who->perm |= perm;
		open &= ~perm;
		if (who->tag == TAG_GROUP_OBJ || who->tag == TAG_GROUP)
			note_group(g, type, perm, i);
	}
	return (open & maybe[ACE_ALLOWED]) == 0;
}

static int
compare_aces(const void *one, const void *two)
{
	const struct posix_ace *a = one, *b = two;

	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/*
 * Makes an ACL with an entry for each principal that the rules name, and for
 * the three that every ACL has.
 */
static void
collect(const struct rules *rules, struct posix_acl *acl)
{
	static const enum acl_tag always[] = {
		TAG_OWNER, TAG_GROUP_OBJ, TAG_OTHER,
	};
	const struct posix_ace *about;
	size_t i;

	aclmap_alloc(acl, rules->n + nitems(always) + 1);
	for (i = 0; i < nitems(always); i++)
		acl->ace[acl->n++].tag = always[i];
	for (i = 0; i < rules->n; i++) {
		about = &rules->rule[i].about;
		if (find_ace(acl, about->tag, about->id) == NULL)
			acl->ace[acl->n++] = *about;
	}
}

/*
 * Adds the mask that an ACL with named principals must have, one that limits
 * nothing, and sorts the entries.
 */
static void
add_mask(struct posix_acl *acl)
{
	uint32_t mask = 0;
	size_t i;

	if (acl->n > 3) {
		for (i = 0; i < acl->n; i++)
			if (is_masked(acl->ace[i].tag))
				mask |= acl->ace[i].perm;
		acl->ace[acl->n++] = (struct posix_ace){ TAG_MASK, 0, mask };
	}
	qsort(acl->ace, acl->n, sizeof(*acl->ace), compare_aces);
}

static bool
from_aces(const struct aces *aces, int kind, struct posix_acl *acl)
{
	struct groups g = { .denied = { SIZE_MAX, SIZE_MAX, SIZE_MAX } };
	struct rules rules;
	size_t i;

	make_rules(aces, kind, &rules);
	collect(&rules, acl);
	for (i = 0; i < acl->n; i++)
		if (!decide(&rules, &acl->ace[i], &g))
			return false;
	/* A user in two groups must get what either of them grants. */
	for (i = 0; i < nitems(g.denied); i++)
		if (g.denied[i] < g.granted[i])
			return false;
	add_mask(acl);
	return true;
}

int
aclmap_from_aces(const struct aces *aces, bool dir,
    struct posix_acl acl[ACL_KINDS])
{
	bool inherited = false, exact = true;
	size_t i;

	acl[ACL_ACCESS] = acl[ACL_DEFAULT] = (struct posix_acl){ 0 };
	for (i = 0; i < aces->n; i++) {
		exact &= ace_is_posix(&aces->ace[i], dir);
		inherited |= applies(&aces->ace[i], ACL_DEFAULT);
	}
	if (exact && from_aces(aces, ACL_ACCESS, &acl[ACL_ACCESS]) &&
	    (!inherited || from_aces(aces, ACL_DEFAULT, &acl[ACL_DEFAULT])))
		return 0;
	aclmap_free(&acl[ACL_ACCESS]);
	aclmap_free(&acl[ACL_DEFAULT]);
	return FX_OP_UNSUPPORTED;
}
