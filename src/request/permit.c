/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/path.h"
#include "os/log.h"
#include "paths/resolve.h"
#include "policy/subtree.h"
#include "request/permit.h"
#include "request/request.h"
#include "request/session.h"
#include "wire/sftp.h"

/* The rules and rights that hold for a path. */
struct site {
	struct subtree	 subtree;
	unsigned	 rights;	/* with own ones if the session made
					 * it */
	const struct place *place;
	bool		 looked;	/* by look() */
	int		 error;		/* of that: 0 or -errno */
	struct statx	 st;
};

/*
 * Looks at what the path names, once for all rules that depend on it. Returns 0
 * or -errno: -ENOENT for a path that is not resolved.
 */
static int
look(struct site *at)
{
	if (!at->looked)
		at->error = at->place->hold == NULL ? -ENOENT :
		    fs_stat(at->place, &at->st);
	at->looked = true;
	return at->error;
}

/* True if the i-th path must be the name of something new. */
static bool
must_be_new(const struct request *q, int i)
{
	const struct operand *o = &q->operand[i];

	return (o->how & PLACE_CREATES) != 0 && o->takes.present == 0 &&
	    (o->takes.absent == 0 || q->ask.replace == REPLACE_NO);
}

/* Logs a refusal; `why` goes before the names of the rights. */
static void
log_refusal(const struct request *q, const char *why, unsigned rights)
{
	char names[128];

	if (log_wants(LOG_LEVEL_VERBOSE))
		log_verbose("Refusing %s request: it %s the right to %s",
		    q->kind->name, why, rights_format(rights, names,
		    sizeof(names)));
}

/* Returns the outcome of a request that startup_refuses(), and logs it. */
static int
startup_refusal(const struct session *s, const struct request *q)
{
	if (s->startup.failed != 0)
		return s->startup.failed;
	log_verbose("Refusing %s request: it would change what is read at "
	    "login", q->kind->name);
	return FX_PERMISSION_DENIED;
}

static int
judge_handles(const struct request *q)
{
	const struct operand *o;
	unsigned lacks;
	size_t i;

	for (i = 0; i < nitems(q->operand); i++) {
		o = &q->operand[i];
		if (o->handle == NULL)
			break;
		if ((lacks = o->takes.always & ~o->handle->rights) != 0) {
			log_refusal(q, "takes", lacks);
			return FX_PERMISSION_DENIED;
		}
	}
	return 0;
}

/*
 * Finds the rules for a path. A path that is not resolved is judged by as much
 * of it as exists, and by its text from there on.
 */
static void
find_subtree(struct session *s, const struct operand *o, struct subtree *a)
{
	const char *name = o->place.resolved;
	char partly[PATH_MAX];
	int why;

	if (s->policy.paths == NULL)
		name = NULL;
	else if (o->place.hold == NULL)
		name = resolve_real_partly(&s->fs, o->path, partly,
		    &why) == 0 ? partly : "/";
	subtree_find(&s->policy, s->fs.folds, name, a);
}

/* Takes over the settings of another name that are stricter. */
static void
restrict_subtree(struct subtree *a, const struct subtree *other)
{
	const struct rename_policy *r = &other->rename;

	if (r->overwrite == OVERWRITE_NEVER ||
	    a->rename.overwrite == OVERWRITE_ALWAYS)
		a->rename.overwrite = r->overwrite;
	a->rename.open_handles = MIN(a->rename.open_handles, r->open_handles);
	a->rename.when = MIN(a->rename.when, r->when);
	a->rename.busy_timeout = MIN(a->rename.busy_timeout, r->busy_timeout);
	a->files.fsync |= other->files.fsync;
	a->files.zero_copy &= other->files.zero_copy;
}

/*
 * Makes the ruling anew where rules on names change settings. For handles, the
 * file that is written to decides.
 */
