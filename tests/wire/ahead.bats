# SPDX-License-Identifier: ISC
# The tests of ahead.py, one by one.

load common

setup()
{
	require_server
}

@test "ahead: a run of writes and a run of reads" { unit Ahead.test_a_run_of_writes_and_a_run_of_reads; }
@test "ahead: whatever stands side by side" { unit Ahead.test_whatever_stands_side_by_side; }
@test "ahead: two handles on one file" { unit Ahead.test_two_handles_on_one_file; }
@test "ahead: an error in the middle" { unit Ahead.test_an_error_in_the_middle; }
@test "ahead: replies are not changed by what follows" { unit Ahead.test_replies_are_not_changed_by_what_follows; }
@test "ahead: replies are not changed by a replacement" { unit Ahead.test_replies_are_not_changed_by_a_replacement; }
@test "ahead: replies that wait are not changed by others" { unit Ahead.test_replies_that_wait_are_not_changed_by_others; }
@test "piped: every size" { unit Piped.test_every_size; }
@test "piped: between others" { unit Piped.test_between_others; }
@test "piped: as long as promised" { unit Piped.test_as_long_as_promised; }
@test "piped: nobody takes it" { unit Piped.test_nobody_takes_it; }
@test "every test of ahead.py is run" { assert_all_listed; }
