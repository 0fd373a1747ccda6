#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# The SFTP servers of ProFTPD 1.3.8 (mod_sftp) and of asyncssh 2.10.1 answer OK
# to a WRITE of which the disk took only the first part: write(2) says how much
# it wrote, and they look for an error only. The next WRITE fails, but the last
# one of a file has none after it. The upload ends well, and the file is short.
#
# Seen with proftpd-mod-crypto 1.3.8+dfsg-4+deb12u5, python3-asyncssh
# 2.10.1-2+deb12u2, and OpenSSH's server 9.2p1-2+deb12u10 to compare, over a
# store of 44 KiB (Debian 12). sftp, OpenSSH 9.2, uploads 45500 bytes:
#
#	OpenSSH: put exit 1, 45056 bytes arrived
#	ProFTPD: put exit 0, 45056 bytes arrived
#	asyncssh: put exit 0, 45056 bytes arrived
#
# Users near their quota, or of a disk that is nearly full, lose the end of a
# file that way, and remove the original. An upload to such a server is sure
# only once its size was compared. Takes root (it mounts, and ProFTPD starts as
# root), Debian's python3, a free port and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='proftpd-core=1.3.8+dfsg-4+deb12u5 libhiredis0.14=0.14.1-3
	proftpd-mod-crypto=1.3.8+dfsg-4+deb12u5 libmemcached11=1.1.4-1
	libmemcachedutil2=1.1.4-1 libhashkit2=1.1.4-1
	libpcre2-posix3=10.42-1+deb12u2
	libsasl2-2=2.1.28+dfsg-10+deb12u1
	libsodium23=1.0.18-1+deb12u1
	python3-asyncssh=2.10.1-2+deb12u2
	python3-cryptography=38.0.4-3+deb12u1
	python3-cffi-backend=1.15.1-5+b1 python3-typing-extensions=4.4.0-1
	openssh-client=1:9.2p1-2+deb12u10
	openssh-sftp-server=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
PIDS=
clean()
{
	cd /
	# shellcheck disable=SC2086	# words
	[[ ! $PIDS ]] || kill $PIDS 2>/dev/null || :
	wait
	umount "$T/store" 2>/dev/null || :
	rm -rf --one-file-system "$T"
}
trap clean EXIT

mkdir "$T/packages" "$T/store"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
libraries=$(dirname "$(find "$T/packages" -name 'libhiredis.so.0.14')")
mount -t tmpfs -o size=44k,mode=0700 tmpfs store
head -c 45500 /dev/zero >file
for key in host user; do
	packages/usr/bin/ssh-keygen -q -t ed25519 -N '' -f $key
done

# ProFTPD knows one user, who has root's number and a key.
packages/usr/bin/ssh-keygen -e -f user.pub >authorized
echo "user:x:0:0::$T:/bin/sh" >passwd
chmod 600 passwd
port=$(/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
cat >proftpd.conf <<END
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
SFTPEngine on
SFTPHostKey $T/host
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:$T/authorized
SFTPLog none
END
LD_LIBRARY_PATH=$libraries packages/usr/sbin/proftpd -n -c "$T/proftpd.conf" \
    >proftpd.out 2>&1 &
PIDS=$!

cat >server.py <<'END'
import asyncio
import sys

import asyncssh


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False    # anybody may come in


async def main():
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=Server,
                                   server_host_keys=[sys.argv[1]],
                                   sftp_factory=True)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
END
PYTHONPATH=$T/packages/usr/lib/python3/dist-packages \
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -Wignore server.py host \
    >asyncssh.port 2>asyncssh.log &
PIDS+=" $!"
for ((i = 0; i < 100; i++)); do
	! { [ -s asyncssh.port ] && : <>"/dev/tcp/127.0.0.1/$port"; } \
	    2>/dev/null || break
	sleep 0.1
done

# put NAME ARGUMENT...: an upload by sftp with these arguments.
put()
{
	local status=0

	echo "put file $T/store/f" | packages/usr/bin/sftp -q -b - "${@:2}" \
	    >/dev/null 2>>errors || status=$?
	echo "$1: put exit $status, $(wc -c <store/f) bytes arrived"
	rm store/f
}

# put_ssh NAME PORT
put_ssh()
{
	put "$1" -F none -S "$T/packages/usr/bin/ssh" -P "$2" -i user \
	    -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
	    -o UserKnownHostsFile=/dev/null user@127.0.0.1
}

{
	put OpenSSH -D "$T/packages/usr/lib/openssh/sftp-server"
	put_ssh ProFTPD "$port"
	put_ssh asyncssh "$(cat asyncssh.port)"
} | tee said

cmp said - <<'END'
OpenSSH: put exit 1, 45056 bytes arrived
ProFTPD: put exit 0, 45056 bytes arrived
asyncssh: put exit 0, 45056 bytes arrived
END
