# SPDX-License-Identifier: ISC
# The records of the transfer log that real clients cause: each fits the JSON
# schema in slipway.conf(5).

load ../lib/clients

setup_file()
{
	clients_begin python3
}

# The teardown of clients.bash, after what the test has started and mounted.
teardown()
{
	[[ -z ${READER-} ]] || kill "$READER" || true
	! mountpoint -q "$BATS_TEST_TMPDIR/mount" ||
	    sshfs_unmount "$BATS_TEST_TMPDIR/mount"
	teardown_client
}

begin()
{
	python3 "$BATS_TEST_DIRNAME/../lib/schema.py" "$L/s" "$L/said" 3>&- &
	READER=$!
	while [[ ! -w $L/s ]]; do
		kill -0 "$READER"
		sleep 0.01
	done
	clients_options -o log.transfers="$L/s" -o log.checksum=sha256 "$@"
}

# end OP ...: all records were right, and these were among them.
end()
{
	local op

	kill "$READER"
	wait "$READER" || { cat "$L/said"; return 1; }
	READER=
	for op; do
		grep -q "^op $op\$" "$L/said" || { echo "no $op"; return 1; }
	done
}

@test "records: sftp" {
	begin
	sftp_batch "put -p $BIG $R/big" "get $R/big $L/got" "mkdir $R/d" \
	    "rename $R/big $R/d/b" "symlink b $R/d/l" "ln $R/d/b $R/d/h" \
	    "chmod 600 $R/d/b" "rm $R/d/*" "rmdir $R/d" "-get $R/none" \
	    "-rm $R/none" "-put $BIG $R/none/x"
	end close mkdir rename symlink link setstat remove rmdir open
}

@test "records: lftp, in each version" {
	type -P lftp || skip 'lftp is not installed'
	begin -o protocol.max_version=6
	mkdir "$L/tree"
	cp "$BIG" "$L/tree/big"
	for VERSION in 3 4 5 6; do
		lftp_batch "mirror -R $L/tree $R/tree" "mv $R/tree/big $R/b" \
		    "chmod 600 $R/b" "get $R/b -o $L/got$VERSION" "rm $R/b" \
		    "rmdir $R/tree"
	done
	end close mkdir rename setstat remove rmdir
}

@test "records: rclone" {
	type -P rclone || skip 'rclone is not installed'
	begin
	mkdir "$L/tree"
	cp "$BIG" "$L/tree/big"
	rclone_do sync "$L/tree" "slipway:$R/tree"
	rclone_do moveto "slipway:$R/tree/big" "slipway:$R/tree/b"
	rclone_do purge "slipway:$R/tree"
	end close mkdir rename setstat remove rmdir
}

@test "records: programs on an sshfs mount" {
	local mount=$BATS_TEST_TMPDIR/mount reason

	reason=$(sshfs_unusable) && skip "$reason"
	begin
	sshfs_mount "$mount"
	make_tree "$L/tree" "$NEWLINE_NAME" "$LATIN1_NAME"
	cp -r "$L/tree" "$mount"
	sed -i 's/a/b/' "$mount"/tree/*/* 2>/dev/null || true
	mv "$mount/tree" "$mount/moved"
	rm -r "$mount/moved"
	sshfs_unmount "$mount"
	end close mkdir rename remove rmdir
}
