# SPDX-License-Identifier: ISC
# The tests of digest.py, one by one.

load common

setup()
{
	require_server
}

@test "check-file: every algorithm" { unit CheckFile.test_every_algorithm; }
@test "check-file: the first of the list that is known" { unit CheckFile.test_the_first_of_the_list_that_is_known; }
@test "check-file: ranges" { unit CheckFile.test_ranges; }
@test "check-file: blocks" { unit CheckFile.test_blocks; }
@test "check-file: blocks across buffers" { unit CheckFile.test_blocks_across_buffers; }
@test "check-file: as many blocks as a reply holds" { unit CheckFile.test_as_many_blocks_as_a_reply_holds; }
@test "check-file: too many blocks are not counted out" { unit CheckFile.test_too_many_blocks_are_not_counted_out; }
@test "check-file: names that are no files" { unit CheckFile.test_names_that_are_no_files; }
@test "check-file: a link is followed" { unit CheckFile.test_a_link_is_followed; }
@test "check-file: a file that may not be read" { unit CheckFile.test_a_file_that_may_not_be_read; }
@test "check-file: handles that cannot be read" { unit CheckFile.test_handles_that_cannot_be_read; }
@test "check-file: a directory opened as a file" { unit CheckFile.test_a_directory_opened_as_a_file; }
@test "check-file: handles of all kinds" { unit CheckFile.test_handles_of_all_kinds; }
@test "check-file: what was just written" { unit CheckFile.test_what_was_just_written; }
@test "check-file: a list with a nul" { unit CheckFile.test_a_list_with_a_nul; }
@test "check-file: cut anywhere" { unit CheckFile.test_cut_anywhere; }
@test "md5-hash: ranges" { unit Md5Hash.test_ranges; }
@test "md5-hash: quick check" { unit Md5Hash.test_quick_check; }
@test "md5-hash: quick check spares the work" { unit Md5Hash.test_quick_check_spares_the_work; }
@test "md5-hash: refusals" { unit Md5Hash.test_refusals; }
@test "md5-hash: cut anywhere" { unit Md5Hash.test_cut_anywhere; }
@test "a long hash: others wait their turn" { unit Steps.test_others_wait_their_turn; }
@test "a long hash: input is read and output written meanwhile" { unit Steps.test_input_is_read_and_output_written_meanwhile; }
@test "a long hash: the client vanishes" { unit Steps.test_the_client_vanishes; }
@test "a long hash: the client vanishes from pipes" { unit Steps.test_the_client_vanishes_from_pipes; }
@test "a long hash: only the reader vanishes" { unit Steps.test_only_the_reader_vanishes; }
@test "a long hash: a signal ends it" { unit Steps.test_a_signal_ends_it; }
@test "a long hash: end of input does not end it" { unit Steps.test_end_of_input_does_not_end_it; }
@test "permission: announcements" { unit Permission.test_announcements; }
@test "permission: md5 hash begins with version 5" { unit Permission.test_md5_hash_begins_with_version_5; }
@test "permission: denied with read" { unit Permission.test_denied_with_read; }
@test "permission: allowed to a reader" { unit Permission.test_allowed_to_a_reader; }
@test "ranges: data and holes" { unit Ranges.test_data_and_holes; }
@test "ranges: no data" { unit Ranges.test_no_data; }
@test "ranges: many are told in several replies" { unit Ranges.test_many_are_told_in_several_replies; }
@test "ranges: refusals" { unit Ranges.test_refusals; }
@test "ranges: the position of text stays" { unit Ranges.test_the_position_of_text_stays; }

@test "every test of digest.py is run" { assert_all_listed; }
