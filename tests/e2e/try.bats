# SPDX-License-Identifier: ISC
# contrib/try --share: shows a save on a share of Samba, and leaves nothing.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert

setup()
{
	local missing

	cd "$BATS_TEST_DIRNAME/../.." || return 1
	export BUILD=${BUILD:-$PWD/build}
	export SERVER=${SERVER:-$BUILD/sftp-server}
	[[ -x $SERVER ]] || tests/lib/built
	# The script would install what is missing.
	missing=$(. contrib/lib.bash
	    lib_missing "$NEEDS_SSH$NEEDS_SSHFS$NEEDS_SHARE" | paste -sd ' ')
	[[ -z $missing ]] || skip "not installed: $missing"
	[[ -r /dev/fuse && -w /dev/fuse ]] || skip '/dev/fuse cannot be opened'
	[[ $EUID -eq 0 ]] || skip 'it takes root'
	unshare --net --mount mount --bind /tmp /tmp 2>/dev/null ||
	    skip 'there are no namespaces here'
	. tests/lib/sshd.bash
	! reason=$(sshd_unusable) || skip "$reason"
	# Sockets of Samba are there, and have names of at most 107 bytes.
	TMPDIR=$(mktemp -d /tmp/try.XXXXXX)
	export TMPDIR
	chmod 711 "$TMPDIR"
}

teardown()
{
	[[ $TMPDIR != /tmp/try.* ]] || rm -rf --one-file-system "$TMPDIR"
}

# left: prints the processes that use the directory of the trial.
left()
{
	local process

	for process in /proc/[0-9]*; do
		if tr '\0' ' ' <"$process/cmdline" |
		    grep -F "$TMPDIR/slipway-try"; then
			echo "$process"
		fi
	done 2>/dev/null
}

# sshfs ends soon after the unmount.
assert_nothing_left()
{
	local i

	assert_equal "$(ls "$TMPDIR")" ''
	for ((i = 0; i < 1200; i++)); do
		[[ $(left) ]] || break
		sshd_pause
	done
	assert_equal "$(left)" ''
	run ! grep -F "$TMPDIR" /proc/self/mountinfo
}

@test "try --share shows a save that a share refuses and the profile makes" {
	run --separate-stderr contrib/try --share
	assert_success
	# shellcheck disable=SC2154	# run sets it
	assert_equal "$stderr" ''
	assert_line -e '^  share +a share of its own, mounted by smbnetfs$'
	assert_line -e "^  openssh +with OpenSSH's server, the client cannot"
	assert_line -e "^ +mv: cannot move 'saved-1.tmp' to 'saved-1'"
	assert_line -e '^  webex +with -o profile=webex, .* saves the file$'
	assert_line -e '^ +rename.open_handles reopen '
	assert_line -e 'match = .* profile = "webex"; }$'
	assert_nothing_left
}

@test "try --share leaves nothing when a signal ends it" {
	local signal status line pid

	for signal in INT:130 TERM:143 HUP:143; do
		exec 5< <(exec env --default-signal contrib/try --share 2>&1)
		pid=$!
		while read -r line <&5 && [[ $line != sshd* ]]; do
			:
		done
		kill -s "${signal%:*}" "$pid"
		status=0
		wait "$pid" || status=$?
		exec 5<&-
		assert_equal "$status" "${signal#*:}"
		assert_nothing_left
	done
}
