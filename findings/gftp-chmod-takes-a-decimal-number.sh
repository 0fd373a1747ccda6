#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# gftp-text 2.9.1b takes the mode of its "chmod" for a decimal number, sends
# that to the server, and prints OK: "chmod 640" makes the file unreadable for
# its owner, "chmod 755" lets everybody write to it. Its log line shows the
# number that it sent in octal, without saying so.
#
# Seen with gftp-text 2.9.1~beta-1+b1 and, as the server,
# openssh-sftp-server 9.2p1-2+deb12u10 (Debian 12):
#
#	chmod 640: OK, mode 1200 --w------T
#	chmod 600: OK, mode 1130 ---x-wx--T
#	chmod 755: OK, mode 1363 --wxrw--wt
#	chmod 0640: OK, mode 1200 --w------T
#
# The protocol has the mode as a plain number, so that no server can tell. A
# sticky bit on an ordinary file may be the work of gFTP. Takes root (gFTP gets
# another home directory in a mount namespace), Debian's python3 and apt-get.
# Exits 0 if it is still so.
set -eu

PACKAGES='gftp-text=2.9.1~beta-1+b1 gftp-common=2.9.1~beta-1
	openssh-sftp-server=1:9.2p1-2+deb12u10'

T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
mkdir "$T/packages" "$T/bin" "$T/home"
cd "$T/packages"
# shellcheck disable=SC2086	# words
apt-get -o APT::Sandbox::User=root download -qq $PACKAGES
for package in *.deb; do
	dpkg -x "$package" .
done
cd "$T"

# gFTP speaks SFTP through the program ssh; this one is the server itself.
printf '#!/bin/sh\nexec "%s"\n' "$T/packages/usr/lib/openssh/sftp-server" \
    >bin/ssh
chmod +x bin/ssh

# gFTP takes its settings from the home directory that passwd(5) has.
mkdir home/.gftp
cp packages/etc/gftp/* home/.gftp
sed "s,^\(root:.*:\)[^:]*\(:[^:]*\)$,\1$T/home\2," /etc/passwd >passwd

PATH=$T/bin:$PATH LC_ALL=C.UTF-8 TERM=dumb unshare -m sh -c \
    'mount --bind passwd /etc/passwd && exec "$@"' sh \
    /usr/bin/python3 - "$T/packages/usr/bin/gftp-text" <<'END' | tee said
import fcntl
import os
import pty
import re
import select
import stat
import struct
import sys
import termios

FILE = os.path.abspath("file")


def until(end):
    """Reads what the program prints up to this."""
    text = b""
    while not re.search(end, text):
        if not select.select([terminal], [], [], 20)[0]:
            sys.exit("no answer after " + repr(text))
        text += os.read(terminal, 4096)
    return text


child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(sys.argv[1], ["gftp-text", "ssh2://user@host/"])
until(rb"Password:")
os.write(terminal, b"\n")
prompt = rb"ftp\x1b\[\d*m> $"
until(prompt)
for mode in "640", "600", "755", "0640":
    with open(FILE, "w"):
        pass
    os.write(terminal, b"chmod %s %s\n" % (mode.encode(), FILE.encode()))
    told = "OK" if b": OK" in until(prompt) else "failed"
    st = os.stat(FILE)
    print("chmod %s: %s, mode %o %s" % (
        mode, told, stat.S_IMODE(st.st_mode), stat.filemode(st.st_mode)))
os.write(terminal, b"quit\n")
os.waitpid(child, 0)
END

cmp said - <<'END'
chmod 640: OK, mode 1200 --w------T
chmod 600: OK, mode 1130 ---x-wx--T
chmod 755: OK, mode 1363 --wxrw--wt
chmod 0640: OK, mode 1200 --w------T
END
