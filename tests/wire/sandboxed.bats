# SPDX-License-Identifier: ISC
# The suites of the protocol once more, in a sandbox: all that works outside
# works in it. Not part of make check, but of make check-all.

load common

setup_file()
{
	# A place that others can enter, too.
	SANDBOX_DIR=$(mktemp -d)
	export SANDBOX_DIR
	chmod 755 "$SANDBOX_DIR"
	mkdir -m 1777 "$SANDBOX_DIR/tmp"
	cat >"$SANDBOX_DIR/server" <<-EOF
		#!/bin/sh
		exec '$SERVER' -o sandbox=require "\$@"
	EOF
	chmod 755 "$SANDBOX_DIR/server"
}

teardown_file()
{
	rm -rf "$SANDBOX_DIR"
}

# suite MODULE [TEST ...]: fails unless that module's tests pass in a sandbox,
# for the user who runs this and, if that is root, for nobody.
suite()
{
	local tests=("$HERE/$1.py" "${@:2}")

	require_kernel
	export SERVER=$SANDBOX_DIR/server TMPDIR=$SANDBOX_DIR/tmp \
	    DIR=$SANDBOX_DIR/tmp
	run "$PYTAP" "${tests[@]}"
	assert_success
	[[ $EUID -eq 0 ]] || return 0
	type -P setpriv >/dev/null || skip 'setpriv is not installed'
	PATH=/usr/bin:/bin run setpriv --reuid 65534 --regid 65534 \
	    --clear-groups "$PYTAP" "${tests[@]}"
	assert_success
}

@test "in a sandbox, tests of OPEN pass" { suite versions_open; }
@test "in a sandbox, tests of attributes pass" { suite versions_attrs; }
@test "in a sandbox, tests of requests pass" { suite versions_requests; }
@test "in a sandbox, tests of paths pass" { suite versions_paths; }
@test "in a sandbox, tests of locks pass" { suite versions_locks; }
@test "in a sandbox, tests of client habits pass" { suite versions_clients; }
@test "in a sandbox, tests of pipelining pass" { suite ahead; }
@test "in a sandbox, tests of transfers behind pipes pass" { suite streams; }
@test "in a sandbox, tests of charsets pass" { suite charset; }
@test "in a sandbox, tests of checksums pass" { suite digest; }

@test "in a sandbox, tests of ACLs pass" { suite acl Get RoundTrip Flags New; }

@test "in a sandbox, tests of version 3 pass" {
	require_kernel
	run env -i PATH="$PATH" HOME="$HOME" BUILD="$BUILD" \
	    BATS_LIB_PATH="${BATS_LIB_PATH-}" \
	    SERVER="$SANDBOX_DIR/server" \
	    "$BATS_ROOT/bin/bats" --tap "$HERE/v3.bats"
	assert_success
	refute_line -e '^not ok'
	assert_line -e '^ok'
}
