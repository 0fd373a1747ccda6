/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "conf/setting.h"
#include "policy/rights.h"
#include "request/permit.h"
#include "request/session.h"
#include "request/table.h"
#include "scratch.h"
#include "tap.h"
#include "wire/sftp.h"

#define R(name)	RIGHT_##name
#define MODE	HAS_MODE
#define OTHERS	(R(REPLACE) | R(DELETE))

/*
 * A request of a client, and the rights that it takes: always, absent, present.
 */
static const struct ask_case {
	const char	*what;
	uint8_t		 type;
	const char	*wire;
	int		 version;
	uint32_t	 desired, flags;
	int		 byte;		/* -1: a missing field */
	uint32_t	 has;		/* attributes */
	struct takes	 first, second;
} cases[] = {
#define V3(what, pflags, has, ...) \
	{ what, FXP_OPEN, NULL, 3, pflags, 0, -1, has, { __VA_ARGS__ }, { 0 } }
	V3("read", PF_READ, 0, R(READ), 0, 0),
	V3("nothing, which opens to read", 0, 0, R(READ), 0, 0),
	V3("write", PF_WRITE, 0, R(MODIFY), 0, 0),
	V3("append", PF_WRITE | PF_APPEND, 0, R(MODIFY), 0, 0),
	V3("read and write", PF_READ | PF_WRITE, 0, R(READ) | R(MODIFY), 0, 0),
	V3("an upload", PF_WRITE | PF_CREAT | PF_TRUNC, MODE, 0, R(CREATE),
	    R(MODIFY)),
	V3("an upload that resumes", PF_WRITE | PF_CREAT, MODE, 0, R(CREATE),
	    R(MODIFY)),
	V3("an upload to be read", PF_READ | PF_WRITE | PF_CREAT | PF_TRUNC, 0,
	    0, R(CREATE), R(MODIFY) | R(READ)),
	V3("a new file", PF_WRITE | PF_CREAT | PF_EXCL, MODE, 0, R(CREATE), 0),
	V3("a new file to be read", PF_READ | PF_WRITE | PF_CREAT | PF_EXCL,
	    MODE, 0, R(CREATE), 0),
	V3("create, to read", PF_READ | PF_CREAT, 0, R(READ), R(CREATE), 0),
	V3("truncate, to read", PF_READ | PF_TRUNC, 0, R(READ) | R(MODIFY), 0,
	    0),
	V3("create and truncate, no more", PF_CREAT | PF_TRUNC, 0, R(READ),
	    R(CREATE), R(MODIFY)),
	V3("EXCL alone is dropped", PF_WRITE | PF_EXCL, 0, R(MODIFY), 0, 0),
	V3("an owner, which v3 does not set", PF_WRITE | PF_CREAT | PF_EXCL,
	    HAS_IDS, 0, R(CREATE), 0),
#define V6(what, access, flags, has, ...) \
	{ what, FXP_OPEN, NULL, 6, access, flags, -1, has, \
	{ __VA_ARGS__ }, { 0 } }
	V6("attributes", ACE_READ_ATTRIBUTES, FXF_OPEN_EXISTING, 0, R(READ),
	    0, 0),
	V6("append", ACE_APPEND_DATA, FXF_OPEN_EXISTING, 0, R(MODIFY), 0, 0),
	V6("truncate", ACE_WRITE_DATA, FXF_TRUNCATE_EXISTING, 0, R(MODIFY), 0,
	    0),
	V6("create with an owner", ACE_WRITE_DATA, FXF_CREATE_TRUNCATE,
	    HAS_OWNER, 0, R(CREATE) | R(SETSTAT), R(MODIFY)),
	V6("new with an ACL", ACE_WRITE_DATA, FXF_CREATE_NEW, HAS_ACL, 0,
	    R(CREATE) | R(SETSTAT), 0),
	V6("new with room", ACE_WRITE_DATA, FXF_CREATE_NEW, HAS_ALLOC, 0,
	    R(CREATE), 0),
	V6("existing with an owner, not set", ACE_WRITE_DATA,
	    FXF_OPEN_EXISTING, HAS_OWNER, R(MODIFY), 0, 0),
	V6("delete on close", ACE_READ_DATA, FXF_OPEN_EXISTING |
	    FXF_DELETE_ON_CLOSE, 0, R(READ) | R(DELETE), 0, 0),
#define ANY(what, type, version, has, ...) \
	{ what, type, NULL, version, 0, 0, -1, has, { __VA_ARGS__ }, { 0 } }
	ANY("STAT", FXP_STAT, 3, 0, R(STAT), 0, 0),
	ANY("LSTAT", FXP_LSTAT, 6, 0, R(STAT), 0, 0),
	ANY("FSTAT", FXP_FSTAT, 6, 0, R(STAT), 0, 0),
	ANY("LSTAT in v3", FXP_LSTAT, 3, 0, R(STAT), 0, 0),
	ANY("FSTAT in v3", FXP_FSTAT, 3, 0, R(STAT), 0, 0),
	ANY("READLINK", FXP_READLINK, 3, 0, R(STAT), 0, 0),
	ANY("OPENDIR", FXP_OPENDIR, 3, 0, R(LIST), 0, 0),
	ANY("READDIR", FXP_READDIR, 3, 0, R(LIST), 0, 0),
	ANY("REMOVE", FXP_REMOVE, 3, 0, R(DELETE), 0, 0),
	ANY("RMDIR", FXP_RMDIR, 3, 0, R(RMDIR), 0, 0),
	ANY("MKDIR", FXP_MKDIR, 3, MODE, R(MKDIR), 0, 0),
	ANY("MKDIR with an ACL", FXP_MKDIR, 6, HAS_ACL, R(MKDIR) | R(SETSTAT),
	    0, 0),
	ANY("CLOSE", FXP_CLOSE, 3, 0, 0, 0, 0),
	ANY("READ", FXP_READ, 3, 0, R(READ), 0, 0),
	ANY("WRITE", FXP_WRITE, 3, 0, R(MODIFY), 0, 0),
	ANY("SETSTAT of a mode", FXP_SETSTAT, 3, MODE, R(SETSTAT), 0, 0),
	ANY("SETSTAT of nothing", FXP_SETSTAT, 3, 0, R(SETSTAT), 0, 0),
	ANY("SETSTAT of a size", FXP_SETSTAT, 3, HAS_SIZE, R(MODIFY), 0, 0),
	ANY("SETSTAT of size and mode", FXP_SETSTAT, 3, HAS_SIZE | MODE,
	    R(MODIFY) | R(SETSTAT), 0, 0),
	ANY("FSETSTAT of a size", FXP_FSETSTAT, 6, HAS_SIZE, R(MODIFY), 0, 0),
	ANY("FSETSTAT in v3", FXP_FSETSTAT, 3, MODE, R(SETSTAT), 0, 0),
	ANY("UNBLOCK", FXP_UNBLOCK, 6, 0, 0, 0, 0),
	ANY("FSETSTAT of room", FXP_FSETSTAT, 6, HAS_ALLOC, R(MODIFY), 0, 0),
	ANY("FSETSTAT of times", FXP_FSETSTAT, 6, HAS_MTIME | HAS_SUBSEC,
	    R(SETSTAT), 0, 0),
	ANY("REALPATH", FXP_REALPATH, 3, 0, 0, 0, R(LIST)),
	ANY("REALPATH in v6", FXP_REALPATH, 6, 0, 0, 0, 0),
#define SAYS(what, type, wire, version, flags, byte, ...) \
	{ what, type, wire, version, 0, flags, byte, 0, __VA_ARGS__ }
	SAYS("REALPATH, NO_CHECK", FXP_REALPATH, NULL, 6, 0, 1, { 0 }, { 0 }),
	SAYS("REALPATH, STAT_IF", FXP_REALPATH, NULL, 6, 0, 2,
	    { 0, 0, R(LIST) | R(STAT) }, { 0 }),
	SAYS("REALPATH, STAT_ALWAYS", FXP_REALPATH, NULL, 6, 0, 3,
	    { R(LIST) | R(STAT), 0, 0 }, { 0 }),
	SAYS("RENAME", FXP_RENAME, NULL, 3, 0, -1, { R(RENAME), 0, 0 },
	    { 0, 0, OTHERS }),
	SAYS("RENAME over", FXP_RENAME, NULL, 6, FXF_RENAME_OVERWRITE, -1,
	    { R(RENAME), 0, 0 }, { 0, 0, OTHERS }),
	SAYS("SYMLINK", FXP_SYMLINK, NULL, 3, 0, -1, { R(SYMLINK), 0, 0 },
	    { 0 }),
	SAYS("LINK, symbolic", FXP_LINK, NULL, 6, 0, 1, { R(SYMLINK), 0, 0 },
	    { R(LINK), 0, 0 }),
	SAYS("LINK, hard", FXP_LINK, NULL, 6, 0, 0, { R(LINK), 0, 0 },
	    { R(LINK), 0, 0 }),
	SAYS("BLOCK", FXP_BLOCK, NULL, 6, 0, -1, { 0 }, { 0 }),
#define EXTENDED(wire, ...) \
	{ wire, FXP_EXTENDED, wire, 6, 0, 0, 1, 0, __VA_ARGS__ }
	EXTENDED("posix-rename@openssh.com", { R(RENAME), 0, 0 },
	    { 0, 0, OTHERS }),
	EXTENDED("statvfs@openssh.com", { R(LIST), 0, 0 }, { 0 }),
	EXTENDED("fstatvfs@openssh.com", { R(LIST), 0, 0 }, { 0 }),
	EXTENDED("space-available", { R(LIST), 0, 0 }, { 0 }),
	EXTENDED("hardlink@openssh.com", { R(LINK), 0, 0 },
	    { R(LINK), 0, 0 }),
	EXTENDED("fsync@openssh.com", { 0 }, { 0 }),
	EXTENDED("lsetstat@openssh.com", { R(SETSTAT), 0, 0 }, { 0 }),
	EXTENDED("limits@openssh.com", { 0 }, { 0 }),
	EXTENDED("expand-path@openssh.com", { 0, 0, R(LIST) }, { 0 }),
	EXTENDED("copy-data", { R(READ), 0, 0 }, { R(MODIFY), 0, 0 }),
	EXTENDED("copy-file", { R(READ), 0, 0 }, { 0, R(CREATE), OTHERS }),
	EXTENDED("check-file-name", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("check-file-handle", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("md5-hash", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("md5-hash-handle", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("ranges@asyncssh.com", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("text-seek", { R(READ), 0, 0 }, { 0 }),
	EXTENDED("get-temp-folder", { R(LIST), 0, 0 }, { 0 }),
	EXTENDED("make-temp-folder", { R(MKDIR), 0, 0 }, { 0 }),
	EXTENDED("home-directory", { 0 }, { 0 }),
	EXTENDED("users-groups-by-id@openssh.com", { 0 }, { 0 }),
};

static struct session session;
static struct handle handles[2];

/* Returns the kind, and in *form its form, even if it is not built in. */
static const struct request_kind *
kind_of(const struct ask_case *c, const struct request_form **form)
{
	const struct request_kind *kind;

	for (kind = table_kinds;; kind++)
		TABLE_EACH_FORM(*form, kind)
			if ((*form)->type == c->type &&
			    c->version >= (*form)->since &&
			    c->version <= (*form)->until && (c->wire == NULL ||
			    strcmp(kind->wire, c->wire) == 0))
				return kind;
}

static void
set_field(struct request *q, const struct field_row *f,
    const struct ask_case *c)
{
	switch (f->type) {
	case FIELD_PATH:
		q->operand[f->operand].how = f->how & PLACE_CREATES;
		/* FALLTHROUGH */
	case FIELD_NAME:
	case FIELD_TEXT:
		*(const char **)((char *)q + f->member) = "f";
		break;
	case FIELD_HANDLE:
		q->operand[f->operand].handle = &handles[f->operand];
		break;
	case FIELD_U8:
		*(uint8_t *)((char *)q + f->member) = (uint8_t)c->byte;
		break;
	default:
		break;
	}
}

/* Makes the request that the gate has after the upgrade. */
static void
upgrade(const struct ask_case *c, struct request *q)
{
	const enum field *field;

	*q = (struct request){ .desired = c->desired, .flags = c->flags,
	    .has_optional = c->byte >= 0 };
	q->kind = kind_of(c, &q->form);
	q->attr.has = c->has;
	for (field = q->form->fields; *field != NOTHING; field++)
		set_field(q, &field_rows[*field], c);
	q->object.takes.always = q->kind->rights[0];
	q->target.takes.always = q->kind->rights[1];
	if (q->form->upgrade != NULL &&
	    q->form->upgrade(&session.policy, q) != 0)
		printf("# the upgrade of %s fails\n", c->what);
}

static bool
same(const struct takes *a, const struct takes *b)
{
	return a->always == b->always && a->absent == b->absent &&
	    a->present == b->present;
}

static void
print_takes(const struct takes *t)
{
	char names[3][128];

	printf("# takes %s; absent %s; present %s\n",
	    rights_format(t->always, names[0], sizeof(names[0])),
	    rights_format(t->absent, names[1], sizeof(names[1])),
	    rights_format(t->present, names[2], sizeof(names[2])));
}

static unsigned
all_of(const struct takes *t)
{
	return t->always | t->absent | t->present;
}

static void
test_takes(const struct ask_case *c)
{
	const struct request_form *form;
	const struct request_kind *kind = kind_of(c, &form);
	struct request q;
	bool right;

	upgrade(c, &q);
	right = same(&q.object.takes, &c->first) && (q.target.path == NULL &&
	    q.target.handle == NULL ? true : same(&q.target.takes, &c->second));
	if (!right) {
		print_takes(&q.object.takes);
		print_takes(&q.target.takes);
	}
	ok(right, "v%d %s: what it takes", c->version, c->what);
	ok((all_of(&q.object.takes) & ~kind->rights[0]) == 0 &&
	    (all_of(&q.target.takes) & ~kind->rights[1]) == 0,
	    "v%d %s: no more than its kind says", c->version, c->what);
}

/* A new form without an entry in the table above fails. */
static void
test_every_form(void)
{
	size_t i, j;

	for (i = 0; i < table_len; i++) {
		const struct request_kind *kind = &table_kinds[i];
		const struct request_form *form, *f;

		TABLE_EACH_FORM(form, kind) {
			bool found = kind->wire != NULL ?
			    (kind->bits & KIND_UNGOVERNED) != 0 :
			    form->since == 4 || form->since == 5;

			for (j = 0; j < nitems(cases) && !found; j++)
				found = kind_of(&cases[j], &f) == kind &&
				    f == form;
			ok(found, "there is a case for %s, v%d",
			    kind->wire != NULL ? kind->wire : kind->name,
			    form->since);
		}
	}
}

static int
judge(const struct ask_case *c, unsigned rights, struct request *q)
{
	int i;

	upgrade(c, q);
	session.policy.access.rights = rights;
	for (i = 0; i < 2; i++) {
		handles[i].rights = rights;
		q->operand[i].place = place_entry(AT_FDCWD, "f");
		q->operand[i].place.hold = &session.fs.holds[i];
	}
	q->ruling = policy_decide(&session.policy, NULL, &q->ask);
	return permit_judge(&session, q, 0);
}

/*
 * For each set of rights: a request that is refused is refused with fewer
 * rights too, and all rights leave the call as it was.
 */
static void
test_every_set(const struct ask_case *c)
{
	static bool refused[RIGHTS_ALL + 1];
	struct request q;
	unsigned rights, bit, wrong = 0, denied = 0;

	for (rights = 0; rights <= RIGHTS_ALL; rights++) {
		refused[rights] = judge(c, rights, &q) != 0;
		denied += refused[rights];
		for (bit = 1; bit <= RIGHTS_ALL; bit <<= 1)
			wrong += (rights & bit) != 0 && refused[rights] &&
			    !refused[rights & ~bit];
		wrong += refused[rights] && (all_of(&q.object.takes) |
		    all_of(&q.target.takes)) == 0;
	}
	ok(wrong == 0 && !refused[RIGHTS_ALL] && !q.ruling.must_exist &&
	    !q.ruling.must_not_exist && !q.ruling.empty &&
	    !q.ruling.write_only && q.ruling.conceal == CONCEAL_NOTHING,
	    "v%d %s: %u of all sets of rights refuse", c->version, c->what,
	    denied);
}

static const struct ask_case *
find_case(const char *what)
{
	size_t i;

	for (i = 0; strcmp(cases[i].what, what) != 0; i++)
		;
	return &cases[i];
}

/* A request of which only one effect is granted. */
static void
test_half_granted(void)
{
	static const struct {
		const char	*what;
		unsigned	 rights;
		int		 outcome;
		bool		 must_exist, must_not_exist, write_only;
		enum conceal	 conceal;
	} halves[] = {
		{ "an upload", R(CREATE), 0, false, true, true,
		    CONCEAL_PRESENT },
		{ "an upload", R(MODIFY), 0, true, false, true,
		    CONCEAL_ABSENT },
		{ "an upload", R(READ) | R(CREATE), 0, false, true, false,
		    CONCEAL_PRESENT },
		{ "an upload", R(READ), FX_PERMISSION_DENIED, .conceal = 0 },
		{ "an upload to be read", R(CREATE) | R(MODIFY), 0, false,
		    true, true, CONCEAL_PRESENT },
		{ "a new file to be read", R(CREATE), 0, false, false, true,
		    CONCEAL_NOTHING },
		{ "a new file", R(MODIFY) | R(READ), FX_PERMISSION_DENIED,
		    .conceal = 0 },
		{ "create, to read", R(READ), 0, true, false, false,
		    CONCEAL_ABSENT },
		{ "create, to read", R(CREATE), FX_PERMISSION_DENIED,
		    .conceal = 0 },
		{ "posix-rename@openssh.com", R(RENAME), 0, false, true, true,
		    CONCEAL_PRESENT },
		{ "posix-rename@openssh.com", R(RENAME) | R(REPLACE), 0, false,
		    true, true, CONCEAL_PRESENT },
		{ "RENAME", R(RENAME), 0, false, true, true,
		    CONCEAL_NOTHING },
		{ "copy-file", R(READ) | OTHERS, 0, true, false, false,
		    CONCEAL_ABSENT },
		{ "copy-file", R(READ) | R(CREATE), 0, false, true, false,
		    CONCEAL_PRESENT },
		{ "copy-file", R(READ) | R(MODIFY), FX_PERMISSION_DENIED,
		    .conceal = 0 },
		{ "REALPATH", 0, 0, false, true, true, CONCEAL_NOTHING },
	};
	struct request q;
	size_t i;
	int r;

	for (i = 0; i < nitems(halves); i++) {
		r = judge(find_case(halves[i].what), halves[i].rights, &q);
		ok(r == halves[i].outcome && (r != 0 ||
		    (q.ruling.must_exist == halves[i].must_exist &&
		    q.ruling.must_not_exist == halves[i].must_not_exist &&
		    q.ruling.write_only == halves[i].write_only &&
		    q.ruling.conceal == halves[i].conceal &&
		    (!q.ruling.must_not_exist || !q.ruling.replace))),
		    "%s with 0x%x (%d, %d %d %d %d)", halves[i].what,
		    halves[i].rights, r, q.ruling.must_exist,
		    q.ruling.must_not_exist, q.ruling.write_only,
		    q.ruling.conceal);
	}
}

static void
test_conceal(void)
{
	static const int outcomes[] = { 0, PENDING, -ENOENT, -EEXIST, -EACCES,
	    FX_EOF, -ENOTDIR };
	static const struct {
		enum conceal	 conceal;
		int		 becomes[nitems(outcomes)];
	} all[] = {
#define DENIED	FX_PERMISSION_DENIED
		{ CONCEAL_NOTHING, { 0, PENDING, -ENOENT, -EEXIST, -EACCES,
		    FX_EOF, -ENOTDIR } },
		{ CONCEAL_ABSENT, { 0, PENDING, DENIED, -EEXIST, -EACCES,
		    FX_EOF, DENIED } },
		{ CONCEAL_PRESENT, { 0, PENDING, -ENOENT, DENIED, -EACCES,
		    FX_EOF, -ENOTDIR } },
		{ CONCEAL_ALL, { 0, PENDING, -ENOENT, -ENOENT, -ENOENT,
		    -ENOENT, -ENOENT } },
	};
	struct request q = { 0 };
	size_t i, j;
	bool right;

	for (i = 0; i < nitems(all); i++) {
		q.ruling.conceal = all[i].conceal;
		for (j = 0, right = true; j < nitems(outcomes); j++) {
			q.message = "there is";
			right &= permit_conceal(&q, outcomes[j]) ==
			    all[i].becomes[j] && (outcomes[j] ==
			    all[i].becomes[j] || q.message == NULL ||
			    outcomes[j] == -ENOENT);
		}
		ok(right, "concealing, %zu", i);
	}
}

static struct statx
stat_of(const char *name)
{
	struct place p = place_entry(AT_FDCWD, name);
	struct statx st = { 0 };

	(void)fs_stat(&p, &st);
	return st;
}

/* Files of this session give more rights, whatever their name is by then. */
static void
test_own(void)
{
	static const unsigned own = R(STAT) | R(SETSTAT) | R(RENAME);
	struct statx st;
	struct request q;
	bool right = true;
	size_t i;

	session.policy.access.own_rights = own;
	scratch_file("f", "");
	ok(judge(find_case("STAT"), 0, &q) == DENIED,
	    "a file of another user is refused");
	st = stat_of("f");
	created_add(&session.created, &st);
	ok(judge(find_case("STAT"), 0, &q) == 0 &&
	    judge(find_case("SETSTAT of a mode"), 0, &q) == 0 &&
	    judge(find_case("RENAME"), 0, &q) == 0 &&
	    judge(find_case("SETSTAT of a size"), 0, &q) == DENIED &&
	    judge(find_case("REMOVE"), 0, &q) == DENIED,
	    "our own is, as far as the rights for it go");
	ok(judge(find_case("new with an ACL"), R(CREATE), &q) == 0 &&
	    q.ruling.own_rights == own,
	    "a new file is the session's own");
	(void)unlink("f");
	scratch_file("f", "");
	st = stat_of("f");
	st.stx_btime.tv_nsec ^= 1;
	right = !created_has(&session.created, &st);
	ok(right, "another file of that inode number is not");
	ok(judge(find_case("STAT"), 0, &q) == DENIED || (st.stx_mask &
	    STATX_BTIME) == 0, "another file of that name is not");
	st = (struct statx){ 0 };
	for (i = 0; i < CREATED_MAX + 10; i++) {
		st.stx_ino = 1000 + i;
		created_add(&session.created, &st);
	}
	for (i = 0; i < CREATED_MAX + 10; i++) {
		st.stx_ino = 1000 + i;
		right &= created_has(&session.created, &st) == (i >= 10);
	}
	ok(right && session.created.len == CREATED_MAX,
	    "the latest %d are remembered", CREATED_MAX);
	free(session.created.files);
	session.policy.access.own_rights = 0;
}

/* Directories that seem empty to sessions that may not list them. */
static void
test_empty(void)
{
	struct request q;

	session.policy.access.listings = LISTINGS_EMPTY;
	ok(judge(find_case("OPENDIR"), R(CREATE), &q) == 0 && q.ruling.empty &&
	    q.ruling.conceal == CONCEAL_ALL &&
	    (q.ruling.granted & R(LIST)) != 0, "OPENDIR shows nothing");
	ok(judge(find_case("STAT"), R(CREATE), &q) == 0 && q.ruling.empty,
	    "STAT shows only directories");
	ok(judge(find_case("STAT"), R(STAT), &q) == 0 && !q.ruling.empty,
	    "with the right, STAT shows all");
	ok(judge(find_case("READLINK"), R(CREATE), &q) == DENIED,
	    "links are not read");
	ok(judge(find_case("statvfs@openssh.com"), R(CREATE), &q) == DENIED,
	    "statvfs is refused");
	session.policy.access.listings = LISTINGS_PERMITTED;
	ok(judge(find_case("OPENDIR"), R(LIST), &q) == 0 && !q.ruling.empty &&
	    q.ruling.leaves_out, "OPENDIR of a listing that leaves out");
	ok(judge(find_case("OPENDIR"), R(CREATE), &q) == DENIED,
	    "... takes the right to list");
	session.policy.access.listings = LISTINGS_FULL;
	ok(judge(find_case("OPENDIR"), R(LIST), &q) == 0 &&
	    !q.ruling.leaves_out, "else nothing is left out");
}

/* Without the right the answer is the same, however far the path leads. */
static void
test_unresolved(void)
{
	static const struct {
		const char	*what;
		unsigned	 rights;
		int		 outcome;
	} all[] = {
		{ "STAT", 0, DENIED }, { "STAT", R(STAT), -ENOENT },
		{ "an upload", 0, DENIED }, { "an upload", R(CREATE), -ENOENT },
		{ "RENAME", 0, DENIED }, { "RENAME", R(RENAME), -ENOENT },
		{ "RENAME", R(STAT), -ENOENT }, { "REMOVE", R(STAT), -ENOENT },
		{ "REMOVE", R(LIST), DENIED },
		{ "SETSTAT of a mode", R(STAT), -ENOENT },
		{ "REALPATH", 0, 0 }, { "REALPATH", R(LIST), 0 },
		{ "MKDIR", R(MKDIR), -ENOENT }, { "MKDIR", 0, DENIED },
		{ "MKDIR", R(STAT), DENIED }, { "SYMLINK", R(STAT), DENIED },
		{ "OPENDIR", R(STAT), DENIED },
	};
	struct request q;
	size_t i;
	int r;

	for (i = 0; i < nitems(all); i++) {
		upgrade(find_case(all[i].what), &q);
		session.policy.access.rights = all[i].rights;
		q.ruling = policy_decide(&session.policy, NULL, &q.ask);
		r = permit_judge(&session, &q, -ENOENT);
		ok(r == all[i].outcome, "%s of an unresolved path, 0x%x (%d)",
		    all[i].what, all[i].rights, r);
	}
}

int
main(void)
{
	size_t i;

	scratch_enter();
	scratch_file("f", "");
	setting_defaults(&session.policy);
	session.policy.resolves = session.fs.resolves = true;
	strlcpy(session.fs.cwd, "/", sizeof(session.fs.cwd));
	for (i = 0; i < nitems(cases); i++)
		test_takes(&cases[i]);
	test_every_form();
	for (i = 0; i < nitems(cases); i++)
		test_every_set(&cases[i]);
	test_half_granted();
	test_conceal();
	test_own();
	test_empty();
	test_unresolved();
	return done();
}
