# SPDX-License-Identifier: ISC
# The suites of the clients once more, against a session that sees nothing but
# one directory: with a root, as an ordinary user, and in the sandbox where
# kernel and build have one. Each record that they cause in the transfer log
# fits the JSON schema in slipway.conf(5).

load ../lib/sshd
load ../lib/ordinary

setup()
{
	bats_require_minimum_version 1.5.0
	SERVER=${SERVER:-$BATS_TEST_DIRNAME/../../build/sftp-server}
	SERVER=$(realpath "$SERVER")
	reason=$(ordinary_unusable) && skip "$reason"
	type -P python3 >/dev/null || skip 'python3 is not installed'
	# The names of sockets must fit their addresses.
	D=${TMPDIR:-/tmp}
	[[ ${#D} -le 32 ]] || D=/tmp
	D=$(mktemp -d "$D/rooted.XXXXXX")
	# The clients name files as the machine does. Beneath the root that
	# name leads to its top, where the same files are.
	mkdir -p "$D${D%/*}"
	ln -s / "$D$D"
	: >"$D/sessions"
	chmod 666 "$D/sessions"
	local sandbox=require
	"$SERVER" -o sandbox=require </dev/null >"$D.log" 2>&1 || sandbox=off
	cat >"$D/server" <<-END
	#!/bin/sh
	echo \$\$ >>$D/sessions
	exec '$SERVER' -o root=$D -o sandbox=$sandbox \
	    -o "log.transfers=\$(cat $D/transfers)" "\$@"
	END
	chmod 755 "$D/server"
	python3 "$BATS_TEST_DIRNAME/../lib/schema.py" "$D.socket" "$D.said" \
	    3>&- &
	READER=$!
	while [[ ! -S $D.socket ]]; do
		kill -0 "$READER"
		sleep 0.01
	done
	chmod 666 "$D.socket"
}

teardown()
{
	[[ -z ${READER:-} ]] || kill "$READER" || true
	[[ -z ${D:-} ]] || rm -rf --one-file-system "$D" "$D".*
}

# suite NAME [SOCKET]: NAME.bats, all of it, passes; records go to the socket.
suite()
{
	echo "${2-none}" >"$D/transfers"
	ordinary "$D" TMPDIR="$D" SERVED_ROOT="$D" SERVER="$D/server" \
	    bats --tap "$BATS_TEST_DIRNAME/$1.bats" >"$D.out" 2>&1 3>&- ||
	    { grep -av '^ok' "$D.out"; return 1; }
	# There is no suite without a test that ran.
	grep -aq '^ok [^#]*$' "$D.out" ||
	    skip "$(grep -am 1 -o '# skip .*' "$D.out" | cut -d ' ' -f 3-)"
	[[ -s $D/sessions ]]
}

# recorded NAME: the same, and the records fit the schema.
recorded()
{
	suite "$1" "$D.socket"
	kill "$READER"
	wait "$READER" || { cat "$D.said"; return 1; }
	READER=
	grep -q '^op close' "$D.said"
}

@test "in a root all tests of sftp pass" { recorded sftp; }
@test "in a root all tests of scp pass" { recorded scp; }
# Its log must be OpenSSH's, without a line about a record that was lost.
@test "in a root all tests of sshfs pass" { suite sshfs; }
@test "in a root all tests of lftp pass" { recorded lftp; }
@test "in a root all tests of rclone pass" { recorded rclone; }
@test "in a root all tests of curl pass" { recorded curl; }
@test "in a root all tests of PuTTY pass" { recorded putty; }
@test "in a root all tests of paramiko pass" { recorded paramiko; }
