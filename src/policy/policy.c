/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "policy/match.h"
#include "policy/policy.h"
#include "policy/rights.h"
#include "policy/subtree.h"

void
policy_free(struct policy *p)
{
	arena_free(&p->strings);
}

enum permit
policy_permits(const struct policy *p, const char *name, bool writes)
{
	const char **allow;

	if (p->access.read_only && writes)
		return REFUSE_READ_ONLY;
	if (p->access.deny != NULL && match_name_list(name, p->access.deny))
		return REFUSE_DENIED;
	for (allow = p->access.allow; allow != NULL && *allow != NULL; allow++)
		if (!match_name_list(name, *allow))
			return REFUSE_NOT_ALLOWED;
	return PERMIT;
}

/*
 * True if the session cannot change the contents of files there, nor put a file
 * there that it can change by another name or by an open handle.
 */
static bool
cannot_change(const struct policy *p, const struct subtree *a)
{
	const unsigned changes = RIGHT_CREATE | RIGHT_MODIFY | RIGHT_LINK;
	unsigned rights = a != NULL ? a->rights | a->own_rights :
	    p->access.rights | p->access.own_rights;

	return p->access.read_only || (rights & changes) == 0;
}

struct ruling
policy_decide(const struct policy *p, const struct subtree *a,
    const struct ask *ask)
{
	const struct files_policy *files = a != NULL ? &a->files : &p->files;
	const struct rename_policy *rename = a != NULL ? &a->rename :
	    &p->rename;
	struct ruling r = {
		.open_handles = rename->open_handles,
		.when = rename->when,
		.busy_timeout = rename->busy_timeout * 1000,
		.keep_mode = rename->keep_mode,
		.mode = files->mode,
		.dir_mode = files->dir_mode,
		.group = files->group,
		.atomic = files->atomic,
		.fsync = files->fsync,
		.zero_copy = files->zero_copy && cannot_change(p, a),
		.max_size = p->limits.file_size,
		.no_symlinks = p->files.symlinks == SYMLINKS_NO_CREATE,
		/* Not with a root, nor in a drop box. */
		.other_users = p->root == NULL &&
		    p->access.listings != LISTINGS_EMPTY &&
		    (p->access.rights & (RIGHT_LIST | RIGHT_STAT)) != 0,
		.setstat = &p->setstat,
		.granted = RIGHTS_ALL,
		.kept = RIGHTS_ALL,
	};

	r.replace = rename->overwrite != OVERWRITE_NEVER &&
	    (ask->replace == REPLACE_YES ||
	    rename->overwrite == OVERWRITE_ALWAYS);
	r.forced = r.replace && ask->replace != REPLACE_YES;
	return r;
}
