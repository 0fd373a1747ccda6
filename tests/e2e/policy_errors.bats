# SPDX-License-Identifier: ISC
# A mistake in the policy, and a user whom it refuses: what the client shows to
# the person in front of it, and what the log says to the administrator.

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

# From here on the policy has a mistake that nothing but the log tells.
break_policy()
{
	policy 'rules = ( { renames = { overwrite = "always"; }; } );'
	clients_options -F "'$POLICY'"
	fresh_log
	cp "$TEXT" "$R/f"
}

# assert_refused LINE: every session ended with status 78 before it began, for
# the reason that stands in the log.
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

assert_mistake_told()
{
	assert_refused "$POLICY:1: renames: there is no such setting (-Q settings lists them)"
}

# ---- what each client shows --------------------------------------------

@test "sftp: a policy error is shown" {
	needs sftp
	break_policy
	run -255 sftp_batch ls
	assert_output --regexp "$TEXT_SHOWN"
	assert_mistake_told
}

# It ignores the first answer, to its question for the home directory.
@test "lftp: a policy error is shown" {
	needs lftp
	break_policy
	for VERSION in 3 6; do
		run -1 lftp_batch "cls -1 $R"
		assert_output --regexp "$TEXT_SHOWN"
	done
	assert_mistake_told
}

# PuTTY never shows the text of an answer, only what the code means to it.
@test "psftp: a policy error is a failure" {
	needs psftp puttygen
	break_policy
	run -2 psftp_batch ls
	assert_output --partial 'Unable to open .: failure'
	assert_mistake_told
}

# Nor does curl, and with libssh2 it has but the number of a layer.
@test "curl: a policy error is a failure" {
	needs curl
	break_policy
	run -79 curl_do -o "$L/f" "$(url "$R/f")"
	assert_output 'curl: (79) Error in the SSH layer'
	assert_mistake_told
}

@test "paramiko: a policy error is shown" {
	/usr/bin/python3 -c 'import paramiko' ||
	    skip 'paramiko is not installed'
	break_policy
	run -1 paramiko get "$R/f" "$L/f"
	assert_output --regexp "^OSError: $TEXT_SHOWN\$"
	assert_mistake_told
}

# All that a file system can show is an errno.
@test "sshfs: a policy error is EPERM" {
	local reason

	reason=$(sshfs_unusable) && skip "$reason"
	break_policy
	run -1 sshfs_mount "$BATS_TEST_TMPDIR/mount"
	assert_output "slipway:$R: Operation not permitted"
	assert_mistake_told
}

# As WinSCP does: offers version 6, asks for the working directory, shows the
# message of the answer.
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
	assert_mistake_told
}

# ---- what is a mistake -------------------------------------------------

# refuses LINE OPTION ...: with these options no session begins, and the log
# says why.
refuses()
{
	echo "# ${*:2}"
	clients_options "${@:2}"
	fresh_log
	run -78 ssh -F "$SSH_CONFIG" -s slipway sftp </dev/null
	refute_output
	assert_refused "$1"
}

# in_file LINE POLICY
in_file()
{
	policy "$2"
	refuses "$POLICY:$1" -F "'$POLICY'"
}

@test "errors in the file are logged with line and setting" {
	in_file '2: syntax error (a = is missing behind a name): { rename = { overwrite "always"; }; }' \
	    $'rules = (\n  { rename = { overwrite "always"; }; }\n);'
	in_file '1: rename.overwite: there is no such setting (-Q settings lists them)' \
	    'rules = ( { rename = { overwite = "always"; }; } );'
	in_file '1: rename.overwrite: must be if-asked, always or never, not "yes" (in quotes)' \
	    'rules = ( { rename = { overwrite = "yes"; }; } );'
	in_file '3: session.idle_timeout: must be 1s to 366d or none, not "0" (seconds, or a string such as "5m" or "1h30m")' \
	    $'rules = (\n  {},\n  { session = { idle_timeout = 0; }; }\n);'
	in_file "1: profile: must be one profile's name, in quotes" \
	    'rules = ( { profile = 3; } );'
	in_file '1: access.deny: "renam" fits no request (-Q requests lists them)' \
	    'rules = ( { access = { deny = "renam"; }; } );'
	in_file '1: umask: a number that begins with 0 is not octal here (write octal modes as strings, "022")' \
	    'rules = ( { files = { umask = 022; }; } );'
	in_file '1: @include is not supported' '@include "/etc/passwd"'
}

@test "errors in the options are logged" {
	refuses '-o: rename.overwrite: must be if-asked, always or never, not "yes"' \
	    -o rename.overwrite=yes
	refuses '-P: access.deny: "nothing" fits no request (-Q requests lists them)' \
	    -P nothing
	refuses '"left" is left over behind the options (a pattern that a shell expanded?)' \
	    -R left
}

@test "a policy file that is missing or that others can write is an error" {
	policy 'rules = ();'
	chmod o+w "$POLICY"
	refuses "$POLICY: \"policy.conf\" can be written by others than its owner (mode 646; try chmod go-w)" \
	    -F "'$POLICY'"
	rm "$POLICY"
	refuses "$POLICY: there is no such file" -F "'$POLICY'"
	mkdir "$POLICY"
	refuses "$POLICY: is a directory" -F "'$POLICY'"
}

@test "a policy file that another user owns is an error" {
	[[ $(id -u) -eq 0 ]] || skip 'only root can give files away'
	policy 'rules = ();'
	chown nobody "$POLICY"
	refuses "$POLICY: \"policy.conf\" belongs to uid $(id -u nobody) (it must belong to root)" \
	    -F "'$POLICY'"
}

# ---- who is let in ------------------------------------------------------

@test "session.access rejects a session with session.message, and logs it" {
	policy 'rules = ( { session = { access = "refuse"; message = "Ask the help desk"; }; } );'
	clients_options -F "'$POLICY'"
	fresh_log
	run -255 sftp_batch ls
	assert_output --partial 'realpath .: Ask the help desk'
	assert_refused "session refused for local user $SSHD_USER, as the policy says"
}

@test "each user can have a policy file of their own, by %u and %U" {
	local name

	policy 'rules = ( { session = { access = "refuse"; message = "Not you"; }; } );'
	mkdir "$BATS_TEST_TMPDIR/by-name" "$BATS_TEST_TMPDIR/by-id"
	cp "$POLICY" "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf"
	cp "$POLICY" "$BATS_TEST_TMPDIR/by-id/$(id -u).conf"
	for name in by-name/%u by-id/%U; do
		clients_options -F "'$BATS_TEST_TMPDIR/$name.conf'"
		run -255 sftp_batch ls
		assert_output --partial 'Not you'
	done
	rm "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf"
	refuses "$BATS_TEST_TMPDIR/by-name/$SSHD_USER.conf: there is no such file" \
	    -F "'$BATS_TEST_TMPDIR/by-name/%u.conf'"
}

# ---- restricted, but not forced ----------------------------------------

NOT_FORCED='restricted but not forced: without ForceCommand this user can run any command'

# warnings: how many of them one listing, in a session of its own, adds.
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
