# SPDX-License-Identifier: ISC
# The tests of atomic.py, one by one; those of classes that are there twice, in
# a root, all at once.

load common

setup()
{
	require_server
}

@test "publishing: new" { unit Publishing.test_new; }
@test "publishing: replacing" { unit Publishing.test_replacing; }
@test "publishing: reader of the old file keeps it" { unit Publishing.test_reader_of_the_old_file_keeps_it; }
@test "publishing: mode set on the way" { unit Publishing.test_mode_set_on_the_way; }
@test "publishing: read only mode" { unit Publishing.test_read_only_mode; }
@test "publishing: create new" { unit Publishing.test_create_new; }
@test "publishing: create new when somebody was faster" { unit Publishing.test_create_new_when_somebody_was_faster; }
@test "publishing: create without emptying" { unit Publishing.test_create_without_emptying; }
@test "publishing: truncating what is not there" { unit Publishing.test_truncating_what_is_not_there; }
@test "publishing: truncating what is" { unit Publishing.test_truncating_what_is; }
@test "publishing: link" { unit Publishing.test_link; }
@test "publishing: long names" { unit Publishing.test_long_names; }
@test "publishing: no names" { unit Publishing.test_no_names; }
@test "publishing: empty file" { unit Publishing.test_empty_file; }
@test "publishing: many at a time" { unit Publishing.test_many_at_a_time; }
@test "publishing: nothing left open" { unit Publishing.test_nothing_left_open; }
@test "publishing: pipelined" { unit Publishing.test_pipelined; }
@test "publishing: a place that vanished" { unit Publishing.test_a_place_that_vanished; }
@test "publishing: what is not ours is not published" { unit Publishing.test_what_is_not_ours_is_not_published; }
@test "publishing: a directory in its place" { unit Publishing.test_a_directory_in_its_place; }
@test "meaning: stat" { unit Meaning.test_stat; }
@test "meaning: every way to the name" { unit Meaning.test_every_way_to_the_name; }
@test "meaning: setstat" { unit Meaning.test_setstat; }
@test "meaning: size set by name" { unit Meaning.test_size_set_by_name; }
@test "meaning: reading" { unit Meaning.test_reading; }
@test "meaning: a reader that closes later" { unit Meaning.test_a_reader_that_closes_later; }
@test "meaning: two that write" { unit Meaning.test_two_that_write; }
@test "meaning: opened and emptied again" { unit Meaning.test_opened_and_emptied_again; }
@test "meaning: create new finds it" { unit Meaning.test_create_new_finds_it; }
@test "meaning: appending to it" { unit Meaning.test_appending_to_it; }
@test "meaning: remove" { unit Meaning.test_remove; }
@test "meaning: what takes the name" { unit Meaning.test_what_takes_the_name; }
@test "meaning: renamed over" { unit Meaning.test_renamed_over; }
@test "meaning: renamed over by another part" { unit Meaning.test_renamed_over_by_another_part; }
@test "meaning: copies" { unit Meaning.test_copies; }
@test "meaning: copy data" { unit Meaning.test_copy_data; }
@test "meaning: check file" { unit Meaning.test_check_file; }
@test "meaning: hardlink" { unit Meaning.test_hardlink; }
@test "meaning: realpath says it is there" { unit Meaning.test_realpath_says_it_is_there; }
@test "meaning: delete on close" { unit Meaning.test_delete_on_close; }
@test "meaning: listings" { unit Meaning.test_listings; }
@test "meaning: hidden names are nobodys" { unit Meaning.test_hidden_names_are_nobodys; }
@test "renaming: publishes" { unit Renaming.test_publishes; }
@test "renaming: over a file" { unit Renaming.test_over_a_file; }
@test "renaming: over a file by the policy" { unit Renaming.test_over_a_file_by_the_policy; }
@test "renaming: refused and closed" { unit Renaming.test_refused_and_closed; }
@test "renaming: of what replaces" { unit Renaming.test_of_what_replaces; }
@test "renaming: to itself" { unit Renaming.test_to_itself; }
@test "renaming: to another directory" { unit Renaming.test_to_another_directory; }
@test "renaming: then the name is free" { unit Renaming.test_then_the_name_is_free; }
@test "renaming: of the directory" { unit Renaming.test_of_the_directory; }
@test "renaming: rmdir" { unit Renaming.test_rmdir; }
@test "failing: write" { unit Failing.test_write; }
@test "failing: rename" { unit Failing.test_rename; }
@test "failing: of another handle" { unit Failing.test_of_another_handle; }
@test "failing: copy data" { unit Failing.test_copy_data; }
@test "inplace: not emptied" { unit InPlace.test_not_emptied; }
@test "inplace: appended" { unit InPlace.test_appended; }
@test "inplace: links" { unit InPlace.test_links; }
@test "inplace: no regular file" { unit InPlace.test_no_regular_file; }
@test "inplace: locked" { unit InPlace.test_locked; }
@test "inplace: removed" { unit InPlace.test_removed; }
@test "inplace: directory we may not change" { unit InPlace.test_directory_we_may_not_change; }
@test "inplace: owner that cannot be had" { unit InPlace.test_owner_that_cannot_be_had; }
@test "inplace: what we may not write" { unit InPlace.test_what_we_may_not_write; }
@test "inplace: group and owner" { unit InPlace.test_group_and_owner; }
@test "inplace: acl" { unit InPlace.test_acl; }
@test "ending: eof" { unit Ending.test_eof; }
@test "ending: signals" { unit Ending.test_signals; }
@test "ending: sigkill" { unit Ending.test_sigkill; }
@test "ending: what is in use is not cleared" { unit Ending.test_what_is_in_use_is_not_cleared; }
@test "ending: what was published is not cleared" { unit Ending.test_what_was_published_is_not_cleared; }
@test "ending: rmdir clears" { unit Ending.test_rmdir_clears; }
@test "ending: two sessions" { unit Ending.test_two_sessions; }
@test "keeping: publishes like yes" { unit Keeping.test_publishes_like_yes; }
@test "keeping: resume" { unit Keeping.test_resume; }
@test "keeping: resume without creating" { unit Keeping.test_resume_without_creating; }
@test "keeping: resume by appending" { unit Keeping.test_resume_by_appending; }
@test "keeping: interrupted twice" { unit Keeping.test_interrupted_twice; }
@test "keeping: sigkill" { unit Keeping.test_sigkill; }
@test "keeping: other sessions leave it" { unit Keeping.test_other_sessions_leave_it; }
@test "keeping: started anew" { unit Keeping.test_started_anew; }
@test "keeping: beside a file" { unit Keeping.test_beside_a_file; }
@test "keeping: remove" { unit Keeping.test_remove; }
@test "keeping: rename" { unit Keeping.test_rename; }
@test "keeping: reading and attributes" { unit Keeping.test_reading_and_attributes; }
@test "keeping: many" { unit Keeping.test_many; }
@test "keeping: nothing to keep" { unit Keeping.test_nothing_to_keep; }
@test "keeping: in use" { unit Keeping.test_in_use; }
@test "keeping: rmdir" { unit Keeping.test_rmdir; }
@test "keeping: long and odd names" { unit Keeping.test_long_and_odd_names; }
@test "keeping: read only mode" { unit Keeping.test_read_only_mode; }
@test "keeping: where there are no marks" { unit Keeping.test_where_there_are_no_marks; }
@test "in a root: publishing" { unit RootedPublishing; }
@test "in a root: meaning" { unit RootedMeaning; }
@test "in a root: renaming" { unit RootedRenaming; }
@test "in a root: failing" { unit RootedFailing; }
@test "in a root: inplace" { unit RootedInPlace; }
@test "in a root: ending" { unit RootedEnding; }
@test "in a root: keeping" { unit RootedKeeping; }
@test "confined: moved out" { unit Confined.test_moved_out; }
@test "confined: another in its place" { unit Confined.test_another_in_its_place; }
@test "confined: moved by the session" { unit Confined.test_moved_by_the_session; }
@test "confined: no right to replace" { unit Confined.test_no_right_to_replace; }
@test "confined: own files" { unit Confined.test_own_files; }
@test "refusing: on stable storage" { unit Refusing.test_on_stable_storage; }
@test "refusing: close" { unit Refusing.test_close; }
@test "refusing: rename before close" { unit Refusing.test_rename_before_close; }
@test "refusing: rename and more that was lost" { unit Refusing.test_rename_and_more_that_was_lost; }
@test "refusing: remove" { unit Refusing.test_remove; }
@test "refusing: of the directory" { unit Refusing.test_of_the_directory; }
@test "refusing: let go for good and written to" { unit Refusing.test_let_go_for_good_and_written_to; }
@test "refusing: taken up again it is locked" { unit Refusing.test_taken_up_again_it_is_locked; }
@test "refusing: old file that is read" { unit Refusing.test_old_file_that_is_read; }
@test "refusing: another that reads it" { unit Refusing.test_another_that_reads_it; }
@test "refusing: end" { unit Refusing.test_end; }

@test "every test of atomic.py is run" { assert_all_listed; }
