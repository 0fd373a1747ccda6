/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "os/fs.h"
#include "policy/rights.h"
#include "request/table.h"
#include "request/upgrade.h"
#include "wire/sftp.h"

/* Attributes of a new file that are set after it is made. */
#define MORE_THAN_MODE	(HAS_OWNER | HAS_ACL)

/*
 * Notes the rights that OPEN takes. A new file holds only the client's own
 * bytes, so that reading it takes no right; a descriptor that is not opened for
 * writing can be read, whatever was asked.
 */
static void
open_takes(struct request *q, bool writes)
{
	bool creates = (q->creation & O_CREAT) != 0;
	bool new = (q->creation & O_EXCL) != 0;
	struct takes *t = &q->object.takes;

	q->ask.replace = new ? REPLACE_NO : REPLACE_YES;
	*t = (struct takes){
		.absent = creates ? RIGHT_CREATE : RIGHTS_NONE,
		.present = writes || (q->creation & O_TRUNC) != 0 ?
		    RIGHT_MODIFY : RIGHTS_NONE,
	};
	if (creates && (q->attr.has & MORE_THAN_MODE) != 0)
		t->absent |= RIGHT_SETSTAT;
	if (!writes)
		t->always |= RIGHT_READ;
	else if ((q->access & ACE_READ_DATA) != 0)
		t->present |= RIGHT_READ;
	if ((q->flags & FXF_DELETE_ON_CLOSE) != 0)
		t->always |= RIGHT_DELETE;
	if (!creates)
		t->always |= t->present;
	if (!creates || new)
		t->present = RIGHTS_NONE;
}

/* Notes other requests whose work this OPEN would do: all must be permitted. */
static void
open_needs(struct request *q)
{
	int n = 0;

	if ((q->flags & FXF_DELETE_ON_CLOSE) != 0)
		q->needs[n++] = "remove";
	if ((q->flags & FXF_BLOCK) != 0)
		q->needs[n++] = "block";
	if ((q->attr.has & (HAS_OWNER | HAS_ACL | HAS_ALLOC)) != 0 &&
	    q->creation != 0)
		q->needs[n++] = "fsetstat";
}

/* Notes the effects of OPEN on a file, and its flags as the log has them. */
static void
open_effects(struct request *q)
{
	bool creates = (q->creation & O_CREAT) != 0;
	bool new = (q->creation & O_EXCL) != 0;
	bool writes = (q->access & (ACE_WRITE_DATA | ACE_APPEND_DATA)) != 0;

	q->pflags = ((q->access & ACE_READ_DATA) != 0 ? PF_READ : 0) |
	    (writes ? PF_WRITE : 0) | (creates ? PF_CREAT : 0) |
	    ((q->creation & O_TRUNC) != 0 ? PF_TRUNC : 0) |
	    (new ? PF_EXCL : 0) |
	    ((q->flags & FXF_APPEND_DATA) != 0 ? PF_APPEND : 0);
	q->writes = writes || q->creation != 0 ||
	    (q->flags & FXF_DELETE_ON_CLOSE) != 0;
	open_takes(q, writes);
	open_needs(q);
	/* A new file is never made behind a link. */
	q->object.how = ((q->flags & FXF_NOFOLLOW) != 0 || new ? 0 :
	    PLACE_FOLLOW) | (creates ? PLACE_CREATES : 0);
}

/* Makes access and disposition of the pflags of versions 3 and 4. */
int
upgrade_open_v3(const struct policy *policy, struct request *q)
{
	uint32_t pflags = q->desired;

	(void)policy;
	q->access = ((pflags & PF_READ) != 0 ? ACE_READ_DATA : 0) |
	    ((pflags & PF_WRITE) != 0 ? ACE_WRITE_DATA : 0);
	/* EXCL without CREAT is undefined in POSIX and is dropped. */
	if ((pflags & PF_CREAT) != 0 && (pflags & PF_EXCL) != 0)
		q->creation = O_CREAT | O_EXCL;
	else
		q->creation = ((pflags & PF_CREAT) != 0 ? O_CREAT : 0) |
		    ((pflags & PF_TRUNC) != 0 ? O_TRUNC : 0);
	if ((pflags & PF_APPEND) != 0)
		q->flags = FXF_APPEND_DATA;
	open_effects(q);
	q->pflags = pflags;
	return 0;
}

