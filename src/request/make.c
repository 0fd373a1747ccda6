/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "os/log.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "request/attr_acl.h"
#include "request/attrs.h"
#include "request/make.h"
#include "wire/sftp.h"

/*
 * True if a file that this request makes is treated differently from one that
 * exists.
 */
static bool
asks_who(const struct request *q)
{
	return (q->attr.has & HAS_FOR_NEW) != 0 ||
	    (q->flags & FXF_BLOCK) != 0 || q->ruling.fsync ||
	    q->ruling.own_rights != 0 || q->ruling.keeps ||
	    q->ruling.group.set ||
	    mode_rule_gives(&q->ruling.mode);
}

/*
 * Makes a file behind a link: its name exists, but nothing is there to be
 * opened, unless it was removed in between. In a session that resolves paths
 * the place already leads there.
 */
static int
make_behind_link(struct session *s, const char *path, int flags, mode_t mode,
    struct making *m)
{
	int fd, r;

	if (m->at.hold == NULL &&
	    ((r = resolve_real(&s->fs, path, m->real)) != 0 ||
	    (r = locate_path(&s->fs, m->real, PLACE_CREATES, &m->at)) != 0))
		return r;
	fd = fs_open(&m->at, flags | O_EXCL, mode);
	m->made = fd >= 0;
	return fd == -EEXIST ? fs_open(&m->at, flags & ~O_CREAT, 0) : fd;
}

int
make_open(struct session *s, const struct request *q, int i, int flags,
    mode_t mode, struct making *m)
{
	int fd;

	mode = mode_rule_apply(&q->ruling.mode, mode);
	m->at = q->operand[i].place;
	m->made = (flags & O_CREAT) != 0 && (flags & O_EXCL) != 0;
	if ((flags & O_CREAT) == 0 || m->made || !asks_who(q))
		return fs_open(&m->at, flags, mode);
	if ((fd = fs_open(&m->at, flags | O_EXCL, mode)) >= 0)
		m->made = true;
	if (fd != -EEXIST)
		return fd;
	fd = fs_open(&m->at, flags & ~O_CREAT, 0);
	return fd == -ENOENT ? make_behind_link(s, q->operand[i].path, flags,
	    mode, m) : fd;
}

/*
 * Sets the mode again if the rule gives bits, which the umask or a default ACL
 * may have cleared. A directory also inherits the set-gid bit.
 */
static int
give_mode(const struct mode_rule *rule, const struct place *p, bool dir)
{
	struct statx st;
	unsigned mode;
	int r;

	if (!mode_rule_gives(rule) &&
	    (!dir || (rule->clear & S_ISGID) == 0))
		return 0;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	mode = mode_rule_apply(rule, st.stx_mode & 07777);
	return mode == (st.stx_mode & 07777) ? 0 : fs_chmod(p, mode);
}

/* True if the request has an owner, known to the system, for the new file. */
static bool
asks_owner(const struct attr *a)
{
	return (a->has & HAS_IDS) != 0 && (a->has & HAS_OWNER) != 0;
}

/*
 * Sets the owner that the client asks for and the group that the ruling or else
 * the client has, and again the set-id bits of a file, which chown(2) clears.
 * With setstat.on_error = ignore-denied it is no error if the file system
 * refuses the group of the ruling.
 */
static int
give_owner(const struct request *q, const struct place *p, bool dir)
{
	const unsigned setid = S_ISUID | S_ISGID;
	const struct ruling *ruling = &q->ruling;
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	struct statx st;
	int r;

	if (asks_owner(&q->attr)) {
		uid = q->attr.uid;
		gid = q->attr.gid;
	}
	if (ruling->group.set)
		gid = ruling->group.gid;
	if ((r = fs_stat(p, &st)) != 0)
		return r;
	if (uid == (uid_t)-1 && gid == st.stx_gid)
		return 0;
	r = fs_chown(p, uid, gid);
	if ((r == -EPERM || r == -EACCES) && uid == (uid_t)-1 &&
	    ruling->group.set && ruling->setstat->ignore_denied) {
		log_info("%s: no group given, %s: ignored, as the policy says",
		    q->kind->name, strerror(-r));
		return 0;
	}
	return r != 0 || dir || (st.stx_mode & setid) == 0 ? r :
	    fs_chmod(p, st.stx_mode & 07777);
}

void
make_link_finish(const struct request *q, const struct place *p)
{
	int r;

	if (q->ruling.group.set && (r = fs_chown(p, (uid_t)-1,
	    q->ruling.group.gid)) != 0)
		log_info("%s: no group given to the link: %s", q->kind->name,
		    strerror(-r));
}

int
make_finish(const struct request *q, const struct place *p, bool dir)
{
	const struct attr *a = &q->attr;
	int r = 0;

	/* The owner comes before the mode, which chown(2) changes. */
	if (asks_owner(a) || q->ruling.group.set)
		r = give_owner(q, p, dir);
	if (r == 0)
		r = give_mode(dir ? &q->ruling.dir_mode : &q->ruling.mode, p,
		    dir);
	if (r == 0 && (a->has & HAS_ACL) != 0)
		r = attr_acl_set(q, p);
	/* A file system that cannot reserve space is no reason to fail. */
	if (r == 0 && !dir && (a->has & HAS_ALLOC) != 0 &&
	    (r = fs_allocate(p->dirfd, a->alloc)) == -EOPNOTSUPP)
		r = 0;
	return r;
}

void
make_own(struct session *s, const struct place *p, unsigned rights)
{
	struct statx st;

	if (rights != 0 && fs_stat(p, &st) == 0)
		created_add(&s->created, &st);
}

int
make_stored(struct session *s, const struct request *q)
{
	struct statx st;
	int r;

	if (fs_stat(&q->object.place, &st) != 0 || !S_ISREG(st.stx_mode))
		return 0;
	r = late_sync(&s->handles, &st);
	return r == -ENOENT ? fs_sync(&q->object.place) : r;
}

int
make_settled(const struct request *q, unsigned names, int outcome)
{
	int i;

	if (!q->ruling.fsync)
		return outcome;
	for (i = 0; i < (int)nitems(q->operand) && outcome == 0; i++)
		if ((names & 1u << i) != 0)
			outcome = fs_sync_parent(&q->operand[i].place);
	return outcome;
}
