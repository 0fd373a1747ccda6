#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# A server that stores a file only when it is closed tells of a full disk in its
# answer to CLOSE, as rclone's does. curl 7.88.1, paramiko 2.12.0 and sshfs
# 3.7.3 do not look at that answer, or forget it: the upload ends well, and
# nothing of the file is there. paramiko asks for the size afterwards, which
# does not help, for rclone answers the size that the file should have.
#
# Seen with curl 7.88.1-10+deb12u15, libssh2-1 1.10.0-3+deb12u1, sshfs
# 3.7.3-1.2~deb12u1, python3-paramiko 2.12.0-2, rclone 1.60.1+dfsg-2+b5 and, to
# compare, OpenSSH's sftp 9.2p1-2+deb12u10 (Debian 12). 20000 bytes are uploaded
# to a store of 64 KiB that has 12 KiB left:
#
#	sftp: exit 1, 0 bytes arrived
#	curl: exit 0, 0 bytes arrived
#	paramiko: write OK, close OK, 0 bytes arrived
#	paramiko put: OK, 0 bytes arrived
#	cp to sshfs: exit 0, 0 bytes arrived
#
# Quotas and network file systems behind a server show in the same place. An
# upload by such a client is sure only once a new session has asked for the
# size, or better for a checksum. Takes root (it mounts), /dev/fuse, Debian's
# python3, a free port and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15
	libssh2-1=1.10.0-3+deb12u1 sshfs=3.7.3-1.2~deb12u1
	rclone=1.60.1+dfsg-2+b5 openssh-client=1:9.2p1-2+deb12u10
	python3-paramiko=2.12.0-2 python3-cryptography=38.0.4-3+deb12u1
	python3-bcrypt=3.2.2-1 python3-nacl=1.5.0-2 python3-six=1.16.0-4
	python3-cffi-backend=1.15.1-5+b1 libsodium23=1.0.18-1+deb12u1'

T=$(mktemp -d)
PID=
clean()
{
	cd /
	umount "$T/mnt" 2>/dev/null || :
	[[ ! $PID ]] || kill "$PID" 2>/dev/null || :
	wait
	umount "$T/store" 2>/dev/null || :
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
libraries=$(dirname "$(find "$T/packages" -name 'libssh2.so.1')")
bin=$T/packages/usr/bin
mount -t tmpfs -o size=64k,mode=0700 tmpfs store
head -c 50000 /dev/zero >store/full
head -c 20000 /dev/zero >file
for key in host user; do
	"$bin/ssh-keygen" -q -t ecdsa -m PEM -N '' -f $key
done

port=$(/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
RCLONE_CONFIG=$T/none "$bin/rclone" serve sftp "$T/store" --key host \
    --addr "127.0.0.1:$port" --authorized-keys user.pub >rclone.log 2>&1 &
PID=$!
for ((i = 0; i < 100; i++)); do
	! { : <>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || break
	sleep 0.1
done

# arrived TEXT: prints it, and how much of the file there is, and removes that.
# sshfs does not wait for the answer to CLOSE.
arrived()
{
	local i

	for ((i = 0; i < 100; i++)); do
		[[ ! -e store/file ]] || break
		sleep 0.1
	done
	echo "$1, $(stat -c %s store/file) bytes arrived"
	rm store/file
}

# run NAME COMMAND ...
run()
{
	local status=0

	"${@:2}" >/dev/null 2>>errors || status=$?
	arrived "$1: exit $status"
}

cat >upload.py <<'END'
import sys

import paramiko

how, port = sys.argv[1:]
transport = paramiko.Transport(("127.0.0.1", int(port)))
transport.connect(username="user",
                  pkey=paramiko.ECDSAKey.from_private_key_file("user"))
sftp = paramiko.SFTPClient.from_transport(transport)


def attempt(call):
    try:
        call()
        return "OK"
    except (OSError, paramiko.SSHException) as error:
        return str(error)


if how == "put":
    print("paramiko put:", attempt(lambda: sftp.put("file", "/file")))
else:
    with open("file", "rb") as source:
        data = source.read()
    f = sftp.open("/file", "wb")
    print("paramiko: write %s, close %s" % (
        attempt(lambda: f.write(data)), attempt(f.close)))
transport.close()
END

# upload HOW
upload()
{
	LD_LIBRARY_PATH=$libraries PYTHONDONTWRITEBYTECODE=1 \
	    PYTHONPATH=$T/packages/usr/lib/python3/dist-packages \
	    /usr/bin/python3 -Wignore upload.py "$1" "$port"
}

ssh=(-o IdentityFile="$T/user" -o IdentitiesOnly=yes
    -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null)
echo 'put file /file' >commands
{
	run sftp "$bin/sftp" -F none -S "$bin/ssh" -q -b commands -P "$port" \
	    "${ssh[@]}" user@127.0.0.1
	run curl env LD_LIBRARY_PATH="$libraries" "$bin/curl" -q -sS \
	    --insecure -u user: --key user --pubkey user.pub -T file \
	    "sftp://127.0.0.1:$port/file"
	arrived "$(upload write)"
	arrived "$(upload put)"
	"$bin/sshfs" -F /dev/null -o ssh_command="$bin/ssh" -p "$port" \
	    "${ssh[@]}" user@127.0.0.1:/ mnt
	cp file mnt/file && umount mnt
	arrived "cp to sshfs: exit $?"
} | tee said

cmp said - <<'END'
sftp: exit 1, 0 bytes arrived
curl: exit 0, 0 bytes arrived
paramiko: write OK, close OK, 0 bytes arrived
paramiko put: OK, 0 bytes arrived
cp to sshfs: exit 0, 0 bytes arrived
END
