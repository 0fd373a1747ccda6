# SPDX-License-Identifier: ISC
# contrib/on-upload behind real clients: the command learns once of each file
# that a client has sent, with its final name and its checksum.

load ../lib/clients

setup_file()
{
	clients_begin python3
	[[ -n $E2E_SKIP ]] || "$SERVER" -V | grep -q nettle ||
	    E2E_SKIP='the server is built without nettle'
}

# The teardown of clients.bash, after what the test has started and mounted.
teardown()
{
	[[ -z ${READER-} ]] || kill "$READER" || true
	mountpoint -q "$BATS_TEST_TMPDIR/mount" &&
	    sshfs_unmount "$BATS_TEST_TMPDIR/mount"
	teardown_client
}

# told OPTION ...: starts on-upload with a command that notes what it is told.
told()
{
	SAID=$L/said
	cat >"$L/command" <<-'END'
	#!/bin/sh
	echo "$2 $4 $5" >>"$1"
	END
	chmod 755 "$L/command"
	"$BATS_TEST_DIRNAME/../../contrib/on-upload" -s "$L/s" "$@" -- \
	    "$L/command" "$SAID" 2>"$L/messages" 3>&- &
	READER=$!
	while [[ ! -w $L/s ]]; do
		kill -0 "$READER"
		sleep 0.01
	done
	clients_options -o log.transfers="$L/s" -o log.checksum=sha256
}

# learned FILE ...: ends on-upload, which has learned of these files in R, each
# with the size and sum that it has, in whatever order.
learned()
{
	local file

	kill "$READER"
	wait "$READER" || true
	READER=
	for file; do
		echo "$R/$file $(stat -c %s "$R/$file")" \
		    "$(sha256sum "$R/$file" | cut -d' ' -f1)"
	done | sort >"$L/wanted"
	sort "$SAID" | diff - "$L/wanted" || { cat "$L/messages"; return 1; }
}

@test "on-upload: sftp, also with -p and onto an old file" {
	told
	sftp_batch "put $BIG $R/big" "put -p $TEXT $R/text"
	learned big text
}

@test "on-upload: sftp, 300 small files in one session" {
	local n

	mkdir "$L/tree"
	for ((n = 0; n < 300; n++)); do
		echo "$n" >"$L/tree/$n"
	done
	told
	sftp_batch "put -r $L/tree $R/tree"
	learned tree/{0..299}
}

@test "on-upload: psftp" {
	type -P psftp || skip 'psftp is not installed'
	told
	psftp_batch "put $BIG $R/big"
	learned big
}

@test "on-upload: lftp, by a temporary name too" {
	type -P lftp || skip 'lftp is not installed'
	told -t '.in.*'
	lftp_batch "put $BIG -o $R/big" 'set xfer:use-temp-file yes' \
	    "put $TEXT -o $R/text"
	learned big text
}

@test "on-upload: rclone" {
	type -P rclone || skip 'rclone is not installed'
	told -t '*.partial'
	mkdir "$L/tree"
	cp "$BIG" "$L/tree/big"
	cp "$TEXT" "$L/tree/text"
	rclone_do copy "$L/tree" "slipway:$R"
	learned big text
}

@test "on-upload: a copy to an sshfs mount" {
	local reason

	reason=$(sshfs_unusable) && skip "$reason"
	told
	sshfs_mount "$BATS_TEST_TMPDIR/mount"
	cp "$BIG" "$BATS_TEST_TMPDIR/mount/big"
	sshfs_unmount "$BATS_TEST_TMPDIR/mount"
	learned big
}