static void
decide(struct session *s, struct request *q, const struct site *at, int paths)
{
	const struct handle *h = q->operand[q->target.handle != NULL].handle;
	struct subtree a;

	if (s->policy.paths == NULL || (q->kind->bits & KIND_SETTLED) != 0)
		return;
	if (paths > 0)
		a = at[paths - 1].subtree;
	else if (h != NULL && h->resolved != NULL)
		subtree_find(&s->policy, s->fs.folds, h->resolved, &a);
	else
		return;
	if (paths == 2)
		restrict_subtree(&a, &at[0].subtree);
	q->ruling = policy_decide(&s->policy, &a, &q->ask);
}

/*
 * Returns the rights that the session has to a file or directory because it
 * made it. A path without a file gives none.
 */
static unsigned
own_rights(const struct session *s, struct site *at, const struct subtree *a)
{
	if (look(at) != 0 || !created_has(&s->created, &at->st))
		return RIGHTS_NONE;
	return S_ISDIR(at->st.stx_mode) ? a->own_rights & RIGHTS_OWN_DIR :
	    a->own_rights;
}

/*
 * Finds the rights to a path. They are looked up by name, as is the file that
 * the handler uses later: only a user who may rename, replace or link here
 * could exchange it in between.
 */
static void
find_rights(const struct session *s, const struct request *q, int i,
    struct site *at)
{
	const struct takes *t = &q->operand[i].takes;
	const struct subtree *a = &at->subtree;

	at->rights = a->rights;
	if (((t->always | t->present) & a->own_rights & ~a->rights) != 0)
		at->rights |= own_rights(s, at, a);
}

/* True if the request only looks at a directory that is to seem empty. */
static bool
only_looks(const struct request *q, const struct subtree *a, unsigned lacks)
{
	return (q->kind->bits & KIND_LOOKS) != 0 &&
	    a->listings == LISTINGS_EMPTY &&
	    (lacks & ~(unsigned)(RIGHT_LIST | RIGHT_STAT)) == 0;
}

/*
 * Returns what STAT of the i-th path would tell the session: 0 if it exists,
 * -errno if it does not, FX_PERMISSION_DENIED if the session may not ask.
 */
static int
ask_stat(const struct session *s, const struct request *q, int i,
    struct site *at, int located)
{
	const struct place *p = &q->operand[i].place;
	const struct subtree *a = &at->subtree;
	bool may = (a->rights & RIGHT_STAT) != 0;
	int r;

	/* A second path is not looked up if the first one failed. */
	if ((!may && a->listings != LISTINGS_EMPTY) || (p->hold == NULL &&
	    (located == 0 || (i > 0 && q->object.place.hold == NULL))))
		return FX_PERMISSION_DENIED;
	r = p->hold != NULL ? look(at) : located;
	if (may)
		return r;
	return r == 0 && (S_ISDIR(at->st.stx_mode) ||
	    ((a->own_rights & RIGHT_STAT) != 0 &&
	    created_has(&s->created, &at->st))) ? 0 : -ENOENT;
}

/*
 * Returns the answer to a request that is refused for its i-th path. A client
 * that may know so is told that a name is missing or taken: many remove before
 * they rename, and make directories that exist.
 */
static int
refusal(const struct session *s, const struct request *q, int i,
    struct site at[2], int located)
{
	int j, told = FX_PERMISSION_DENIED;

	if ((q->kind->bits & KIND_EXPLAINS) == 0)
		return FX_PERMISSION_DENIED;
	for (j = 0; j <= i; j++) {
		told = ask_stat(s, q, j, &at[j], located);
		if (told < 0 && (q->operand[j].how & PLACE_CREATES) == 0)
			return told;
	}
	return told == 0 && must_be_new(q, i) ? -EEXIST :
	    FX_PERMISSION_DENIED;
}

/*
 * Judges one path. Where a right depends on whether the name exists, the ruling
 * makes the call fail in the case that is not permitted, and nothing is looked
 * up.
 */
