/* SPDX-License-Identifier: ISC */
/* REALPATH, expand-path, READLINK, SYMLINK and hardlink. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "request/ops.h"
#include "request/reply.h"
#include "system/log.h"
#include "wire/sftp.h"

int
op_realpath(struct session *s, struct request *q)
{
	char real[PATH_MAX];
	int r;

	if ((r = fs_realpath(q->path[0], real)) != 0)
		return r;
	reply_name(s, q, real);
	return 0;
}

/*
 * What REALPATH is to look at: `~` is where the session started, so that -d
 * counts, and `~user` a home. Returns 0 or -errno.
 */
static int
expand(const struct session *s, const char *path, char *to)
{
	char cwd[PATH_MAX];
	int r, len;

	if ((r = fs_getcwd(cwd, sizeof(cwd))) != 0)
		return r;
	if (path[0] == '\0' || path[0] == '/') {
		len = snprintf(to, PATH_MAX, "%s", path[0] == '\0' ? "." : path);
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

	r = expand(s, q->path[0], path);
	if (r == -ENOENT && q->path[0][0] == '~')
		q->message = "no such user";
	if (r != 0)
		return r;
	log_verbose("expand \"%s\"", path);
	if ((r = fs_realpath(path, real)) != 0)
		return r;
	reply_name(s, q, real);
	return 0;
}

int
op_readlink(struct session *s, struct request *q)
{
	char text[PATH_MAX + 1];	/* 4095 bytes of text, and a sign of more */
	ssize_t n;

	if ((n = fs_readlink(&q->place[0], text, sizeof(text))) < 0)
		return (int)n;
	reply_name(s, q, text);
	return 0;
}

int
op_symlink(struct session *s, struct request *q)
{
	(void)s;
	return fs_symlink(q->text, &q->place[0]);
}

/* The first path is what exists, the second the new name. */
int
op_hardlink(struct session *s, struct request *q)
{
	(void)s;
	return fs_link(&q->place[0], &q->place[1]);
}
