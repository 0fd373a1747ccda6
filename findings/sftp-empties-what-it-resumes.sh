#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# "put -a" of sftp, OpenSSH 9.2, which resumes an upload, empties the file if it
# is interrupted by a Ctrl-C, and exits 0; likewise, with exit 1, if a write
# fails. All that was on the server is lost. sftp sets the size of the file to
# the end of what the server has acknowledged without a gap, but begins to count
# at 0 and not where it resumed.
#
# scp, which uses the same code, counts acknowledgements of failed writes, too.
# On a full disk it leaves a file of the full size, with zeros for all that did
# not arrive. "put -c" of lftp, which resumes it, exits 0 at once.
#
# Seen with openssh-client and openssh-sftp-server 9.2p1-2+deb12u10 and lftp
# 4.9.2-2+b1 (Debian 12), without sshd. The server has 20000 of 100000 bytes,
# and then room for 32768:
#
#	put -a, interrupted: exit 0, 0 bytes are left
#	put -a, disk full: exit 1, 0 bytes are left
#	scp, disk full: exit 1, 100000 bytes are left, the last 67232 zeros
#	lftp put -c: exit 0, 100000 bytes are left, the last 67232 zeros
#
# With sftp 10.0 (Debian 13), an interrupt leaves the file as it is, but after a
# failed write "put -a" fills the file with zeros, as scp still does, and cannot
# be resumed any more. A server that ignores the size in FSETSTAT keeps what
# arrived; but scp, which does not truncate a file when it opens it, then leaves
# the end of one that was longer. Takes python3, apt-get, and a user who may
# mount in a namespace of his own. Exits 0 if it is still so.
set -eu

PACKAGES='openssh-client=1:9.2p1-2+deb12u10 lftp=4.9.2-2+b1
	openssh-sftp-server=1:9.2p1-2+deb12u10'

# The mount ends with the namespace.
[[ ${1-} = inside ]] || exec unshare -rm "$0" inside

T=$(mktemp -d)
clean()
{
	cd /
	umount "$T/store" 2>/dev/null || :
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/store" "$T/home"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
bin=$T/packages/usr/bin
cat >server <<END
#!/bin/sh
exec "$T/packages/usr/lib/openssh/sftp-server"
END
chmod +x server
yes 'some data' | head -c 100000 >file || :

with_sftp()
{
	echo "put -a file $T/store/file" >commands
	exec "$bin/sftp" -q -B 1000 -b commands -D "$T/server" "$@"
}

# The upload takes 16 seconds at this limit, and is interrupted at its start.
interrupted()
{
	local pid i

	with_sftp -l 40 &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		(($(wc -c <store/file) == 20000)) || break
		sleep 0.1
	done
	kill -INT "$pid"
	wait "$pid"
}

with_scp()
{
	"$bin/scp" -s -D "$T/server" file "example:$T/store/file"
}

with_lftp()
{
	HOME=$T/home "$bin/lftp" --norc -c "
		set sftp:connect-program $T/server
		set net:max-retries 1
		open -u user, sftp://example
		put -c file -o $T/store/file"
}

# sent CASE COMMAND: an upload, and what it leaves.
sent()
{
	local status=0

	("$2") >/dev/null 2>>errors || status=$?
	printf '%s: exit %d, ' "$1" "$status"
	python3 - <<-'END'
	with open("store/file", "rb") as file:
	    data = file.read()
	zeros = len(data) - len(data.rstrip(b"\0"))
	print("%d bytes are left%s" % (len(data), ", the last %d zeros" % zeros
	                               if zeros else ""))
	END
}

{
	head -c 20000 file >store/file
	sent 'put -a, interrupted' interrupted
	mount -t tmpfs -o size=64k,mode=0700 tmpfs store
	head -c 32768 /dev/zero >store/full
	head -c 20000 file >store/file
	sent 'put -a, disk full' with_sftp
	rm store/file
	sent 'scp, disk full' with_scp
	sent 'lftp put -c' with_lftp
} | tee said

cmp said - <<'END'
put -a, interrupted: exit 0, 0 bytes are left
put -a, disk full: exit 1, 0 bytes are left
scp, disk full: exit 1, 100000 bytes are left, the last 67232 zeros
lftp put -c: exit 0, 100000 bytes are left, the last 67232 zeros
END
