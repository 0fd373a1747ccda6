# SPDX-License-Identifier: ISC
# The tests of versions_clients.py, one by one.

load common

setup()
{
	require_server
}

@test "winscp: start" { unit Winscp.test_start; }
@test "winscp: listing" { unit Winscp.test_listing; }
@test "winscp: upload" { unit Winscp.test_upload; }
@test "winscp: an upload that stops is not complete" { unit Winscp.test_an_upload_that_stops_is_not_complete; }
@test "winscp: resume" { unit Winscp.test_resume; }
@test "winscp: ascii upload" { unit Winscp.test_ascii_upload; }
@test "winscp: download" { unit Winscp.test_download; }
@test "winscp: rename onto what exists" { unit Winscp.test_rename_onto_what_exists; }
@test "winscp: links" { unit Winscp.test_links; }
@test "winscp: properties" { unit Winscp.test_properties; }
@test "winscp: extensions" { unit Winscp.test_extensions; }
@test "winscp: upload in older versions" { unit Winscp.test_upload_in_older_versions; }
@test "asyncssh: stat" { unit Asyncssh.test_stat; }
@test "asyncssh: replies that are not status ok" { unit Asyncssh.test_replies_that_are_not_status_ok; }
@test "asyncssh: nothing behind older replies" { unit Asyncssh.test_nothing_behind_older_replies; }
@test "asyncssh: unknown owner" { unit Asyncssh.test_unknown_owner; }
@test "asyncssh: open modes" { unit Asyncssh.test_open_modes; }
@test "asyncssh: realpath" { unit Asyncssh.test_realpath; }
@test "asyncssh: renames" { unit Asyncssh.test_renames; }
@test "libssh: rename" { unit Libssh.test_rename; }
@test "libssh: files" { unit Libssh.test_files; }
@test "lftp: directories" { unit Lftp.test_directories; }
@test "lftp: upload" { unit Lftp.test_upload; }
@test "lftp: move" { unit Lftp.test_move; }

@test "every test of versions_clients.py is run" { assert_all_listed; }