static int
judge_path(const struct session *s, struct request *q, int i,
    struct site sites[2], int located)
{
	const struct takes *t = &q->operand[i].takes;
	const struct site *at = &sites[i];
	struct ruling *r = &q->ruling;
	/* A new file is one that the session made. */
	unsigned to_make = t->absent & ~(at->rights |
	    (at->subtree.own_rights & ~(unsigned)RIGHT_CREATE));
	unsigned to_touch = t->present & ~at->rights;
	unsigned lacks = t->always & ~at->rights;

	if (lacks != 0 && only_looks(q, &at->subtree, lacks)) {
		r->empty = true;
		r->conceal = CONCEAL_ALL;
		r->granted = at->rights | RIGHT_LIST | RIGHT_STAT;
		return 0;
	}
	if (lacks == 0 && to_make != 0 && (to_touch != 0 ||
	    q->ask.replace == REPLACE_NO || (i == 1 && !r->replace)))
		lacks = to_make;
	if (lacks != 0) {
		log_refusal(q, "takes", lacks);
		return refusal(s, q, i, sites, located);
	}
	r->must_exist |= to_make != 0;
	r->must_not_exist |= to_touch != 0;
	if (to_make != 0)
		r->conceal = CONCEAL_ABSENT;
	else if (to_touch != 0 && q->ask.replace == REPLACE_YES)
		r->conceal = CONCEAL_PRESENT;
	return 0;
}

/* Completes the ruling with the rights that an OPEN gives its handle. */
static void
grant(const struct session *s, struct request *q, const struct site *at)
{
	struct ruling *r = &q->ruling;

	r->atomic = at->subtree.files.atomic;
	r->own_rights = at->subtree.own_rights & ~at->subtree.rights;
	if (r->empty)
		return;
	r->granted = at->rights;
	r->granted_new = r->own_rights | RIGHT_MODIFY;
	r->keeps = s->policy.paths != NULL;
	r->leaves_out = at->subtree.listings == LISTINGS_PERMITTED;
	r->write_only = ((at->rights | r->own_rights) & RIGHT_READ) == 0;
}

/* True if a RENAME has a directory as its object. */
static bool
moves_directory(struct site *object)
{
	return look(object) == 0 && S_ISDIR(object->st.stx_mode);
}

/*
 * Of the two rights to rename, keeps only the one that the object takes. Looks
 * at the object only where the session has one of them and not the other. A
 * missing object counts as a file. The object can change afterwards only if
 * something that the session may rename or make takes its name.
 */
static void
part_rename(struct request *q, struct site *at)
{
	const struct subtree *a = &at->subtree;
	unsigned *takes = &q->object.takes.always;
	unsigned any = a->rights & RIGHT_RENAME;
	unsigned own = a->own_rights & RIGHT_RENAME;

	if ((any == 0 || any == RIGHT_RENAME) &&
	    (own == 0 || own == RIGHT_RENAME))
		return;
	*takes &= ~(unsigned)RIGHT_RENAME;
	*takes |= moves_directory(at) ? RIGHT_RENAME_DIR : RIGHT_RENAME_FILE;
}

/*
 * Adds the rights that it takes to move a directory: to remove it there, to
 * make it here, and to replace a directory. Looks at the object only if one of
 * them is missing.
 */
static void
add_directory(struct request *q, struct site at[2], bool crosses)
{
	const unsigned takes = RIGHT_MKDIR | RIGHT_RMDIR;
	unsigned granted = at[1].subtree.rights;

	granted &= crosses ? at[0].subtree.rights : RIGHTS_ALL;
	if ((takes & ~granted) == 0 || (!crosses && !q->ruling.replace) ||
	    !moves_directory(&at[0]))
		return;
	q->target.takes.present |= RIGHT_RMDIR;
	if (!crosses)
		return;
	q->object.takes.always |= RIGHT_RMDIR;
	q->target.takes.always |= RIGHT_MKDIR;
}

