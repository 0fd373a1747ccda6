# SPDX-License-Identifier: ISC
# The tests of versions_attrs.py, one by one.

load common

setup()
{
	require_server
}

@test "sent: unasked and asked" { unit Sent.test_unasked_and_asked; }
@test "sent: names without attributes" { unit Sent.test_names_without_attributes; }
@test "sent: values" { unit Sent.test_values; }
@test "sent: to the byte" { unit Sent.test_to_the_byte; }
@test "sent: time of birth" { unit Sent.test_time_of_birth; }
@test "sent: types" { unit Sent.test_types; }
@test "sent: owners without a name" { unit Sent.test_owners_without_a_name; }
@test "sent: bits" { unit Sent.test_bits; }
@test "sent: the directory itself is not hidden" { unit Sent.test_the_directory_itself_is_not_hidden; }
@test "sent: allocation size" { unit Sent.test_allocation_size; }
@test "times: each alone" { unit Times.test_each_alone; }
@test "times: before 1970 and after 2038" { unit Times.test_before_1970_and_after_2038; }
@test "times: version 3 is unsigned" { unit Times.test_version_3_is_unsigned; }
@test "times: too many nanoseconds" { unit Times.test_too_many_nanoseconds; }
@test "times: times that cannot be set" { unit Times.test_times_that_cannot_be_set; }
@test "sizes: size" { unit Sizes.test_size; }
@test "sizes: all at once" { unit Sizes.test_all_at_once; }
@test "sizes: allocation" { unit Sizes.test_allocation; }
@test "sizes: size and allocation" { unit Sizes.test_size_and_allocation; }
@test "sizes: allocation of what is no file" { unit Sizes.test_allocation_of_what_is_no_file; }
@test "sizes: allocation through lsetstat" { unit Sizes.test_allocation_through_lsetstat; }
@test "owners: names and numbers" { unit Owners.test_names_and_numbers; }
@test "owners: empty leaves it alone" { unit Owners.test_empty_leaves_it_alone; }
@test "owners: empty names change nothing at all" { unit Owners.test_empty_names_change_nothing_at_all; }
@test "owners: unknown" { unit Owners.test_unknown; }
@test "owners: not ours to give" { unit Owners.test_not_ours_to_give; }
@test "owners: of new objects" { unit Owners.test_of_new_objects; }
@test "owners: set id bits of new files" { unit Owners.test_set_id_bits_of_new_files; }
@test "owners: of objects that are not made" { unit Owners.test_of_objects_that_are_not_made; }
@test "inode flags: settable" { unit InodeFlags.test_settable; }
@test "inode flags: others are refused before anything changes" { unit InodeFlags.test_others_are_refused_before_anything_changes; }
@test "inode flags: bits outside the valid ones" { unit InodeFlags.test_bits_outside_the_valid_ones; }
@test "inode flags: one that this file cannot have" { unit InodeFlags.test_one_that_this_file_cannot_have; }
@test "inode flags: what it has not may be cleared" { unit InodeFlags.test_what_it_has_not_may_be_cleared; }
@test "inode flags: as they are" { unit InodeFlags.test_as_they_are; }
@test "others: round trip" { unit Others.test_round_trip; }
@test "others: that are not for clients to set" { unit Others.test_that_are_not_for_clients_to_set; }
@test "others: extended pairs" { unit Others.test_extended_pairs; }
@test "others: type bits in permissions" { unit Others.test_type_bits_in_permissions; }
@test "others: the type byte means nothing" { unit Others.test_the_type_byte_means_nothing; }
@test "others: of new objects" { unit Others.test_of_new_objects; }
@test "others: space of new files" { unit Others.test_space_of_new_files; }
@test "others: space that there is not" { unit Others.test_space_that_there_is_not; }
@test "others: of what was there are ignored" { unit Others.test_of_what_was_there_are_ignored; }
@test "others: unknown owner of what was there" { unit Others.test_unknown_owner_of_what_was_there; }

@test "every test of versions_attrs.py is run" { assert_all_listed; }
