/* SPDX-License-Identifier: ISC */
/* REALPATH, expand-path, READLINK, SYMLINK and hardlink. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "os/log.h"
#include "paths/locate.h"
#include "paths/resolve.h"
#include "request/atomic.h"
#include "request/make.h"
#include "request/ops.h"
#include "request/permit.h"
#include "request/publish.h"
#include "request/reply.h"
#include "wire/sftp.h"

/* Makes the absolute name from the text alone, without a look at files. */
static int
realpath_lexical(const struct session *s, const char *path, char *to)
{
	return path_absolute(s->fs.cwd, path, to, PATH_MAX) ? 0 :
	    -ENAMETOOLONG;
}

/*
 * Makes the real name, or the one of the text if the client may not know more.
 * The real name is judged again: a link on the way may lead elsewhere now. With
 * `partly`, directories can be missing.
 */
static int
realpath_within(struct session *s, const struct request *q,
    const char *path, bool partly, char *to)
{
	int r, why;

	if (q->ruling.must_not_exist)
		return realpath_lexical(s, path, to);
	r = partly ? resolve_real_partly(&s->fs, path, to, &why) :
	    resolve_real(&s->fs, path, to);
	return r == 0 && !permit_list(s, to) ? realpath_lexical(s, path, to) :
	    r;
}

int
op_realpath(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	int r;

	if ((r = realpath_within(s, q, q->object.path, false, real)) != 0)
		return r;
	reply_name(s, q, real, NULL);
	return 0;
}

/* REALPATH of version 6, whose control byte says how much to look up. */
int
op_realpath_v6(struct session *s, struct request *q)
{
	int control = q->has_optional ? q->control : FXP_REALPATH_NO_CHECK;
	const char *path = q->object.path;
	char real[PATH_MAX];
	struct place p;
	struct statx st;
	int r;

	switch (control) {
	case FXP_REALPATH_NO_CHECK:
		if ((r = realpath_lexical(s, path, real)) == 0)
			reply_name(s, q, real, NULL);
		return r;
	case FXP_REALPATH_STAT_IF:
		r = realpath_within(s, q, path, true, real);
		break;
	case FXP_REALPATH_STAT_ALWAYS:
		r = q->ruling.empty ? realpath_lexical(s, path, real) :
		    resolve_real(&s->fs, path, real);
		break;
	default:
		return FX_INVALID_PARAMETER;
	}
	if (r != 0)
		return r;
	if (q->ruling.must_not_exist) {
		reply_name(s, q, real, NULL);
		return 0;
	}
	if ((r = locate_path(&s->fs, real, PLACE_FOLLOW, &p)) == 0) {
		(void)atomic_find(s, &p);
		r = fs_stat(&p, &st);
		if (r == 0 && !permit_show(s, p.resolved, &st))
			r = FX_PERMISSION_DENIED;
		locate_release(&p);
	}
	if (r == 0 && q->ruling.empty && !S_ISDIR(st.stx_mode))
		r = -ENOENT;
	if (r != 0 && control == FXP_REALPATH_STAT_ALWAYS)
		return r;
	reply_name(s, q, real, r == 0 ? &st : NULL);
	return 0;
}

/*
 * Expands a path: `~` is where the session started, so that -d counts, and
 * `~user` is a home. Returns 0 or -errno.
 */
static int
expand(const struct session *s, const struct request *q, char *to)
{
	const char *cwd = s->fs.cwd, *path = q->object.path;
	int len;

	if (!q->ruling.other_users && path[0] == '~' && path[1] != '\0' &&
	    path[1] != '/')
		return -ENOENT;
	if (path[0] == '\0' || path[0] == '/') {
		len = snprintf(to, PATH_MAX, "%s",
		    path[0] == '\0' ? "." : path);
	} else if (strcmp(path, "~") == 0) {
		len = snprintf(to, PATH_MAX, "%s", cwd);
	} else if (path[0] == '~' && path[1] != '/') {
		return ident_expand_tilde(&s->self, path, to);
	} else {
		len = snprintf(to, PATH_MAX, "%s/%s", cwd,
		    path[0] == '~' ? path + 2 : path);
	}
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int
op_expand_path(struct session *s, struct request *q)
{
	char path[PATH_MAX], real[PATH_MAX];
	int r;

	r = expand(s, q, path);
	if (r == -ENOENT && q->object.path[0] == '~')
		q->message = "no such user";
	if (r != 0)
		return r;
	log_verbose("expand \"%s\"", path);
	if ((r = realpath_within(s, q, path, false, real)) != 0)
		return r;
	reply_name(s, q, real, NULL);
	return 0;
}

int
op_readlink(struct session *s, struct request *q)
{
	char text[PATH_MAX];
	ssize_t n;

	if ((n = fs_readlink(&q->object.place, text, sizeof(text))) < 0)
		return (int)n;
	reply_name(s, q, text, NULL);
	return 0;
}

int
op_symlink(struct session *s, struct request *q)
{
	int r;

	(void)s;
	if (q->ruling.no_symlinks)
		return FX_PERMISSION_DENIED;
	if ((r = fs_symlink(q->link_text, &q->object.place)) == 0)
		make_link_finish(q, &q->object.place);
	return make_settled(q, NAMES_FIRST, r);
}

/* Links the object to a new name, the target. */
int
op_hardlink(struct session *s, struct request *q)
{
	struct statx st;
	int r;

	(void)s;
	r = q->object.temp != NULL ? publish_link(q) :
	    fs_link(&q->object.place, &q->target.place);
	/*
	 * The system refuses to link a directory with the error for missing
	 * rights.
	 */
	if (r == -EPERM && q->precise && fs_stat(&q->object.place, &st) == 0 &&
	    S_ISDIR(st.stx_mode))
		return FX_FILE_IS_A_DIRECTORY;
	return make_settled(q, NAMES_SECOND |
	    (q->object.temp != NULL ? NAMES_FIRST : 0), r);
}

int
op_get_temp_folder(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	int r;

	if ((r = resolve_real(&s->fs, fs_temp_dir(), real)) != 0)
		return r;
	reply_name(s, q, real, NULL);
	return 0;
}

/*
 * Finishes a directory that was just made, and puts its real name into `real`.
 * Returns 0 or the outcome.
 */
static int
finish_temp(struct session *s, struct request *q, const char *path,
    char real[PATH_MAX])
{
	struct place *p = &q->object.place;
	int r;

	if ((r = resolve_real(&s->fs, path, real)) != 0 ||
	    (r = locate_path(&s->fs, real, 0, p)) != 0 ||
	    (r = make_finish(q, p, true)) != 0)
		return r;
	return make_settled(q, NAMES_FIRST, 0);
}

/* The client removes the directory, unless it was not told of it. */
int
op_make_temp_folder(struct session *s, struct request *q)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct place made;
	int r;

	if ((r = fs_make_temp(path)) != 0)
		return r;
	made = place_entry(AT_FDCWD, path);
	if ((r = finish_temp(s, q, path, real)) == 0)
		reply_name(s, q, real, NULL);
	else
		(void)fs_rmdir(&made);
	return r;
}
