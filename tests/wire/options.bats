# SPDX-License-Identifier: ISC
# The command line: what it permits, where it starts, what it logs.

load common

setup()
{
	require_server
	DIR=$BATS_TEST_TMPDIR/tree
	mkdir -m 755 "$DIR"
	echo hello >"$DIR/f"
	chmod 644 "$DIR/f"
	DENIED='status 3 PERMISSION_DENIED "Permission denied" ""'
}

# The tree as text, to see that nothing has changed.
snapshot()
{
	(cd "$DIR" && find . -printf '%p %m %s %T@ %l\n' | sort &&
	    find . -type f -exec cat {} +)
}

# Lines of $output from the first on, without the handles.
assert_all_denied()
{
	local line

	for line in "${lines[@]}"; do
		[[ $line == handle\ * ]] || assert_equal "$line" "$DENIED"
	done
}

@test "-R refuses each request that changes files" {
	local before

	mkdir "$DIR/d"
	ln -s f "$DIR/l"
	before=$(snapshot)
	play -R <<-'EOS'
		open f r -> h
		open f w
		open f rw
		open new rc
		open f rt
		open new wct
		write $h 0 "x"
		setstat f mode=600
		fsetstat $h mode=600
		remove f
		mkdir new
		rmdir d
		rename f g
		symlink f g
		posix-rename@openssh.com f g
		hardlink@openssh.com f g
		lsetstat@openssh.com l atime=1 mtime=1
		fsync@openssh.com $h
		copy-data $h 0 0 $h 9
	EOS
	assert_success
	assert_equal "${#lines[@]}" 19
	assert_all_denied
	assert_equal "$(snapshot)" "$before"
}

@test "-R permits requests that only read" {
	ln -s f "$DIR/l"
	play -R <<-'EOS'
		open f r -> h
		read $h 0 10
		fstat $h
		stat f
		lstat l
		opendir . -> d
		readdir $d
		realpath .
		readlink l
		statvfs@openssh.com .
		fstatvfs@openssh.com $h
		limits@openssh.com
		expand-path@openssh.com ~
		home-directory ""
		users-groups-by-id@openssh.com "" ""
		close $h
	EOS
	assert_success
	refute_line -p 'status 3'
	assert_line -n 1 'data 6 "hello\n"'
	assert_line -n 15 'status 0 OK "Success" ""'
}

@test "-R refuses an OPEN that writes, in all 64 combinations of flags" {
	local flags answer

	for flags in {0..63}; do
		printf 'open f %d\nopen new %d\n' "$flags" "$flags"
	done >"$BATS_TEST_TMPDIR/script"
	play -f "$BATS_TEST_TMPDIR/script" -- -R
	assert_success
	for flags in {0..63}; do
		# WRITE 2, CREAT 8, TRUNC 16
		answer=$DENIED
		[ $((flags & 26)) -ne 0 ] || answer='handle *'
		# shellcheck disable=SC2053 # a pattern is meant
		[[ ${lines[2 * flags]} == $answer ]] ||
		    fail "f with $flags: ${lines[2 * flags]}"
		[ $((flags & 26)) -ne 0 ] ||
		    answer='status 2 NO_SUCH_FILE "No such file" ""'
		# shellcheck disable=SC2053
		[[ ${lines[2 * flags + 1]} == $answer ]] ||
		    fail "new with $flags: ${lines[2 * flags + 1]}"
	done
	assert_equal "$(cat "$DIR/f")" hello
	[ ! -e "$DIR/new" ]
}

@test "-P overrides -p, and -R overrides both" {
	play -p open,stat,remove -P stat <<-'EOS'
		stat f
		lstat f
		open f r
	EOS
	assert_line -n 0 "$DENIED"
	assert_line -n 1 "$DENIED"
	assert_line -n 2 -p handle
	play -R -p open,remove,stat <<-'EOS'
		remove f
		open f w
		stat f
	EOS
	assert_line -n 0 "$DENIED"
	assert_line -n 1 "$DENIED"
	assert_line -n 2 -p attrs
}

