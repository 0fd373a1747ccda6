#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# gocryptfs 2.3 answers ENOENT to fsync(2), fdatasync(2) and fchmod(2) on an
# open file that has no name any more; read, write, fstat and ftruncate go
# on. A program that makes a temporary file, unlinks it and syncs what it wrote
# gets an error for data that arrived.
#
# Seen with gocryptfs 2.3-1+b4 (Debian 12); on the directory
# below it all of the calls succeed:
#
#	with a name:	fsync OK, fdatasync OK, fchmod OK, ftruncate OK
#	without:	fsync ENOENT, fdatasync ENOENT, fchmod ENOENT,
#			ftruncate OK
#
# So ENOENT of fsync on a file that lost its name says nothing about its data.
# Takes root (it mounts), /dev/fuse, python3 and apt-get. Exits 0 if it is still
# so.
set -eu

PACKAGES='gocryptfs=2.3-1+b4'

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
gocryptfs=packages/usr/bin/gocryptfs
$gocryptfs -q -init -extpass 'echo example' -scryptn 10 store >init.log 2>&1
$gocryptfs -fg -q -extpass 'echo example' store mnt >mount.log 2>&1 &
for ((i = 0; i < 100; i++)); do
	! mountpoint -q mnt || break
	sleep 0.1
done

python3 - "$T/mnt" <<'END' | tee said
import errno
import os
import sys

CALLS = (("fsync", os.fsync), ("fdatasync", os.fdatasync),
         ("fchmod", lambda fd: os.fchmod(fd, 0o600)),
         ("ftruncate", lambda fd: os.ftruncate(fd, 4)))


def outcome(call, fd):
    try:
        call(fd)
        return "OK"
    except OSError as error:
        return errno.errorcode[error.errno]


path = os.path.join(sys.argv[1], "f")
fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
os.write(fd, b"some data")
for case in "with a name", "without":
    print(case + ":", ", ".join("%s %s" % (name, outcome(call, fd))
                                for name, call in CALLS))
    if case == "with a name":
        os.unlink(path)
END

cmp said - <<'END'
with a name: fsync OK, fdatasync OK, fchmod OK, ftruncate OK
without: fsync ENOENT, fdatasync ENOENT, fchmod ENOENT, ftruncate OK
END
