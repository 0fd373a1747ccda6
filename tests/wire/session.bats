# SPDX-License-Identifier: ISC
# The tests of session.py, one by one.

load common

setup()
{
	require_server
}

@test "malformed: truncated at every byte" { unit Malformed.test_truncated_at_every_byte; }
@test "malformed: counts that lie" { unit Malformed.test_counts_that_lie; }
@test "malformed: length without room for an id" { unit Malformed.test_length_without_room_for_an_id; }
@test "malformed: length zero" { unit Malformed.test_length_zero; }
@test "malformed: init without a version" { unit Malformed.test_init_without_a_version; }
@test "malformed: request before init" { unit Malformed.test_request_before_init; }
@test "malformed: length above the limit" { unit Malformed.test_length_above_the_limit; }
@test "malformed: length above the limit in init" { unit Malformed.test_length_above_the_limit_in_init; }
@test "malformed: replies before the end are sent" { unit Malformed.test_replies_before_the_end_are_sent; }
@test "malformed: random packets" { unit Malformed.test_random_packets; }
@test "order: ids come back" { unit Order.test_ids_come_back; }
@test "order: strict order of everything" { unit Order.test_strict_order_of_everything; }
@test "order: one byte at a time" { unit Order.test_one_byte_at_a_time; }
@test "order: effects are in order" { unit Order.test_effects_are_in_order; }
@test "end of input: everything sent is run on a socket" { unit EndOfInput.test_everything_sent_is_run_on_a_socket; }
@test "end of input: everything sent is run on pipes" { unit EndOfInput.test_everything_sent_is_run_on_pipes; }
@test "end of input: replies wait for a slow reader" { unit EndOfInput.test_replies_wait_for_a_slow_reader; }
@test "end of input: half a packet is dropped" { unit EndOfInput.test_half_a_packet_is_dropped; }
@test "end of input: no input at all" { unit EndOfInput.test_no_input_at_all; }
@test "end of input: reader gone" { unit EndOfInput.test_reader_gone; }
@test "sizes: the largest packet" { unit Sizes.test_the_largest_packet; }
@test "sizes: reads are full" { unit Sizes.test_reads_are_full; }
@test "sizes: pipelined reads and writes" { unit Sizes.test_pipelined_reads_and_writes; }
@test "sizes: writes that fail amid others" { unit Sizes.test_writes_that_fail_amid_others; }
@test "sizes: listings" { unit Sizes.test_listings; }
@test "sizes: version is small" { unit Sizes.test_version_is_small; }
@test "handles: eight bytes and never again" { unit Handles.test_eight_bytes_and_never_again; }
@test "handles: too many" { unit Handles.test_too_many; }
@test "handles: thousands" { unit Handles.test_thousands; }
@test "never blocks: fifo" { unit NeverBlocks.test_fifo; }
@test "never blocks: fifo to write without a reader" { unit NeverBlocks.test_fifo_to_write_without_a_reader; }
@test "never blocks: terminal" { unit NeverBlocks.test_terminal; }
@test "never blocks: devices" { unit NeverBlocks.test_devices; }
@test "back pressure: memory is bounded" { unit BackPressure.test_memory_is_bounded; }
@test "back pressure: large packets without end" { unit BackPressure.test_large_packets_without_end; }
@test "back pressure: a whole window first" { unit BackPressure.test_a_whole_window_first; }
@test "back pressure: writes without reading" { unit BackPressure.test_writes_without_reading; }

@test "every test of session.py is run" { assert_all_listed; }
