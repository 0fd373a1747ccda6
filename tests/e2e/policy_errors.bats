# SPDX-License-Identifier: ISC
# Errors in the policy, and users whom it rejects: the text that each client
# shows to its user, and the line in the log for the administrator.

load ../lib/clients

setup_file()
{
	clients_begin
	[[ -z $E2E_SKIP ]] || return 0
	# The server, with its exit status in the log.
	export PROGRAM=$SERVER SERVER=$BATS_FILE_TMPDIR/server
	cat >"$SERVER" <<-END
	#!/bin/sh
	'$PROGRAM' "\$@"
	status=\$?
	echo "exit status \$status" >&2
	exit \$status
	END
	chmod 755 "$SERVER"
}

TEXT_SHOWN='sftp policy error, ask the administrator \([0-9]+\)'

needs()
{
	local program

	for program; do
		type -P "$program" >/dev/null ||
		    skip "$program is not installed"
	done
}

# policy TEXT: writes a policy file and tells its name.
policy()
{
	POLICY=$BATS_TEST_TMPDIR/policy.conf
	printf '%s\n' "$1" >"$POLICY"
	chmod 644 "$POLICY"
}

# From here on the policy has an error, which only the log describes.
break_policy()
{
	policy 'rules = ( { renames = { overwrite = "always"; }; } );'
	clients_options -F "'$POLICY'"
	fresh_log
	cp "$TEXT" "$R/f"
}

# assert_refused LINE: fails unless each session was rejected with status 78,
# and the log has this line as the reason.
assert_refused()
{
	wait_for_ends "$1"
	assert_equal "$(tr -d '\r' <"$SERVER_LOG" | sort -u | grep -vxE \
	    'restricted but not forced: .*|sent status Failure')" \
	    "$(printf '%s\n' "$1" 'exit status 78' | sort)"
}

# A client may be gone before its server is.
wait_for_ends()
{
	local i

	for ((i = 0; i < 1200; i++)); do
		[[ $(grep -cF -e "$1" "$SERVER_LOG") -ne \
		    $(grep -c '^exit status' "$SERVER_LOG") ]] || return 0
		sshd_pause
	done
}

assert_error_logged()
{
	assert_refused "$POLICY:1: renames: there is no such setting$(:
	    ) (-Q settings lists them)"
}

# ---- the clients -------------------------------------------------------

@test "sftp: a policy error is shown" {
	needs sftp
	break_policy
	run -255 sftp_batch ls
	assert_output --regexp "$TEXT_SHOWN"
	assert_error_logged
}

# lftp ignores the first answer, to its request for the home directory.
@test "lftp: a policy error is shown" {
	needs lftp
	break_policy
	for VERSION in 3 6; do
		run -1 lftp_batch "cls -1 $R"
		assert_output --regexp "$TEXT_SHOWN"
	done
	assert_error_logged
}

# PuTTY never shows the text of an answer, only its own text for the code.
@test "psftp: a policy error is a failure" {
	needs psftp puttygen
	break_policy
	run -2 psftp_batch ls
	assert_output --partial 'Unable to open .: failure'
	assert_error_logged
}

# curl does not show it either; with libssh2 it only names the layer.
@test "curl: a policy error is a failure" {
	needs curl
	break_policy
	run -79 curl_do -o "$L/f" "$(url "$R/f")"
	assert_output 'curl: (79) Error in the SSH layer'
	assert_error_logged
}

@test "paramiko: a policy error is shown" {
	/usr/bin/python3 -c 'import paramiko' ||
	    skip 'paramiko is not installed'
	break_policy
	run -1 paramiko get "$R/f" "$L/f"
	assert_output --regexp "^OSError: $TEXT_SHOWN\$"
	assert_error_logged
}

# A file system can show nothing but an errno.
@test "sshfs: a policy error is EPERM" {
	local reason

	reason=$(sshfs_unusable) && skip "$reason"
	break_policy
	run -1 sshfs_mount "$BATS_TEST_TMPDIR/mount"
	assert_output "slipway:$R: Operation not permitted"
	assert_error_logged
}

# WinSCP offers version 6, asks for the working directory and shows the message
# of the answer.
@test "a client that offers version 6 is told of a policy error" {
	needs python3
	break_policy
	run -0 "$BATS_TEST_DIRNAME/../wire/wire" -n -- \
	    ssh -F "$SSH_CONFIG" -s slipway sftp <<-'END'
	init 6
	realpath .
	END
	assert_line --index 0 'version 3'
	assert_line --index 1 --regexp "^status 4 FAILURE \"$TEXT_SHOWN\""
	assert_line --index 2 'exit 78'
	assert_error_logged
}

# ---- the errors --------------------------------------------------------

# rejects OPTION ... -- REASON ...: fails unless the server rejects a session
# that has these options. The words of the reason make one line of the log.
rejects()
{
	local options=()

	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	echo "# ${options[*]}"
	clients_options "${options[@]}"
	fresh_log
	run -78 ssh -F "$SSH_CONFIG" -s slipway sftp </dev/null
	refute_output
	assert_refused "$*"
}

