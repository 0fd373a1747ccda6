# SPDX-License-Identifier: ISC
# The tests of versions_paths.py, one by one.

load common

setup()
{
	require_server
}

@test "realpath: no check" { unit Realpath.test_no_check; }
@test "realpath: stat if" { unit Realpath.test_stat_if; }
@test "realpath: stat always" { unit Realpath.test_stat_always; }
@test "realpath: other control bytes" { unit Realpath.test_other_control_bytes; }
@test "realpath: compose paths" { unit Realpath.test_compose_paths; }
@test "realpath: bad compose paths" { unit Realpath.test_bad_compose_paths; }
@test "realpath: before version 6" { unit Realpath.test_before_version_6; }
@test "ends: of files" { unit Ends.test_of_files; }
@test "ends: of what is no file" { unit Ends.test_of_what_is_no_file; }
@test "ends: of lists" { unit Ends.test_of_lists; }
@test "ends: pipelined readdir" { unit Ends.test_pipelined_readdir; }
@test "ends: of a directory that is gone" { unit Ends.test_of_a_directory_that_is_gone; }
@test "ends: what cannot be looked at" { unit Ends.test_what_cannot_be_looked_at; }
@test "ends: odd names" { unit Ends.test_odd_names; }
@test "link: symbolic" { unit Link.test_symbolic; }
@test "link: hard" { unit Link.test_hard; }
@test "link: symlink before version 6" { unit Link.test_symlink_before_version_6; }
@test "link: symlink by the drafts" { unit Link.test_symlink_by_the_drafts; }
@test "link: link has but one order" { unit Link.test_link_has_but_one_order; }
@test "copy file: copies" { unit CopyFile.test_copies; }
@test "copy file: onto links" { unit CopyFile.test_onto_links; }
@test "copy file: order with others" { unit CopyFile.test_order_with_others; }
@test "copy file: mode bits" { unit CopyFile.test_mode_bits; }
@test "copy file: onto itself" { unit CopyFile.test_onto_itself; }
@test "copy file: refused" { unit CopyFile.test_refused; }
@test "copy file: what fails half way is removed" { unit CopyFile.test_what_fails_half_way_is_removed; }
@test "copy data: between files" { unit CopyData.test_between_files; }
@test "copy data: onto an appending handle" { unit CopyData.test_onto_an_appending_handle; }
@test "copy data: same file in version 3" { unit CopyData.test_same_file_in_version_3; }
@test "copy data: same file" { unit CopyData.test_same_file; }
@test "copy data: ranges that wrap around" { unit CopyData.test_ranges_that_wrap_around; }
@test "copy data: same file by another name" { unit CopyData.test_same_file_by_another_name; }
@test "places: space available" { unit Places.test_space_available; }
@test "places: home directory" { unit Places.test_home_directory; }
@test "places: temp folders" { unit Places.test_temp_folders; }
@test "places: temp folder by default" { unit Places.test_temp_folder_by_default; }
@test "places: names that need no charset" { unit Places.test_names_that_need_no_charset; }

@test "every test of versions_paths.py is run" { assert_all_listed; }
