#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# bindfs 1.14.7 gives a hard link an inode of its own in the kernel's cache: for
# a second, data written through a descriptor that was opened by the first name
# is missing from the second, from stat(2) and from read(2), although it is in
# the file below and fstat(2) of the descriptor tells of it. "mv" as link and
# unlink, which never replaces a file, is seen short by whoever reads the new
# name in that second; rename(2) has no such gap.
#
# Seen with bindfs 1.14.7-1 and libfuse2 2.9.9-6+b1 (Debian 12). 1000 bytes are
# written, the file gets the other name, and 20000 bytes more are written:
#
#	link, unlink: fstat 21000, stat 1000, read 1000
#	rename: fstat 21000, stat 21000, read 21000
#
# Programs that must not replace a file have to use renameat2(2) where that is
# known, and to look before rename(2) where it is not, if the file is still
# being written. Takes root (it mounts), /dev/fuse, python3 and apt-get. Exits 0
# if it is still so.
set -eu

PACKAGES='bindfs=1.14.7-1 libfuse2=2.9.9-6+b1'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
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
libraries=$(dirname "$(find "$T/packages" -name 'libfuse.so.2' | head -n 1)")
LD_LIBRARY_PATH=$libraries packages/usr/bin/bindfs -f "$T/store" mnt &
for ((i = 0; i < 100; i++)); do
	! mountpoint -q mnt || break
	sleep 0.1
done

# The best of five tries: a slow machine takes more than the second.
python3 - "$T/mnt" <<'END' | tee said
import os
import sys

FILE, OTHER = (os.path.join(sys.argv[1], name) for name in "fg")


def link():
    os.link(FILE, OTHER)
    os.unlink(FILE)


def play(rename):
    fd = os.open(FILE, os.O_RDWR | os.O_CREAT, 0o600)
    os.write(fd, bytes(1000))
    rename()
    os.write(fd, bytes(20000))
    seen = os.stat(OTHER).st_size
    with open(OTHER, "rb") as other:
        data = len(other.read())
    result = os.fstat(fd).st_size, seen, data
    os.close(fd)
    os.unlink(OTHER)
    return result


for how, rename in ("link, unlink", link), ("rename", lambda: os.rename(
        FILE, OTHER)):
    print("%s: fstat %d, stat %d, read %d" % (
        how, *min(play(rename) for _ in range(5))))
END

cmp said - <<'END'
link, unlink: fstat 21000, stat 1000, read 1000
rename: fstat 21000, stat 21000, read 21000
END
