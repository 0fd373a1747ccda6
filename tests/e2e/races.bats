# SPDX-License-Identifier: ISC
# Races in a real sshfs on a real sshd: the server receives a CLOSE before or
# after the request that the program made behind it. The directory served
# refuses to rename and remove open files. Other tests have two sessions in one
# directory, or end a session in the middle. tests/lib/races.py plays them.

load ../lib/clients
load ../lib/refuse

ROUNDS=2000

setup_file()
{
	server_of_tests
	clients_begin sshfs fusermount3 "$PYTHON"
	[[ -n $E2E_SKIP ]] || E2E_SKIP=$(refusefs_unusable) ||
	    SERVER=$REAL_SERVER server_has_policy ||
	    E2E_SKIP='this server has no policies'
}

setup()
{
	bats_require_minimum_version 1.5.0
	[[ -z $E2E_SKIP ]] || skip "$E2E_SKIP"
	load_libraries
	FILE_SSHD_PID=$SSHD_PID
	SERVED=$BATS_TEST_TMPDIR/served
	MOUNT=$BATS_TEST_TMPDIR/mount
	refusefs_mount "$BATS_TEST_TMPDIR/source" "$SERVED"
	fresh_log
}

teardown()
{
	[[ -z $E2E_SKIP ]] || return 0
	! mountpoint -q "$MOUNT" || unmount
	refusefs_unmount "$SERVED"
	teardown_client
}

# Lazily if something still looks: the server ends with its input all the same.
unmount()
{
	fusermount3 -u "$MOUNT" || fusermount3 -uz "$MOUNT"
}

# race KIND OPTION ...: its rounds on a mount with these options of the server.
race()
{
	local kind=$1

	shift
	echo "$@" >"$OPTIONS"
	mkdir "$MOUNT"
	timeout 60 sshfs -F "$SSH_CONFIG" "slipway:$SERVED" "$MOUNT" 3>&- 4>&-
	(cd "$MOUNT" &&
	    timeout 300 "$PYTHON" "$BATS_TEST_DIRNAME/../lib/races.py" \
	    "$kind" "$ROUNDS")
}

# sessions PLAY OPTION ...: in SERVED.
sessions()
{
	local play=$1

	shift
	echo "$@" >"$OPTIONS"
	timeout 300 "$PYTHON" "$BATS_TEST_DIRNAME/../lib/races.py" "$play" \
	    "$SERVED" "$SSH_CONFIG" "$PID_FILE"
}

# check_race KIND: no round fails. How often there was something to do is up to
# the machine, so that is said and not asked for.
check_race()
{
	run race "$1" -o profile=sshfs
	assert_output "0 of $ROUNDS failed"
	unmount
	run find "$SERVED" -name '.slipway-*'
	assert_output ''
	printf '# %s: handles were let go %d times\n' "$1" \
	    "$(grep -c 'let go of' "$SERVER_LOG")" >&3
}

# control KIND: the same without the policy.
control()
{
	local said

	said=$(race "$1" -o rename.open_handles=keep) || said='it cannot be run'
	printf '# %s without the policy: %s\n' "$1" "${said%%$'\n'*}" >&3
}

@test "sshfs: $ROUNDS times close, then unlink leave no file" {
	check_race unlink
}

@test "sshfs: $ROUNDS times read, close, rename succeed" {
	check_race rename
}

@test "comparison: close, then unlink without the policy, counted only" {
	control unlink
}

@test "comparison: read, close, rename without the policy, counted only" {
	control rename
}

@test "two sessions in one directory leave each other's silly names alone" {
	sessions two -o profile=sshfs
	# On a file system that removes open files, a session still leaves the
	# silly names of another one alone.
	refusefs_unmount "$SERVED"
	sessions two -o profile=sshfs -o rename.when=always
}

@test "a rename waits until another session closes the file" {
	sessions held -o rename.busy_timeout=0s
	rm "$SERVED"/*
	fresh_log
	sessions late -o rename.busy_timeout=5s
}

@test "no way for a session to end leaves silly names" {
	sessions ends -o profile=sshfs -o rename.busy_timeout=5s
}

@test "the next session does not see silly names that SIGKILL left" {
	sessions killed -o profile=sshfs -o rename.busy_timeout=5s
}
