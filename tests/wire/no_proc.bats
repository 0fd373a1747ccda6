# SPDX-License-Identifier: ISC
# The tests of no_proc.py, one by one.

load common

setup()
{
	require_server
}

@test "no proc: proc is not there" { unit NoProc.test_proc_is_not_there; }
@test "no proc: files" { unit NoProc.test_files; }
@test "no proc: attributes through a link" { unit NoProc.test_attributes_through_a_link; }
@test "no proc: names" { unit NoProc.test_names; }
@test "no proc: rules on paths" { unit NoProc.test_rules_on_paths; }

@test "every test of no_proc.py is run" { assert_all_listed; }
