#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# unionfs-fuse 1.0 copies a file of a read-only branch to the writable one when
# it is changed for the first time. If the disk is full before the copy is
# complete, the change fails, but the part that was copied stays, and hides the
# whole file: from then on the file is cut, and the second attempt succeeds. A
# chmod(1) or a rename is enough. A touch(1) does not even fail.
#
# Seen with unionfs-fuse 1.0-1+b1 and libfuse2 2.9.9-6+b1, and fuse-overlayfs
# 1.10-1 to compare (Debian 12). The writable branch has 64 KiB, the file 100000
# bytes:
#
#	unionfs-fuse, chmod: exit 1, again: exit 0, 65536 bytes are left
#	unionfs-fuse, touch: exit 0, again: exit 0, 65536 bytes are left
#	unionfs-fuse, mv: exit 1, again: exit 0, 65536 bytes are left
#	fuse-overlayfs, chmod: exit 1, again: exit 1, 100000 bytes are left
#	fuse-overlayfs, touch: exit 1, again: exit 1, 100000 bytes are left
#	fuse-overlayfs, mv: exit 1, again: exit 1, 100000 bytes are left
#
# The whole file is still in the branch below; the part above it has to be
# removed there. Takes root (it mounts), /dev/fuse and apt-get. Exits 0 if it is
# still so.
set -eu

PACKAGES='unionfs-fuse=1.0-1+b1 libfuse2=2.9.9-6+b1 fuse-overlayfs=1.10-1'

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/union" 2>/dev/null || :
	wait
	umount "$T/writable" 2>/dev/null || :
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/below" "$T/writable" "$T/union"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
libraries=$(dirname "$(find "$T/packages" -name 'libfuse.so.2' | head -n 1)")
yes 'some data' | head -c 100000 >below/file || :

unionfs-fuse()
{
	LD_LIBRARY_PATH=$libraries exec packages/usr/bin/unionfs -f -o cow \
	    "$T/writable/upper=RW:$T/below=RO" union
}

fuse-overlayfs()
{
	exec packages/usr/bin/fuse-overlayfs -f -o "lowerdir=$T/below" \
	    -o "upperdir=$T/writable/upper,workdir=$T/writable/work" union
}

# attempt CASE COMMAND ...: twice, on a new union of both branches.
attempt()
{
	local i status first

	mount -t tmpfs -o size=64k,mode=0700 tmpfs writable
	mkdir writable/upper writable/work
	"$1" >>mount.log 2>&1 &
	for ((i = 0; i < 100; i++)); do
		! mountpoint -q union || break
		sleep 0.1
	done
	for ((i = 0; i < 2; i++)); do
		first=${status-}
		status=0
		"${@:2}" 2>>errors || status=$?
	done
	echo "$1, $2: exit $first, again: exit $status," \
	    "$(cat union/* | wc -c) bytes are left"
	umount union
	wait
	umount writable
}

for union in unionfs-fuse fuse-overlayfs; do
	attempt $union chmod 600 union/file
	attempt $union touch union/file
	attempt $union mv union/file union/renamed
done >said
cat said

cmp said - <<'END'
unionfs-fuse, chmod: exit 1, again: exit 0, 65536 bytes are left
unionfs-fuse, touch: exit 0, again: exit 0, 65536 bytes are left
unionfs-fuse, mv: exit 1, again: exit 0, 65536 bytes are left
fuse-overlayfs, chmod: exit 1, again: exit 1, 100000 bytes are left
fuse-overlayfs, touch: exit 1, again: exit 1, 100000 bytes are left
fuse-overlayfs, mv: exit 1, again: exit 1, 100000 bytes are left
END
