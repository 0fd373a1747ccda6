# SPDX-License-Identifier: ISC
# Real clients upload a file while its handle is let go under them: between
# sshd and the server sits tests/lib/let_go.py, which plays a second user of
# the session who renames the file. How a client is driven is said in its own
# bats file.

load ../lib/clients
load ../lib/refuse

CLOSES='-o profile=force-close'
REOPENS='-o profile=sshfs'

setup_file()
{
	export REAL_SERVER
	REAL_SERVER=$(realpath \
	    "${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}")
	export SERVER=$BATS_FILE_TMPDIR/server TROUBLE=$BATS_FILE_TMPDIR/trouble
	cat >"$SERVER" <<-END
	#!/bin/sh
	. '$TROUBLE'
	exec '$PYTHON' '$BATS_TEST_DIRNAME/../lib/let_go.py' "\$when" \
	    "\$notes" '$REAL_SERVER' "\$@" \$options
	END
	chmod +x "$SERVER"
	trouble refusing /dev/null
	clients_begin "$PYTHON"
	[[ -n $E2E_SKIP ]] || SERVER=$REAL_SERVER server_has_policy ||
	    E2E_SKIP='this server has no policies'
}

teardown()
{
	[[ -z ${SERVED:-} ]] || refusefs_unmount "$SERVED"
	teardown_client
}

# trouble WHEN NOTES [OPTIONS]: what happens to sessions from now on.
trouble()
{
	printf "when=%s notes='%s' options='%s'\n" "$1" "$2" "${3:-}" \
	    >"$TROUBLE"
}

# client NAME [PROGRAM]: from now on client_put is that of this client.
client()
{
	type -P "${2:-$1}" >/dev/null || skip "${2:-$1} is not installed"
	# shellcheck disable=SC1090
	. <(sed '/^load /d; /^@test/,$d' "$BATS_TEST_DIRNAME/$1.bats")
	NOTES=$BATS_TEST_TMPDIR/notes
	: >"$NOTES"
	fresh_log
	[[ $1 != lftp ]] || speaks_all
}

# on_refusefs: R refuses to rename what is open.
on_refusefs()
{
	local reason

	reason=$(refusefs_unusable) && skip "$reason"
	SERVED=$R/mount
	refusefs_mount "$R/source" "$SERVED"
	R=$SERVED
}

assert_notes()
{
	assert_equal "$(<"$NOTES")" "$(printf '%s\n' "$@")"
}

# Sets SENT to the name under which the client sent R/f last. From 1.63 on,
# rclone appends a sum and .partial to it, and renames the file after its CLOSE.
find_sent()
{
	SENT=$(sed -nE 's/^open "(.*)" flags .*WRITE.*/\1/p' "$SERVER_LOG" |
	    tail -n 1)
	[[ $SENT = "$R/f" || $SENT =~ ^"$R"/f\.[0-9a-f]{8}\.partial$ ]]
}

# Let go, and renamed, just before its CLOSE: nothing is amiss.
check_closing()
{
	trouble closing "$NOTES" "$1"
	client_put "$BIG" "$R/f"
	find_sent
	assert_notes 'rename OK' 'close OK'
	grep -qF "let go of \"$SENT\"" "$SERVER_LOG"
	cmp "$BIG" "$SENT.moved"
	cmp "$BIG" "$R/f"
}

# Let go in mid-file, for good: the rest is refused, and the client knows. Some
# then do without a CLOSE; to those that do not it says so once more.
check_writing_refused()
{
	trouble writing "$NOTES" "$CLOSES"
	run client_put "$BIG" "$R/f"
	assert_failure
	find_sent
	assert_equal "$(sed /^close/d "$NOTES")" 'rename OK'
	run ! grep 'close OK' "$NOTES"
	grep -qF "let go of \"$SENT\" (handle 0), for good" "$SERVER_LOG"
	cmp "$SENT.moved" <(head -c "$(stat -c %s "$SENT.moved")" "$BIG")
	[[ $(stat -c %s "$SENT.moved") -lt $(stat -c %s "$BIG") ]]
}

# Let go in mid-file, and opened again: all of it is in the renamed file.
check_writing_reopened()
{
	trouble writing "$NOTES" "$REOPENS"
	client_put "$BIG" "$R/f"
	find_sent
	assert_notes 'rename OK' 'close OK'
	grep -qF "opened \"$SENT\" again" "$SERVER_LOG"
	cmp "$BIG" "$SENT.moved"
}

check_client()
{
	check_closing "$CLOSES"
	rm -f "$R"/f*
	: >"$NOTES"
	check_writing_refused
}

check_client_reopen()
{
	on_refusefs
	check_closing "$REOPENS"
	rm -f "$R"/f*
	: >"$NOTES"
	check_writing_reopened
}

needs_paramiko()
{
	"$PYTHON" -c 'import paramiko' 2>/dev/null ||
	    skip 'paramiko is not installed'
}

# The reason for rename.open_handles: a client that is told of a failed CLOSE
# deletes its upload.
@test "control: rclone deletes an upload if its CLOSE fails" {
	client rclone
	trouble refusing "$NOTES"
	run client_put "$BIG" "$R/f"
	assert_failure
	assert_notes 'close OK'
	[[ ! -e $R/f ]]
}

@test "rclone: the client fails when the server closes its handle" {
	client rclone
	check_client
}

@test "rclone: no byte is lost when the server reopens its handle" {
	client rclone
	check_client_reopen
}

@test "sftp: the client fails when the server closes its handle" {
	client sftp
	check_client
}

@test "sftp: no byte is lost when the server reopens its handle" {
	client sftp
	check_client_reopen
}

@test "lftp: the client fails when the server closes its handle" {
	client lftp
	for VERSION in 3 6; do
		check_client
		fresh
		fresh_log
		: >"$NOTES"
	done
}

@test "lftp: no byte is lost when the server reopens its handle" {
	client lftp
	check_client_reopen
}

@test "psftp: the client fails when the server closes its handle" {
	client putty psftp
	check_client
}

@test "psftp: no byte is lost when the server reopens its handle" {
	client putty psftp
	check_client_reopen
}

@test "curl: the client fails when the server closes its handle" {
	client curl
	check_client
}

@test "curl: no byte is lost when the server reopens its handle" {
	client curl
	check_client_reopen
}

@test "paramiko: the client fails when the server closes its handle" {
	needs_paramiko
	client paramiko "$PYTHON"
	check_client
}

@test "paramiko: no byte is lost when the server reopens its handle" {
	needs_paramiko
	client paramiko "$PYTHON"
	check_client_reopen
}
