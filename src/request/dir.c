/* SPDX-License-Identifier: ISC */
/* OPENDIR, READDIR, MKDIR and RMDIR. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "request/attrs.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/reply.h"
#include "request/rights.h"
#include "system/hidden.h"
#include "wire/path.h"
#include "wire/sftp.h"

int
op_opendir(struct session *s, struct request *q)
{
	struct handle *h;
	int fd;

	if ((fd = fs_opendir(&q->place[0])) < 0)
		return fd;
	h = handle_new(&s->handles, HANDLE_DIR, fd, O_RDONLY, q->path[0]);
	if (h == NULL) {
		(void)fs_close(fd);
		return -ENOMEM;
	}
	handle_placed(h, &q->place[0]);
	h->rights = q->ruling.granted;
	h->dir->ended = q->ruling.empty;
	reply_handle(s, q, h);
	return 0;
}

/*
 * Our own hidden names are nobody's business; one that was left behind goes.
 */
static bool
hide_entry(const struct session *s, const struct place *p,
    const struct statx *st)
{
	if (p->name[0] != HIDDEN_PREFIX[0] ||
	    !path_is_hidden(p->name, strlen(p->name)) ||
	    st->stx_uid != s->self.uid)
		return false;
	(void)hidden_clear(p->dirfd, p->name);
	return true;
}

/* ".." of a walking session stops at its root, as it does in a path. */
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
	if ((r = fs_locate(&s->fs, path, 0, &p)) != 0)
		return r;
	r = fs_stat(&p, st);
	fs_release(&p);
	return r;
}

/*
 * Looks at an entry. False for one that is to be passed over: it vanished
 * since the directory was read, is ours, or hidden. *known says whether there
 * is more to tell than its name and its *type (DT_*). What cannot be looked
 * at is listed in version 4 and later, and passed over in 3, as OpenSSH does.
 */
static bool
look_at(struct session *s, const struct request *q, const char *name,
    struct statx *st, bool *known, unsigned char *type)
{
	const struct handle *h = q->handle[0];
	struct place p = fs_place_entry(h->fd != -1 ? h->fd : h->pin, name);
	int r;

	if (h->resolved != NULL && fs_hides(&s->fs, h->resolved, name))
		return false;
	r = fs_stat(&p, st);
	if (r == 0 && s->fs.walks && strcmp(name, "..") == 0)
		r = stat_above(s, h, st);
	*known = r == 0;
	if (r != 0)
		return q->precise && r != -ENOENT;
	if (hide_entry(s, &p, st))
		return false;
	*type = (unsigned char)IFTODT(st->stx_mode);
	*known = rights_show_entry(s, h, name, st);
	return true;
}

/*
 * As many entries as a reply holds. A reply without entries would mean the
 * end to some clients, so the loop goes on until there is one.
 */
int
op_readdir(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	const struct dirent64 *e;
	struct statx st;
	struct names n;
	unsigned char type;
	bool known;
	int error;

	reply_names_begin(s, q, &n);
	while ((e = handle_next_entry(h, &error)) != NULL) {
		type = e->d_type;
		if (!look_at(s, q, e->d_name, &st, &known, &type))
			continue;
		if (!reply_names_add(s, &n, e->d_name, known ? &st : NULL,
		    type)) {
			handle_unread_entry(h, e);
			break;
		}
	}
	/* In version 3 an error ends the listing, as in OpenSSH. */
	if (n.count == 0)
		return q->precise && error != 0 ? error : FX_EOF;
	reply_names_end(s, q, &n, e == NULL);
	return 0;
}

int
op_mkdir(struct session *s, struct request *q)
{
	mode_t mode;
	int r;

	(void)s;
	if ((r = attrs_check_new(q, true)) != 0)
		return r;
	mode = (q->attr.has & HAS_MODE) != 0 ? q->attr.mode & 07777 : 0777;
	mode = mode_rule_apply(&q->ruling.dir_mode, mode);
	if ((r = fs_mkdir(&q->place[0], mode)) != 0)
		return r;
	if ((r = make_finish(q, &q->place[0], true)) != 0)
		(void)fs_rmdir(&q->place[0]);
	return make_settled(q, NAMES_FIRST, r);
}

int
op_rmdir(struct session *s, struct request *q)
{
	int r = fs_rmdir(&q->place[0]);

	(void)s;
	/* It may hold nothing but what an earlier session left behind. */
	if ((r == -ENOTEMPTY || r == -EEXIST) &&
	    (q->ruling.open_handles == HANDLES_REOPEN ||
	    q->ruling.atomic != ATOMIC_NO) &&
	    hidden_clear_all(&q->place[0]) > 0)
		r = fs_rmdir(&q->place[0]);
	r = r == -EEXIST ? -ENOTEMPTY : r;
	return make_settled(q, NAMES_FIRST, r);
}
