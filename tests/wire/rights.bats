# SPDX-License-Identifier: ISC
# The tests of rights.py, one by one.

load common

setup()
{
	require_server
}

@test "rights: each request by each way, version 3" { unit Matrix.test_v3; }
@test "rights: version 4" { unit Matrix.test_v4; }
@test "rights: version 5" { unit Matrix.test_v5; }
@test "rights: version 6" { unit Matrix.test_v6; }
@test "rights: beneath a root, version 3" { unit Matrix.test_v3_beneath_a_root; }
@test "rights: beneath a root, version 6" { unit Matrix.test_v6_beneath_a_root; }
@test "rights: no row of -Q rights without a test" { unit Matrix.test_a_row_without_a_test; }
@test "rights: to create and no more" { unit Half.test_create_only; }
@test "rights: to modify and no more" { unit Half.test_modify_only; }
@test "rights: forced overwriting" { unit Half.test_forced_overwriting; }
@test "rights: nothing is told of what does not resolve" { unit Half.test_nothing_is_told_of_what_does_not_resolve; }
@test "rights: a copy onto itself" { unit Half.test_a_copy_onto_itself; }
@test "realpath" { unit Realpath.test_realpath; }
@test "realpath: version 6" { unit Realpath.test_realpath_v6; }
@test "realpath: expand-path" { unit Realpath.test_expand_path; }
@test "realpath: temporary folders" { unit Realpath.test_temporary_folders; }
@test "profiles: dropbox" { unit Profiles.test_dropbox; }
@test "profiles: write-once" { unit Profiles.test_write_once; }
@test "profiles: read-only" { unit Profiles.test_read_only; }
@test "own rights" { unit Own.test_own; }
@test "own rights: what was there is not own" { unit Own.test_what_was_there_is_not_own; }
@test "own rights: copies" { unit Own.test_copies; }
@test "own rights: many files" { unit Own.test_many_files; }
@test "paths: areas" { unit Paths.test_areas; }
@test "paths: realpath" { unit Paths.test_realpath; }
@test "paths: renames" { unit Paths.test_renames; }
@test "paths: links" { unit Paths.test_links; }
@test "paths: a handle after a rename" { unit Paths.test_a_handle_after_a_rename; }
@test "paths: hidden names" { unit Paths.test_hidden; }
@test "listings: list alone" { unit Listings.test_list_alone; }
@test "listings: beneath a path" { unit Listings.test_beneath_a_path; }
@test "listings: own files" { unit Listings.test_own; }
@test "listings: where directories are seen" { unit Listings.test_where_directories_are_seen; }
@test "startup: protected" { unit Startup.test_protected; }
@test "startup: not asked for" { unit Startup.test_not_asked_for; }

@test "every test of rights.py is run" { assert_all_listed; }
