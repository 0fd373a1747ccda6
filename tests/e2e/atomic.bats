# SPDX-License-Identifier: ISC
# files.atomic with real clients: a partial upload is never visible, also when
# the server is killed in the middle of it. Each client's own bats file defines
# how it is driven.

load ../lib/clients

setup_file()
{
	server_of_tests
	clients_begin python3
	# Slow enough to be killed on the way.
	[[ -n $E2E_SKIP ]] || head -c $((40 * 1024 * 1024)) /dev/urandom \
	    >"$FILES/huge"
	export HUGE=$FILES/huge
}

teardown()
{
	local mount

	touch "$BATS_TEST_TMPDIR/stop"
	for mount in "$BATS_TEST_TMPDIR"/*mount; do
		mountpoint -q "$mount" 2>/dev/null && sshfs_unmount "$mount"
	done
	teardown_client
}

# client NAME [PROGRAM]: from now on client_put is that of this client.
client()
{
	type -P "${2:-$1}" >/dev/null || skip "${2:-$1} is not installed"
	# shellcheck disable=SC1090
	. <(sed '/^load /d; /^@test/,$d; /^setup_file/,/^}/d
	    /^teardown/,/^}/d' "$BATS_TEST_DIRNAME/$1.bats")
	[[ $1 != lftp ]] || speaks_all
}

atomic() { echo "-o files.atomic=$*" >"$OPTIONS"; }

# versions N: a file of which each line says N. All that is read is one of
# these, whole.
version() { yes "$1" | head -n 100000; }

# watch FILE: looks at it until the end of the test, and writes to $SEEN what
# it must not be; absent is fine.
watch()
{
	SEEN=$BATS_TEST_TMPDIR/seen
	: >"$SEEN"
	python3 - "$1" "$BATS_TEST_TMPDIR/stop" >"$SEEN" 2>&1 3>&- 4>&- <<-END &
	import os, sys
	while not os.path.exists(sys.argv[2]):
	    try:
	        with open(sys.argv[1]) as f:
	            lines = f.read().split("\n")
	    except FileNotFoundError:
	        continue
	    if len(lines) != 100001 or len(set(lines)) != 2:
	        print(len(lines) - 1, "lines", set(lines))
	END
	WATCHER=$!
}

assert_always_whole()
{
	touch "$BATS_TEST_TMPDIR/stop"
	wait "$WATCHER"
	run cat "$SEEN"
	assert_output ''
}

assert_nothing_hidden()
{
	run find "$R" -name '.slipway-*'
	assert_output ''
}

# part: the one below R, once something was written to it.
part()
{
	local i found

	for ((i = 0; i < 1000; i++)); do
		found=$(find "$R" -name '.slipway-*-part' -size +100k)
		[[ -z $found ]] || { echo "$found"; return 0; }
		sshd_pause
	done
	return 1
}

# check_whole: uploads again and again while somebody looks.
check_whole()
{
	local n

	for n in 1 2 3 4 5 6 7 8; do
		version "$n" >"$L/$n"
		# rclone takes what is as old and as long for the same.
		touch -d "2001-01-0$n" "$L/$n"
	done
	atomic yes
	watch "$R/f"
	for n in 1 2 3 4 5 6 7 8; do
		client_put "$L/$n" "$R/f"
		cmp "$L/$n" "$R/f"
	done
	assert_always_whole
	assert_nothing_hidden
}

# kill_in_the_middle NAME: of the upload of HUGE there; the client notices, or
# cannot help it: see lftp_ends.
kill_in_the_middle()
{
	local client status=0

	slowly_put "$HUGE" "$R/$1" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- 4>&- &
	client=$!
	part
	kill -KILL "$(<"$PID_FILE")"
	"${CLIENT_ENDS:-:}" "$client"
	# In this shell, for the client is no child of any other.
	wait "$client" || status=$?
	[[ $status -ne 0 && $status -ne 127 ]]
}

# assert_left: fails unless a killed server left a temporary file that clients
# do not see. It stays for a day: no server can tell that no session uses it.
assert_left()
{
	part
	assert_names "$R" "$(client_names "$R"; cd "$R" && echo .slipway-*)"
	rm "$R"/.slipway-*
}

# check_killed: the old file is whole, and can be replaced.
check_killed()
{
	atomic yes
	cp "$TEXT" "$R/f"
	kill_in_the_middle f
	cmp "$TEXT" "$R/f"
	assert_left
	client_put "$BIG" "$R/f"
	cmp "$BIG" "$R/f"
	assert_nothing_hidden
}

# check_resumed: with keep, the next session goes on.
check_resumed()
{
	local size part

	atomic keep
	kill_in_the_middle f
	[[ ! -e $R/f ]]
	part=$(part)
	size=$(stat -c %s "$part")
	client_names "$R"
	[[ -e $part ]]
	client_put_again "$HUGE" "$R/f"
	cmp "$HUGE" "$R/f"
	assert_nothing_hidden
	# It did not begin anew: the last close had fewer bytes.
	run tail -n 20 "$SERVER_LOG"
	assert_output --regexp \
	    "close \"$R/f\" bytes read [0-9]+ written $(($(stat -c %s \
	    "$HUGE") - size))"
}

@test "sftp: a partial upload is never visible" {
	client sftp
	check_whole
}

@test "sftp: an upload that is killed leaves the old file whole" {
	client sftp
	slowly_put() { batch "$(put "$@")"; }
	batch() { printf '%s\n' "$@" |
	    sftp -q ${LIMIT:+-l $LIMIT} -b - -F "$SSH_CONFIG" slipway; }
	LIMIT=40000 check_killed
}

@test "sftp: an upload that is killed can be resumed" {
	client sftp
	slowly_put() { LIMIT=40000 client_put "$@"; }
	batch() { printf '%s\n' "$@" |
	    sftp -q ${LIMIT:+-l $LIMIT} -b - -F "$SSH_CONFIG" slipway; }
	check_resumed
}

slow_lftp()
{
	batch 'set net:limit-rate 5M' 'set net:reconnect-interval-base 1' \
	    "$(put "$@")"
}

# lftp may go round and round without a wait when its session has gone while
# it was held back by its own limit.
lftp_ends() { kill -KILL $(pgrep -P "$1"); }

@test "lftp: a partial upload is never visible" {
	client lftp
	for VERSION in 3 6; do
		fresh
		check_whole
		rm -f "$BATS_TEST_TMPDIR/stop"
	done
}

@test "lftp: an upload that is killed leaves the old file whole" {
	client lftp
	CLIENT_ENDS=lftp_ends
	slowly_put() { slow_lftp "$@"; }
	check_killed
}

@test "lftp: an upload that is killed can be resumed" {
	client lftp
	CLIENT_ENDS=lftp_ends
	slowly_put() { slow_lftp "$@"; }
	for VERSION in 3 6; do
		fresh
		check_resumed
	done
}

@test "rclone: a partial upload is never visible" {
	client rclone
	check_whole
}

# It removes what it failed to upload, so there is no old file to look at.
@test "rclone: an upload that is killed leaves no file" {
	client rclone
	atomic yes
	slowly_put() { rclone_do --bwlimit 5M copyto "$1" "slipway:$2"; }
	kill_in_the_middle f
	[[ ! -e $R/f ]]
	assert_left
	client_put "$BIG" "$R/f"
	cmp "$BIG" "$R/f"
}

on_mount()
{
	local reason mount=$BATS_TEST_TMPDIR/mount

	reason=$(sshfs_unusable) && skip "$reason"
	sshfs_mount "$mount"
	(cd "$mount" && "$@")
	sshfs_unmount "$mount"
}

# Editors and appliances save so. RENAME may come before CLOSE.
save_by_renaming()
{
	local n

	for ((n = 1; n <= $1; n++)); do
		version "$n" >f.tmp
		mv f.tmp f
		[[ $(head -n 1 f) -eq $n ]]
	done
	cmp f <(version "$1")
}

@test "sshfs: 100 saves by renaming never show a partial file" {
	atomic yes
	watch "$R/f"
	on_mount save_by_renaming 100
	assert_always_whole
	assert_nothing_hidden
	cmp "$R/f" <(version 100)
}

save_in_place()
{
	local n

	for n in {1..40}; do
		version "$n" >f
		# sshfs tells of the close after it.
		[[ $(head -n 1 f) -eq $n ]]
	done
}

@test "sshfs: 40 saves in place never show a partial file" {
	atomic yes
	watch "$R/f"
	on_mount save_in_place
	assert_always_whole
	assert_nothing_hidden
	cmp "$R/f" <(version 40)
}

@test "sshfs: files.atomic works with the profile webex" {
	atomic keep -o profile=webex
	watch "$R/f"
	on_mount save_by_renaming 40
	assert_always_whole
	assert_nothing_hidden
}

work_tree()
{
	make_tree "$L/tree"
	cp -a "$L/tree" .
	diff -r "$L/tree" tree
	tar -cf t.tar tree
	rm -r tree
	tar -xf t.tar
	diff -r "$L/tree" tree
}

@test "sshfs: a tree can be copied, packed, removed and unpacked" {
	local how

	for how in yes keep; do
		fresh
		atomic "$how"
		on_mount work_tree
		same_tree "$L/tree" "$R/tree"
		assert_nothing_hidden
	done
}

@test "sshfs: an upload that is killed leaves the old file whole" {
	local mount=$BATS_TEST_TMPDIR/mount reason

	reason=$(sshfs_unusable) && skip "$reason"
	atomic yes
	cp "$TEXT" "$R/f"
	sshfs_mount "$mount"
	exec {fd}>"$mount/f"
	head -c 1000000 "$HUGE" >&"$fd"
	part
	kill -KILL "$(<"$PID_FILE")"
	exec {fd}>&- || :
	cmp "$TEXT" "$R/f"
	# It ends with its server, sooner or later.
	fusermount3 -uz "$mount" || :
	sshfs_mount "$mount"
	client_names() { ls -A "$mount"; }
	assert_left
}
