#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# gvfs 1.50.3 saves a file over SFTP as editors of GNOME ask it to: it writes a
# hidden temporary file, removes the file, and only then renames the temporary
# one. Where the server refuses the rename, the file is gone, and its new
# content has a hidden name that no message tells. Where the rename works, there
# is a moment without a file, and a hard link keeps the old content.
#
# A save that makes a backup begins with a rename, and so loses nothing there.
# SFTP has had a rename that replaces, posix-rename of OpenSSH, since 2008; gvfs
# does not send it.
#
# Seen with gvfs-backends 1.50.3-1+deb12u1, libglib2.0-bin 2.74.6-2+deb12u9 and
# openssh-sftp-server 9.2p1-2+deb12u10 (Debian 12). "gio save" replaces the
# content "old" of a file that has a second name:
#
#	local: exit 0, the file has new, its link new, hidden: none
#	sftp: exit 0, the file has new, its link old, hidden: none
#	no renames: exit 2, the file is gone, its link old, hidden: new
#	no renames, backup: exit 2, the file has old, its link old, hidden: none
#
# A server that forbids its users to rename should forbid them to remove files
# as well. Takes dbus-run-session, a user who may make namespaces, and apt-get.
# Exits 0 if it is still so.
set -eu
PACKAGES='gvfs-backends=1.50.3-1+deb12u1 gvfs-daemons=1.50.3-1+deb12u1
	gvfs-libs=1.50.3-1+deb12u1 gvfs=1.50.3-1+deb12u1
	libglib2.0-bin=2.74.6-2+deb12u9
	openssh-sftp-server=1:9.2p1-2+deb12u10'
# The daemons of gvfs end with the PID namespace.
[[ ${1-} = inside ]] || exec unshare -rpf --mount-proc --kill-child "$0" inside
T=$(mktemp -d)
trap 'cd / && rm -rf --one-file-system "$T"' EXIT
mkdir "$T/packages" "$T/bin" "$T/home" "$T/store"
mkdir -m 700 "$T/run"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
# gvfs is where it was unpacked.
sed -i "s,=/usr/,=$T/packages/usr/," packages/usr/share/gvfs/mounts/sftp.mount \
    packages/usr/share/dbus-1/services/org.gtk.vfs.Daemon.service
libraries=$(dirname "$(find "$T/packages" -name libgvfsdaemon.so)")
modules=$(dirname "$(find "$T/packages" -name libgvfsdbus.so)")
# gvfs runs ssh, of which it asks the version first.
cat >bin/ssh <<INNER
#!/bin/sh
[ "\$1" != -V ] || exec echo OpenSSH_9.2p1 >&2
exec "$T/packages/usr/lib/openssh/sftp-server" \$(cat "$T/options")
INNER
cat >save <<'INNER'
# told NAME URI [OPTION]: saves to a file, and tells what is there then.
told()
{
	local status=0 file='is gone' hidden=none
	rm -f store/* store/.gio*
	echo old >store/file
	ln store/file store/link
	echo new | gio save ${3-} "$2$PWD/store/file" >>said 2>&1 || status=$?
	[ ! -e store/file ] || file="has $(cat store/file)"
	for name in store/.gio*; do
		[ ! -e "$name" ] || hidden=$(cat "$name")
	done
	echo "$1: exit $status, the file $file, its link $(cat store/link)," \
	    "hidden: $hidden"
}
: >options
gio mount sftp://server/ >>said 2>&1
told local file://
told sftp sftp://server
gio mount -u sftp://server/
echo -P rename,posix-rename >options
gio mount sftp://server/ >>said 2>&1
told 'no renames' sftp://server
told 'no renames, backup' sftp://server -b
gio mount -u sftp://server/
INNER
chmod +x bin/ssh
env -u DBUS_SESSION_BUS_ADDRESS PATH="$T/bin:$T/packages/usr/bin:$PATH" \
    HOME="$T/home" XDG_RUNTIME_DIR="$T/run" LC_ALL=C.UTF-8 \
    XDG_DATA_DIRS="$T/packages/usr/share:/usr/share" \
    GVFS_MOUNTABLE_DIR="$T/packages/usr/share/gvfs/mounts" \
    GVFS_REMOTE_VOLUME_MONITOR_IGNORE=1 GVFS_DISABLE_FUSE=1 \
    GIO_EXTRA_MODULES="$modules" LD_LIBRARY_PATH="$libraries" \
    dbus-run-session -- bash save 2>bus.log | tee said.lines
cmp said.lines - <<'INNER'
local: exit 0, the file has new, its link new, hidden: none
sftp: exit 0, the file has new, its link old, hidden: none
no renames: exit 2, the file is gone, its link old, hidden: new
no renames, backup: exit 2, the file has old, its link old, hidden: none
INNER