/*
 * Adds the rights that it takes to move from one subtree to another: to delete
 * there and to create here. The handles of the file keep no more rights than
 * hold here.
 */
static void
cross(const struct session *s, struct request *q, struct site at[2])
{
	q->object.takes.always |= RIGHT_DELETE;
	q->target.takes.always |= RIGHT_CREATE;
	q->ruling.kept = at[1].subtree.rights;
	if ((at[1].subtree.own_rights & ~at[1].subtree.rights) != 0)
		q->ruling.kept |= own_rights(s, &at[0], &at[1].subtree);
}

/* True if the session has more rights to the target than to the object. */
static bool
gains(const struct request *q, const struct site at[2])
{
	unsigned gain = at[1].subtree.rights & ~at[0].rights;

	if (gain != 0)
		log_refusal(q, "would gain", gain);
	return gain != 0;
}

/* True if a directory is moved that rules name something below. */
static bool
moves_rules(const struct session *s, const struct request *q,
    struct site *object)
{
	const char *name;
	int i;

	for (i = 0; i < 2; i++) {
		name = q->operand[i].place.resolved;
		if (name != NULL &&
		    subtree_has_below(&s->policy, s->fs.folds, name))
			return moves_directory(object);
	}
	return false;
}

/*
 * Tells how the request changes its i-th operand. Returns false if it does not:
 * a path of which no place is made is not changed, and a handle that was opened
 * for writing was judged by its OPEN.
 */
static bool
changes_operand(const struct request *q, int i, struct startup_target *to)
{
	const unsigned looks = RIGHT_LIST | RIGHT_STAT | RIGHT_READ;
	const unsigned dirs = RIGHT_MKDIR | RIGHT_RMDIR | RIGHT_SETSTAT;
	const struct handle *h = q->object.handle;
	const struct takes *t = &q->operand[i].takes;
	unsigned changes = (t->always | t->absent | t->present) & ~looks;

	if (changes == 0 || (h != NULL && (i > 0 ||
	    (h->flags & O_ACCMODE) != O_RDONLY)))
		return false;
	to->place = h == NULL ? q->operand[i].place :
	    place_fd(h->fd != -1 ? h->fd : h->pin, h->name);
	to->change = changes == RIGHT_SETSTAT ? STARTUP_ATTRS :
	    (changes & ~dirs) == 0 ? STARTUP_DIR : STARTUP_ANY;
	return to->place.name != NULL;
}

/* Refuses changes of files that are read at login. */
static int
judge_startup(struct session *s, const struct request *q,
    struct site at[2])
{
	struct startup_target target[nitems(q->operand)];
	int of[nitems(q->operand)];
	int i, r, n = 0;

	for (i = 0; i < (int)nitems(q->operand); i++)
		if (changes_operand(q, i, &target[n]))
			of[n++] = i;
	if ((i = startup_refuses(&s->startup, &s->fs, target, n)) < 0)
		return 0;
	r = startup_refusal(s, q);
	return r < 0 || at == NULL ? r : refusal(s, q, of[i], at, 0);
}

