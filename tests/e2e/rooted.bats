# SPDX-License-Identifier: ISC
# The suites of the clients once more, against a session that sees nothing but
# one directory: with a root, as an ordinary user, and in the sandbox where
# kernel and build have one.

load ../lib/sshd
load ../lib/ordinary

setup()
{
	bats_require_minimum_version 1.5.0
	SERVER=${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}
	SERVER=$(realpath "$SERVER")
	reason=$(ordinary_unusable) && skip "$reason"
	# The names of sockets must fit their addresses.
	D=$(mktemp -d /tmp/rooted.XXXXXX)
	# The clients name files as the machine does. Beneath the root that
	# name leads to its top, where the same files are.
	mkdir "$D/tmp"
	ln -s / "$D$D"
	: >"$D/sessions"
	chmod 666 "$D/sessions"
	local sandbox=require
	"$SERVER" -o sandbox=require </dev/null >"$D.log" 2>&1 || sandbox=off
	cat >"$D/server" <<-END
	#!/bin/sh
	echo \$\$ >>$D/sessions
	exec '$SERVER' -o root=$D -o sandbox=$sandbox "\$@"
	END
	chmod 755 "$D/server"
}

teardown()
{
	[[ -z ${D:-} ]] || rm -rf --one-file-system "$D" "$D".*
}

# suite NAME: NAME.bats, all of it, passes.
suite()
{
	ordinary "$D" TMPDIR="$D" SERVED_ROOT="$D" SERVER="$D/server" \
	    bats --tap "$BATS_TEST_DIRNAME/$1.bats" >"$D.out" 2>&1 3>&- ||
	    { grep -av '^ok' "$D.out"; return 1; }
	# There is no suite without a test that ran.
	grep -aq '^ok [^#]*$' "$D.out" ||
	    skip "$(grep -am 1 -o '# skip .*' "$D.out" | cut -d ' ' -f 3-)"
	[[ -s $D/sessions ]]
}

@test "in a root all tests of sftp pass" { suite sftp; }
@test "in a root all tests of scp pass" { suite scp; }
@test "in a root all tests of sshfs pass" { suite sshfs; }
@test "in a root all tests of lftp pass" { suite lftp; }
@test "in a root all tests of rclone pass" { suite rclone; }
@test "in a root all tests of curl pass" { suite curl; }
@test "in a root all tests of PuTTY pass" { suite putty; }
@test "in a root all tests of paramiko pass" { suite paramiko; }
