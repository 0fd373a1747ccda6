#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# OpenSSH's SFTP server takes the two paths of SSH_FXP_SYMLINK in another order
# than the specification has. libssh 0.10.6 and asyncssh 2.10.1 know that, but
# tell the server by what sshd says of itself in the banner of SSH. Behind
# dropbear, where OpenSSH's sftp-server is the usual one, they send the order of
# the specification: the link gets the name of its target, in the directory
# where the session began, and the answer is that all is well.
#
# Seen with dropbear-bin 2022.83-1+deb12u3, openssh-sftp-server
# 9.2p1-2+deb12u10, libssh-4 0.10.6-0+deb12u3, python3-asyncssh
# 2.10.1-2+deb12u2 and, to compare, sftp of openssh-client 9.2p1-2+deb12u10
# (Debian 12). Each makes "link" for the target "target":
#
#	sftp: OK, link -> target
#	libssh: OK, target -> link
#	asyncssh: OK, target -> link
#
# Whether the paths have to be swapped is a matter of the program that speaks
# SFTP, which the banner does not name. Takes root (dropbear logs it in, with a
# home directory in a mount namespace), Debian's python3, a free port and
# apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='dropbear-bin=2022.83-1+deb12u3 libtomcrypt1=1.18.2-6
	libtommath1=1.2.0-6+deb12u1
	openssh-sftp-server=1:9.2p1-2+deb12u10
	openssh-client=1:9.2p1-2+deb12u10 libssh-4=0.10.6-0+deb12u3
	python3-asyncssh=2.10.1-2+deb12u2
	python3-cryptography=38.0.4-3+deb12u1
	python3-cffi-backend=1.15.1-5+b1 python3-typing-extensions=4.4.0-1'

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

mkdir "$T/packages"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"
LD_LIBRARY_PATH=$(dirname "$(find "$T/packages" -name 'libssh.so.4')")
export LD_LIBRARY_PATH
bin=$T/packages/usr/bin
"$bin/ssh-keygen" -q -t ecdsa -m PEM -N '' -f user
"$bin/dropbearkey" -t ecdsa -f host >key.log 2>&1
mkdir -m 700 home home/.ssh
cp user.pub home/.ssh/authorized_keys

port=$(/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
# shellcheck disable=SC2016	# the inner shell's
unshare -m sh -c 'mount --bind "$1/home" "$2" && exec \
    "$1/packages/usr/sbin/dropbear" -F -E -m -s -r "$1/host" \
    -c "$1/packages/usr/lib/openssh/sftp-server" -P "$1/pid" \
    -p "127.0.0.1:$3"' sh "$T" "$(getent passwd root | cut -d: -f6)" "$port" \
    >dropbear.log 2>&1 &
PID=$!
for ((i = 0; i < 100; i++)); do
	! { : <>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || break
	sleep 0.1
done

cat >with_libssh.py <<'END'
import ctypes
import sys

lib = ctypes.CDLL("libssh.so.4")
for name in "ssh_new", "sftp_new":
    getattr(lib, name).restype = ctypes.c_void_p
HOST, PORT_STR, USER, PROCESS_CONFIG = 0, 2, 4, 38


def check(result):
    if result != 0:
        sys.exit("libssh: %d" % result)


ssh, key = ctypes.c_void_p(lib.ssh_new()), ctypes.c_void_p()
check(lib.ssh_options_set(ssh, PROCESS_CONFIG,
                          ctypes.byref(ctypes.c_bool(False))))
for option, value in ((HOST, "127.0.0.1"), (PORT_STR, sys.argv[1]),
                      (USER, "root")):
    check(lib.ssh_options_set(ssh, option, value.encode()))
check(lib.ssh_connect(ssh))
check(lib.ssh_pki_import_privkey_file(b"user", None, None, None,
                                      ctypes.byref(key)))
check(lib.ssh_userauth_publickey(ssh, None, key))
sftp = ctypes.c_void_p(lib.sftp_new(ssh))
check(lib.sftp_init(sftp))
check(lib.sftp_symlink(sftp, b"target", b"link"))
lib.ssh_disconnect(ssh)
END

cat >with_asyncssh.py <<'END'
import asyncio
import sys

import asyncssh


async def main():
    async with asyncssh.connect(
            "127.0.0.1", int(sys.argv[1]), username="root", config=None,
            client_keys=["user"], known_hosts=None) as ssh:
        async with ssh.start_sftp_client() as sftp:
            await sftp.symlink("target", "link")

asyncio.run(main())
END

# run NAME COMMAND ...: has a link made, and prints which one there is then.
run()
{
	local told=OK link

	"${@:2}" >>log 2>&1 || told=failed
	link=$(find home -type l -printf '%P -> %l\n')
	echo "$1: $told, $link"
	find home -type l -delete
}

python()
{
	PYTHONPATH=$T/packages/usr/lib/python3/dist-packages \
	    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -Wignore "$@"
}

echo 'symlink target link' >commands
{
	run sftp "$bin/sftp" -F none -S "$bin/ssh" -q -b commands -P "$port" \
	    -o IdentityFile="$T/user" -o IdentitiesOnly=yes \
	    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	    root@127.0.0.1
	run libssh python with_libssh.py "$port"
	run asyncssh python with_asyncssh.py "$port"
} | tee said

cmp said - <<'END'
sftp: OK, link -> target
libssh: OK, target -> link
asyncssh: OK, target -> link
END
