#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# With HiddenStores, ProFTPD 1.3.8 (mod_sftp) writes an upload to another file,
# which it renames at the close. It does so also if the client wants to change a
# part of a file: the new file has that part, and zeros before it, and replaces
# the old one. Every answer is OK. For FTP, HiddenStores turns REST off to avoid
# that; SFTP has no such command, only a WRITE at an offset.
#
# "put -c" of lftp, and "mirror -R -c", which send what was added to a file
# since the last time, destroy the part that is on the server already. "put -a"
# of sftp opens the file with SSH_FXF_APPEND, for which ProFTPD makes an
# exception.
#
# Seen with proftpd-mod-crypto 1.3.8+dfsg-4+deb12u5, lftp 4.9.2-2+b1 and sftp of
# openssh-client 9.2p1-2+deb12u10 (Debian 12). The server has the first 20000 of
# 50000 bytes:
#
#	HiddenStores off, sftp put -a: exit 0, complete
#	HiddenStores off, lftp put -c: exit 0, complete
#	HiddenStores off, lftp mirror -c: exit 0, complete
#	HiddenStores on, sftp put -a: exit 0, complete
#	HiddenStores on, lftp put -c: exit 0, 50000 bytes, 20000 zeros first
#	HiddenStores on, lftp mirror -c: exit 0, 50000 bytes, 20000 zeros first
#
# The size is right, so that lftp finds nothing to do the next time. A server
# may hide an upload only if the client creates or truncates the file. Takes
# root (ProFTPD starts as root), python3, a free port and apt-get. Exits 0 if it
# is still so.
set -eu

PACKAGES='proftpd-core=1.3.8+dfsg-4+deb12u5 libhiredis0.14=0.14.1-3
	proftpd-mod-crypto=1.3.8+dfsg-4+deb12u5 libmemcached11=1.1.4-1
	libmemcachedutil2=1.1.4-1 libhashkit2=1.1.4-1
	libpcre2-posix3=10.42-1+deb12u2
	libsasl2-2=2.1.28+dfsg-10+deb12u1
	libsodium23=1.0.18-1+deb12u1 lftp=4.9.2-2+b1
	openssh-client=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
PID=
clean()
{
	cd /
	[[ ! $PID ]] || kill "$PID" 2>/dev/null || :
	wait
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/store" "$T/dir" "$T/home"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
libraries=$(dirname "$(find "$T/packages" -name 'libhiredis.so.0.14')")
bin=$T/packages/usr/bin
head -c 50000 /dev/urandom >dir/file
for key in host user; do
	"$bin/ssh-keygen" -q -t ed25519 -N '' -f $key
done

# ProFTPD knows one user, who has root's number and a key.
"$bin/ssh-keygen" -e -f user.pub >authorized
echo "user:x:0:0::$T:/bin/sh" >passwd
chmod 600 passwd

# serve HIDDEN: starts ProFTPD on a free port.
serve()
{
	local i

	port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
	cat >proftpd.conf <<-END
	DefaultAddress 127.0.0.1
	SocketBindTight on
	UseIPv6 off
	Port $port
	ModulePath $T/packages/usr/lib/proftpd
	LoadModule mod_sftp.c
	ScoreboardFile $T/scoreboard
	PidFile $T/proftpd.pid
	ControlsEngine off
	DelayEngine off
	WtmpLog off
	TransferLog none
	SystemLog $T/proftpd.log
	AuthUserFile $T/passwd
	AuthOrder mod_auth_file.c
	User root
	Group root
	RootLogin on
	AllowOverwrite on
	AllowStoreRestart on
	HiddenStores $1
	SFTPEngine on
	SFTPHostKey $T/host
	SFTPAuthMethods publickey
	SFTPAuthorizedUserKeys file:$T/authorized
	SFTPLog none
	END
	LD_LIBRARY_PATH=$libraries packages/usr/sbin/proftpd -n \
	    -c "$T/proftpd.conf" >proftpd.out 2>&1 &
	PID=$!
	for ((i = 0; i < 100; i++)); do
		! { : <>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || break
		sleep 0.1
	done
}

ssh=(-F none -o IdentityFile="$T/user" -o IdentitiesOnly=yes
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null)

with_sftp()
{
	echo "put -a $T/dir/file $T/store/file" | "$bin/sftp" -q -b - \
	    -S "$bin/ssh" "${ssh[@]}" -P "$port" user@127.0.0.1
}

# with_lftp COMMAND
with_lftp()
{
	HOME=$T/home "$bin/lftp" --norc -c "
		set sftp:connect-program '$bin/ssh -a -x ${ssh[*]}'
		set net:max-retries 1
		open -u user, sftp://127.0.0.1:$port
		$1"
}

# resumed CASE COMMAND ...: has the rest of the file sent.
resumed()
{
	local status=0 found=complete

	head -c 20000 dir/file >store/file
	"${@:2}" >/dev/null 2>>errors || status=$?
	cmp -s dir/file store/file || found=$(python3 - <<-'END'
	with open("store/file", "rb") as file:
	    data = file.read()
	print("%d bytes, %d zeros first" % (
	    len(data), len(data) - len(data.lstrip(b"\0"))))
	END
	)
	echo "$1: exit $status, $found"
}

for hidden in off on; do
	serve $hidden
	case="HiddenStores $hidden"
	resumed "$case, sftp put -a" with_sftp
	resumed "$case, lftp put -c" with_lftp \
	    "put -c $T/dir/file -o $T/store/file"
	resumed "$case, lftp mirror -c" with_lftp \
	    "mirror -R -c $T/dir $T/store"
	kill "$PID"
	wait "$PID" || :
	PID=
done >said
cat said

cmp said - <<'END'
HiddenStores off, sftp put -a: exit 0, complete
HiddenStores off, lftp put -c: exit 0, complete
HiddenStores off, lftp mirror -c: exit 0, complete
HiddenStores on, sftp put -a: exit 0, complete
HiddenStores on, lftp put -c: exit 0, 50000 bytes, 20000 zeros first
HiddenStores on, lftp mirror -c: exit 0, 50000 bytes, 20000 zeros first
END
