/* SPDX-License-Identifier: ISC */
/*
 * Tests both directions against one oracle: the rights of a person by the rules
 * of acl(5), and by those of NFSv4 (RFC 8881 6.2.1), for all possible persons.
 * The oracle does not know how one is translated to the other.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wire/aclmap.h"
#include "wire/sftp.h"

/* The owner or a user, in some of the file's groups. */
struct person {
	bool		owner;
	uint32_t	uid;		/* 1 and 2 may be named */
	unsigned	groups;		/* bit 0: the file's; else by id */
};

static bool
in_group(const struct person *p, enum acl_tag tag, uint32_t gid)
{
	return (p->groups >> (tag == TAG_GROUP_OBJ ? 0 : gid) & 1) != 0;
}

static bool
is_group(enum acl_tag tag)
{
	return tag == TAG_GROUP_OBJ || tag == TAG_GROUP;
}

static const struct posix_ace *
entry_of(const struct posix_acl *acl, enum acl_tag tag, uint32_t id)
{
	size_t i;

	for (i = 0; i < acl->n; i++)
		if (acl->ace[i].tag == tag && acl->ace[i].id == id)
			return &acl->ace[i];
	return NULL;
}

/* Decides one right by acl(5), ACCESS CHECK ALGORITHM. */
static bool
posix_allows(const struct posix_acl *acl, const struct person *p,
    uint32_t right)
{
	const struct posix_ace *e, *m = entry_of(acl, TAG_MASK, 0);
	uint32_t mask = m != NULL ? m->perm : 7;
	bool member = false;
	size_t i;

	if (p->owner)
		return (entry_of(acl, TAG_OWNER, 0)->perm & right) != 0;
	if ((e = entry_of(acl, TAG_USER, p->uid)) != NULL)
		return (e->perm & mask & right) != 0;
	for (i = 0; i < acl->n; i++) {
		e = &acl->ace[i];
		if (!is_group(e->tag) || !in_group(p, e->tag, e->id))
			continue;
		member = true;
		if ((e->perm & mask & right) != 0)
			return true;
	}
	return !member && (entry_of(acl, TAG_OTHER, 0)->perm & right) != 0;
}

/*
 * Decides one right by RFC 8881 6.2.1: the first entry that concerns the person
 * and the right wins.
 */
static bool
aces_allow(const struct aces *aces, bool def, const struct person *p,
    uint32_t bit)
{
	size_t i;

	for (i = 0; i < aces->n; i++) {
		const struct ace *a = &aces->ace[i];

		if ((def && (a->flag & ACE_FILE_INHERIT) == 0) ||
		    (!def && (a->flag & ACE_INHERIT_ONLY) != 0) ||
		    (a->mask & bit) == 0)
			continue;
		if (a->tag == TAG_OTHER || (a->tag == TAG_OWNER && p->owner) ||
		    (a->tag == TAG_USER && a->id == p->uid) ||
		    (is_group(a->tag) && in_group(p, a->tag, a->id)))
			return a->type == ACE_ALLOWED;
	}
	return false;
}

static const struct { uint32_t right, bit; } rights[] = {
	{ 4, ACE_READ_DATA }, { 2, ACE_WRITE_DATA }, { 2, ACE_APPEND_DATA },
	{ 1, ACE_EXECUTE },
};

/* True if both grant the same to everybody. */
static bool
agree(const struct posix_acl *acl, const struct aces *aces, bool def)
{
	struct person p;
	unsigned who;
	size_t i;

	for (who = 0; who < 48; who++) {
		p = (struct person){ who >= 24, who / 8 % 3, who % 8 };
		for (i = 0; i < nitems(rights); i++)
			if (posix_allows(acl, &p, rights[i].right) !=
			    aces_allow(aces, def, &p, rights[i].bit))
				return false;
	}
	return true;
}

static bool
identical(const struct posix_acl *a, const struct posix_acl *b)
{
	size_t i;

	for (i = 0; a->n == b->n && i < a->n; i++)
		if (a->ace[i].tag != b->ace[i].tag ||
		    a->ace[i].id != b->ace[i].id ||
		    a->ace[i].perm != b->ace[i].perm)
			return false;
	return a->n == b->n;
}

