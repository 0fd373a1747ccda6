#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# A file on exfat-fuse has another inode number after a rename of it that was
# refused, although nothing about the file changed. A program that remembers a
# file by its device and inode number, to be sure that it later removes the same
# one, no longer knows it. While the program has the file open, if only by
# O_PATH, the number stays.
#
# The kernel forgets the name when the rename fails with ENOENT, as exfat-fuse
# answers for a name that exFAT cannot store, such as one with a colon. libfuse
# counts up a new number at the next lookup.
#
# Seen with exfat-fuse 1.3.0+git20220115-2, exfatprogs 1.2.0-1+deb12u1 (Debian
# 12) and Linux 6.18:
#
#	not open: rename ENOENT, another number
#	open by O_PATH: rename ENOENT, the same number
#
# Takes root (it mounts), a loop device, /dev/fuse, python3 and apt-get. Exits 0
# if it is still so.
set -eu

PACKAGES='exfat-fuse=1.3.0+git20220115-2 exfatprogs=1.2.0-1+deb12u1'

T=$(mktemp -d)
LOOP=
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
	[[ ! $LOOP ]] || losetup -d "$LOOP"
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/mnt"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
truncate -s 16M image
packages/usr/sbin/mkfs.exfat image >mkfs.log
LOOP=$(losetup -f --show image)
packages/sbin/mount.exfat-fuse -o umask=0 "$LOOP" mnt >mount.log 2>&1

python3 - "$T/mnt" <<'END' | tee said
import errno
import os
import sys
import time

os.chdir(sys.argv[1])


def play(case, name, how):
    with open(name, "w"):
        pass
    fd = None if how is None else os.open(name, how)
    before = os.stat(name).st_ino
    try:
        os.rename(name, "a:b")
        said = "OK"
    except OSError as error:
        said = errno.errorcode[error.errno]
    time.sleep(1)       # the kernel tells libfuse later that it forgot
    same = os.stat(name).st_ino == before
    print("%s: rename %s, %s number" % (case, said,
                                        "the same" if same else "another"))
    if fd is not None:
        os.close(fd)


play("not open", "f", None)
play("open by O_PATH", "g", os.O_PATH)
END

cmp said - <<'END'
not open: rename ENOENT, another number
open by O_PATH: rename ENOENT, the same number
END
