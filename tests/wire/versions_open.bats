# SPDX-License-Identifier: ISC
# The tests of versions_open.py, one by one.

load common

setup()
{
	require_server
}

@test "dispositions: missing" { unit Dispositions.test_missing; }
@test "dispositions: file" { unit Dispositions.test_file; }
@test "dispositions: link" { unit Dispositions.test_link; }
@test "dispositions: dangling link" { unit Dispositions.test_dangling_link; }
@test "dispositions: directory" { unit Dispositions.test_directory; }
@test "dispositions: nowhere" { unit Dispositions.test_nowhere; }
@test "dispositions: fifo" { unit Dispositions.test_fifo; }
@test "dispositions: undefined" { unit Dispositions.test_undefined; }
@test "dispositions: truncation takes rights" { unit Dispositions.test_truncation_takes_rights; }
@test "dispositions: mode" { unit Dispositions.test_mode; }
@test "flags: append" { unit Flags.test_append; }
@test "flags: append without write access" { unit Flags.test_append_without_write_access; }
@test "flags: access without effect" { unit Flags.test_access_without_effect; }
@test "flags: nofollow" { unit Flags.test_nofollow; }
@test "flags: delete on close" { unit Flags.test_delete_on_close; }
@test "flags: delete on close through a link" { unit Flags.test_delete_on_close_through_a_link; }
@test "flags: delete on close that may not" { unit Flags.test_delete_on_close_that_may_not; }
@test "flags: delete on close of a directory" { unit Flags.test_delete_on_close_of_a_directory; }
@test "flags: every flag" { unit Flags.test_every_flag; }
@test "flags: override owner" { unit Flags.test_override_owner; }
@test "flags: block vector" { unit Flags.test_block_vector; }
@test "flags: locks of version 5" { unit Flags.test_locks_of_version_5; }
@test "version4: pflags" { unit Version4.test_pflags; }
@test "version4: directories" { unit Version4.test_directories; }
@test "version4: text means nothing in version 3" { unit Version4.test_text_means_nothing_in_version_3; }
@test "text: read goes on" { unit Text.test_read_goes_on; }
@test "text: write goes on" { unit Text.test_write_goes_on; }
@test "text: append" { unit Text.test_append; }
@test "text: seek" { unit Text.test_seek; }
@test "text: seek without a last newline" { unit Text.test_seek_without_a_last_newline; }
@test "text: seek far" { unit Text.test_seek_far; }
@test "text: parallel requests" { unit Text.test_parallel_requests; }

@test "every test of versions_open.py is run" { assert_all_listed; }
