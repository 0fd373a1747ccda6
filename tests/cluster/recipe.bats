# SPDX-License-Identifier: ISC
# The files of contrib/cluster are correct, as far as one host can tell;
# tests/cluster/run uses them on three.

bats_load_library bats-support
bats_load_library bats-assert

PATH=$PATH:/usr/sbin:/sbin

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || exit
	SERVER=${SERVER:-$PWD/build/sftp-server}
}

needs() { type -P "$1" >/dev/null || skip "$1 is not installed"; }

@test "haproxy accepts contrib/cluster/haproxy.cfg" {
	needs haproxy
	run haproxy -c -f contrib/cluster/haproxy.cfg
	assert_success
	refute_output --partial WARNING
}

@test "nft accepts contrib/cluster/balancer.nft" {
	needs nft
	unshare -rn true 2>/dev/null || skip 'no network namespaces here'
	run unshare -rn nft -c -f contrib/cluster/balancer.nft
	assert_success
}

@test "sshd accepts contrib/cluster/sshd_config" {
	local key=$BATS_TEST_TMPDIR/key

	needs sshd
	ssh-keygen -q -t ed25519 -N '' -f "$key"
	sed "s,^HostKey .*,HostKey $key," contrib/cluster/sshd_config \
	    >"$BATS_TEST_TMPDIR/sshd_config"
	run "$(type -P sshd)" -t -f "$BATS_TEST_TMPDIR/sshd_config"
	# Only a service makes this directory of root's.
	[[ $output != *'privilege separation directory'* ]] ||
	    skip "$output"
	assert_success
	refute_output
}

@test "contrib/cluster/slipway.conf is a correct policy" {
	local f=$BATS_TEST_TMPDIR/slipway.conf

	cp contrib/cluster/slipway.conf "$f"
	chmod go-w "$f"
	run "$SERVER" -t -F "$f"
	assert_success
	# The group and the root of the recipe are not here.
	refute_line --regexp '(unknown|never|no effect)'
}

@test "the scripts of contrib/cluster are correct" {
	local f

	for f in volume upgrade; do
		run bash -n "contrib/cluster/$f"
		assert_success
	done
	run sh -n contrib/cluster/agent
	assert_success
	needs shellcheck
	run shellcheck contrib/cluster/{agent,upgrade,volume}
	assert_success
}

@test "the agent tells whether a volume can be written to" {
	local dir

	mountpoint -q /dev/shm || skip '/dev/shm is not mounted'
	[[ -w /dev/shm ]] || skip '/dev/shm is not writable'
	run contrib/cluster/agent "$BATS_TEST_TMPDIR"
	assert_output down
	run contrib/cluster/agent "$BATS_TEST_TMPDIR/none"
	assert_output down
	run contrib/cluster/agent /dev/shm
	assert_output up
	rm -f "/dev/shm/.agent-$(uname -n)"
	run contrib/cluster/agent
	assert_failure 2
}

# Answers HAProxy's commands as haproxy(1) does, and notes them.
fake_haproxy()
{
	local dir=$BATS_TEST_TMPDIR

	cat >"$dir/answer" <<-END
		#!/bin/sh
		read -r line
		echo "\$line" >>$dir/told
		[ "\$line" = "show stat" ] || { echo; exit; }
		echo '# pxname,svname,scur,status,type'
		echo 'hosts,a,0,UP,2'
		echo "hosts,b,0,$1,2"
	END
	chmod +x "$dir/answer"
	: >"$dir/told"
	socat "UNIX-LISTEN:$dir/admin,fork" EXEC:"$dir/answer" 3>&- &
	FAKE=$!
	until [[ -S $dir/admin ]]; do sleep 0.02; done
}

teardown() { [[ ! ${FAKE:-} ]] || kill "$FAKE"; }

upgrade()
{
	run contrib/cluster/upgrade -s "$BATS_TEST_TMPDIR/admin" "$@"
}

told() { grep -v '^show stat' "$BATS_TEST_TMPDIR/told"; }

@test "upgrade drains a host, runs the command, and puts the host back" {
	needs socat
	fake_haproxy UP
	upgrade -c 'echo now' a
	assert_success
	assert_line now
	run told
	assert_output "set server hosts/a state drain
shutdown sessions server hosts/a
set server hosts/a state ready"
}

@test "upgrade puts a host back whose command failed, and ends no session" {
	needs socat
	fake_haproxy UP
	upgrade -c false a
	assert_failure 1
	run told
	assert_output "set server hosts/a state drain
set server hosts/a state ready"
}

@test "upgrade leaves the last host alone, and one that HAProxy does not know" {
	needs socat
	fake_haproxy DOWN
	upgrade -c true a
	assert_failure 1
	assert_output 'upgrade: no other host is up to take the clients'
	upgrade -c true c
	assert_failure 1
	assert_output 'upgrade: HAProxy knows no server hosts/c'
	run told
	refute_output
}
