/* SPDX-License-Identifier: ISC */
/* Questions about the server: statvfs, limits, homes and names. */
#include "config.h"

#include <sys/param.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "os/log.h"
#include "request/ops.h"
#include "request/reply.h"
#include "request/task.h"
#include "wire/sftp.h"

#define NAMES_STEP	64	/* ids looked up between two checks of the
				 * input */
#define NAMES_HEADER	17	/* bytes of the reply without the names */
#define SPARE_FILES	5	/* stdio, syslog and one more, as in OpenSSH */

/* Answers for the file system of a path or of a handle. */
int
op_statvfs(struct session *s, struct request *q)
{
	const struct handle *h = q->object.handle;
	struct statvfs st;
	int r;

	if (h != NULL)
		q->object.place = place_fd(h->fd, h->name);
	if ((r = fs_statvfs(&q->object.place, &st)) != 0)
		return r;
	reply_statvfs(s, q, &st);
	return 0;
}

int
op_limits(struct session *s, struct request *q)
{
	uint64_t files = fs_max_open(), max = s->policy.limits.handles;
	size_t start = reply_begin(s, q, FXP_EXTENDED_REPLY);

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

	if (q->user[0] == '\0' || (!q->ruling.other_users &&
	    strcmp(q->user, s->self.name) == 0))
		home = s->fs.confined ? s->fs.cwd : s->self.home;
	else if (!q->ruling.other_users ||
	    !ident_home(q->user, other, sizeof(other)))
		return FX_FAILURE;
	log_verbose("home-directory \"%s\"", home);
	reply_name(s, q, home, NULL);
	return 0;
}

/* State of a users-groups-by-id between two steps. */
struct naming {
	struct task	task;
	struct buf	names[2];	/* of users and of groups so far */
	size_t		done;		/* ids looked up, users' first */
};

/* Returns the name of an id, or "" if it has none that the session may know. */
static const char *
name_of(const struct session *s, const struct request *q, bool group,
    uint32_t id)
{
	const char *name = NULL;

	if (q->ruling.other_users || (group ? ident_has_group(id) :
	    id == s->self.uid))
		name = group ? ident_group(id) : ident_user(id);
	return name == NULL ? "" : name;
}

/*
 * Looks up the names of a few ids: an id that the database does not know may
 * take half a millisecond. Returns PENDING until all are done, 0 or the
 * outcome.
 */
static int
look_up(const struct session *s, const struct request *q, struct naming *n)
{
	const struct slice *ids[2] = { &q->user_ids, &q->group_ids };
	size_t users = ids[0]->len / 4, all = users + ids[1]->len / 4;
	size_t end = MIN(all, n->done + NAMES_STEP), at;
	const char *name;
	struct reader r;
	uint32_t id;
	bool group;

	for (; n->done < end; n->done++) {
		group = n->done >= users;
		at = 4 * (n->done - (group ? users : 0));
		reader_init(&r, ids[group]->p + at, 4);
		id = get_u32(&r);
		name = name_of(s, q, group, id);
		log_debug3("process_extended_get_users_groups_by_id: "
		    "%s %u => \"%s\"", group ? "gid" : "uid", id, name);
		put_cstr(&n->names[group], name);
	}
	if (n->names[0].len + n->names[1].len + NAMES_HEADER >
	    s->policy.protocol.max_packet)
		return FX_FAILURE;
	return n->done < all ? PENDING : 0;
}

static int
naming_step(struct session *s, struct request *q)
{
	struct naming *n = (struct naming *)q->task;
	size_t start;
	int r = s->ending ? FX_FAILURE : look_up(s, q, n);

	if (r == PENDING)
		return PENDING;
	if (r == 0) {
		start = reply_begin(s, q, FXP_EXTENDED_REPLY);
		put_str(&s->out, n->names[0].data, n->names[0].len);
		put_str(&s->out, n->names[1].data, n->names[1].len);
		log_verbose("users-groups-by-id: %zu users, %zu groups",
		    q->user_ids.len / 4, q->group_ids.len / 4);
		reply_end(s, start);
	}
	buf_free(&n->names[0]);
	buf_free(&n->names[1]);
	return r;
}

int
op_users_groups(struct session *s, struct request *q)
{
	if (q->user_ids.len % 4 != 0 || q->group_ids.len % 4 != 0)
		return FX_BAD_MESSAGE;
	log_debug1("process_extended_get_users_groups_by_id: "
	    "uids len = %zu, gids len = %zu", q->user_ids.len,
	    q->group_ids.len);
	if (task_begin(q, sizeof(struct naming), naming_step) == NULL)
		return -ENOMEM;
	return naming_step(s, q);
}

/* space-available of filexfer-extensions-00. */
int
op_space_available(struct session *s, struct request *q)
{
	struct statvfs st;
	uint64_t unit;
	size_t start;
	int r;

	if ((r = fs_statvfs(&q->object.place, &st)) != 0)
		return r;
	unit = st.f_frsize;
	start = reply_begin(s, q, FXP_EXTENDED_REPLY);
	put_u64(&s->out, st.f_blocks * unit);
	put_u64(&s->out, st.f_bfree * unit);
	put_u64(&s->out, (st.f_blocks - st.f_bfree + st.f_bavail) * unit);
	put_u64(&s->out, st.f_bavail * unit);
	put_u32(&s->out, (uint32_t)unit);
	reply_end(s, start);
	return 0;
}

/*
 * version-select: the first request may choose another version. Any later one,
 * or a version that was not offered, ends the session (draft-13 5.5).
 */
int
op_version_select(struct session *s, struct request *q)
{
	int max = s->policy.protocol.max_version;
	int wanted = q->version[0] - '0';

	if (max == 3)
		return FX_OP_UNSUPPORTED;
	if (s->requests != 1 || strlen(q->version) != 1 || wanted < 3 ||
	    wanted > max) {
		s->fatal = true;
		return FX_FAILURE;
	}
	s->version = wanted;
	s->bare_status = false;
	return 0;
}

/* Logs the name of the client's program; nothing depends on it. */
int
op_vendor_id(struct session *s, struct request *q)
{
	(void)s;
	log_verbose("client is \"%s\"", q->release);
	return 0;
}

/* Turns the translation of names on or off for the client (draft-13 6). */
int
op_translation_control(struct session *s, struct request *q)
{
	if (s->charset == NULL)
		return FX_OP_UNSUPPORTED;
	s->translate = q->translate != 0;
	return 0;
}
