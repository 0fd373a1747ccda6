#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# mergerfs 2.33.5 with moveonenospc moves a file to another branch when a write
# to it meets a full disk, and gives the descriptor of that write the new file.
# Each other descriptor of the file keeps the old one, which is removed: its
# writes, fsync(2) and close(2) succeed, and nothing of what it wrote is in the
# file. A reader that had it open sees no more than the old data.
#
# If the descriptor was opened with O_APPEND, the move itself damages the file:
# zeros as long as the file was are put before its data.
#
# Seen with mergerfs 2.33.5-1 (Debian 12), over a first branch of 1 MiB that is
# nearly full and a second one that is not. The file had 100000 bytes when the
# second descriptor, of another open(2), wrote "head" at its start:
#
#	before the move: write OK, fsync OK, reads head, the file has head
#	after the move: write OK, fsync OK, reads HEAD, the file has head
#	close OK, the file has head
#	with O_APPEND: 500000 bytes written, 799008 in the file
#	its first 299008 bytes are zeros
#
# The second descriptor loses data with mergerfs 2.40.2 (Debian 13), too. Logs
# to which several programs append, databases, and transfers that write one file
# by several connections must not be on such a pool. Takes root (it mounts),
# /dev/fuse, python3 and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='mergerfs=2.33.5-1'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/pool" 2>/dev/null || :
	wait
	umount "$T/small" "$T/large" 2>/dev/null || :
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/small" "$T/large" "$T/pool"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
mount -t tmpfs -o size=1m,mode=0700 tmpfs small
mount -t tmpfs -o size=8m,mode=0700 tmpfs large
packages/usr/bin/mergerfs -f -o \
    category.create=ff,minfreespace=0,moveonenospc=true \
    "$T/small:$T/large" pool >mount.log 2>&1 &
for ((i = 0; i < 100; i++)); do
	! mountpoint -q pool || break
	sleep 0.1
done
head -c 749568 /dev/zero >small/full

python3 - <<'END' | tee said
import errno
import os

SIZE = 500000


def outcome(call, *args):
    try:
        call(*args)
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


def fill(fd, offset):
    """Writes the rest of the file, as write(2) takes it."""
    while offset < SIZE:
        offset += os.write(fd, b"x" * min(SIZE - offset, 4096))


def told(case, data):
    print("%s: write %s, fsync %s, reads %s, the file has %s" % (
        case, outcome(os.pwrite, second, data, 0), outcome(os.fsync, second),
        os.pread(second, 4, 0).decode(), content()[:4].decode()))


def content():
    with open(path, "rb") as file:
        return file.read()


path = "pool/file"
first = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
os.write(first, b"x" * 100000)
second = os.open(path, os.O_RDWR)
told("before the move", b"head")
fill(first, 100000)
assert os.path.exists("large/file")
told("after the move", b"HEAD")
print("close %s, the file has %s" % (outcome(os.close, second),
                                     content()[:4].decode()))
os.close(first)
os.unlink(path)

fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
fill(fd, 0)
os.close(fd)
data = content()
print("with O_APPEND: %d bytes written, %d in the file" % (SIZE, len(data)))
print("its first %d bytes are zeros" % (len(data) - len(data.lstrip(b"\0"))))
END

cmp said - <<'END'
before the move: write OK, fsync OK, reads head, the file has head
after the move: write OK, fsync OK, reads HEAD, the file has head
close OK, the file has head
with O_APPEND: 500000 bytes written, 799008 in the file
its first 299008 bytes are zeros
END
