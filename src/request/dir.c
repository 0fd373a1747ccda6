/* SPDX-License-Identifier: ISC */
/* OPENDIR, READDIR, MKDIR and RMDIR. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "request/attrs.h"
#include "request/ops.h"
#include "request/reply.h"
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

/*
 * As many entries as a reply holds. One that vanished since the directory
 * was read is passed over. A reply without entries would mean the end to
 * some clients, so the loop goes on until there is one.
 */
int
op_readdir(struct session *s, struct request *q)
{
	struct handle *h = q->handle[0];
	const struct dirent64 *e;
	struct statx st;
	struct names n;
	struct place p;
	int error;

	reply_names_begin(s, q, &n);
	while ((e = handle_next_entry(h, &error)) != NULL) {
		p = fs_place_entry(h->fd != -1 ? h->fd : h->pin, e->d_name);
		if (fs_stat(&p, &st) < 0 || hide_entry(s, &p, &st))
			continue;
		if (!reply_names_add(s, &n, e->d_name, &st)) {
			handle_unread_entry(h, e);
			break;
		}
	}
	/* As readdir(3) has it in OpenSSH, an error ends the listing. */
	if (n.count == 0)
		return FX_EOF;
	reply_names_end(s, q, &n, e == NULL);
	return 0;
}

int
op_mkdir(struct session *s, struct request *q)
{
	mode_t mode = (q->attr.has & HAS_MODE) != 0 ?
	    q->attr.mode & 07777 : 0777;

	int r;

	(void)s;
	if ((r = attrs_check_new(q, true)) != 0 ||
	    (r = fs_mkdir(&q->place[0], mode)) != 0)
		return r;
	if ((q->attr.has & (HAS_FOR_NEW & ~HAS_ALLOC)) == 0)
		return 0;
	q->attr.has &= ~HAS_ALLOC;
	if ((r = attrs_apply_new(q, &q->place[0])) != 0)
		(void)fs_rmdir(&q->place[0]);
	return r;
}

int
op_rmdir(struct session *s, struct request *q)
{
	int r = fs_rmdir(&q->place[0]);

	(void)s;
	/* It may hold nothing but what an earlier session left behind. */
	if ((r == -ENOTEMPTY || r == -EEXIST) &&
	    q->ruling.open_handles == HANDLES_REOPEN &&
	    hidden_clear_all(&q->place[0]) > 0)
		r = fs_rmdir(&q->place[0]);
	return r;
}