static void
free_both(struct posix_acl acl[ACL_KINDS])
{
	aclmap_free(&acl[ACL_ACCESS]);
	aclmap_free(&acl[ACL_DEFAULT]);
}

/*
 * True if an ACL that is translated there and back is equivalent, and
 * translates to itself from then on.
 */
static bool
round_trip(const struct posix_acl acl[ACL_KINDS], bool dir)
{
	struct posix_acl back[ACL_KINDS], twice[ACL_KINDS];
	struct aces aces, again;
	bool good;
	size_t i;

	aclmap_to_aces(acl, dir, &aces);
	good = agree(&acl[ACL_ACCESS], &aces, false) &&
	    (acl[ACL_DEFAULT].n == 0 || agree(&acl[ACL_DEFAULT], &aces, true));
	if (aclmap_from_aces(&aces, dir, back) != 0) {
		acl_free(&aces);
		return false;
	}
	good = good && aclmap_same(&acl[0], &back[0]) &&
	    aclmap_same(&acl[1], &back[1]);
	aclmap_to_aces(back, dir, &again);
	good = good && again.n == aces.n;
	for (i = 0; good && i < aces.n; i++)
		good = aces.ace[i].type == again.ace[i].type &&
		    aces.ace[i].flag == again.ace[i].flag &&
		    aces.ace[i].mask == again.ace[i].mask &&
		    aces.ace[i].tag == again.ace[i].tag &&
		    aces.ace[i].id == again.ace[i].id;
	good = good && aclmap_from_aces(&again, dir, twice) == 0;
	if (good) {
		good = identical(&back[0], &twice[0]) &&
		    identical(&back[1], &twice[1]);
		free_both(twice);
	}
	free_both(back);
	acl_free(&aces);
	acl_free(&again);
	return good;
}

/* All 512 modes of the three minimal ACLs. */
static void
test_modes(void)
{
	struct posix_ace e[3];
	struct posix_acl acl[ACL_KINDS] = { { e, 3 }, { NULL, 0 } };
	uint32_t mode, bad = 0;
	int dir;

	for (dir = 0; dir < 2; dir++)
		for (mode = 0; mode < 01000; mode++) {
			e[0] = (struct posix_ace){ TAG_OWNER, 0, mode >> 6 };
			e[1] = (struct posix_ace){ TAG_GROUP_OBJ, 0,
			    mode >> 3 & 7 };
			e[2] = (struct posix_ace){ TAG_OTHER, 0, mode & 7 };
			bad += !round_trip(acl, dir != 0);
		}
	ok(bad == 0, "all modes, of files and directories, keep their meaning");
}

/*
 * Makes an ACL with a user and two groups, each named or not, and a mask. Two
 * bits of rights are enough, since write and execute behave alike here.
 */
static void
fill(struct posix_acl *acl, uint32_t seed)
{
	static const struct { enum acl_tag tag; uint32_t id; bool named; }
	    who[] = {
		{ TAG_OWNER, 0, false }, { TAG_USER, 1, true },
		{ TAG_GROUP_OBJ, 0, false },
		{ TAG_GROUP, 1, true }, { TAG_GROUP, 2, true },
		{ TAG_MASK, 0, false }, { TAG_OTHER, 0, false },
	};
	static const uint32_t perms[] = { 0, 4, 3, 7 };
	bool named = false;
	size_t i;

	acl->n = 0;
	for (i = 0; i < nitems(who); i++) {
		bool there = true;

		if (who[i].named) {
			there = (seed & 1) != 0;
			seed >>= 1;
			named |= there;
		}
		if (!there || (who[i].tag == TAG_MASK && !named))
			continue;
		acl->ace[acl->n++] = (struct posix_ace){ who[i].tag,
		    who[i].id, perms[seed & 3] };
		seed >>= 2;
	}
}

