/* SPDX-License-Identifier: ISC */
/* What a client asks about the server: statvfs, limits, homes and names. */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "request/ops.h"
#include "request/reply.h"
#include "system/log.h"
#include "wire/sftp.h"

#define SPARE_FILES	5	/* stdio, syslog and one more, as in OpenSSH */

static int
statvfs_place(struct session *s, struct request *q, const struct place *p)
{
	struct statvfs st;
	int r;

	if ((r = fs_statvfs(p, &st)) != 0)
		return r;
	reply_statvfs(s, q, &st);
	return 0;
}

int
op_statvfs(struct session *s, struct request *q)
{
	return statvfs_place(s, q, &q->place[0]);
}

int
op_fstatvfs(struct session *s, struct request *q)
{
	struct place p = fs_place_fd(q->handle[0]->fd, q->handle[0]->name);

	return statvfs_place(s, q, &p);
}

int
op_limits(struct session *s, struct request *q)
{
	uint64_t files = fs_max_open(), max = s->policy.limits.handles;
	size_t start = reply_extended_begin(s, q);

	put_u64(&s->out, s->policy.protocol.max_packet);
	put_u64(&s->out, s->policy.protocol.max_read);
	put_u64(&s->out, s->policy.protocol.max_packet - 1024);
	files = files > SPARE_FILES ? files - SPARE_FILES : 0;
	put_u64(&s->out, max != 0 && (files == 0 || max < files) ? max :
	    files);
	reply_end(s, start);
	return 0;
}

int
op_home_directory(struct session *s, struct request *q)
{
	char other[PATH_MAX];
	const char *home = other;

	if (q->text[0] == '\0' || (s->fs.confined &&
	    strcmp(q->text, s->self.name) == 0))
		home = s->fs.confined ? s->fs.cwd : s->self.home;
	else if (s->fs.confined || !ident_home(q->text, other, sizeof(other)))
		return FX_FAILURE;
	log_verbose("home-directory \"%s\"", home);
	reply_name(s, q, home);
	return 0;
}

/*
 * Appends the names of a list of ids, as a string of strings; an id without
 * a name gets an empty one. Returns how many ids there were.
 */
static unsigned
put_id_names(struct buf *out, struct slice ids, const char *kind,
    const char *(*find)(uint32_t))
{
	struct reader r;
	size_t start = out->len;
	unsigned count = 0;

	reader_init(&r, ids.p, ids.len);
	put_u32(out, 0);
	for (; reader_left(&r) > 0; count++) {
		uint32_t id = get_u32(&r);
		const char *name = find(id);

		name = name == NULL ? "" : name;
		log_debug3("process_extended_get_users_groups_by_id: "
		    "%s %u => \"%s\"", kind, id, name);
		put_cstr(out, name);
	}
	set_u32(out, start, (uint32_t)(out->len - start - 4));
	return count;
}

int
op_users_groups(struct session *s, struct request *q)
{
	unsigned users, groups;
	size_t start;

	if (q->str[0].len % 4 != 0 || q->str[1].len % 4 != 0)
		return FX_BAD_MESSAGE;
	log_debug1("process_extended_get_users_groups_by_id: "
	    "uids len = %zu, gids len = %zu", q->str[0].len, q->str[1].len);
	start = reply_extended_begin(s, q);
	users = put_id_names(&s->out, q->str[0], "uid", ident_user);
	groups = put_id_names(&s->out, q->str[1], "gid", ident_group);
	if (s->out.len - start > s->policy.protocol.max_packet)
		return FX_FAILURE;
	log_verbose("users-groups-by-id: %u users, %u groups", users, groups);
	reply_end(s, start);
	return 0;
}

/* space-available of filexfer-extensions-00 */
int
op_space_available(struct session *s, struct request *q)
{
	struct statvfs st;
	uint64_t unit;
	size_t start;
	int r;

	if ((r = fs_statvfs(&q->place[0], &st)) != 0)
		return r;
	unit = st.f_frsize;
	start = reply_extended_begin(s, q);
	put_u64(&s->out, st.f_blocks * unit);
	put_u64(&s->out, st.f_bfree * unit);
	put_u64(&s->out, (st.f_blocks - st.f_bfree + st.f_bavail) * unit);
	put_u64(&s->out, st.f_bavail * unit);
	put_u32(&s->out, (uint32_t)unit);
	reply_end(s, start);
	return 0;
}

/*
 * The first request may choose another version; any other such request, or
 * one for a version that was not offered, ends the session (draft-13 5.5).
 */
int
op_version_select(struct session *s, struct request *q)
{
	int max = s->policy.protocol.max_version;
	int wanted = q->text[0] - '0';

	if (max == 3)
		return FX_OP_UNSUPPORTED;
	if (s->requests != 1 || q->text[0] == '\0' || q->text[1] != '\0' ||
	    wanted < 3 || wanted > max) {
		s->refused = true;
		return FX_FAILURE;
	}
	s->version = wanted;
	s->bare_status = false;
	return 0;
}

/* What the client is; nothing here depends on it. */
int
op_vendor_id(struct session *s, struct request *q)
{
	(void)s;
	log_verbose("client is \"%s\"", q->text);
	return 0;
}

/* A client that would rather see the bytes; draft-13 6. */
int
op_translation_control(struct session *s, struct request *q)
{
	if (s->charset == NULL)
		return FX_OP_UNSUPPORTED;
	s->translate = q->byte != 0;
	return 0;
}
