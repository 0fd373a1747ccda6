#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# rclone 1.60.1 as an SFTP server empties every file that a client opens for
# writing, whether or not the client asked for that. An upload that is resumed
# ("reput" of sftp, "put -c" of lftp, "-C -" of curl) reports success, and the
# file has its right size; but whatever was there before is zeros.
#
# That is so in the modes --vfs-cache-mode writes and full, of which the manual
# says that they support all normal operations of a file system. In the mode off
# the client is told of the failure; the first half of the file is lost as well.
#
# Seen with rclone 1.60.1+dfsg-2+b5 and openssh-client 9.2p1-2+deb12u10 (Debian
# 12). 4000 bytes of a file of 8893 are uploaded, then the rest:
#
#	off: reput failed, size 0, of the first 4000 bytes 0 are right
#	writes: reput OK, size 8893, of the first 4000 bytes 0 are right
#	full: reput OK, size 8893, of the first 4000 bytes 0 are right
#
# A resumed upload to such a server is sure only once its content was compared,
# and a mount of it by sshfs loses each file that a program changes in place.
# Takes apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='rclone=1.60.1+dfsg-2+b5 openssh-client=1:9.2p1-2+deb12u10'
WHOLE=8893
PART=4000

T=$(mktemp -d)
trap 'cd / && rm -rf --one-file-system "$T"' EXIT

mkdir "$T/packages"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
cat >server <<END
#!/bin/sh
RCLONE_CONFIG=$T/none exec "$T/packages/usr/bin/rclone" serve sftp --stdio \
    --vfs-cache-mode "\$MODE" --cache-dir "$T/cache" "$T/store" \
    2>>"$T/server.log"
END
chmod +x server
seq 2000 >whole
head -c $PART whole >part

# play MODE: all in one session, so that it is not about what rclone still has
# to store when the session ends.
play()
{
	local reput=OK wrong

	rm -rf store cache back
	mkdir store
	MODE=$1 packages/usr/bin/sftp -q -b - -D "$T/server" >/dev/null \
	    2>errors <<-END
	put part /f
	-reput whole /f
	get /f back
	END
	! grep -q Failure errors || reput=failed
	# cmp prints a line for each byte that differs.
	wrong=$(cmp -l -n $PART whole back 2>/dev/null | wc -l)
	[ -s back ] || wrong=$PART
	echo "$1: reput $reput, size $(wc -c <back)," \
	    "of the first $PART bytes $((PART - wrong)) are right"
}

[ "$(wc -c <whole)" = $WHOLE ]
for mode in off writes full; do
	play $mode
done | tee said

cmp said - <<'END'
off: reput failed, size 0, of the first 4000 bytes 0 are right
writes: reput OK, size 8893, of the first 4000 bytes 0 are right
full: reput OK, size 8893, of the first 4000 bytes 0 are right
END
