# SPDX-License-Identifier: ISC
# For the bats files of this directory: the client "wire", a directory to
# serve, and where to find OpenSSH's server.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
HERE=$BATS_TEST_DIRNAME
export PYTHONPATH=$HERE PYTHONDONTWRITEBYTECODE=1
PYTAP=$HERE/../lib/pytap.py
export BUILD=${BUILD:-$HERE/../../build}
export SERVER=${SERVER:-$BUILD/sftp-server}

require_server()
{
	[ -x "$SERVER" ] || "$HERE/../lib/built"
	[ -x "$SERVER" ] || fail "$SERVER is not there"
}

# reason ERRNO: prints its text, as the server's C library has it.
reason()
{
	"$BUILD/tests/strerror" "$1"
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

# OpenSSH's servers on this machine, one a line: those that the environment
# names, that of the distribution, and those that were built here.
openssh_servers()
{
	local named candidate file
	declare -A known

	IFS=: read -ra named <<<"${OPENSSH_SFTP_SERVER:-}"
	for candidate in "${named[@]%%=*}" \
	    {,/usr,/usr/local,/opt/*}/lib{,exec}/{,openssh/,ssh/}sftp-server; do
		[ -x "$candidate" ] || continue
		file=$(stat -L -c %d:%i "$candidate")
		# The file may be slipway, installed in place of OpenSSH's.
		[ -z "${known[$file]:-}" ] && [[ $("$candidate" -V 2>&1) != \
		    slipway\ * ]] || continue
		known[$file]=yes
		echo "$candidate"
	done
}

# require_kernel: skips where the kernel, or the build, has no sandbox.
require_kernel()
{
	local lacks

	"$SERVER" -V | grep -q 'landlock, seccomp' ||
	    skip "$SERVER was built without"
	lacks=$("$BUILD/tests/kernel" landlock seccomp) ||
	    skip "this kernel has no $lacks"
}
