#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# On a mount by rclone with --vfs-cache-mode writes, a file that is open for
# writing while a directory above it is renamed cannot be opened by its new name
# for some seconds: open(2) or read(2) answers EIO, although the listing has the
# name and stat(2) the right size. The open descriptor goes on, and fsync(2) and
# close(2) answer that all is well. Once rclone has stored the file
# (--vfs-write-back, 5 seconds by default) it can be read, and is complete.
#
# A program that closes such a file and opens it again, because its path has
# changed, is told that it is damaged.
#
# Seen with rclone 1.60.1+dfsg-2+b5 (Debian 12), the store being a local
# directory:
#
#	rename OK, write OK, fsync OK, close OK
#	listed: f, size 9, read: EIO
#	later: some data
#
# Takes root (it mounts), /dev/fuse, python3 and apt-get. Exits 0 if it is still
# so.
set -eu

PACKAGES='rclone=1.60.1+dfsg-2+b5'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
	wait
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/store" "$T/mnt"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
RCLONE_CONFIG=$T/none packages/usr/bin/rclone mount --vfs-cache-mode writes \
    --cache-dir "$T/cache" store mnt >mount.log 2>&1 &
for ((i = 0; i < 100; i++)); do
	! mountpoint -q mnt || break
	sleep 0.1
done

python3 - "$T/mnt" <<'END' | tee said
import errno
import os
import sys
import time


def outcome(call, *args):
    try:
        call(*args)
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


def read():
    try:
        with open("e/f") as file:
            return file.read()
    except OSError as error:
        return errno.errorcode[error.errno]


os.chdir(sys.argv[1])
os.mkdir("d")
fd = os.open("d/f", os.O_RDWR | os.O_CREAT, 0o644)
os.write(fd, b"some")
print("rename %s, write %s, fsync %s, close %s" % (
    outcome(os.rename, "d", "e"), outcome(os.write, fd, b" data"),
    outcome(os.fsync, fd), outcome(os.close, fd)))
print("listed: %s, size %d, read: %s" % (
    " ".join(os.listdir("e")), os.stat("e/f").st_size, read()))
end = time.monotonic() + 60
while read() == "EIO" and time.monotonic() < end:
    time.sleep(0.5)
print("later:", read())
END

cmp said - <<'END'
rename OK, write OK, fsync OK, close OK
listed: f, size 9, read: EIO
later: some data
END
