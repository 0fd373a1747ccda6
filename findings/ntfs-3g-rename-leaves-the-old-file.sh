#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# On ntfs-3g, a rename(2) that replaces a file with a name of 238 to 255
# characters succeeds, but leaves the old file in the directory, under a name
# that nobody gave: the beginning of the long name, of 1 to 18 characters. If
# that name is taken, the rename fails with EEXIST, which rename(2) never
# answers for a file. At 237 characters it fails with EINVAL. A rename to a new
# name of that length is well, and so is the removal.
#
# ntfs-3g keeps the file that it replaces by a link for the time of the rename.
# It adds 19 characters to the name for that, and NTFS counts the characters of
# a name in one byte.
#
# Seen with ntfs-3g 1:2022.10.3-1+deb12u4 (Debian 12). A file "temp", which says
# "new", is renamed over one that says "old":
#
#	236 characters: OK; 236: new
#	237 characters: EINVAL; 4: new, 237: old
#	238 characters: OK; 1: old, 238: new
#	255 characters: OK; 18: old, 255: new
#	255 characters, first 18 taken: EEXIST; 4: new, 18: kept, 255: old
#
# Editors, rsync and most servers save by renaming a temporary file. The first
# change of such a file leaves the version before it under a name that looks
# like another file, and each later change fails, since that name is taken.
# Takes root (it mounts), /dev/fuse, python3 and apt-get. Exits 0 if it is still
# so.
set -eu

PACKAGES='ntfs-3g=1:2022.10.3-1+deb12u4 libntfs-3g89=1:2022.10.3-1+deb12u4'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
	wait
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
libraries=$(dirname "$(find "$T/packages" -name 'libntfs-3g.so.89')")
export LD_LIBRARY_PATH=$libraries
truncate -s 16M image
packages/sbin/mkntfs -q -Q -F -s 512 image >mkntfs.log 2>&1
packages/bin/ntfs-3g -o no_detach,umask=0 image mnt >mount.log 2>&1 &
unset LD_LIBRARY_PATH
for ((i = 0; i < 100; i++)); do
	! mountpoint -q mnt || break
	sleep 0.1
done

python3 - "$T/mnt" <<'END' | tee said
import errno
import os
import sys

os.chdir(sys.argv[1])


def put(name, content):
    with open(name, "w") as file:
        file.write(content)


def get(name):
    with open(name) as file:
        return file.read()


def play(case, length, taken=0):
    name = "x" * length
    put("temp", "new")
    put(name, "old")
    if taken:
        put(name[:taken], "kept")
    try:
        os.rename("temp", name)
        said = "OK"
    except OSError as error:
        said = errno.errorcode[error.errno]
    names = sorted(os.listdir("."), key=len)
    print("%s: %s; %s" % (case, said, ", ".join(
        "%d: %s" % (len(name), get(name)) for name in names)))
    for name in names:
        os.unlink(name)


for length in 236, 237, 238, 255:
    play("%d characters" % length, length)
play("255 characters, first 18 taken", 255, taken=18)
END

cmp said - <<'END'
236 characters: OK; 236: new
237 characters: EINVAL; 4: new, 237: old
238 characters: OK; 1: old, 238: new
255 characters: OK; 18: old, 255: new
255 characters, first 18 taken: EEXIST; 4: new, 18: kept, 255: old
END
