/* SPDX-License-Identifier: ISC */
/* OPENDIR, READDIR, MKDIR and RMDIR. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "paths/locate.h"
#include "policy/rights.h"
#include "request/attrs.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/permit.h"
#include "request/reply.h"
#include "request/stale.h"
#include "request/task.h"
#include "wire/sftp.h"

#define MAX_PASSED	4096	/* entries between two checks of the input */

int
op_opendir(struct session *s, struct request *q)
{
	struct handle *h;
	int fd;

	if ((fd = fs_opendir(&q->object.place)) < 0)
		return fd;
	h = handle_new(&s->handles, HANDLE_DIR, fd, O_RDONLY, q->object.path);
	if (h == NULL) {
		(void)fs_close(fd);
		return -ENOMEM;
	}
	handle_placed(h, &q->object.place);
	h->rights = q->ruling.granted;
	h->dir->ended = q->ruling.empty;
	h->dir->leaves_out = q->ruling.leaves_out;
	reply_handle(s, q, h);
	return 0;
}

/* True for a silly name of the session's user, which listings leave out. */
static bool
is_own_silly_name(const struct session *s, const struct place *p,
    const struct statx *st)
{
	return p->name[0] == SILLY_PREFIX[0] &&
	    path_is_silly(p->name, strlen(p->name)) &&
	    st->stx_uid == s->self.uid;
}

/*
 * Looks at "..", which stops at the root of a session that resolves paths, as
 * it does in a path.
 */
static int
stat_above(struct session *s, const struct handle *h, struct statx *st)
{
	const char *now = index_name(h);
	char path[PATH_MAX];
	struct place p;
	int r;

	if (snprintf(path, sizeof(path), "%s/..",
	    now != NULL ? now : h->name) >= PATH_MAX)
		return -ENAMETOOLONG;
	if ((r = locate_path(&s->fs, path, 0, &p)) != 0)
		return r;
	r = fs_stat(&p, st);
	locate_release(&p);
	return r;
}

/* The result of a look at an entry. */
struct look {
	struct statx	 st;
	bool		 known;		/* not only name and type may be told */
	unsigned char	 type;		/* DT_* */
	struct stale_clock clock;	/* of the directory */
};

/*
 * Looks at an entry. Returns false for one to be left out: it vanished since
 * the directory was read, has a silly name, is hidden, or is one that STAT
 * would refuse where the policy leaves those out. An entry that cannot
 * be looked at is listed in version 4 and later, and left out in 3, as OpenSSH
 * does.
 */
static bool
look_at(struct session *s, const struct request *q, const char *name,
    struct look *l)
{
	const struct handle *h = q->object.handle;
	struct place p = place_entry(h->fd != -1 ? h->fd : h->pin, name);
	int r;

	if (h->resolved != NULL && locate_hides(&s->fs, h->resolved, name))
		return false;
	r = fs_stat(&p, &l->st);
	if (r == 0 && s->fs.resolves && strcmp(name, "..") == 0)
		r = stat_above(s, h, &l->st);
	l->known = r == 0;
	if (r != 0)
		return q->precise && r != -ENOENT && !h->dir->leaves_out;
	if (is_own_silly_name(s, &p, &l->st)) {
		stale_entry(s, &l->clock, p.dirfd, name, &l->st, false);
		return false;
	}
	l->type = (unsigned char)IFTODT(l->st.stx_mode);
	l->known = !s->fs.resolves || permit_show_entry(s, h, name, &l->st);
	return l->known || !h->dir->leaves_out || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0;
}

/*
 * Lists as many entries as a reply holds. Some clients take a reply without
 * entries for the end, so it goes on in steps until there is one.
 */
int
op_readdir(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	const struct dirent64 *e = NULL;
	struct names n;
	struct look l;
	int error, passed = 0;

	l.clock.asked = false;
	reply_names_begin(s, q, &n);
	while (passed < MAX_PASSED &&
	    (e = handle_next_entry(&s->handles, h, &error)) != NULL) {
		l.type = e->d_type;
		if (!look_at(s, q, e->d_name, &l)) {
			passed++;
			continue;
		}
		if (!reply_names_add(s, &n, e->d_name, l.known ? &l.st : NULL,
		    l.type)) {
			handle_unread_entry(h, e);
			break;
		}
	}
	if (n.count == 0 && passed == MAX_PASSED) {
		s->out.len = n.start;
		return task_repeat(q, op_readdir);
	}
	/*
	 * In version 3 an error ends the listing, as in OpenSSH. Later versions
	 * learn of it from the next READDIR.
	 */
	if (n.count == 0)
		return q->precise && error != 0 ? error : FX_EOF;
	reply_names_end(s, q, &n, e == NULL && error == 0);
	return 0;
}

int
op_mkdir(struct session *s, struct request *q)
{
	mode_t mode;
	int r;

	if ((r = attrs_check_new(q, true)) != 0)
		return r;
	mode = (q->attr.has & HAS_MODE) != 0 ? q->attr.mode & 07777 : 0777;
	mode = mode_rule_apply(&q->ruling.dir_mode, mode);
	if ((r = fs_mkdir(&q->object.place, mode)) != 0)
		return r;
	if ((r = make_finish(q, &q->object.place, true)) != 0)
		(void)fs_rmdir(&q->object.place);
	else
		make_own(s, &q->object.place,
		    q->ruling.own_rights & RIGHTS_OWN_DIR);
	return make_settled(q, NAMES_FIRST, r);
}

int
op_rmdir(struct session *s, struct request *q)
{
	int r = fs_rmdir(&q->object.place);

	/*
	 * The directory may hold only files that an earlier session left
	 * behind.
	 */
	if ((r == -ENOTEMPTY || r == -EEXIST) &&
	    (r = stale_empty(s, q, &q->object.place)) == 0)
		r = fs_rmdir(&q->object.place);
	r = r == -EEXIST ? -ENOTEMPTY : r;
	return make_settled(q, NAMES_FIRST, r);
}
