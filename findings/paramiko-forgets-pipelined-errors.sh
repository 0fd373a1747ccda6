#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# paramiko 2.12.0 never looks at the answers to the last hundred writes of a
# file with set_pipelined(True): if the disk is full, write() and close() report
# success for data that the server did not take. Its manual promises that "all
# remaining server responses are collected" at the close, and that the close
# raises the exception. put() and putfo() write in this way, too; the size that
# they ask for afterwards reveals it, but only as long as confirm is not False,
# which is what one sets for a directory whose files vanish at once.
#
# Seen with python3-paramiko 2.12.0-2 and openssh-sftp-server 9.2p1-2+deb12u10
# (Debian 12) over a store of 64 KiB, to which 150000 bytes are sent:
#
#	plain: Failure, 65536 bytes arrived
#	pipelined: OK, 65536 bytes arrived
#	put: size mismatch in put! 65536 != 150000, 65536 bytes arrived
#	put without confirm: OK, 65536 bytes arrived
#
# A program that sets it for speed has to ask for the size of the file itself.
# If it writes into a file that was long enough before, nothing tells. Takes
# root (it mounts), Debian's python3 and apt-get. Exits 0 if it is still so.
set -eu

PACKAGES='python3-paramiko=2.12.0-2 python3-cryptography=38.0.4-3+deb12u1
	python3-bcrypt=3.2.2-1 python3-nacl=1.5.0-2 python3-six=1.16.0-4
	python3-cffi-backend=1.15.1-5+b1 libsodium23=1.0.18-1+deb12u1
	openssh-sftp-server=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
clean()
{
	cd /
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
mount -t tmpfs -o size=64k,mode=0700 tmpfs store
libraries=$(dirname "$(find "$T/packages" -name 'libsodium.so.23')")

LD_LIBRARY_PATH=$libraries \
    PYTHONPATH=$T/packages/usr/lib/python3/dist-packages \
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -Wignore - \
    "$T/packages/usr/lib/openssh/sftp-server" "$T/store/f" <<'END' | tee said
import io
import os
import socket
import subprocess
import sys

import paramiko

SERVER, PATH = sys.argv[1:]
DATA = bytes(150000)


class Channel(socket.socket):
    """All that SFTPClient asks of a channel: there is no need of ssh."""

    def get_name(self):
        return "channel"


def write(sftp, pipelined):
    file = sftp.open(PATH, "wb")
    file.set_pipelined(pipelined)
    try:
        file.write(DATA)
    finally:
        file.close()


def play(case, upload):
    ours, theirs = socket.socketpair()
    server = subprocess.Popen([SERVER], stdin=theirs, stdout=theirs)
    theirs.close()
    with Channel(fileno=ours.detach()) as channel:
        try:
            upload(paramiko.SFTPClient(channel))
            said = "OK"
        except OSError as error:
            said = str(error)
    server.wait()
    print("%s: %s, %d bytes arrived" % (case, said, os.stat(PATH).st_size))
    os.unlink(PATH)


play("plain", lambda sftp: write(sftp, False))
play("pipelined", lambda sftp: write(sftp, True))
play("put", lambda sftp: sftp.putfo(io.BytesIO(DATA), PATH))
play("put without confirm", lambda sftp: sftp.putfo(
    io.BytesIO(DATA), PATH, confirm=False))
END

cmp said - <<'END'
plain: Failure, 65536 bytes arrived
pipelined: OK, 65536 bytes arrived
put: size mismatch in put!  65536 != 150000, 65536 bytes arrived
put without confirm: OK, 65536 bytes arrived
END
