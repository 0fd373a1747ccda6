# SPDX-License-Identifier: ISC
# The sessions that get a sandbox, and what a kernel must have for it.
# tests/unit/t_confine_sandbox.c tests what the sandbox stops, sandboxed.bats
# that everything else works in it.

load common

WITHOUT=$BUILD/tests/without

setup()
{
	require_server
	DIR=$BATS_TEST_TMPDIR/tree
	mkdir -m 755 "$DIR"
	echo hello >"$DIR/f"
}

require_without()
{
	[[ -x $WITHOUT ]] || "$HERE/../lib/built"
	"$WITHOUT" seccomp -- true || skip 'this kernel has no filters'
}

# seccomp_of OPTION ...: prints the kernel's value for the server's filter; 2
# means that it has one.
seccomp_of()
{
	play "$@" <<-'EOS'
		! grep -w Seccomp /proc/$(pgrep -o -P $PPID)/status
	EOS
}

@test "restricted sessions, and those with sandbox=require, are sandboxed" {
	local options filtered

	require_kernel
	type -P pgrep >/dev/null || skip 'pgrep is not installed'
	while read -r filtered options; do
		# shellcheck disable=SC2086	# words
		seccomp_of $options
		assert_output "Seccomp:	$filtered"
	done <<-'EOF'
		0
		0 -o rename.overwrite=always
		2 -R
		2 -P remove
		0 -R -o sandbox=off
		0 -R -o profile=openssh
		2 -o sandbox=require
		2 -R -o sandbox=require
	EOF
}

@test "the sandbox of a session is logged once, at VERBOSE" {
	require_kernel
	run "$SERVER" -e -l VERBOSE -R </dev/null
	assert_line -p 'sandbox: Landlock on, seccomp on'
	run "$SERVER" -e -l INFO -R </dev/null
	refute_line -p sandbox
	run "$SERVER" -e -l VERBOSE </dev/null
	refute_line -p sandbox
}

@test "a user name that was not looked up before is found, or is a number" {
	local user

	require_kernel
	[[ $EUID -eq 0 ]] || skip 'only root can give files away'
	user=$(getent passwd 1 | cut -d: -f1)
	mkdir "$DIR/d"
	touch "$DIR/d/known" "$DIR/d/unknown"
	chown 1:1 "$DIR/d/known"
	chown 123456:123456 "$DIR/d/unknown"
	play -o sandbox=require <<-'EOS'
		opendir d -> d
		readdir $d
	EOS
	assert_output -e "1 ${user:-1} .* known\""
	assert_output -e '1 123456 +123456 .* unknown"'
}

