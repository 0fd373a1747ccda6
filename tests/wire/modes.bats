# SPDX-License-Identifier: ISC
# The tests of modes.py, one by one.

load common

setup()
{
	require_server
	export DIR=$BATS_TEST_TMPDIR
	case $BATS_TEST_NAME in
	*acl*)	command -v setfacl getfacl >/dev/null ||
		    skip "setfacl and getfacl are not installed (package acl)"
		touch "$DIR/probe"
		setfacl -m u:1:r "$DIR/probe" 2>/dev/null ||
		    skip "the file system of $DIR has no ACLs" ;;
	esac
}

@test "creation: files" { unit Creation.test_files; }
@test "creation: directories" { unit Creation.test_directories; }
@test "creation: what exists keeps its mode" { unit Creation.test_what_exists_keeps_its_mode; }
@test "creation: behind a link" { unit Creation.test_behind_a_link; }
@test "creation: default acls" { unit Creation.test_default_acls; }
@test "creation: set gid of the directory above" { unit Creation.test_set_gid_of_the_directory_above; }
@test "creation: copies" { unit Creation.test_copies; }
@test "creation: temporary folders" { unit Creation.test_temporary_folders; }
@test "creation: temporary folders that fail" { unit Creation.test_temporary_folders_that_fail; }
@test "later: files" { unit Later.test_files; }
@test "later: directories" { unit Later.test_directories; }
@test "later: behind a link" { unit Later.test_behind_a_link; }
@test "later: restricted" { unit Later.test_restricted; }
@test "later: the log has what was set" { unit Later.test_the_log_has_what_was_set; }
@test "areas: areas" { unit Areas.test_areas; }
@test "acls: no more than a mode" { unit Acls.test_no_more_than_a_mode; }
@test "acls: what is added" { unit Acls.test_what_is_added; }
@test "acls: directories" { unit Acls.test_directories; }
@test "acls: a fixed mode is all there is" { unit Acls.test_a_fixed_mode_is_all_there_is; }
@test "acls: without a rule" { unit Acls.test_without_a_rule; }
@test "symlinks: not made" { unit Symlinks.test_not_made; }
@test "symlinks: made" { unit Symlinks.test_made; }

@test "every test of modes.py is run" { assert_all_listed; }
