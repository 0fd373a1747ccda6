# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# File systems that will not rename, replace or remove an open file, for tests:
# one that a server sees through a preloaded shim, and one that is mounted.
# tests/refuse/shim.c and refusefs.c describe their rules.
#
#	shim_unusable			prints why, or returns 1
#	shim_needed			for setup: skips the test if it is
#	shim_begin DIR			the directory that refuses, and for
#					with_shim a log of calls, $SHIM_LOG
#	shim_rules <<END ...		its rules, from now on
#	with_shim COMMAND ...		runs it with the shim preloaded
#
#	server_has_policy		true if the server is ours, false if it
#					is another one, for comparison
#
#	refusefs_unusable		prints why, or returns 1
#	refusefs_mount SOURCE MOUNTPOINT [OPTION,...]
#	refusefs_unmount MOUNTPOINT

REFUSE_DIR=$(cd "${BASH_SOURCE[0]%/*}/../refuse" && pwd)
REFUSE_BUILD=${BUILD:-$REFUSE_DIR/../../build}/tests
PYTHON=/usr/bin/python3
[[ -x $PYTHON ]] || PYTHON=python3

shim_unusable()
{
	[[ -e $REFUSE_BUILD/shim.so ]] || "$REFUSE_DIR/../lib/built" ||
	    return 1
	[[ -e $REFUSE_BUILD/shim.so ]] ||
	    { echo 'the shim takes glibc and a long of 64 bits'; return 0; }
	type -P "$PYTHON" >/dev/null ||
	    { echo 'python3 is not installed'; return 0; }
	return 1
}

shim_needed()
{
	local reason

	export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	export SERVER=${SERVER:-$BUILD/sftp-server}
	reason=$(shim_unusable) && skip "$reason"
	:
}

shim_begin()
{
	export SLIPWAY_SHIM_DIR=$1
	export SHIM_LOG=$1.log SHIM_RULES=$1.rules
	: >"$SHIM_LOG"
	: >"$SHIM_RULES"
}

shim_rules()
{
	cat >"$SHIM_RULES"
}

# A program that is built with the address sanitizer wants it first.
with_shim()
{
	local asan

	asan=$(ldd "$(type -P "$1")" 2>/dev/null |
	    awk '/libasan/ { print $3 ":" }')
	LD_PRELOAD=$asan$REFUSE_BUILD/shim.so SLIPWAY_SHIM_LOG=$SHIM_LOG \
	    SLIPWAY_SHIM_RULES=$SHIM_RULES "$@"
}

# server_has_policy: true if the server under test is slipway, and not OpenSSH's
# as a stand-in. Its policies are not asked: they might be broken.
server_has_policy()
{
	"$SERVER" -V 2>&1 | grep -q '^slipway '
}

# syscalls DIR <<END ...: see syscalls.py
syscalls()
{
	"$PYTHON" "$REFUSE_DIR/syscalls.py" "$@"
}

refusefs_unusable()
{
	[[ -x $REFUSE_BUILD/refusefs ]] ||
	    { echo 'libfuse3 is not installed'; return 0; }
	[[ -r /dev/fuse && -w /dev/fuse ]] ||
	    { echo '/dev/fuse cannot be opened'; return 0; }
	[[ $(id -u) -eq 0 ]] || type -P fusermount3 >/dev/null ||
	    { echo 'fusermount3 is not installed'; return 0; }
	return 1
}

# Comes back when it is mounted; if it cannot be, says why and returns 1.
refusefs_mount()
{
	local fd line

	mkdir -p "$1" "$2" || return 1
	exec {fd}< <(exec "$REFUSE_BUILD/refusefs" "$1" "$2" \
	    -o "${3:-errno=EBUSY}" 2>&1 3>&- 4>&-)
	REFUSEFS_PIDS[$2]=$!
	REFUSEFS_FDS[$2]=$fd
	read -r line <&"$fd"
	[[ $line == ready ]] || { printf '%s\n' "$line" >&2; return 1; }
}
declare -gA REFUSEFS_PIDS REFUSEFS_FDS

# Comes back when the process has ended, and prints what it said.
refusefs_unmount()
{
	local fd=${REFUSEFS_FDS[$1]:-}

	[[ -n $fd ]] || return 0
	kill "${REFUSEFS_PIDS[$1]}" 2>/dev/null ||:
	cat <&"$fd" >&2
	exec {fd}<&-
	unset "REFUSEFS_FDS[$1]" "REFUSEFS_PIDS[$1]"
}
