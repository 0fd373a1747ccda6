# SPDX-License-Identifier: ISC
# The tests of settings.py, one by one.

load common

setup()
{
	require_server
}

@test "setstat: apply" { unit Setstat.test_apply; }
@test "setstat: ignore" { unit Setstat.test_ignore; }
@test "setstat: refuse" { unit Setstat.test_refuse; }
@test "setstat: refused together nothing changes" { unit Setstat.test_refused_together_nothing_changes; }
@test "setstat: owner" { unit Setstat.test_owner; }
@test "setstat: what is ignored need not make sense" { unit Setstat.test_what_is_ignored_need_not_make_sense; }
@test "setstat: modes of what is made" { unit Setstat.test_modes_of_what_is_made; }
@test "denied: reported" { unit Denied.test_reported; }
@test "denied: ignored" { unit Denied.test_ignored; }
@test "denied: never a size" { unit Denied.test_never_a_size; }
@test "denied: never a mode that takes rights" { unit Denied.test_never_a_mode_that_takes_rights; }
@test "denied: other errors" { unit Denied.test_other_errors; }
@test "protocol: messages" { unit Protocol.test_messages; }
@test "protocol: symlink order" { unit Protocol.test_symlink_order; }
@test "protocol: max packet" { unit Protocol.test_max_packet; }
@test "protocol: max read" { unit Protocol.test_max_read; }
@test "protocol: more than usual" { unit Protocol.test_more_than_usual; }
@test "time: idle" { unit Time.test_idle; }
@test "time: work is not idleness" { unit Time.test_work_is_not_idleness; }
@test "time: max time" { unit Time.test_max_time; }
@test "log: a quiet log is quiet" { unit Log.test_a_quiet_log_is_quiet; }
@test "documented: each value" { unit Documented.test_each_value; }
@test "documented: a default permits" { unit Documented.test_a_default_permits; }
@test "documented: options of openssh have no such word" { unit Documented.test_options_of_openssh_have_no_such_word; }

@test "every test of settings.py is run" { assert_all_listed; }
