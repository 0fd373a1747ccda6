# SPDX-License-Identifier: ISC
# The tests of versions_locks.py, one by one.

load common

setup()
{
	require_server
}

@test "masks: every mask" { unit Masks.test_every_mask; }
@test "masks: access" { unit Masks.test_access; }
@test "masks: other handles" { unit Masks.test_other_handles; }
@test "ranges: to the byte" { unit Ranges.test_to_the_byte; }
@test "ranges: overlap on one handle" { unit Ranges.test_overlap_on_one_handle; }
@test "ranges: overlap on two handles" { unit Ranges.test_overlap_on_two_handles; }
@test "ranges: unlocking is exact" { unit Ranges.test_unlocking_is_exact; }
@test "ranges: to the end as it is" { unit Ranges.test_to_the_end_as_it_is; }
@test "ranges: behind the end" { unit Ranges.test_behind_the_end; }
@test "ranges: beyond all files" { unit Ranges.test_beyond_all_files; }
@test "ranges: to the end of all files" { unit Ranges.test_to_the_end_of_all_files; }
@test "ranges: none is only remembered" { unit Ranges.test_none_is_only_remembered; }
@test "ranges: reading and writing go on" { unit Ranges.test_reading_and_writing_go_on; }
@test "two sessions: against each other" { unit TwoSessions.test_against_each_other; }
@test "two sessions: a refused lock leaves no key" { unit TwoSessions.test_a_refused_lock_leaves_no_key; }
@test "two sessions: the end of a session frees" { unit TwoSessions.test_the_end_of_a_session_frees; }
@test "at open: conflicts" { unit AtOpen.test_conflicts; }
@test "at open: a refused open changes nothing" { unit AtOpen.test_a_refused_open_changes_nothing; }
@test "at open: who only reads cannot write" { unit AtOpen.test_who_only_reads_cannot_write; }
@test "at open: without the access it takes" { unit AtOpen.test_without_the_access_it_takes; }
@test "at open: covers the whole file" { unit AtOpen.test_covers_the_whole_file; }
@test "at open: with a new file" { unit AtOpen.test_with_a_new_file; }

@test "every test of versions_locks.py is run" { assert_all_listed; }
