# SPDX-License-Identifier: ISC
# For the bats files of this directory: the client "wire", a directory to
# serve, and where to find OpenSSH's server.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
HERE=$BATS_TEST_DIRNAME
export PYTHONPATH=$HERE PYTHONDONTWRITEBYTECODE=1
PYTAP=$HERE/../lib/pytap.py

require_server()
{
	[ -n "${SERVER:-}" ] || skip "SERVER does not name a server"
	[ -x "$SERVER" ] || skip "$SERVER is not there"
}

# Plays the script on stdin to the server in $DIR. The arguments are the
# server's, or wire's up to a "--". $output has the replies, one a line.
play()
{
	local options=()

	if [[ " $* " == *" -- "* ]]; then
		while [ "$1" != -- ]; do
			options+=("$1")
			shift
		done
		shift
	fi
	run --separate-stderr "$HERE/wire" -d "$DIR" "${options[@]}" -- \
	    "$SERVER" "$@"
}

# OpenSSH's server on stdout; fails if this machine has none.
find_openssh()
{
	local candidate

	for candidate in "${OPENSSH_SFTP_SERVER:-}" \
	    /usr/lib/openssh/sftp-server /usr/libexec/openssh/sftp-server \
	    /usr/libexec/sftp-server /usr/lib/ssh/sftp-server; do
		if [ -n "$candidate" ] && [ -x "$candidate" ]; then
			echo "$candidate"
			return 0
		fi
	done
	return 1
}