# in_file POLICY LINE REASON ...: the server rejects this policy.
in_file()
{
	policy "$1"
	rejects -F "'$POLICY'" -- "$POLICY:$2:" "${@:3}"
}

@test "errors in the file are logged with line and setting" {
	in_file $'rules = (\n  { rename = { overwrite "always"; }; }\n);' \
	    2 'syntax error (a = is missing behind a name):' \
	    '{ rename = { overwrite "always"; }; }'
	in_file 'rules = ( { rename = { overwite = "always"; }; } );' \
	    1 'rename.overwite: there is no such setting' \
	    '(-Q settings lists them)'
	in_file 'rules = ( { rename = { overwrite = "yes"; }; } );' \
	    1 'rename.overwrite: must be if-asked, always or never,' \
	    'not "yes" (in quotes)'
	in_file $'rules = (\n {},\n { session = { idle_timeout = 0; }; }\n);' \
	    3 'session.idle_timeout: must be 1s to 366d or none, not "0"' \
	    '(seconds, or a string such as "5m" or "1h30m")'
	in_file 'rules = ( { profile = 3; } );' \
	    1 "profile: must be one profile's name, in quotes"
	in_file 'rules = ( { access = { deny = "renam"; }; } );' \
	    1 'access.deny: "renam" fits no request' \
	    '(-Q requests lists them)'
	in_file 'rules = ( { files = { umask = 022; }; } );' \
	    1 'umask: a number that begins with 0 is not octal here' \
	    '(write octal modes as strings, "022")'
	in_file '@include "/etc/passwd"' 1 '@include is not supported'
}

@test "errors in the options are logged" {
	rejects -o rename.overwrite=yes -- '-o: rename.overwrite:' \
	    'must be if-asked, always or never, not "yes"'
	rejects -P nothing -- '-P: access.deny: "nothing" fits no request' \
	    '(-Q requests lists them)'
	rejects -R left -- '"left" is left over behind the options' \
	    '(a pattern that a shell expanded?)'
}

@test "a policy file that is missing or that others can write is an error" {
	policy 'rules = ();'
	chmod o+w "$POLICY"
	rejects -F "'$POLICY'" -- "$POLICY: \"policy.conf\" can be written by" \
	    'others than its owner (mode 646; try chmod go-w)'
	rm "$POLICY"
	rejects -F "'$POLICY'" -- "$POLICY: there is no such file"
	mkdir "$POLICY"
	rejects -F "'$POLICY'" -- "$POLICY: is a directory"
}

@test "a policy file that another user owns is an error" {
	[[ $(id -u) -eq 0 ]] || skip 'only root can give files away'
	policy 'rules = ();'
	chown nobody "$POLICY"
	rejects -F "'$POLICY'" -- "$POLICY: \"policy.conf\" belongs to uid" \
	    "$(id -u nobody) (it must belong to root)"
}

# ---- sessions that the policy rejects ----------------------------------

@test "session.access rejects a session with session.message, and logs it" {
	policy 'rules = ( { session = { access = "refuse";
	    message = "Ask the help desk"; }; } );'
	clients_options -F "'$POLICY'"
	fresh_log
	run -255 sftp_batch ls
	assert_output --partial 'realpath .: Ask the help desk'
	assert_refused "session refused for local user $SSHD_USER,$(:
	    ) as the policy says"
}

@test "each user can have a policy file of their own, by %u and %U" {
	local name

	policy 'rules = ( { session = { access = "refuse";
	    message = "Not you"; }; } );'
	mkdir "$BATS_TEST_TMPDIR/by-name" "$BATS_TEST_TMPDIR/by-id"
	cp "$POLICY" "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf"
	cp "$POLICY" "$BATS_TEST_TMPDIR/by-id/$(id -u).conf"
	for name in by-name/%u by-id/%U; do
		clients_options -F "'$BATS_TEST_TMPDIR/$name.conf'"
		run -255 sftp_batch ls
		assert_output --partial 'Not you'
	done
	rm "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf"
	rejects -F "'$BATS_TEST_TMPDIR/by-name/%u.conf'" -- \
	    "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf: there is no such file"
}

# ---- restricted, but not forced ----------------------------------------

NOT_FORCED="restricted but not forced: without ForceCommand this user$(:
    ) can run any command"

# warnings: prints how many such lines a session that lists a directory adds to
# the log.
warnings()
{
	fresh_log
	sftp_batch "ls $R" >"$L/listing"
	grep -cF "$NOT_FORCED" "$SERVER_LOG" ||:
}

@test "a restriction without ForceCommand is logged once a session" {
	clients_options -R
	assert_equal "$(warnings)" 1
	clients_options
	assert_equal "$(warnings)" 0
}

@test "a restriction with ForceCommand is not logged" {
	sshd_start "$BATS_TEST_TMPDIR/sshd" "$(server_command -R)" \
	    "ForceCommand /bin/sh '$BATS_TEST_TMPDIR/sshd/subsystem'"
	assert_equal "$(warnings)" 0
	run -0 grep -c '^session opened' "$SERVER_LOG"
	assert_output 1
}
