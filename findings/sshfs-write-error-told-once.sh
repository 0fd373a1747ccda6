#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# sshfs 3.7.3 reports a write error that arrives late to one close(2) only, the
# first of the file's descriptors to be closed. When that is a second descriptor
# (dup(2), a lock, a checksum in progress) whose result nobody reads, the close
# of the descriptor that wrote answers OK, and the file is short.
#
# Seen with sshfs 3.7.3-1.2~deb12u1 and OpenSSH's sftp-server 9.2p1 (Debian 12)
# over a store of 1 MiB, into which nine writes of 128 KiB are made; each
# reports that it wrote all of its data:
#
#	dup closed first:	dup EIO, writer OK, size 1048576 of 1179648
#	writer closed first:	writer EIO, dup OK, size 1048576 of 1179648
#
# A program that holds a second descriptor on a file which it writes over sshfs
# has to look at the result of every close, or to close the writer first. Takes
# root (it mounts), /dev/fuse, python3 and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='sshfs=3.7.3-1.2~deb12u1 openssh-sftp-server=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
	umount "$T/store" 2>/dev/null || :
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
mount -t tmpfs -o size=1m,mode=0700 tmpfs store
mkfifo to from
packages/usr/lib/openssh/sftp-server <to >from 2>server.log &
packages/usr/bin/sshfs -f -o passive,dir_cache=no ":$T/store" mnt \
    >to <from 2>sshfs.log &
for ((i = 0; i < 100; i++)); do
	! mountpoint -q mnt || break
	sleep 0.1
done

python3 - "$T/mnt" <<'END' | tee said
import errno
import os
import sys


def closed(fd):
    try:
        os.close(fd)
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


for first in "dup", "writer":
    path = os.path.join(sys.argv[1], first)
    writer = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    dup = os.dup(writer)
    wrote = sum(os.write(writer, b"x" * 131072) for _ in range(9))
    order = (dup, writer) if first == "dup" else (writer, dup)
    results = [closed(fd) for fd in order]
    print("%s closed first: %s, then %s, size %d of %d" % (
        first, *results, os.stat(path).st_size, wrote))
    os.unlink(path)
END

cmp said - <<'END'
dup closed first: EIO, then OK, size 1048576 of 1179648
writer closed first: EIO, then OK, size 1048576 of 1179648
END