int
upgrade_open_v4(const struct policy *policy, struct request *q)
{
	int r = upgrade_open_v3(policy, q);

	if ((q->desired & PF_TEXT) != 0)
		q->flags |= FXF_TEXT_MODE;
	return r;
}

/*
 * Takes the access as it is, of which one that only appends is append mode, and
 * the disposition. Returns false if there is no such disposition.
 */
static bool
open_access(struct request *q)
{
	static const int dispositions[] = {
		[FXF_CREATE_NEW] = O_CREAT | O_EXCL,
		[FXF_CREATE_TRUNCATE] = O_CREAT | O_TRUNC,
		[FXF_OPEN_EXISTING] = 0,
		[FXF_OPEN_OR_CREATE] = O_CREAT,
		[FXF_TRUNCATE_EXISTING] = O_TRUNC,
	};
	uint32_t d = q->flags & FXF_ACCESS_DISPOSITION;

	q->access = q->desired;
	if ((q->flags & FXF_APPEND_DATA_ATOMIC) != 0 ||
	    ((q->access & ACE_APPEND_DATA) != 0 &&
	    (q->access & ACE_WRITE_DATA) == 0))
		q->flags |= FXF_APPEND_DATA;
	q->creation = d < nitems(dispositions) ? dispositions[d] : 0;
	return d < nitems(dispositions);
}

/* Version 5 has fewer flags, and those that it does not have are refused. */
int
upgrade_open_v5(const struct policy *policy, struct request *q)
{
	(void)policy;
	if (!open_access(q) || (q->flags & ~(uint32_t)(FXF_ACCESS_DISPOSITION |
	    FXF_APPEND_DATA | FXF_APPEND_DATA_ATOMIC | FXF_TEXT_MODE)) != 0)
		return FX_OP_UNSUPPORTED;
	open_effects(q);
	return 0;
}

int
upgrade_open_v6(const struct policy *policy, struct request *q)
{
	uint32_t block = q->flags & FXF_BLOCK;

	(void)policy;
	if (!open_access(q))
		return FX_INVALID_PARAMETER;
	if ((q->flags & (0xffff0000u | FXF_BACKUP_STREAM)) != 0 ||
	    (block != 0 && block != FXF_BLOCK_SHARED &&
	    block != FXF_BLOCK_EXCLUSIVE))
		return FX_OP_UNSUPPORTED;
	if ((q->flags & FXF_OVERRIDE_OWNER) != 0 &&
	    (q->access & ACE_WRITE_OWNER) == 0)
		return FX_INVALID_PARAMETER;
	/* A lock takes the access that it denies others. */
	if ((block == FXF_BLOCK_SHARED && (q->access & ACE_READ_DATA) == 0) ||
	    (block == FXF_BLOCK_EXCLUSIVE && (q->access &
	    (ACE_WRITE_DATA | ACE_APPEND_DATA)) == 0))
		return FX_PERMISSION_DENIED;
	open_effects(q);
	return 0;
}

/*
 * Notes what a RENAME wishes and the rights that it takes. permit.c adds those
 * that it takes to move between subtrees. Returns 0.
 */
static int
rename_as(struct request *q, enum replace_wish wish)
{
	q->object.takes = (struct takes){ .always = RIGHT_RENAME };
	q->target.takes = (struct takes){
		.present = RIGHT_REPLACE | RIGHT_DELETE,
	};
	q->ask.replace = wish;
	return 0;
}

int
upgrade_posix_rename(const struct policy *policy, struct request *q)
{
	(void)policy;
	return rename_as(q, REPLACE_YES);
}

int
upgrade_rename_v3(const struct policy *policy, struct request *q)
{
	(void)policy;
	return rename_as(q, REPLACE_UNSAID);
}

/* With a flag the request is what OpenSSH calls posix-rename. */
int
upgrade_rename_v5(const struct policy *policy, struct request *q)
{
	(void)policy;
	(void)rename_as(q, q->flags != 0 ? REPLACE_YES : REPLACE_NO);
	if ((q->flags & ~(uint32_t)(FXF_RENAME_OVERWRITE | FXF_RENAME_ATOMIC |
	    FXF_RENAME_NATIVE)) != 0)
		return FX_OP_UNSUPPORTED;
	if (q->flags != 0)
		q->kind = table_named("posix-rename");
	return 0;
}

