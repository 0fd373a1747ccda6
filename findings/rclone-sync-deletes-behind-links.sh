#!/usr/bin/env bash
# SPDX-License-Identifier: ISC
# "rclone sync" to an SFTP server deletes files outside of the directory that it
# was told to make equal: it goes through every symbolic link to a directory
# that it finds there, removes what is behind the link, leaves the link, and
# exits 0. So does "rclone purge", which fails in the end since a link is no
# directory. To a local directory rclone does nothing of that kind: it passes
# links over.
#
# The manual of the backend has --sftp-skip-links, "Set to skip any symlinks and
# any other non regular files", and says nothing of what is deleted without it.
#
# Seen with rclone 1.60.1+dfsg-2+b5, with a server by python3-asyncssh
# 2.10.1-2+deb12u2 (Debian 12). Beside the directory there is "shared", which
# holds a file, and in the directory a link to it:
#
#	sync, local: exit 0, the file is kept, the link is there
#	sync, sftp: exit 0, the file is deleted, the link is there
#	purge, local: exit 0, the file is kept, the link is gone
#	purge, sftp: exit 1, the file is deleted, the link is there
#	sync, sftp with skip_links: exit 0, the file is kept, the link is there
#
# It hurts sites that are deployed with links to directories that stay, such as
# uploads, logs, or another user's data. Takes Debian's python3 and apt-get.
# Exits 0 if it is still so.
set -eu

PACKAGES='rclone=1.60.1+dfsg-2+b5 python3-asyncssh=2.10.1-2+deb12u2
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
cat >server.py <<'END'
import asyncio

import asyncssh


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return False    # anybody may come in


async def main():
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen("127.0.0.1", 0, server_factory=Server,
                                   server_host_keys=[key], sftp_factory=True)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
END
PYTHONPATH=$T/packages/usr/lib/python3/dist-packages \
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -Wignore server.py \
    >port 2>server.log &
PID=$!
for ((i = 0; i < 100; i++)); do
	[ ! -s port ] || break
	sleep 0.1
done
rclone()
{
	RCLONE_CONFIG=$T/none packages/usr/bin/rclone --retries 1 "$@"
}
password=$(rclone obscure any)
sftp=":sftp,host=127.0.0.1,port=$(cat port),user=any,pass=$password"

# play CASE COMMAND REMOTE: the command on a new directory at the remote.
play()
{
	local status=0 file='is deleted' link='is gone' from=()

	rm -rf new site shared
	mkdir new site shared
	echo new >new/page
	echo old >shared/file
	ln -s ../shared site/link
	[[ $2 != sync ]] || from=(new)
	rclone "$2" "${from[@]}" "$3$T/site" 2>>rclone.log || status=$?
	[ ! -f shared/file ] || file='is kept'
	[ ! -L site/link ] || link='is there'
	echo "$1: exit $status, the file $file, the link $link"
}

{
	play 'sync, local' sync ''
	play 'sync, sftp' sync "$sftp:"
	play 'purge, local' purge ''
	play 'purge, sftp' purge "$sftp:"
	play 'sync, sftp with skip_links' sync "$sftp,skip_links=true:"
} | tee said

cmp said - <<'END'
sync, local: exit 0, the file is kept, the link is there
sync, sftp: exit 0, the file is deleted, the link is there
purge, local: exit 0, the file is kept, the link is gone
purge, sftp: exit 1, the file is deleted, the link is there
sync, sftp with skip_links: exit 0, the file is kept, the link is there
END