static void
test_named(void)
{
	struct posix_acl acl[ACL_KINDS] = { { 0 } };
	uint32_t seed, bad = 0;

	aclmap_alloc(&acl[ACL_ACCESS], 8);
	for (seed = 0; seed < 1u << 17; seed++) {
		fill(&acl[ACL_ACCESS], seed);
		bad += !round_trip(acl, (seed & 1) != 0);
	}
	ok(bad == 0, "all small ACLs with names and a mask keep it: %u do not",
	    bad);

	aclmap_alloc(&acl[ACL_DEFAULT], 8);
	for (seed = 0, bad = 0; seed < 1u << 17; seed += 3) {
		fill(&acl[ACL_ACCESS], seed * 2654435761u >> 15);
		fill(&acl[ACL_DEFAULT], seed);
		bad += !round_trip(acl, true);
	}
	ok(bad == 0, "so do those with a default ACL: %u do not", bad);
	free_both(acl);
}

/*
 * Tests all combinations of three entries with all persons: an accepted list
 * means the same to everybody, and for a rejected one there is no ACL that
 * does.
 */
static struct ace
nth_entry(uint32_t n)
{
	static const struct { enum acl_tag tag; uint32_t id; } who[] = {
		{ TAG_OWNER, 0 }, { TAG_USER, 1 }, { TAG_GROUP_OBJ, 0 },
		{ TAG_GROUP, 1 }, { TAG_OTHER, 0 },
	};
	static const uint32_t masks[] = {
		ACE_READ_DATA, ACE_EXECUTE, ACE_READ_DATA | ACE_EXECUTE,
	};
	struct ace a = { 0 };

	a.type = n % 2;
	n /= 2;
	a.mask = masks[n % 3];
	n /= 3;
	a.tag = who[n].tag;
	a.id = who[n].id;
	return a;
}

#define KINDS_OF_ENTRY	(2 * 3 * 5)

/* True if some ACL, with or without named users and groups, means the same. */
static bool
expressible(const struct aces *aces)
{
	struct posix_ace e[6] = {
		{ TAG_OWNER, 0, 0 }, { TAG_GROUP_OBJ, 0, 0 },
		{ TAG_OTHER, 0, 0 }, { TAG_USER, 1, 0 }, { TAG_GROUP, 1, 0 },
	};
	struct posix_acl acl = { e, 5 };
	static const struct person alone[] = {
		{ true, 0, 0 }, { false, 0, 1 }, { false, 0, 0 },
		{ false, 1, 0 }, { false, 0, 2 },
	};
	size_t i, j;

	/* The rights of each if nothing else is known. */
	for (i = 0; i < nitems(alone); i++)
		for (j = 0; j < nitems(rights); j++)
			if (aces_allow(aces, false, &alone[i], rights[j].bit))
				e[i].perm |= rights[j].right;
	return agree(&acl, aces, false);
}

static void
test_entries(void)
{
	uint32_t n, taken = 0, wrong = 0, missed = 0;
	struct posix_acl acl[ACL_KINDS];
	struct ace three[3];
	struct aces aces = { three, 3 };

	for (n = 0; n < KINDS_OF_ENTRY * KINDS_OF_ENTRY * KINDS_OF_ENTRY; n++) {
		three[0] = nth_entry(n % KINDS_OF_ENTRY);
		three[1] = nth_entry(n / KINDS_OF_ENTRY % KINDS_OF_ENTRY);
		three[2] = nth_entry(n / KINDS_OF_ENTRY / KINDS_OF_ENTRY);
		if (aclmap_from_aces(&aces, false, acl) != 0) {
			missed += expressible(&aces);
			continue;
		}
		taken++;
		wrong += !agree(&acl[ACL_ACCESS], &aces, false);
		free_both(acl);
	}
	ok(wrong == 0, "%u lists of three entries are accepted and keep their "
	    "meaning: %u do not", taken, wrong);
	ok(missed == 0, "no ACL means the same as a rejected list: %u", missed);
	ok(taken > 1000, "many lists are accepted");
}

