# SPDX-License-Identifier: ISC
# The tests of acl.py, one by one.

load common

setup()
{
	require_server
	export DIR=$BATS_TEST_TMPDIR
	require_acls
}

require_acls()
{
	command -v setfacl getfacl >/dev/null ||
	    skip "setfacl and getfacl are not installed (package acl)"
	touch "$DIR/probe"
	setfacl -m u:1:r "$DIR/probe" 2>/dev/null ||
	    skip "the file system of $DIR has no ACLs"
}

unit()
{
	cd "$HERE" || return 1
	run python3 -m unittest "acl.$1"
	assert_success
	refute_output -p 'skipped='
}

@test "get: a mode is an acl" { unit Get.test_a_mode_is_an_acl; }
@test "get: names and mask" { unit Get.test_names_and_mask; }
@test "get: default" { unit Get.test_default; }
@test "get: all ways to ask" { unit Get.test_all_ways_to_ask; }
@test "get: never unasked" { unit Get.test_never_unasked; }
@test "get: not in version 3" { unit Get.test_not_in_version_3; }
@test "there and back: mode" { unit RoundTrip.test_mode; }
@test "there and back: mask that takes away" { unit RoundTrip.test_mask_that_takes_away; }
@test "there and back: mask that gives more" { unit RoundTrip.test_mask_that_gives_more; }
@test "there and back: default" { unit RoundTrip.test_default; }
@test "there and back: one of two" { unit RoundTrip.test_one_of_two; }
@test "there and back: many" { unit RoundTrip.test_many; }
@test "set: plain" { unit Set.test_plain; }
@test "set: named" { unit Set.test_named; }
@test "set: default" { unit Set.test_default; }
@test "set: by handle" { unit Set.test_by_handle; }
@test "set: after the mode" { unit Set.test_after_the_mode; }
@test "set: refused" { unit Set.test_refused; }
@test "set: links" { unit Set.test_links; }
@test "set: unknown names" { unit Set.test_unknown_names; }
@test "set: malformed" { unit Set.test_malformed; }
@test "set: not the owner" {
	[[ $EUID -eq 0 ]] || skip "only root can be somebody else"
	chmod 755 "$BATS_TEST_TMPDIR"
	unit Set.test_not_the_owner
}
@test "acl-flags: not included is kept" { unit Flags.test_not_included_is_kept; }
@test "acl-flags: not present is removed" { unit Flags.test_not_present_is_removed; }
@test "acl-flags: no entries deny all" { unit Flags.test_no_entries_deny_all; }
@test "acl-flags: what is not ours" { unit Flags.test_what_is_not_ours; }
@test "new: open" { unit New.test_open; }
@test "new: open of what is there" { unit New.test_open_of_what_is_there; }
@test "new: refused before truncation" { unit New.test_refused_before_truncation; }
@test "new: mkdir" { unit New.test_mkdir; }
@test "new: refused" { unit New.test_refused; }
@test "announced: everywhere" { unit Announced.test_everywhere; }
