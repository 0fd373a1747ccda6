# SPDX-License-Identifier: ISC
# The tests of limits.py, one by one.

load common

setup()
{
	require_server
}

@test "handles: handles" { unit Handles.test_handles; }
@test "handles: checksums take none" { unit Handles.test_checksums_take_none; }
@test "handles: announced" { unit Handles.test_announced; }
@test "size: write" { unit Size.test_write; }
@test "size: what is larger already" { unit Size.test_what_is_larger_already; }
@test "size: append" { unit Size.test_append; }
@test "size: text" { unit Size.test_text; }
@test "size: merged" { unit Size.test_merged; }
@test "size: attributes" { unit Size.test_attributes; }
@test "size: copy data" { unit Size.test_copy_data; }
@test "size: copy file" { unit Size.test_copy_file; }
@test "size: atomic" { unit Size.test_atomic; }
@test "rates: answers in order" { unit Rates.test_answers_in_order; }
@test "rates: nothing is read meanwhile" { unit Rates.test_nothing_is_read_meanwhile; }
@test "rates: what was read waits" { unit Rates.test_what_was_read_waits; }
@test "rates: what was sent is run" { unit Rates.test_what_was_sent_is_run; }
@test "rates: nobody is there" { unit Rates.test_nobody_is_there; }
@test "rates: timers go on" { unit Rates.test_timers_go_on; }

@test "every test of limits.py is run" { assert_all_listed; }