#define R	ACE_READ_DATA
#define W	(ACE_WRITE_DATA | ACE_APPEND_DATA)
#define X	ACE_EXECUTE
#define DC	ACE_DELETE_CHILD
#define INHERIT	(ACE_FILE_INHERIT | ACE_DIRECTORY_INHERIT)
#define YES	0
#define NO	FX_OP_UNSUPPORTED

/* A single entry, on a file and on a directory. */
static const struct {
	const char	*what;
	struct ace	 ace;
	int		 file, dir;
} single[] = {
	{ "read and execute", { .mask = R | X }, YES, YES },
	{ "write without append", { .mask = ACE_WRITE_DATA }, NO, NO },
	{ "append without write", { .mask = ACE_APPEND_DATA }, NO, NO },
	{ "write and append", { .mask = W }, YES, NO },
	{ "with delete-child", { .mask = W | DC }, NO, YES },
	{ "delete-child alone", { .mask = DC }, NO, NO },
	{ "reading attributes", { .mask = ACE_READ_ATTRIBUTES }, YES, YES },
	{ "denied attributes", { .type = ACE_DENIED,
	    .mask = ACE_READ_ATTRIBUTES }, NO, NO },
	{ "setting the ACL", { .mask = ACE_WRITE_ACL }, YES, YES },
	{ "setting the ACL by another user", { .mask = ACE_WRITE_ACL,
	    .tag = TAG_USER, .id = 1 }, NO, NO },
	{ "taking ownership", { .mask = ACE_WRITE_OWNER }, NO, NO },
	{ "deletion", { .mask = 0x10000 }, NO, NO },
	{ "named attributes", { .mask = 0x8 }, NO, NO },
	{ "audit", { .type = ACE_AUDIT, .mask = R }, NO, NO },
	{ "alarm", { .type = ACE_ALARM, .mask = R }, NO, NO },
	{ "an unknown type", { .type = 4, .mask = R }, NO, NO },
	{ "an unknown type with a large number", { .type = 0xffffffff,
	    .mask = R }, NO, NO },
	{ "inherited", { .flag = INHERIT, .mask = R }, NO, YES },
	{ "inherited only", { .flag = INHERIT | ACE_INHERIT_ONLY, .mask = R },
	    NO, YES },
	{ "inherited by files", { .flag = ACE_FILE_INHERIT, .mask = R }, NO,
	    NO },
	{ "inherited by directories", { .flag = ACE_DIRECTORY_INHERIT,
	    .mask = R }, NO, NO },
	{ "inherited by none", { .flag = ACE_INHERIT_ONLY, .mask = R }, NO,
	    NO },
	{ "inherited once", { .flag = INHERIT | 0x4, .mask = R }, NO, NO },
	{ "successful access", { .flag = 0x10, .mask = R }, NO, NO },
	{ "failed access", { .flag = 0x20, .mask = R }, NO, NO },
	{ "an unknown flag", { .flag = 0x80, .mask = R }, NO, NO },
};

static void
test_single(void)
{
	struct posix_acl acl[ACL_KINDS];
	size_t i;
	int dir;

	for (i = 0; i < nitems(single); i++)
		for (dir = 0; dir < 2; dir++) {
			struct ace one = single[i].ace;
			struct aces aces = { &one, 1 };
			int r = aclmap_from_aces(&aces, dir != 0, acl);

			ok(r == (dir ? single[i].dir : single[i].file) &&
			    (r == 0) == (acl[ACL_ACCESS].n == 3),
			    "%s: %s on a %s", single[i].what,
			    r == 0 ? "taken" : "rejected",
			    dir ? "directory" : "file");
			free_both(acl);
		}
}