@test "-P write permits OPEN to create and truncate, as in OpenSSH" {
	play -P write <<-'EOS'
		open f wt -> h
		write $h 0 "x"
		open new wc
		stat f
	EOS
	assert_line -n 1 "$DENIED"
	assert_line -n 2 -p handle
	assert_line -n 3 -p 'size=0 '
}

@test "a truncated packet of a denied request is denied" {
	play -P stat,statvfs,write <<-'EOS'
		raw 11 00000001
		raw c8 00000002 00000013 73746174766673406f70656e7373682e636f6d
		raw 06 00000003 000000ff
		raw 07 00000004
	EOS
	assert_line -n 0 "$DENIED"
	assert_line -n 1 "$DENIED"
	assert_line -n 2 "$DENIED"
	assert_line -n 3 'status 5 BAD_MESSAGE "Bad message" ""'
}

@test "-Q requests lists OpenSSH's names in OpenSSH's order first" {
	run -0 "$SERVER" -Q requests
	assert_equal "$(head -29 <<<"$output" | tr '\n' ' ')" \
	    "open close read write lstat fstat setstat fsetstat opendir $(:
	    )readdir remove mkdir rmdir realpath stat rename readlink $(:
	    )symlink posix-rename statvfs fstatvfs hardlink fsync lsetstat $(:
	    )limits expand-path copy-data home-directory users-groups-by-id "
	run -1 "$SERVER" -Q nonsense
	assert_output "Invalid query type"
}

@test "-h and unknown options print the usage and exit 1" {
	run -1 "$SERVER" -h
	assert_line -n 0 -p 'usage: '
	run -1 "$SERVER" -!
	assert_line -n 0 -p 'usage: '
	run -1 "$SERVER" -d
	assert_line -n 0 -p 'usage: '
}

@test "-u is the umask of new files, and does not affect SETSTAT" {
	play -u 027 <<-'EOS'
		open new wc
		open moded wc mode=777
		mkdir dir
		mkdir moded-dir mode=1777
		setstat f mode=666
	EOS
	assert_success
	cd "$DIR"
	assert_equal \
	    "$(stat -c '%n %a' new moded dir moded-dir f | tr '\n' ' ')" \
	    "new 640 moded 750 dir 750 moded-dir 1750 f 666 "
	for bad in 8 -1 1000 x '' 07x; do
		run -255 "$SERVER" -u "$bad"
	done
}

@test "-m is the mode of new files, whatever the client asks for" {
	"$SERVER" -h 2>&1 | grep -q -- '-m ' ||
	    skip "this server has no -m"
	play -m 640 <<-'EOS'
		open new wc
		open moded wc mode=777
		mkdir dir mode=700
	EOS
	assert_success
	cd "$DIR"
	assert_equal "$(stat -c '%n %a' new moded dir | tr '\n' ' ')" \
	    "new 640 moded 640 dir 700 "
}

@test "-d is the start directory, in which %d %u %U %% are expanded" {
	local home pair

	mkdir "$DIR/sub" "$DIR/%" "$DIR/$(id -u)" "$DIR/$(id -un)"
	for pair in sub:sub %%:% "%U:$(id -u)" "%u:$(id -un)"; do
		play -d "$DIR/${pair%%:*}" <<<"realpath ."
		assert_output -p "\"$(readlink -f "$DIR")/${pair#*:}\" "
	done
	home=$(getent passwd "$(id -u)" | cut -d: -f6)
	if [ -d "$home" ]; then
		play -d %d <<<"realpath ."
		assert_output -p "\"$(readlink -f "$home")\" "
	fi
	play -e -d "$DIR/nope" <<<"realpath ."
	assert_output -p "\"$(readlink -f "$DIR")\" "
	assert_regex "$stderr" "chdir to \"$DIR/nope\" failed: No such file"
}

@test "an empty -d fails in any session" {
	local options

	for options in '' "-o root=$DIR" '-o files.hide=x'; do
		# shellcheck disable=SC2086	# words
		play -e $options -d '' <<<"realpath ."
		assert_success
		assert_line -p 'name '
		assert_regex "$stderr" 'chdir to "" failed: No such file'
	done
}

