# SPDX-License-Identifier: ISC
# For the bats files of this directory: the client "wire", a directory to
# serve, and where to find OpenSSH's server.

bats_require_minimum_version 1.5.0
bats_load_library bats-support
bats_load_library bats-assert
HERE=$BATS_TEST_DIRNAME
export PYTHONPATH=$HERE PYTHONDONTWRITEBYTECODE=1

require_server()
{
	[ -n "${SERVER:-}" ] || skip "SERVER does not name a server"
	[ -x "$SERVER" ] || skip "$SERVER is not there"
}

# Runs tests of the module with this file's name: a class, or one of its tests.
# One that skips itself is skipped here.
unit()
{
	cd "$HERE" || return 1
	run python3 -m unittest -v "$(module).$1"
	assert_success
	[[ ! $output =~ skipped\ [\'\"]([^\'\"]*) ]] ||
	    skip "${BASH_REMATCH[1]}"
}

module()
{
	basename "$BATS_TEST_FILENAME" .bats
}

# Every test of the module is one of this file's, or in a class that is.
assert_all_listed()
{
	local class=none word

	while read -r word; do
		case $word in
		class\ *)
			class=${word#class }
			class=${class%%(*} ;;
		*)
			word=${word#def }
			grep -qE "\\{ unit $class(\\.${word%%(*})?; \\}" \
			    "$BATS_TEST_FILENAME" ||
			    fail "$class.${word%%(*} is not run" ;;
		esac
	done < <(grep -oE '^class \w+\(|^    def test_\w+' "$HERE/$(module).py")
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
