# SPDX-License-Identifier: ISC
# The tests of transfers.py, one by one.

load common

setup()
{
	require_server
}

@test "told: transfers" { unit Told.test_transfers; }
@test "told: changes" { unit Told.test_changes; }
@test "told: handles" { unit Told.test_handles; }
@test "told: failures" { unit Told.test_failures; }
@test "told: refused" { unit Told.test_refused; }
@test "told: renamed while open" { unit Told.test_renamed_while_open; }
@test "told: forced" { unit Told.test_forced; }
@test "told: confined" { unit Told.test_confined; }
@test "told: off" { unit Told.test_off; }
@test "names: any bytes" { unit Names.test_any_bytes; }
@test "names: long" { unit Names.test_long; }
@test "names: both long" { unit Names.test_both_long; }
@test "syslog: syslog" { unit Syslog.test_syslog; }
@test "reader: comes back" { unit Reader.test_comes_back; }
@test "reader: comes back in a sandbox" { unit Reader.test_comes_back_in_a_sandbox; }
@test "reader: is not there" { unit Reader.test_is_not_there; }
@test "reader: does not read" { unit Reader.test_does_not_read; }

@test "every test of transfers.py is run" { assert_all_listed; }
