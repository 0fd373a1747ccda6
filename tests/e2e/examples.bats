# SPDX-License-Identifier: ISC
# Examples of slipway.conf(5), as real clients meet them: append-only backups,
# in which restic and rclone can save and restore, and change and remove
# nothing; virtual folders; and a move from one file system to another.

load ../lib/clients

setup_file()
{
	clients_begin
}

# The teardown of clients.bash, after what the test has mounted.
teardown()
{
	local mount

	for mount in "$BATS_TEST_TMPDIR/mount" "$R/shared"; do
		! mountpoint -q "$mount" || umount "$mount"
	done
	teardown_client
}

# shares: mounts another file system in R as a virtual folder.
shares()
{
	[[ $(id -u) -eq 0 ]] || skip 'only root can mount'
	mkdir "$R/shared"
	mount -t tmpfs slipway "$R/shared" || skip 'nothing can be mounted here'
}

# append_only: the policy of the manual, for a repository in R.
append_only()
{
	cat >"$L/policy" <<-END
	rules = (
	  { profile = "write-once";
	    paths = ( { match = "$R/repo/locks/*"; rights = "all"; } ); }
	);
	END
	clients_options -F "'$L/policy'"
	mkdir "$L/tree" "$L/tree/sub"
	cp "$BIG" "$L/tree/big"
	cp "$TEXT" "$L/tree/sub/text"
}

restic_do()
{
	RESTIC_PASSWORD=secret RESTIC_CACHE_DIR=$L/cache restic -q \
	    -o sftp.command="ssh -F $SSH_CONFIG slipway -s sftp" \
	    -r "sftp:slipway:$R/repo" "$@"
}

# saved: what is in the repository but for the locks, which come and go.
saved()
{
	(cd "$R/repo" && find . -path ./locks -prune -o -printf '%p %y %m\n' |
	    sort && find . -path ./locks -prune -o -type f \
	    -exec sha256sum {} + | sort)
}

# kept COMMAND ...: fails, or does nothing; what was saved is still there.
kept()
{
	local before

	before=$(saved)
	run "$@"
	assert_equal "$(saved)" "$before"
}

@test "append-only: restic saves, checks and restores, and removes nothing" {
	local file

	type -P restic || skip 'restic is not installed'
	append_only
	restic_do init
	restic_do backup "$L/tree"
	echo more >"$L/tree/more"
	restic_do backup "$L/tree"
	restic_do check
	mkdir "$L/back"
	restic_do restore latest --target "$L/back"
	diff -r "$L/tree" "$L/back$L/tree"
	[[ $(restic_do snapshots --json | grep -o '"short_id"' | wc -l) -eq 2 ]]
	kept restic_do forget --keep-last 1
	# restic 0.18.0 says so and succeeds.
	[[ $status -ne 0 || $output == *'unable to remove snapshot'* ]]
	kept restic_do prune
	file=$(find "$R/repo/data" -type f | head -n 1)
	kept sftp_batch "rm $file"
	assert_failure
	kept sftp_batch "put $TEXT $file"
	assert_failure
	kept sftp_batch "rename $file $R/repo/locks/x"
	assert_failure
	kept sftp_batch "chmod 777 $file"
	assert_failure
	run sftp_batch "rename $R/repo/locks $R/repo/locks2"
	assert_failure
	[[ -d $R/repo/locks ]]
	[[ $(restic_do snapshots --json | grep -o '"short_id"' | wc -l) -eq 2 ]]
	[[ -z $(ls "$R/repo/locks") ]] || restic_do unlock
	[[ -z $(ls "$R/repo/locks") ]]
}

@test "append-only: rclone adds files, and changes and removes none" {
	local options

	type -P rclone || skip 'rclone is not installed'
	append_only
	# Times that the repository does not get.
	touch -d '2001-02-03 04:05:06' "$L/tree/big" "$L/tree/sub/text"
	options=(--sftp-set-modtime=false --size-only $(rclone_in_place))
	rclone_do "${options[@]}" copy "$L/tree" "slipway:$R/repo"
	diff -r "$L/tree" "$R/repo"
	echo more >"$L/tree/more"
	rclone_do "${options[@]}" copy --immutable "$L/tree" "slipway:$R/repo"
	diff -r "$L/tree" "$R/repo"
	echo changed >"$L/tree/more"
	kept rclone_do "${options[@]}" copy "$L/tree" "slipway:$R/repo"
	assert_failure
	rm "$L/tree/more"
	kept rclone_do "${options[@]}" sync "$L/tree" "slipway:$R/repo"
	assert_failure
	kept rclone_do purge "slipway:$R/repo"
	assert_failure
}

@test "a virtual folder, in a root with its sandbox" {
	shares
	clients_options -o root="$R" -o start_dir=/
	sftp_batch "put $BIG /shared/big" "get /shared/big $L/got" "put $BIG /f"
	cmp "$BIG" "$R/shared/big"
	cmp "$BIG" "$L/got"
	run sftp_batch "rename /f /shared/f"
	assert_failure
	[[ -e $R/f && ! -e $R/shared/f ]]
}

@test "sshfs moves between file systems with workaround=renamexdev" {
	local mount=$BATS_TEST_TMPDIR/mount reason

	reason=$(sshfs_unusable) && skip "$reason"
	shares
	cp "$BIG" "$R/f"
	sshfs_mount "$mount"
	run mv "$mount/f" "$mount/shared/f"
	assert_failure
	sshfs_unmount "$mount"
	sshfs_mount "$mount" -o workaround=renamexdev
	mv "$mount/f" "$mount/shared/f"
	sshfs_unmount "$mount"
	cmp "$BIG" "$R/shared/f"
	[[ ! -e $R/f ]]
}

@test "/*/* is what lies below the directories of the root" {
	cat >"$L/policy" <<-END
	rules = (
	  { root = "$R"; start_dir = "/";
	    access = { rights = [ "list", "stat" ]; };
	    paths = ( { match = "/*/*"; rights = "all"; } ); }
	);
	END
	clients_options -F "'$L/policy'"
	mkdir "$R/in"
	sftp_batch "put $BIG /in/big" "mkdir /in/d" "rename /in/big /in/d/big" \
	    "get /in/d/big $L/got"
	cmp "$BIG" "$L/got"
	for line in "put $BIG /big" 'mkdir /d' 'rename /in /out' 'rmdir /in'; do
		run sftp_batch "$line"
		assert_failure
	done
	[[ $(ls "$R") = in && $(ls "$R/in") = d ]]
}