static void
test_kinds(void)
{
	struct posix_acl acl[ACL_KINDS], plain;
	struct ace both = { .flag = INHERIT, .mask = R, .tag = TAG_OTHER };
	struct aces aces = { &both, 1 }, none = { NULL, 0 };

	ok(aclmap_from_aces(&aces, true, acl) == 0 &&
	    identical(&acl[ACL_ACCESS], &acl[ACL_DEFAULT]) &&
	    acl[ACL_DEFAULT].n == 3 && acl[ACL_DEFAULT].ace[2].perm == 4,
	    "an entry that is inherited and applies here is in both ACLs");
	free_both(acl);
	ok(aclmap_from_aces(&none, true, acl) == 0 && acl[ACL_DEFAULT].n == 0 &&
	    acl[ACL_ACCESS].n == 3 && acl[ACL_ACCESS].ace[0].perm == 0 &&
	    acl[ACL_ACCESS].ace[1].perm == 0 &&
	    acl[ACL_ACCESS].ace[2].perm == 0,
	    "an empty list grants nothing and has no default ACL");
	free_both(acl);

	aclmap_alloc(&acl[ACL_ACCESS], 5);
	acl[ACL_ACCESS].n = 5;
	memcpy(acl[ACL_ACCESS].ace, (struct posix_ace[]){
	    { TAG_OWNER, 0, 6 }, { TAG_USER, 1, 7 }, { TAG_GROUP_OBJ, 0, 6 },
	    { TAG_MASK, 0, 4 }, { TAG_OTHER, 0, 1 } },
	    5 * sizeof(struct posix_ace));
	aclmap_alloc(&plain, 5);
	plain.n = 5;
	memcpy(plain.ace, acl[ACL_ACCESS].ace, 5 * sizeof(struct posix_ace));
	aclmap_plain(&plain);
	ok(identical(&plain, &(struct posix_acl){ (struct posix_ace[]){
	    { TAG_OWNER, 0, 6 }, { TAG_GROUP_OBJ, 0, 4 }, { TAG_OTHER, 0, 1 } },
	    3 }), "the minimal ACL keeps the group's rights under the mask");
	ok(!aclmap_same(&acl[ACL_ACCESS], &plain),
	    "a minimal ACL differs if a user was named");
	aclmap_free(&plain);
	aclmap_free(&acl[ACL_ACCESS]);
}

/* Sets and clears mode bits in each entry. */
static void
test_rule(void)
{
	static const struct {
		unsigned	set, clear;
		uint32_t	perm[6];
	} rows[] = {
		{ 0, 0, { 6, 7, 4, 6, 7, 1 } },
		{ 0, 0022, { 6, 5, 4, 4, 5, 1 } },
		{ 0, 0007, { 6, 7, 4, 6, 7, 0 } },
		{ 0, 0700, { 0, 7, 4, 6, 7, 1 } },
		{ 0, 0777, { 0, 0, 0, 0, 0, 0 } },
		{ 0, 06000, { 6, 7, 4, 6, 7, 1 } },
		{ 0100, 0, { 7, 7, 4, 6, 7, 1 } },
		{ 0020, 0, { 6, 7, 6, 6, 7, 1 } },
		{ 0004, 0, { 6, 7, 4, 6, 7, 5 } },
		{ 0020, 0070, { 6, 0, 2, 0, 2, 1 } },
		{ 02000, 0, { 6, 7, 4, 6, 7, 1 } },
	};
	size_t i, j;

	for (i = 0; i < nitems(rows); i++) {
		struct posix_ace ace[] = {
			{ TAG_OWNER, 0, 6 }, { TAG_USER, 1, 7 },
			{ TAG_GROUP_OBJ, 0, 4 }, { TAG_GROUP, 1, 6 },
			{ TAG_MASK, 0, 7 }, { TAG_OTHER, 0, 1 },
		};
		struct posix_acl acl = { ace, nitems(ace) };
		unsigned wrong = 0;

		aclmap_rule(&acl, rows[i].set, rows[i].clear);
		for (j = 0; j < nitems(ace); j++)
			wrong += ace[j].perm != rows[i].perm[j];
		ok(wrong == 0, "an ACL with %04o added and %04o removed",
		    rows[i].set, rows[i].clear);
	}
	aclmap_rule(&(struct posix_acl){ NULL, 0 }, 0777, 0);
}

int
main(void)
{
	test_modes();
	test_named();
	test_entries();
	test_single();
	test_kinds();
	test_rule();
	return done();
}
