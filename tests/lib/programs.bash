# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# How the clients are called, connected to the server of tests/lib/sshd.bash;
# clients.bash loads this.
#
#	sftp_batch LINE ...		psftp_batch LINE ...
#	lftp_batch LINE ...		in version $VERSION, or 6
#	curl_do ARG ...			url PATH
#	curl_command COMMAND		rename and so on
#	putty PROGRAM ARG ...		paramiko VERB ARG ...
#	rclone_do WORD ...		of rclone; the server is slipway:
#	sshfs_mount DIR [OPTION ...]	$R on DIR
#	sshfs_unmount DIR
#	sshfs_unusable			prints why, or returns 1

sftp_batch()
{
	printf '%s\n' "$@" | sftp -q -b - -F "$SSH_CONFIG" slipway
}

lftp_batch()
{
	lftp -c "
	    set cmd:fail-exit yes
	    set net:max-retries 1
	    set sftp:connect-program 'ssh -a -x -F \"$SSH_CONFIG\"'
	    set sftp:protocol-version ${VERSION:-6}
	    set sftp:auto-confirm no
	    set xfer:clobber yes
	    open sftp://slipway
	    $(printf '%s\n' "$@")"
}

# With PuTTY's own kind of key.
putty()
{
	local program=$1

	shift
	[[ -e $SSHD_DIR/user.ppk ]] || puttygen -q "$SSHD_DIR/user_key" \
	    -O private --new-passphrase /dev/null -o "$SSHD_DIR/user.ppk"
	"$program" -batch -P "$SSHD_PORT" -l "$SSHD_USER" \
	    -i "$SSHD_DIR/user.ppk" -hostkey "$(ssh-keygen -lf \
	    "$SSHD_DIR/host_key.pub" | cut -d ' ' -f 2)" "$@"
}

psftp_batch()
{
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/batch"
	putty psftp -b "$BATS_TEST_TMPDIR/batch" 127.0.0.1
}

curl_do()
{
	# libssh2 may wait for ever when the server dies in mid-listing.
	curl -gsS --max-time 300 \
	    --hostpubsha256 "$(ssh-keygen -lf "$SSHD_DIR/host_key.pub" |
	    sed 's/.*SHA256:\([^ ]*\).*/\1/')" --key "$SSHD_DIR/user_key" \
	    --pubkey "$SSHD_DIR/user_key.pub" -u "$SSHD_USER:" "$@"
}

# Every byte but / as %XX.
url()
{
	printf 'sftp://127.0.0.1:%d' "$SSHD_PORT"
	printf %s "$1" | od -An -v -tx1 | tr -d '\n' |
	    sed 's/ /%/g; s,%2f,/,g'
}

# They hang on another transfer.
curl_command()
{
	curl_do -Q "$1" "$(url /)" -I >/dev/null
}

paramiko()
{
	/usr/bin/python3 -W ignore \
	    "$BATS_TEST_DIRNAME/../lib/paramiko_client.py" "$@"
}

# The caches are off, for a look at R in between would outdate them.
sshfs_mount()
{
	mkdir -p "$1"
	sshfs -F "$SSH_CONFIG" -o dir_cache=no "slipway:$R" "$@" 3>&- 4>&-
}

sshfs_unmount()
{
	cd /
	fusermount3 -u "$1"
}

# Prints why nothing can be mounted here, or returns 1.
sshfs_unusable()
{
	local program error

	for program in sshfs fusermount3; do
		type -P "$program" >/dev/null ||
		    { echo "$program is not installed"; return 0; }
	done
	[[ -r /dev/fuse && -w /dev/fuse ]] ||
	    { echo '/dev/fuse is not accessible'; return 0; }
	# A container may have the device and yet not let us mount.
	R=$BATS_FILE_TMPDIR/try
	mkdir -p "$R"
	if error=$(sshfs_mount "$R.mount" 2>&1); then
		sshfs_unmount "$R.mount"
		return 1
	fi
	grep -E '^fuse|^fusermount' <<<"$error" | head -n 1 | grep .
}

rclone_do()
{
	RCLONE_CONFIG=$HOME/rclone.conf \
	RCLONE_CONFIG_SLIPWAY_TYPE=sftp \
	RCLONE_CONFIG_SLIPWAY_HOST=127.0.0.1 \
	RCLONE_CONFIG_SLIPWAY_PORT=$SSHD_PORT \
	RCLONE_CONFIG_SLIPWAY_USER=$SSHD_USER \
	RCLONE_CONFIG_SLIPWAY_KEY_FILE=$SSHD_DIR/user_key \
	RCLONE_CONFIG_SLIPWAY_KNOWN_HOSTS_FILE=$SSHD_DIR/known_hosts \
	RCLONE_CONFIG_SLIPWAY_SHELL_TYPE=none \
	RCLONE_CONFIG_SLIPWAY_DISABLE_HASHCHECK=true \
	    rclone --retries 1 --low-level-retries 1 "$@"
}

# Prints the option with which rclone sends a file under its name, as all before
# 1.63 do, and does not rename it in another session.
rclone_in_place()
{
	! rclone help flags 2>/dev/null | grep -qe ' --inplace' ||
	    echo --inplace
}
