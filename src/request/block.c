/* SPDX-License-Identifier: ISC */
/* BLOCK and UNBLOCK: advisory locks on ranges. */
#include "config.h"

#include "files/suspend.h"
#include "request/ops.h"
#include "request/request.h"
#include "request/session.h"
#include "wire/sftp.h"

/*
 * The mask names the access that others are denied: writing, which makes a
 * shared lock, or reading too. A lock that denies nothing is only remembered.
 */
int
op_block(struct session *s, struct request *q)
{
	struct handle *h = q->object.handle;
	uint32_t mask = q->lock_mask;
	enum fs_lock how;

	if ((mask & ~FXF_BLOCK) != 0)
		return FX_INVALID_PARAMETER;
	if (mask == 0)
		how = FS_UNLOCK;
	else if (mask == FXF_BLOCK_SHARED)
		how = FS_LOCK_SHARED;
	else if (mask == FXF_BLOCK_EXCLUSIVE)
		how = FS_LOCK_EXCLUSIVE;
	else
		return FX_OP_UNSUPPORTED;
	if (h->kind == HANDLE_DIR)
		return FX_OP_UNSUPPORTED;
	if (suspend_wake(&s->fs, &s->handles, h) != 0)
		return FX_FAILURE;
	if (s->handles.locks >= LOCKS_MAX) {
		q->message = "too many locks";
		return FX_FAILURE;
	}
	return lock_take(&s->handles, h, how, q->offset, q->length);
}

int
op_unblock(struct session *s, struct request *q)
{
	if (q->object.handle->kind == HANDLE_DIR)
		return FX_NO_MATCHING_BYTE_RANGE_LOCK;
	return lock_drop(&s->handles, q->object.handle, q->offset, q->length);
}