@test "-c and the words behind it are ignored, as for a login shell" {
	play -c "ls -l" -z --nonsense <<<"stat f"
	assert_success
	assert_line -n 0 -p 'attrs '
}

@test "the arguments "-- HOST sftp" of scp -D are ignored, no others" {
	local words

	for words in '-- host sftp' '-R -- host sftp' '-Rd . -- ::1 sftp' \
	    '-d -- -- host sftp'; do
		# shellcheck disable=SC2086	# words
		run "$HERE/wire" -- "$SERVER" $words <<<"stat $DIR"
		assert_success
		assert_line -n 0 -p 'attrs '
	done
	for words in 'host sftp' '-- host' '-- sftp' '-- host sftp more' \
	    '-- host stfp' '-- host SFTP' '-d -- host sftp' '-- -R sftp x' \
	    '-- host sftp --' 'host -- sftp'; do
		# shellcheck disable=SC2086	# words
		run --separate-stderr -78 "$SERVER" -t $words
		assert_regex "$stderr" 'is left over behind the options'
	done
}

@test "a malformed SSH_CONNECTION is fatal, an absent one is UNKNOWN" {
	SSH_CONNECTION='' run -255 "$SERVER" -e </dev/null
	assert_output -p 'Malformed SSH_CONNECTION variable: ""'
	SSH_CONNECTION=1.2.3.4 run -255 "$SERVER" -e </dev/null
	unset SSH_CONNECTION
	run -0 "$SERVER" -e -l INFO </dev/null
	assert_line -n 0 -p \
	    "session opened for local user $(id -un) from [UNKNOWN]"
}

@test "the log at DEBUG3 is that of OpenSSH" {
	play -e -l DEBUG3 <<-'EOS'
		open "f\x01" rwc mode=600 -> h
		write $h 0 "abcd"
		read $h 1 2
		stat nope
		setstat f size=2 mode=640 atime=1 mtime=86400
		rename f g
		close $h
		opendir . -> d
	EOS
	assert_success
	local user

	user="local user $(id -un) from [192.0.2.1]"
	assert_equal "${stderr//$'\r'/}" "session opened for $user
received client version 3
debug3: request 1: open flags 11
open \"f\\001\" flags READ,WRITE,CREATE mode 0600
debug1: request 1: sent handle 0
debug1: request 2: write \"f\\001\" (handle 0) off 0 len 4
debug3: request 2: sent status 0
sent status Success
debug1: request 3: read \"f\\001\" (handle 0) off 1 len 2
debug1: request 3: sent data len 2
debug3: request 4: stat
stat name \"nope\"
debug3: request 4: sent status 2
sent status No such file
debug1: request 5: setstat name \"f\"
set \"f\" size 2
set \"f\" mode 0640
set \"f\" modtime 19700102-00:00:00
debug3: request 5: sent status 0
sent status Success
debug3: request 6: rename
rename old \"f\" new \"g\"
debug3: request 6: sent status 0
sent status Success
debug3: request 7: close handle 0
close \"f\\001\" bytes read 2 written 4
debug3: request 7: sent status 0
sent status Success
debug3: request 8: opendir
opendir \".\"
debug1: request 8: sent handle 0
debug1: read eof
forced closedir \".\"
session closed for $user"
}

@test "the log is quiet by default, and its lines end in CR LF" {
	play -e <<-'EOS'
		open f r
		stat nope
	EOS
	assert_equal "$stderr" ""
	play -e -l INFO <<<"stat nope"
	assert_equal "$stderr" "$(printf '%s\r\n' \
	    "session opened for local user $(id -un) from [192.0.2.1]" \
	    'sent status No such file' \
	    "session closed for local user $(id -un) from [192.0.2.1]")"
}

@test "a hidden extension is not announced and is unsupported" {
	play -n -- -o protocol.max_version=6 \
	    -o protocol.hide_extensions=check-file <<-'EOS'
		init 6
		check-file-name f md5 0 0 0
	EOS
	refute_output --partial check-file
	assert_line -n 1 --regexp '^status 8 '
}
