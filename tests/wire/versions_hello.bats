# SPDX-License-Identifier: ISC
# The tests of versions_hello.py, one by one.

load common

setup()
{
	require_server
}

@test "negotiation: every offer" { unit Negotiation.test_every_offer; }
@test "negotiation: max version" { unit Negotiation.test_max_version; }
@test "negotiation: below 3 a status is bare" { unit Negotiation.test_below_3_a_status_is_bare; }
@test "negotiation: bytes behind the version are ignored" { unit Negotiation.test_bytes_behind_the_version_are_ignored; }
@test "negotiation: a second init" { unit Negotiation.test_a_second_init; }
@test "version select: first request" { unit VersionSelect.test_first_request; }
@test "version select: requests behind it are of the new version" { unit VersionSelect.test_requests_behind_it_are_of_the_new_version; }
@test "version select: not offered" { unit VersionSelect.test_not_offered; }
@test "version select: above max version" { unit VersionSelect.test_above_max_version; }
@test "version select: not the first request" { unit VersionSelect.test_not_the_first_request; }
@test "version select: not after a request that is unknown" { unit VersionSelect.test_not_after_a_request_that_is_unknown; }
@test "version select: where there is only version 3" { unit VersionSelect.test_where_there_is_only_version_3; }
@test "contents: pairs and their order" { unit Contents.test_pairs_and_their_order; }
@test "contents: version 3 alone is openssh s" { unit Contents.test_version_3_alone_is_openssh_s; }
@test "contents: supported" { unit Contents.test_supported; }
@test "contents: supported2" { unit Contents.test_supported2; }
@test "contents: names are answered" { unit Contents.test_names_are_answered; }
@test "contents: vendor id" { unit Contents.test_vendor_id; }
@test "contents: symlink order of the drafts" { unit Contents.test_symlink_order_of_the_drafts; }
@test "contents: what is denied is not announced" { unit Contents.test_what_is_denied_is_not_announced; }
@test "contents: what is hidden is unknown too" { unit Contents.test_what_is_hidden_is_unknown_too; }

@test "every test of versions_hello.py is run" { assert_all_listed; }