@test "inside a root all requests work, by either way to walk a path" {
	local walk

	require_kernel
	require_without
	mkdir "$DIR/a" "$DIR/b"
	ln -s a "$DIR/link"
	for walk in renameat2 openat2 openat2,renameat2,fchmodat2,statx; do
		echo "without $walk"
		run "$HERE/wire" -v 6 -d "$DIR" -- "$WITHOUT" ${walk//,/ } -- \
		    "$SERVER" -o sandbox=require -o root="$DIR" \
		    -o protocol.max_version=6 <<-'EOS'
			open /link/new rwc mode=640 -> h
			write $h 0 "abc"
			read $h 0 9
			expect data 3 "abc"
			fsetstat $h mode=600
			setstat /a/new mode=604 mtime=5
			setstat /a/new size=2
			ext fsync@openssh.com $h
			close $h
			link /b/hard /link/new 0
			rename /a/new /b/moved 0
			posix-rename@openssh.com /b/moved /b/hard
			rename /b/moved /a/back 0
			link /b/soft /b/hard 1
			readlink /b/soft
			expect name 1 "/b/hard"
			mkdir /b/d
			rename /b/d /a/d 0
			rename /a/d /b/e 0
			rmdir /b/e
			stat /a/back
			expect attrs * * size=2
			remove /b/soft
			remove /b/hard
			remove /a/back
			opendir /link
			realpath /link/../x
			statvfs@openssh.com /
		EOS
		assert_success
		refute_line -e '^status [^0]'
		assert_line -e '^handle'
	done
}

# In a mount namespace, since its sockets must lie where libc looks for them.
@test "a user name that a daemon knows is found from inside a root" {
	require_kernel
	[[ $EUID -eq 0 ]] && unshare -m true 2>/dev/null ||
	    skip 'only root can mount'
	touch "$DIR/theirs"
	chown 990123:990123 "$DIR/theirs"
	cat >"$BATS_TEST_TMPDIR/inside" <<-'EOF'
		mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/userdb &&
		sed -E '/^(passwd|group):/s/$/ systemd/' /etc/nsswitch.conf \
		    >/run/nsswitch.conf &&
		mount --bind /run/nsswitch.conf /etc/nsswitch.conf || exit
		exec 3< <(exec python3 "$HERE/../lib/userdb.py" \
		    /run/systemd/userdb)
		daemon=$!
		read -r -u 3 && getent passwd 990123 >/dev/null ||
		    { kill "$daemon"; echo skip; exit; }
		printf '%s\n' 'opendir / -> d' 'readdir $d' |
		    "$HERE/wire" -- "$SERVER" -o sandbox=require -o root="$1"
		kill "$daemon"
	EOF
	HERE=$HERE SERVER=$SERVER run unshare -m bash \
	    "$BATS_TEST_TMPDIR/inside" "$DIR"
	[[ $output != skip ]] || skip "systemd's module for names is not there"
	assert_success
	assert_output -e '1 remote +remote .* theirs"'
}

@test "a kernel without a part of the sandbox fails only if it is required" {
	local lacks text

	require_kernel
	require_without
	while read -r lacks text; do
		echo "without $lacks"
		# shellcheck disable=SC2086	# words
		run -78 "$WITHOUT" ${lacks//,/ } -- "$SERVER" -e \
		    -o sandbox=require </dev/null
		assert_line -p "sandbox: required, but this kernel or $text"
		# shellcheck disable=SC2086
		run "$HERE/wire" -d "$DIR" -- "$WITHOUT" ${lacks//,/ } -- \
		    "$SERVER" -R <<<'stat f'
		assert_output -p 'attrs '
		# shellcheck disable=SC2086
		run "$WITHOUT" ${lacks//,/ } -- "$SERVER" -e -l VERBOSE \
		    -R </dev/null
		assert_success
		assert_line -p "off"
	done <<-'EOF'
		landlock_create_ruleset this build has no usable Landlock
		landlock_restrict_self this build has no usable Landlock
		seccomp this build has no seccomp
		landlock_create_ruleset,seccomp this build
	EOF
}

@test "a required sandbox that is missing is logged with file and line" {
	local conf=$BATS_TEST_TMPDIR/conf

	require_kernel
	require_without
	printf '%s\n' 'rules = ({ log = { level = "INFO"; }; },' \
	    '  {' '    sandbox = "require"; });' >"$conf"
	run -78 "$WITHOUT" seccomp -- "$SERVER" -e -F "$conf" </dev/null
	assert_line -p "$conf:3: sandbox: required, but this kernel"
}

@test "a root without Landlock is logged once as an error" {
	require_kernel
	require_without
	run "$WITHOUT" landlock_create_ruleset -- "$SERVER" -e -R \
	    -o root="$DIR" </dev/null
	assert_success
	assert_equal "$(grep -c 'no Landlock' <<<"$output")" 1
	run "$SERVER" -e -o root="$DIR" </dev/null
	refute_output -p Landlock
}

@test "-T prints the parts that the kernel lacks" {
	require_kernel
	require_without
	run "$WITHOUT" landlock_create_ruleset -- "$SERVER" -T -R
	assert_line -p '# restricted, but this kernel has no Landlock'
	run "$SERVER" -T -R
	refute_line -p Landlock
}
