# SPDX-License-Identifier: ISC
# The tests of race_root.py, one by one.

load common

setup()
{
	require_server
}

@test "race: openat2" { unit Race.test_openat2; }
@test "race: openat2 version 6" { unit Race.test_openat2_version_6; }
@test "race: components" { unit Race.test_components; }
@test "race: rules on names" { unit Race.test_rules_on_names; }
@test "race: sandbox" { unit Race.test_sandbox; }
@test "moved: without landlock" { unit Moved.test_without_landlock; }
@test "moved: with landlock" { unit Moved.test_with_landlock; }
@test "moved: what is open stays open" { unit Moved.test_what_is_open_stays_open; }

@test "every test of race_root.py is run" { assert_all_listed; }
