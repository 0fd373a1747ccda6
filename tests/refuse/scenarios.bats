# SPDX-License-Identifier: ISC
# Programs save files through a real sshfs and a real sshd, in a directory on a
# file system that refuses. Each test plays a scenario of scenario.bash once a
# run of the table; what comes out must be what comes out on a local disk:
# every byte right, nothing left behind.

# run | options of refusefs | options of the server | options of sshfs
#
# `ordinary` and `refused` are the controls: without a policy a scenario works
# on a disk and fails on refusefs, or it would prove nothing. In `refused` a
# file that was ever open counts as open, so that RENAME always overtakes CLOSE.
HIDE='-o protocol.hide_extensions=posix-rename@openssh.com'
RUNS="
ordinary |                           |                               |
refused  | errno=EBUSY,linger=999999 |                               |
reopen   | errno=EBUSY               | -o rename.open_handles=reopen |
sync     | errno=EACCES              | -o profile=sshfs |sshfs_sync,dir_cache=no
linger   | errno=ETXTBSY,linger=20   | -o profile=sshfs              |
nolink   | errno=EPERM,nolink        | -o profile=sshfs              | direct_io
plain    | errno=EBUSY,linger=20     | -o profile=webex $HIDE |
"

setup_file()
{
	. "$BATS_TEST_DIRNAME/../lib/sshd.bash"
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	export SCENARIO_SKIP='' PYTHON
	export SERVER=${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}
	[[ -x $SERVER ]] || { echo "no server: $SERVER" >&2; return 1; }
	export FILES=$BATS_FILE_TMPDIR/files
	SCENARIO_SKIP=$(sshd_unusable || refusefs_unusable ||
	    sshfs_unusable) && return 0
	mkdir "$FILES"
	head -c $((8 * 1024 * 1024)) /dev/urandom >"$FILES/big"
	printf 'one\ntwo\nthree\n' >"$FILES/text"
	export SERVER_SCRIPT=$BATS_FILE_TMPDIR/server
	sshd_start "$BATS_FILE_TMPDIR/sshd" "/bin/sh '$SERVER_SCRIPT'"
}

teardown_file()
{
	[[ -n $SCENARIO_SKIP ]] || sshd_stop
}

setup()
{
	bats_require_minimum_version 1.5.0
	load /usr/lib/bats/bats-support/load
	load /usr/lib/bats/bats-assert/load
	[[ -z $SCENARIO_SKIP ]] || skip "$SCENARIO_SKIP"
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
}

teardown()
{
	[[ -z $SCENARIO_SKIP ]] || return 0
	unmount_sshfs
	refusefs_unmount "${SERVED:-}"
}

sshfs_unusable()
{
	type -P sshfs >/dev/null || { echo 'sshfs is not installed'; return 0; }
	type -P fusermount3 >/dev/null ||
	    { echo 'fusermount3 is not installed'; return 0; }
	return 1
}

# mount_sshfs OPTIONS SERVER-OPTIONS: SERVED at MOUNT. The server's stderr is
# a pipe whose end tells that the server has ended.
mount_sshfs()
{
	mkfifo "$T/stderr"
	printf "exec '%s' -e -l INFO %s 2>'%s'\n" "$SERVER" "$2" \
	    "$T/stderr" >"$SERVER_SCRIPT"
	timeout 300 cat "$T/stderr" >"$T/server.log" 3>&- 4>&- &
	SERVER_READER=$!
	mkdir "$MOUNT"
	timeout 60 sshfs -F "$SSH_CONFIG" ${1:+-o "$1"} "slipway:$SERVED" \
	    "$MOUNT" 3>&- 4>&-
}

# Comes back when the server has run every request and ended.
unmount_sshfs()
{
	[[ -n ${SERVER_READER:-} ]] || return 0
	fusermount3 -u "$MOUNT" 2>/dev/null || fusermount3 -uz "$MOUNT" ||:
	# The reader of a pipe that no server ever opened waits for one.
	: <>"$T/stderr"
	wait "$SERVER_READER" ||:
	unset SERVER_READER
}

# play SCENARIO DIRECTORY OUTPUT
play()
{
	(cd "$2" && timeout 120 bash "$BATS_TEST_DIRNAME/scenario.bash" "$1" \
	    >"$3" 2>"$3.err" 3>&- 4>&-)
}

# Everything there is, but for times: names, kinds, modes; then the contents.
assert_same_tree()
{
	diff <(cd "$1" && find . -mindepth 1 -printf '%P %y %m %l\n' | sort) \
	    <(cd "$2" && find . -mindepth 1 -printf '%P %y %m %l\n' | sort) &&
	    diff -r --no-dereference "$1" "$2"
}

