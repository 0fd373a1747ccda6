#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# scp -p and "put -p" of sftp, OpenSSH 9.2, exit 0 when the server refuses to
# set the times of the file that they sent: a line on stderr says so, and a
# backup script that looks at the exit status takes the copy for complete.
#
# Seen with openssh-client and openssh-sftp-server 9.2p1-2+deb12u10 (Debian 12),
# without ssh(1), to OpenSSH's own server with -P fsetstat:
#
#	scp -p: exit 0, kept the time: no
#	put -p: exit 0, kept the time: no
#
# sftp exits 0 even with -b, which ends at the first error of a command. So who
# forbids attributes to a user breaks "-p" for him, and no exit status tells.
# Takes apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='openssh-client=1:9.2p1-2+deb12u10
	openssh-sftp-server=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
trap 'cd / && rm -rf --one-file-system "$T"' EXIT

mkdir "$T/packages"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
cat >server <<END
#!/bin/sh
exec "$T/packages/usr/lib/openssh/sftp-server" -P fsetstat
END
chmod +x server
echo data >file
touch -d 2001-01-01 file

# told NAME STATUS: a line about the copy, which is removed.
told()
{
	local kept=no

	cmp -s file copy
	[ copy -nt file ] || kept=yes
	echo "$1: exit $2, kept the time: $kept"
	rm copy
}

{
	status=0
	packages/usr/bin/scp -q -p -s -D "$T/server" file \
	    "example:$T/copy" 2>>errors || status=$?
	told 'scp -p' $status
	status=0
	echo "put -p file $T/copy" |
	    packages/usr/bin/sftp -q -b - -D "$T/server" \
	    >/dev/null 2>>errors || status=$?
	told 'put -p' $status
} | tee said
grep -q 'remote fsetstat: Permission denied' errors

cmp said - <<'END'
scp -p: exit 0, kept the time: no
put -p: exit 0, kept the time: no
END
