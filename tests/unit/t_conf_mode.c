/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "base/buf.h"
#include "conf/setting.h"
#include "policy/policy.h"
#include "policy/rights.h"
#include "policy/subtree.h"
#include "tap.h"

static const struct {
	const char		*what;
	struct mode_rule	 rule;
	unsigned		 asked, mode;
	bool			 gives;
} rows[] = {
	{ "no rule", { 0, 0, -1 }, 06754, 06754, false },
	{ "no rule, nothing asked", { 0, 0, -1 }, 0, 0, false },
	{ "bits are added", { 0440, 0, -1 }, 0200, 0640, true },
	{ "bits that are there", { 0440, 0, -1 }, 0660, 0660, true },
	{ "bits are removed", { 0, 0022, -1 }, 0666, 0644, false },
	{ "bits that are not there", { 0, 0022, -1 }, 0600, 0600, false },
	{ "set-ids are removed", { 0, 06000, -1 }, 06711, 0711, false },
	{ "some added, some removed", { 0040, 0007, -1 }, 0606, 0640, true },
	{ "what is set wins", { 0020, 0022, -1 }, 0666, 0664, true },
	{ "a set-gid after all", { 02000, 06000, -1 }, 04755, 02755, true },
	{ "fixed", { 0, 0, 0640 }, 0777, 0640, true },
	{ "fixed to nothing", { 0, 0, 0 }, 0777, 0, true },
	{ "fixed, whatever else", { 0777, 0777, 0640 }, 0123, 0640, true },
};

/* The ruling has the mode rules of the policy, each at its place. */
static void
test_ruling(void)
{
	struct policy p;
	struct ruling r;

	setting_defaults(&p);
	r = policy_decide(&p, NULL, &(struct ask){ 0 });
	ok(r.mode.force == -1 && r.mode.set == 0 && r.mode.clear == 0 &&
	    r.dir_mode.force == -1 && !r.group.set && !r.fsync &&
	    !r.no_symlinks,
	    "unless somebody says so nothing is ruled");
	p.files.mode = (struct mode_rule){ 1, 2, -1 };
	p.files.dir_mode = (struct mode_rule){ 4, 8, 16 };
	p.files.group = (struct group_rule){ true, 32 };
	p.files.fsync = true;
	r = policy_decide(&p, NULL, &(struct ask){ 0 });
	ok(r.mode.set == 1 && r.mode.clear == 2 && r.mode.force == -1 &&
	    r.dir_mode.set == 4 && r.dir_mode.clear == 8 &&
	    r.dir_mode.force == 16 && r.group.set && r.group.gid == 32 &&
	    r.fsync, "else what was said");
	p.files.symlinks = SYMLINKS_NO_CREATE;
	ok(policy_decide(&p, NULL, &(struct ask){ 0 }).no_symlinks,
	    "links are not made where they are not to be");
	policy_free(&p);
}

/* Files that the session can change are copied. */
static void
test_zero_copy(void)
{
	static const struct {
		const char	*what;
		bool		 set, read_only;
		unsigned	 rights, own_rights;
		bool		 ruled;
	} sessions[] = {
		{ "not set", false, true, RIGHT_READ, 0, false },
		{ "read-only", true, true, RIGHTS_ALL, 0, true },
		{ "all rights", true, false, RIGHTS_ALL, 0, false },
		{ "no such right", true, false, RIGHT_READ | RIGHT_DELETE,
		    0, true },
		{ "modify", true, false, RIGHT_MODIFY, 0, false },
		{ "create", true, false, RIGHT_CREATE, 0, false },
		{ "link", true, false, RIGHT_LINK, 0, false },
		{ "modify what it made", true, false, RIGHT_READ,
		    RIGHT_MODIFY, false },
	};
	struct subtree a = { 0 };
	struct policy p;
	size_t i;

	setting_defaults(&p);
	for (i = 0; i < nitems(sessions); i++) {
		p.access.read_only = sessions[i].read_only;
		a.files.zero_copy = p.files.zero_copy = sessions[i].set;
		a.rights = p.access.rights = sessions[i].rights;
		a.own_rights = p.access.own_rights = sessions[i].own_rights;
		ok(policy_decide(&p, NULL, &(struct ask){ 0 }).zero_copy ==
		    sessions[i].ruled, "zero copy: %s", sessions[i].what);
		p.access.rights = RIGHTS_ALL;
		p.files.zero_copy = false;
		ok(policy_decide(&p, &a, &(struct ask){ 0 }).zero_copy ==
		    sessions[i].ruled, "... by a path rule");
	}
	policy_free(&p);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < nitems(rows); i++) {
		unsigned mode = mode_rule_apply(&rows[i].rule, rows[i].asked);

		ok(mode == rows[i].mode && mode_rule_gives(&rows[i].rule) ==
		    rows[i].gives, "%s: 0%o of 0%o", rows[i].what, mode,
		    rows[i].asked);
	}
	test_ruling();
	test_zero_copy();
	return done();
}