/* libssh speaks version 4 with the flags of version 5. */
int
upgrade_rename_v4(const struct policy *policy, struct request *q)
{
	return q->has_optional ? upgrade_rename_v5(policy, q) :
	    upgrade_rename_v3(policy, q);
}

/*
 * OpenSSH sends the text first and the link second, the drafts the other way
 * round. The policy decides which is which.
 */
int
upgrade_symlink(const struct policy *policy, struct request *q)
{
	const char *first = q->link_text;

	if (policy->protocol.symlink_order == SYMLINK_ORDER_DRAFT) {
		q->link_text = q->object.path;
		q->object.path = first;
	}
	return 0;
}

/* Version 6 has one request for both kinds of link. */
int
upgrade_link(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->object.takes.always = q->symbolic != 0 ? RIGHT_SYMLINK : RIGHT_LINK;
	if (q->symbolic != 0) {
		q->kind = table_named("symlink");
		q->target.takes = (struct takes){ 0 };
		return q->link_text[0] == '\0' ? FX_INVALID_FILENAME : 0;
	}
	q->kind = table_named("hardlink");
	q->target.path = q->object.path;
	q->target.how = q->object.how;
	q->object.path = q->link_text;
	q->object.how = 0;
	q->link_text = NULL;
	return 0;
}

int
upgrade_copy_file(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->ask.replace = q->overwrite != 0 ? REPLACE_YES : REPLACE_NO;
	/* As OPEN does, replace the file that a link leads to. */
	if (q->overwrite != 0)
		q->target.how |= PLACE_FOLLOW;
	q->target.takes = (struct takes){
		.absent = RIGHT_CREATE,
		.present = RIGHT_REPLACE | RIGHT_DELETE,
	};
	return 0;
}

/*
 * An empty path is where the session started. Without the right to list, the
 * client gets the name that the text alone makes.
 */
int
upgrade_realpath(const struct policy *policy, struct request *q)
{
	(void)policy;
	if (q->object.path[0] == '\0')
		q->object.path = ".";
	q->object.takes = (struct takes){ .present = RIGHT_LIST };
	return 0;
}

int
upgrade_realpath_v6(const struct policy *policy, struct request *q)
{
	int control = q->has_optional ? q->control : FXP_REALPATH_NO_CHECK;
	unsigned looks = RIGHT_LIST | RIGHT_STAT;

	(void)upgrade_realpath(policy, q);
	q->object.takes = (struct takes){ 0 };
	if (control == FXP_REALPATH_STAT_ALWAYS)
		q->object.takes.always = looks;
	else if (control != FXP_REALPATH_NO_CHECK)
		q->object.takes.present = looks;
	return 0;
}

/*
 * Only rules on names need to know that `~/x` is `x`. They cannot judge the
 * home of another user, nor can rights that hold everywhere, unless the session
 * has them all.
 */
int
upgrade_expand_path(const struct policy *policy, struct request *q)
{
	const char *p = q->object.path;

	q->object.takes = (struct takes){ .present = RIGHT_LIST };
	if (!policy->resolves || p[0] != '~')
		return 0;
	if (p[1] != '\0' && p[1] != '/') {
		if (policy->paths != NULL)
			return FX_PERMISSION_DENIED;
		q->object.takes = (struct takes){ .always = RIGHTS_ALL };
		return 0;
	}
	p += 1 + strspn(p + 1, "/");
	q->object.path = *p != '\0' ? p : ".";
	return 0;
}

/* The size and the space change the contents of a file, not its attributes. */
int
upgrade_setstat(const struct policy *policy, struct request *q)
{
	const uint32_t sizes = HAS_SIZE | HAS_ALLOC;
	uint32_t others = q->attr.has & ~(sizes | HAS_SUBSEC);

	(void)policy;
	q->object.takes.always =
	    (q->attr.has & sizes) != 0 ? RIGHT_MODIFY : RIGHT_SETSTAT;
	if (others != 0)
		q->object.takes.always |= RIGHT_SETSTAT;
	return 0;
}

int
upgrade_mkdir(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->object.takes.always = RIGHT_MKDIR;
	if ((q->attr.has & MORE_THAN_MODE) != 0)
		q->object.takes.always |= RIGHT_SETSTAT;
	return 0;
}

/* The request has no path field; judge it by TMPDIR. */
int
upgrade_temp_folder(const struct policy *policy, struct request *q)
{
	(void)policy;
	q->object.path = fs_temp_dir();
	q->object.how = PLACE_FOLLOW;
	return 0;
}
