# SPDX-License-Identifier: ISC
# The tests of charset.py, one by one.

load common

setup()
{
	require_server
}

@test "charset: names are translated both ways" { unit Charset.test_names_are_translated_both_ways; }
@test "charset: both names of a rename" { unit Charset.test_both_names_of_a_rename; }
@test "charset: the text of a link" { unit Charset.test_the_text_of_a_link; }
@test "charset: composed paths" { unit Charset.test_composed_paths; }
@test "charset: letters that the disk does not have" { unit Charset.test_letters_that_the_disk_does_not_have; }
@test "charset: bytes without a meaning" { unit Charset.test_bytes_without_a_meaning; }
@test "charset: older versions have no bit for that" { unit Charset.test_older_versions_have_no_bit_for_that; }
@test "charset: version 3 gets the bytes" { unit Charset.test_version_3_gets_the_bytes; }
@test "charset: a client may turn it off" { unit Charset.test_a_client_may_turn_it_off; }
@test "charset: nothing to turn off" { unit Charset.test_nothing_to_turn_off; }
@test "charset: an unknown charset refuses the session" { unit Charset.test_an_unknown_charset_refuses_the_session; }

@test "every test of charset.py is run" { assert_all_listed; }
