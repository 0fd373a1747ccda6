#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# "cp" of sftp, OpenSSH 9.2, which copies on the server, empties its target
# before it asks for the copy. If the target is a link to the source, the file
# is lost, and sftp exits 0. If both have the same name, it exits 1, and the
# file is lost as well.
#
# cp(1) is careful not to do that, but it looks at inode numbers, which SFTP
# does not have. sshfs 3.7.3 makes up another one for each name, so that cp(1)
# exits 0 in a mount when it has emptied a file with two hard links; with the
# option follow_symlinks also behind a symbolic link.
#
# Seen with openssh-client and openssh-sftp-server 9.2p1-2+deb12u10 and sshfs
# 3.7.3-1.2~deb12u1 (Debian 12). A file of 5 bytes is copied:
#
#	sftp, same name: exit 1, 0 bytes are left
#	sftp, hard link: exit 0, 0 bytes are left
#	sftp, symbolic link: exit 0, 0 bytes are left
#	cp, same name: exit 1, 5 bytes are left
#	cp, hard link: exit 0, 0 bytes are left
#	cp, symbolic link: exit 1, 5 bytes are left
#	cp with follow_symlinks, symbolic link: exit 0, 0 bytes are left
#
# The server of OpenSSH 10.6 finds out that the files are the same, but sftp
# asks it when the file is empty already. A script that restores a file by the
# link that points to it, or that copies between two snapshots that share files
# by hard links, has to remove the target first. Takes root (it mounts),
# /dev/fuse and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='openssh-client=1:9.2p1-2+deb12u10 sshfs=3.7.3-1.2~deb12u1
	openssh-sftp-server=1:9.2p1-2+deb12u10'

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
server=$T/packages/usr/lib/openssh/sftp-server
mkfifo to from

# mounted OPTIONS: mounts the store.
mounted()
{
	local i

	"$server" <to >from 2>server.log &
	packages/usr/bin/sshfs -f -o "$1" ":$T/store" mnt \
	    >to <from 2>sshfs.log &
	for ((i = 0; i < 100; i++)); do
		! mountpoint -q mnt || break
		sleep 0.1
	done
}

with_sftp()
{
	echo "cp $T/store/$1 $T/store/$2" |
	    packages/usr/bin/sftp -q -b - -D "$server"
}

with_cp()
{
	cp "mnt/$1" "mnt/$2"
}

# copied CASE COMMAND NAME: copies a file, in a new directory, to that name.
copied()
{
	local status=0 dir

	dir=$(mktemp -d -p store)
	echo data >"$dir/file"
	ln "$dir/file" "$dir/hard"
	ln -s file "$dir/symbolic"
	"$2" "${dir#*/}/file" "${dir#*/}/$3" >/dev/null 2>>errors || status=$?
	echo "$1: exit $status, $(wc -c <"$dir/file") bytes are left"
}

{
	copied 'sftp, same name' with_sftp file
	copied 'sftp, hard link' with_sftp hard
	copied 'sftp, symbolic link' with_sftp symbolic
	mounted passive
	copied 'cp, same name' with_cp file
	copied 'cp, hard link' with_cp hard
	copied 'cp, symbolic link' with_cp symbolic
	umount mnt
	mounted passive,follow_symlinks
	copied 'cp with follow_symlinks, symbolic link' with_cp symbolic
} | tee said

cmp said - <<'END'
sftp, same name: exit 1, 0 bytes are left
sftp, hard link: exit 0, 0 bytes are left
sftp, symbolic link: exit 0, 0 bytes are left
cp, same name: exit 1, 5 bytes are left
cp, hard link: exit 0, 0 bytes are left
cp, symbolic link: exit 1, 5 bytes are left
cp with follow_symlinks, symbolic link: exit 0, 0 bytes are left
END