# forget_what_libfuse_lost: removes the .fuse_hidden files that libfuse never
# asked the server to remove. libfuse loses such a file when the release
# overtakes the unlink, whatever the server is.
forget_what_libfuse_lost()
{
	local path

	find "$1" -name '.fuse_hidden*' | while IFS= read -r path; do
		grep -qF "remove name \"$SERVED${path#"$1"}\"" \
		    "$T/server.log" || rm "$path"
	done
}

# trial SCENARIO SERVER-OPTIONS SSHFS-OPTIONS: in SERVED, by way of sshfs.
# Says how it went; what there is to say about that goes to stderr.
trial()
{
	local status=0

	if ! mount_sshfs "$3" "$2"; then
		unmount_sshfs
		echo 'cannot be mounted'
		return
	fi
	play "$1" "$MOUNT" "$T/out" || status=$?
	unmount_sshfs
	forget_what_libfuse_lost "$T/source"
	if [[ $status -ne 0 ]]; then
		cat "$T/out.err" >&2
		echo fails
	elif diff "$WANT.out" "$T/out" >&2 &&
	    assert_same_tree "$WANT" "$T/source" >&2; then
		echo works
	else
		echo 'works wrongly'
	fi
}

# one_run SCENARIO RUN FILE-SYSTEM SERVER-OPTIONS SSHFS-OPTIONS
one_run()
{
	local want=works got

	T=$BATS_TEST_TMPDIR/$2
	MOUNT=$T/mount
	SERVED=$T/source
	mkdir -p "$SERVED"
	if [[ -n $3 ]]; then
		SERVED=$T/served
		refusefs_mount "$T/source" "$SERVED" "$3"
	fi
	trial "$1" "$4" "$5" >"$T/got" 2>"$T/why"
	[[ -z $3 ]] || refusefs_unmount "$SERVED"
	[[ $2 != refused ]] || want=fails
	got=$(<"$T/got")
	[[ $got != "$want" ]] || return 0
	echo "-- $2: ${4:-no policy}, ${3:-a disk}," \
	    "sshfs ${5:-without options}: $got"
	tail -n 15 "$T/why" "$T/server.log"
	return 1
}

# scenario NAME: all its runs; says of each that went wrong how.
scenario()
{
	local run fs server sshfs wrong=0 left_out=''

	WANT=$BATS_TEST_TMPDIR/want
	mkdir "$WANT"
	play "$1" "$WANT" "$WANT.out"
	while IFS='|' read -r run fs server sshfs; do
		read -r run <<<"$run"; read -r fs <<<"$fs"
		read -r server <<<"$server"; read -r sshfs <<<"$sshfs"
		[[ -n $run ]] || continue
		if [[ -n $server ]] && ! server_has_policy; then
			left_out+=" $run"
			continue
		fi
		one_run "$1" "$run" "$fs" "$server" "$sshfs" </dev/null ||
		    wrong=1
	done <<<"$RUNS"
	[[ $wrong -eq 0 ]]
	[[ -z $left_out ]] ||
	    skip "this server has no policies, so not run:$left_out"
}

needs()
{
	type -P "$1" >/dev/null || skip "$1 is not installed"
}

@test "an open file is renamed, then written to" {
	scenario rename_open_go_on_writing
}

@test "an open file is renamed over another, then written to" {
	scenario rename_open_over_another
}

@test "a file is renamed in the middle of writing 8 MiB" {
	scenario rename_in_the_middle_of_8_MiB
}

@test "a file is replaced while it is read, and read to its end" {
	scenario rename_over_a_file_that_is_read
}

@test "a file is renamed while it is read, and read to its end" {
	scenario rename_a_file_that_is_read
}

@test "an open file is removed, then used" {
	scenario unlink_open
}

@test "a log is rotated" {
	scenario rotate_a_log
}

@test "a read-only file is renamed while it is written" {
	scenario rename_open_read_only_file
}

@test "a file with three handles is renamed" {
	scenario rename_one_file_with_three_handles
}

@test "a descriptor is used in every way after a rename" {
	scenario use_the_descriptor_after_a_rename
}

@test "a directory above open files is renamed" {
	scenario rename_a_directory_above_open_files
}

@test "a tree is removed as soon as it is made" {
	scenario remove_a_tree
}

@test "a file is saved by renaming over it" {
	scenario save_by_rename_over
}

@test "sed edits in place" {
	scenario sed_in_place
}

@test "vim saves with each value of backupcopy" {
	needs vim
	scenario vim_saves
}

@test "git commits, clones and collects garbage" {
	needs git
	scenario git_works
}

@test "rsync updates a tree" {
	needs rsync
	scenario rsync_updates
}
