# SPDX-License-Identifier: ISC
# The tests of versions_requests.py, one by one.

load common

setup()
{
	require_server
}

@test "statuses: success" { unit Statuses.test_success; }
@test "statuses: what the system refuses" { unit Statuses.test_what_the_system_refuses; }
@test "statuses: without rights" { unit Statuses.test_without_rights; }
@test "statuses: transfer" { unit Statuses.test_transfer; }
@test "statuses: a file as large as is allowed" { unit Statuses.test_a_file_as_large_as_is_allowed; }
@test "handles: that are none" { unit Handles.test_that_are_none; }
@test "handles: that were closed" { unit Handles.test_that_were_closed; }
@test "handles: of the wrong kind" { unit Handles.test_of_the_wrong_kind; }
@test "spoilt: types of other versions" { unit Spoilt.test_types_of_other_versions; }
@test "spoilt: text seek is not of version 3" { unit Spoilt.test_text_seek_is_not_of_version_3; }
@test "spoilt: nul in a name" { unit Spoilt.test_nul_in_a_name; }
@test "spoilt: excess bytes are ignored" { unit Spoilt.test_excess_bytes_are_ignored; }
@test "spoilt: attributes cut short" { unit Spoilt.test_attributes_cut_short; }
@test "spoilt: unknown flags of attributes" { unit Spoilt.test_unknown_flags_of_attributes; }
@test "agreement: thousands of requests" { unit Agreement.test_thousands_of_requests; }
@test "empty paths: where nothing changes" { unit EmptyPaths.test_where_nothing_changes; }
@test "denied: read only" { unit Denied.test_read_only; }
@test "denied: symlink" { unit Denied.test_symlink; }
@test "denied: hardlink" { unit Denied.test_hardlink; }
@test "denied: denied before any field is looked at" { unit Denied.test_denied_before_any_field_is_looked_at; }
@test "denied: denied and truncated is denied" { unit Denied.test_denied_and_truncated_is_denied; }
@test "denied: renames that replace" { unit Denied.test_renames_that_replace; }
@test "denied: renames that do not" { unit Denied.test_renames_that_do_not; }
@test "denied: delete on close" { unit Denied.test_delete_on_close; }
@test "denied: block" { unit Denied.test_block; }
@test "denied: unblock" { unit Denied.test_unblock; }
@test "denied: text seek" { unit Denied.test_text_seek; }
@test "denied: copy file" { unit Denied.test_copy_file; }
@test "denied: space available" { unit Denied.test_space_available; }
@test "denied: get temp folder" { unit Denied.test_get_temp_folder; }
@test "denied: make temp folder" { unit Denied.test_make_temp_folder; }
@test "denied: attributes in open" { unit Denied.test_attributes_in_open; }
@test "denied: write lets open create" { unit Denied.test_write_lets_open_create; }
@test "denied: all but a few" { unit Denied.test_all_but_a_few; }
@test "overwrite: if asked" { unit Overwrite.test_if_asked; }
@test "overwrite: always" { unit Overwrite.test_always; }
@test "overwrite: never" { unit Overwrite.test_never; }
@test "overwrite: posix rename never" { unit Overwrite.test_posix_rename_never; }
@test "overwrite: flags that nobody defined" { unit Overwrite.test_flags_that_nobody_defined; }
@test "overwrite: names of one file" { unit Overwrite.test_names_of_one_file; }
@test "overwrite: what cannot be replaced" { unit Overwrite.test_what_cannot_be_replaced; }

@test "every test of versions_requests.py is run" { assert_all_listed; }