int
permit_judge(struct session *s, struct request *q, int located)
{
	bool moves = (q->object.takes.always & RIGHT_RENAME) != 0;
	bool links = (q->object.takes.always & RIGHT_LINK) != 0;
	bool crosses;
	struct site at[2];
	int paths = (q->object.path != NULL) + (q->target.path != NULL);
	int i, r;

	if (paths == 0) {
		decide(s, q, NULL, 0);
		return (r = judge_handles(q)) != 0 || !s->startup.on ? r :
		    judge_startup(s, q, NULL);
	}
	for (i = 0; i < paths; i++) {
		at[i].place = &q->operand[i].place;
		at[i].looked = false;
		find_subtree(s, &q->operand[i], &at[i].subtree);
	}
	decide(s, q, at, paths);
	crosses = paths == 2 && at[0].subtree.rule != at[1].subtree.rule;
	if (moves) {
		part_rename(q, &at[0]);
		add_directory(q, at, crosses);
	}
	if (crosses && moves)
		cross(s, q, at);
	for (i = 0; i < paths; i++) {
		find_rights(s, q, i, &at[i]);
		if ((r = judge_path(s, q, i, at, located)) != 0)
			return r;
	}
	if (crosses && (moves || links) && gains(q, at))
		return refusal(s, q, 1, at, located);
	if (q->ruling.must_not_exist)
		q->ruling.replace = q->ruling.forced = false;
	grant(s, q, &at[paths - 1]);
	/* A request may do without what could not be located. */
	if (located != 0)
		return (q->object.takes.always | q->object.takes.absent) == 0 ?
		    0 : located;
	if (s->startup.on && (r = judge_startup(s, q, at)) != 0)
		return r;
	if (moves && moves_rules(s, q, &at[0])) {
		log_verbose("Refusing %s request: there are rules for what "
		    "lies below", q->kind->name);
		return FX_PERMISSION_DENIED;
	}
	return 0;
}

bool
permit_list(const struct session *s, const char *name)
{
	struct subtree a;

	if (s->policy.paths == NULL)
		return true;
	subtree_find(&s->policy, s->fs.folds, name, &a);
	return (a.rights & RIGHT_LIST) != 0;
}

bool
permit_show(const struct session *s, const char *name, const struct statx *st)
{
	const struct policy *p = &s->policy;
	struct subtree a;

	if (p->paths == NULL && (p->access.rights & RIGHT_STAT) != 0)
		return true;
	if (p->paths != NULL && name == NULL)
		return false;
	subtree_find(p, s->fs.folds, name, &a);
	return (a.rights & RIGHT_STAT) != 0 ||
	    (a.listings == LISTINGS_EMPTY && S_ISDIR(st->stx_mode)) ||
	    ((a.own_rights & RIGHT_STAT) != 0 && created_has(&s->created, st));
}

bool
permit_show_entry(const struct session *s, const struct handle *dir,
    const char *entry, const struct statx *st)
{
	char path[PATH_MAX];
	bool known = s->policy.paths != NULL && dir->resolved != NULL &&
	    path_absolute(dir->resolved, entry, path, sizeof(path));

	return permit_show(s, known ? path : NULL, st);
}

int
permit_judge_publishing(struct session *s, struct request *q, bool replaces)
{
	const unsigned replacing = RIGHT_REPLACE | RIGHT_DELETE;
	const struct startup_target target = { q->target.place, STARTUP_ANY };
	struct subtree a;

	subtree_find(&s->policy, s->fs.folds, q->target.place.resolved, &a);
	q->ruling.replace = replaces && (a.rights & replacing) == replacing;
	if (!s->fs.resolves)
		return 0;
	if (!q->ruling.replace && (a.rights & RIGHT_CREATE) == 0) {
		log_refusal(q, "takes", RIGHT_CREATE);
		return FX_PERMISSION_DENIED;
	}
	return startup_refuses(&s->startup, &s->fs, &target, 1) < 0 ? 0 :
	    startup_refusal(s, q);
}

int
permit_conceal(struct request *q, int outcome)
{
	enum conceal conceal = q->ruling.conceal;

	if (outcome == 0 || outcome == PENDING || conceal == CONCEAL_NOTHING)
		return outcome;
	if ((conceal == CONCEAL_ABSENT && outcome != -ENOENT &&
	    outcome != -ENOTDIR) ||
	    (conceal == CONCEAL_PRESENT && outcome != -EEXIST))
		return outcome;
	q->message = NULL;
	return conceal == CONCEAL_ALL ? -ENOENT : FX_PERMISSION_DENIED;
}
