# SPDX-License-Identifier: ISC
# The tests of escape.py, one by one.

load common

setup()
{
	require_server
}

@test "prefix: a name that begins alike" { unit Prefix.test_a_name_that_begins_alike; }
@test "prefix: a directory that moves beside it" { unit Prefix.test_a_directory_that_moves_beside_it; }
@test "link: relative" { unit Link.test_relative; }
@test "link: absolute" { unit Link.test_absolute; }
@test "link: chains" { unit Link.test_chains; }
@test "link: through directories" { unit Link.test_through_directories; }
@test "link: made by the client" { unit Link.test_made_by_the_client; }
@test "shown: realpath" { unit Shown.test_realpath; }
@test "shown: home directory" { unit Shown.test_home_directory; }
@test "shown: expand path" { unit Shown.test_expand_path; }
@test "shown: temporary folders" { unit Shown.test_temporary_folders; }
@test "shown: a home beneath the root" { unit Shown.test_a_home_beneath_the_root; }
@test "shown: what the root is called is for the log" { unit Shown.test_what_the_root_is_called_is_for_the_log; }
@test "template: names that are no part of a path" { unit Template.test_names_that_are_no_part_of_a_path; }
@test "template: such users get no session" { unit Template.test_such_users_get_no_session; }
@test "template: a link where the user is to be" { unit Template.test_a_link_where_the_user_is_to_be; }
@test "proc: in a session with rules" { unit Proc.test_in_a_session_with_rules; }
@test "proc: by a link of the clients" { unit Proc.test_by_a_link_of_the_clients; }
@test "proc: beneath a root" { unit Proc.test_beneath_a_root; }
@test "dangling: what is created is inside" { unit Dangling.test_what_is_created_is_inside; }
@test "dangling: nothing new through a link" { unit Dangling.test_nothing_new_through_a_link; }
@test "hard link: to the outside" { unit HardLink.test_to_the_outside; }
@test "hard link: to what one may not read" { unit HardLink.test_to_what_one_may_not_read; }
@test "copy: a file onto itself" { unit Copy.test_a_file_onto_itself; }
@test "copy: to and from the outside" { unit Copy.test_to_and_from_the_outside; }
@test "read only: create and truncate" { unit ReadOnly.test_create_and_truncate; }
@test "read only: all other requests" { unit ReadOnly.test_all_other_requests; }
@test "setstat: by path" { unit Setstat.test_by_path; }
@test "setstat: by handle" { unit Setstat.test_by_handle; }
@test "special: nothing waits" { unit Special.test_nothing_waits; }
@test "special: endless work ends with the client" { unit Special.test_endless_work_ends_with_the_client; }
@test "special: copies end" { unit Special.test_copies_end; }

@test "every test of escape.py is run" { assert_all_listed; }
