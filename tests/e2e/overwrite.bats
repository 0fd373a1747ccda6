# SPDX-License-Identifier: ISC
# A rename over a file that exists, by every client and under every value of
# rename.overwrite: what a client sees that does not ask, and one that does.

load ../lib/clients

setup_file()
{
	clients_begin
}

# The teardown of clients.bash, after unmounting.
teardown()
{
	mountpoint -q "$BATS_TEST_TMPDIR/mount" 2>/dev/null &&
	    sshfs_unmount "$BATS_TEST_TMPDIR/mount"
	teardown_client
}

needs()
{
	local program

	for program; do
		type -P "$program" >/dev/null ||
		    skip "$program is not installed"
	done
}

# over SETTING replaced|kept STATUS COMMAND ...: under this rename.overwrite,
# the command renames $R/new to $R/old, which exists. Says what becomes of the
# old file, and which status the client is sent on the way, if any.
over()
{
	local setting=$1 outcome=$2 status_sent=$3

	shift 3
	echo "# rename.overwrite = $setting"
	clients_options -o rename.overwrite="$setting"
	fresh
	cp "$TEXT" "$R/new"
	cp "$BIG" "$R/old"
	fresh_log
	run "$@"
	client_said=$output
	if [[ $outcome == replaced ]]; then
		assert_success
		cmp "$TEXT" "$R/old"
		assert_names "$R" old
	else
		assert_failure
		cmp "$TEXT" "$R/new"
		cmp "$BIG" "$R/old"
	fi
	run grep '^sent status' "$SERVER_LOG"
	assert_output "${status_sent:+sent status $status_sent$'\r'}"
}

by_sftp() { sftp_batch "rename $1 $R/new $R/old"; }
by_psftp() { psftp_batch "mv $R/new $R/old"; }
by_curl() { curl_command "rename $R/new $R/old"; }
by_lftp() { VERSION=$1 lftp_batch "mv $R/new $R/old"; }

by_lftp_put()
{
	VERSION=$1 lftp_batch 'set xfer:use-temp-file yes' \
	    "put $R/new -o $R/old" && rm "$R/new"
}

by_paramiko() { paramiko "$1" "$R/new" "$R/old"; }

@test "sftp: rename -l obeys rename.overwrite" {
	needs sftp
	over if-asked kept Failure by_sftp -l
	over always replaced '' by_sftp -l
	over never kept Failure by_sftp -l
}

@test "sftp: rename obeys rename.overwrite" {
	needs sftp
	over if-asked replaced '' by_sftp
	over always replaced '' by_sftp
	over never kept Failure by_sftp
}

@test "psftp: mv obeys rename.overwrite" {
	needs psftp puttygen
	over if-asked kept Failure by_psftp
	over always replaced '' by_psftp
	over never kept Failure by_psftp
}

@test "curl: rename obeys rename.overwrite" {
	needs curl
	over if-asked kept Failure by_curl
	over always replaced '' by_curl
	over never kept Failure by_curl
}

# It never asks, though it could from version 5 on.
@test "lftp: mv obeys rename.overwrite" {
	local exists='File already exists'

	needs lftp
	UP_TO=6
	over if-asked kept Failure by_lftp 3
	over always replaced '' by_lftp 3
	over never kept Failure by_lftp 3
	over if-asked kept "$exists" by_lftp 4
	over always replaced '' by_lftp 4
	over never kept "$exists" by_lftp 4
	over if-asked kept "$exists" by_lftp 6
	over always replaced '' by_lftp 6
	over never kept "$exists" by_lftp 6
}

# Then it does ask. Below version 5 it removes the old file first, whatever
# the policy says of renames: that is a matter of access.deny.
@test "lftp: put through a temporary file obeys rename.overwrite" {
	needs lftp
	UP_TO=6
	over if-asked replaced '' by_lftp_put 3
	over always replaced '' by_lftp_put 3
	over never replaced '' by_lftp_put 3
	over if-asked replaced '' by_lftp_put 6
	over always replaced '' by_lftp_put 6
	over never kept 'File already exists' by_lftp_put 6
}

needs_paramiko()
{
	/usr/bin/python3 -c 'import paramiko' ||
	    skip 'paramiko is not installed'
}

@test "paramiko: rename obeys rename.overwrite" {
	needs_paramiko
	over if-asked kept Failure by_paramiko rename
	over always replaced '' by_paramiko rename
	over never kept Failure by_paramiko rename
}

@test "paramiko: posix_rename obeys rename.overwrite" {
	needs_paramiko
	over if-asked replaced '' by_paramiko posix_rename
	over always replaced '' by_paramiko posix_rename
	over never kept Failure by_paramiko posix_rename
}

# sshfs asks to overwrite wherever it can, which is by posix-rename alone. It
# cannot, with a server that does not announce that.
by_sshfs()
{
	local status=0

	sshfs_mount "$BATS_TEST_TMPDIR/mount" "$@"
	mv -f "$BATS_TEST_TMPDIR/mount/new" "$BATS_TEST_TMPDIR/mount/old" ||
	    status=$?
	sshfs_unmount "$BATS_TEST_TMPDIR/mount"
	return "$status"
}

needs_sshfs()
{
	local reason

	reason=$(sshfs_unusable) && skip "$reason"
	return 0
}

@test "sshfs: mv obeys rename.overwrite" {
	needs_sshfs
	over if-asked replaced '' by_sshfs
	over always replaced '' by_sshfs
	over never kept Failure by_sshfs
}

HIDDEN='-o protocol.hide_extensions=posix-rename@openssh.com'

@test "sshfs without posix-rename: mv obeys rename.overwrite" {
	needs_sshfs
	over "if-asked $HIDDEN" kept Failure by_sshfs
	[[ $client_said == *'Operation not permitted' ]]
	over "always $HIDDEN" replaced '' by_sshfs
	over "never $HIDDEN" kept Failure by_sshfs
}

# Only an EPERM starts it, and sshfs makes that of status 4 alone.
@test "sshfs without posix-rename: workaround=rename moves the file aside" {
	needs_sshfs
	over "if-asked $HIDDEN" replaced Failure by_sshfs -o workaround=rename
	run -0 grep -c '^rename old' "$SERVER_LOG"
	assert_output 3
	over "always $HIDDEN" replaced '' by_sshfs -o workaround=rename
}
