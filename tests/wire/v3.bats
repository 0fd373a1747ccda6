# SPDX-License-Identifier: ISC
# Version 3: what each request answers, when it succeeds and when not.

load common

setup()
{
	require_server
	DIR=$BATS_TEST_TMPDIR/tree
	mkdir -m 755 "$DIR"
	echo hello >"$DIR/f"
}

@test "INIT 3 and above is answered with version 3" {
	local offer

	for offer in 3 4 5 6 7 4294967295; do
		play -n -- <<<"init $offer"
		assert_success
		assert_output --regexp '^version 3 '
	done
}

@test "INIT below 3 gets VERSION 3, then STATUS without a message" {
	local offer

	for offer in 0 1 2; do
		play -v "$offer" -- <<-'EOS'
			stat nope
			stat f
		EOS
		assert_success
		assert_line -n 0 'status 2 NO_SUCH_FILE "" ""'
		assert_line -n 1 -p 'attrs flags=0xf size=6'
	done
}

@test "the eleven extensions are announced in OpenSSH's order" {
	play -n -- <<<"init 3"
	assert_output -p "$(printf '"%s"="%s" ' \
	    posix-rename@openssh.com 1 statvfs@openssh.com 2 \
	    fstatvfs@openssh.com 2 hardlink@openssh.com 1 \
	    fsync@openssh.com 1 lsetstat@openssh.com 1 limits@openssh.com 1 \
	    expand-path@openssh.com 1 copy-data 1 home-directory 1)"
	assert_output -p '"users-groups-by-id@openssh.com"="1"'
}

@test "pairs in INIT are ignored, a second INIT is answered" {
	play -n -- <<-'EOS'
		init 3 00000001 61 00000001 62
		stat f
		init 3 ffffffff
		stat f
	EOS
	assert_success
	assert_line -n 0 -p 'version 3 '
	assert_line -n 1 -p 'attrs '
	assert_line -n 2 -p 'version 3 '
	assert_line -n 3 -p 'attrs '
}

@test "OPEN, WRITE, READ and CLOSE work" {
	play <<-'EOS'
		open new rwc mode=640 -> h
		write $h 0 "abc\x00def"
		read $h 0 100
		read $h 3 2
		read $h 7 1
		read $h 0 0
		write $h 10 "x"
		read $h 6 100
		write $h 0 ""
		close $h
		close $h
		read $h 0 1
		stat new
	EOS
	assert_success
	assert_line -n 1 'status 0 OK "Success" ""'
	assert_line -n 2 'data 7 "abc\x00def"'
	assert_line -n 3 'data 2 "\x00d"'
	assert_line -n 4 'status 1 EOF "End of file" ""'
	assert_line -n 5 'data 0 ""'
	assert_line -n 7 'data 5 "f\x00\x00\x00x"'
	assert_line -n 8 'status 0 OK "Success" ""'
	assert_line -n 9 'status 0 OK "Success" ""'
	assert_line -n 10 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 11 'status 4 FAILURE "Failure" ""'
	assert_line -n 12 -p 'size=11 '
	assert_line -n 12 -p 'mode=100640 '
}

@test "OPEN obeys each flag" {
	play <<-'EOS'
		open f wcx
		open nope r
		open f wt -> h
		fstat $h
		open a wca -> a
		write $a 500 "one"
		write $a 0 "two"
		close $a
		open a r -> a
		read $a 0 100
		write $a 0 "no"
		open w wc -> w
		read $w 0 1
		open . r -> d
		read $d 0 1
		open . w
		open nope x
		open f x
	EOS
	assert_success
	assert_line -n 0 'status 4 FAILURE "File exists" ""'
	assert_line -n 1 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 3 -p 'size=0 '
	assert_line -n 9 'data 6 "onetwo"'
	assert_line -n 10 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 12 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 13 -p 'handle '
	assert_line -n 14 'status 4 FAILURE "Is a directory" ""'
	assert_line -n 15 'status 4 FAILURE "Is a directory" ""'
	assert_line -n 16 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 17 -p 'handle '
}

@test "OPEN does not apply attributes to an existing file" {
	chmod 640 "$DIR/f"
	play <<-'EOS'
		open f rw mode=0 size=0
		open f rwc mode=777
		lstat f
	EOS
	assert_line -n 2 -p 'size=6 '
	assert_line -n 2 -p 'mode=100640 '
}

@test "STAT, LSTAT, FSTAT and READLINK work" {
	ln -s f "$DIR/l"
	ln -s nope "$DIR/dangling"
	ln -s loop "$DIR/loop"
	play <<-'EOS'
		stat l
		lstat l
		open l r -> h
		fstat $h
		stat dangling
		lstat dangling
		stat loop
		stat f/x
		stat ""
		stat "n"*256
		readlink l
		readlink f
		readlink nope
		opendir . -> d
		fstat $d
		fstat hex:00
	EOS
	assert_success
	assert_line -n 0 -p 'mode=100644 '
	assert_line -n 1 -p 'mode=120777 '
	assert_line -n 3 -p 'size=6 '
	assert_line -n 4 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 5 -p 'mode=120777 '
	assert_line -n 6 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 7 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 8 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 9 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 10 'name 1 "f" "f" {flags=0x0}'
	assert_line -n 11 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 12 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 14 -p 'mode=40755 '
	assert_line -n 15 'status 4 FAILURE "Failure" ""'
}

@test "READLINK returns the longest possible link" {
	play <<-'EOS'
		symlink "t"*4095 l
		expect status 0
		readlink l -> t
		expect name 1 "t*t" "t*t" {flags=0x0}
		symlink "t"*4096 m
		expect status 5
	EOS
	assert_success
	assert_equal "${#lines[1]}" $((7 + 4097 + 1 + 4097 + 12))
}

@test "SETSTAT and FSETSTAT" {
	play <<-'EOS'
		setstat f size=3 mode=100600 atime=11 mtime=4000000000
		stat f
		open f rw -> h
		fsetstat $h size=5 mode=4755
		fstat $h
		setstat nope mode=600
		fsetstat hex:ffff mode=600
		setstat f
		setstat f extended=a:b
		open f r -> r
		fsetstat $r size=0
		opendir . -> d
		fsetstat $d mode=700
		stat .
	EOS
	assert_success
	assert_line -n 1 -p 'size=3 '
	assert_line -n 1 -p 'mode=100600 '
	assert_line -n 1 -p 'atime=11 mtime=4000000000'
	assert_line -n 4 -p 'size=5 '
	assert_line -n 4 -p 'mode=104755 '
	assert_line -n 5 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 6 'status 4 FAILURE "Failure" ""'
	assert_line -n 7 'status 0 OK "Success" ""'
	assert_line -n 8 'status 0 OK "Success" ""'
	assert_line -n 10 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 12 'status 4 FAILURE "Failure" ""'
	assert_line -n 13 -p 'mode=40755 '
}

@test "SETSTAT goes on after an error and reports the last" {
	play <<-'EOS'
		setstat f size=9223372036854775808 mode=600
		stat f
	EOS
	assert_line -n 0 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 1 -p 'mode=100600 '
}

@test "SETSTAT changes the owner before the mode" {
	local who="uid=$(id -u) gid=$(id -g)"

	[ "$(id -u)" -ne 0 ] || who='uid=1234 gid=1234'
	play <<-EOS
		setstat f $who mode=4755
		stat f
	EOS
	assert_line -n 0 'status 0 OK "Success" ""'
	assert_line -n 1 -p "$who mode=104755 "
}

@test "MKDIR, RMDIR and REMOVE work" {
	mkdir "$DIR/full"
	touch "$DIR/full/x"
	ln -s full "$DIR/link"
	play <<-'EOS'
		mkdir d mode=750
		stat d
		mkdir d
		mkdir f
		mkdir nope/d
		mkdir m
		stat m
		rmdir full
		rmdir f
		rmdir link
		rmdir nope
		rmdir .
		rmdir /
		rmdir d
		remove full
		remove nope
		remove link
		remove f
		stat f
		stat full
	EOS
	assert_success
	assert_line -n 1 -p 'mode=40750 '
	assert_line -n 2 'status 4 FAILURE "File exists" ""'
	assert_line -n 3 'status 4 FAILURE "File exists" ""'
	assert_line -n 4 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 6 -p 'mode=40755 '
	assert_line -n 7 'status 4 FAILURE "Directory not empty" ""'
	assert_line -n 8 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 9 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 10 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 11 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 12 "status 4 FAILURE \"$(reason EBUSY)\" \"\""
	assert_line -n 13 'status 0 OK "Success" ""'
	assert_line -n 14 'status 4 FAILURE "Is a directory" ""'
	assert_line -n 16 'status 0 OK "Success" ""'
	assert_line -n 17 'status 0 OK "Success" ""'
	assert_line -n 18 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 19 -p 'mode=40755 '
}

@test "RENAME never replaces" {
	cd "$DIR"
	echo other >g
	ln f hard
	ln -s nope dangling
	mkdir d e
	for pair in "f g" "f hard" "f f" "f dangling" "d e" "d dangling" \
	    "dangling d" "e f" "f d" "dangling g"; do
		play <<<"rename $pair"
		assert_output 'status 4 FAILURE "File exists" ""'
	done
	[ "$(cat f g)" = $'hello\nother' ]
	[ -L dangling ]
	play <<-'EOS'
		rename f new
		rename d newd
		rename dangling newl
		rename nope x
		rename g nope/x
		rename newd newd/in
		rename g new/x
	EOS
	assert_line -n 0 'status 0 OK "Success" ""'
	assert_line -n 1 'status 0 OK "Success" ""'
	assert_line -n 2 'status 0 OK "Success" ""'
	assert_line -n 3 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 4 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 5 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 6 'status 2 NO_SUCH_FILE "No such file" ""'
	[ "$(cat new)" = hello ]
	[ -L newl ]
}

@test "posix-rename replaces; hardlink does not" {
	cd "$DIR"
	echo other >g
	mkdir full
	touch full/x
	mkdir empty
	play <<-'EOS'
		hardlink@openssh.com f h
		hardlink@openssh.com f g
		hardlink@openssh.com empty x
		posix-rename@openssh.com f g
		posix-rename@openssh.com empty full
		posix-rename@openssh.com nope x
	EOS
	assert_line -n 0 'status 0 OK "Success" ""'
	assert_line -n 1 'status 4 FAILURE "File exists" ""'
	assert_line -n 2 'status 3 PERMISSION_DENIED "Permission denied" ""'
	assert_line -n 3 'status 0 OK "Success" ""'
	assert_line -n 4 'status 4 FAILURE "Directory not empty" ""'
	assert_line -n 5 'status 2 NO_SUCH_FILE "No such file" ""'
	[ "$(cat g h)" = $'hello\nhello' ]
}

@test "SYMLINK takes the target first" {
	play <<-'EOS'
		symlink some/target link
		symlink x f
		symlink "" empty
	EOS
	assert_line -n 0 'status 0 OK "Success" ""'
	assert_line -n 1 'status 4 FAILURE "File exists" ""'
	assert_line -n 2 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_equal "$(readlink "$DIR/link")" some/target
}

@test "REALPATH and expand-path resolve paths" {
	mkdir "$DIR/d"
	ln -s d "$DIR/ld"
	DIR=$(readlink -f "$DIR")
	play <<-'EOS'
		realpath ""
		realpath ld/../f
		realpath new
		realpath new/x
		realpath new/
		realpath /../..
		expand-path@openssh.com ~
		expand-path@openssh.com ~/ld
		expand-path@openssh.com ~nobody-such-user
	EOS
	assert_line -n 0 "name 1 \"$DIR\" \"$DIR\" {flags=0x0}"
	assert_line -n 1 "name 1 \"$DIR/f\" \"$DIR/f\" {flags=0x0}"
	assert_line -n 2 "name 1 \"$DIR/new\" \"$DIR/new\" {flags=0x0}"
	assert_line -n 3 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 4 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 5 'name 1 "/" "/" {flags=0x0}'
	assert_line -n 6 "name 1 \"$DIR\" \"$DIR\" {flags=0x0}"
	assert_line -n 7 "name 1 \"$DIR/d\" \"$DIR/d\" {flags=0x0}"
	assert_line -n 8 'status 2 NO_SUCH_FILE "no such user" ""'
}

@test "READDIR lists each entry, . and .., and then answers EOF each time" {
	touch "$DIR/a b" "$DIR/"$'new\nline'
	play <<-'EOS'
		opendir . -> d
		readdir $d
		send readdir $d
		send readdir $d
		send readdir $d
		recv
		close $d
		readdir $d
		opendir f
		opendir nope
		open f r -> h
		readdir $h
	EOS
	assert_success
	assert_line -n 1 -p 'name 5 '
	for name in . .. f 'a b' 'new\nline'; do
		assert_line -n 1 -p " \"$name\" \""
	done
	assert_line -n 2 'status 1 EOF "End of file" ""'
	assert_line -n 3 'status 1 EOF "End of file" ""'
	assert_line -n 4 'status 1 EOF "End of file" ""'
	assert_line -n 5 'status 0 OK "Success" ""'
	assert_line -n 6 'status 4 FAILURE "Failure" ""'
	assert_line -n 7 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 8 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 10 'status 4 FAILURE "Failure" ""'
}

@test "a long name has the format of ls -l" {
	TZ=UTC touch -d 2001-02-03T04:05:06Z "$DIR/f"
	chmod 4751 "$DIR/f"
	mkdir "$DIR/only"
	ln "$DIR/f" "$DIR/only/f"
	play <<-'EOS'
		opendir only -> d
		readdir $d
	EOS
	assert_output -p "\"$(printf -- \
	    '-rwsr-x--x    2 %-8s %-8s        6 Feb  3  2001 f' \
	    "$(id -un)" "$(id -gn)")\""
}

@test "fsync, statvfs, fstatvfs and limits work" {
	play <<-'EOS'
		open f r -> h
		fsync@openssh.com $h
		fsync@openssh.com hex:12
		fstatvfs@openssh.com $h
		fstatvfs@openssh.com hex:12
		statvfs@openssh.com .
		statvfs@openssh.com nope
		limits@openssh.com
	EOS
	assert_line -n 1 'status 0 OK "Success" ""'
	assert_line -n 2 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 3 -e '^extended-reply( [0-9]+){11}$'
	assert_line -n 4 'status 4 FAILURE "Failure" ""'
	assert_line -n 5 -e '^extended-reply( [0-9]+){11}$'
	assert_line -n 6 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 7 \
	    "extended-reply 262144 261120 261120 $(($(ulimit -n) - 5))"
}

@test "lsetstat changes the link itself" {
	ln -s f "$DIR/l"
	play <<-'EOS'
		lsetstat@openssh.com l atime=3 mtime=4
		lsetstat@openssh.com l mode=600
		lsetstat@openssh.com l size=1
		lsetstat@openssh.com f mode=600
		lstat l
		stat f
	EOS
	assert_line -n 0 'status 0 OK "Success" ""'
	assert_line -n 1 "status 4 FAILURE \"$(reason EOPNOTSUPP)\" \"\""
	assert_line -n 2 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 4 -p 'atime=3 mtime=4'
	assert_line -n 5 -p 'mode=100600 '
	refute_line -n 5 -p 'mtime=4'
}

@test "users-groups-by-id and home-directory" {
	play <<-'EOS'
		users-groups-by-id@openssh.com hex:0000000000fffff1 hex:00000000
		users-groups-by-id@openssh.com "" ""
		users-groups-by-id@openssh.com hex:000000 ""
		home-directory ""
		home-directory root
		home-directory nobody-such-user
	EOS
	assert_line -n 0 "extended-reply$(:
	    ) \"\\x00\\x00\\x00\\x04root\\x00\\x00\\x00\\x00\"$(:
	    ) \"\\x00\\x00\\x00\\x04root\""
	assert_line -n 1 'extended-reply "" ""'
	assert_line -n 2 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 3 -p \
	    "name 1 \"$(getent passwd "$(id -u)" | cut -d: -f6)\""
	assert_line -n 4 -p "name 1 \"$(getent passwd root | cut -d: -f6)\""
	assert_line -n 5 'status 4 FAILURE "Failure" ""'
}

@test "copy-data copies, and never a file onto itself" {
	head -c 300000 /dev/urandom >"$DIR/big"
	ln "$DIR/big" "$DIR/hard"
	# A server that copies a file onto itself would never end without -l.
	play -l 1000000 -- <<-'EOS'
		open big r -> s
		open copy rwc -> t
		copy-data $s 0 0 $t 0
		copy-data $s 10 5 $t 300000
		copy-data $s 299990 100 $t 0
		copy-data $s 300000 0 $t 0
		open big rw -> w
		copy-data $s 0 10 $s 20
		copy-data $s 0 10 $w 20
		open hard rw -> x
		copy-data $s 0 10 $x 400000
		copy-data hex:00 0 10 $t 0
		copy-data $s 0 10 hex:00 0
	EOS
	assert_line -n 2 'status 0 OK "Success" ""'
	assert_line -n 3 'status 0 OK "Success" ""'
	assert_line -n 4 'status 1 EOF "End of file" ""'
	assert_line -n 5 'status 0 OK "Success" ""'
	assert_line -n 7 -p 'status 4 FAILURE '
	assert_line -n 8 -p 'status 4 FAILURE '
	assert_line -n 10 -p 'status 4 FAILURE '
	assert_line -n 11 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_line -n 12 'status 2 NO_SUCH_FILE "No such file" ""'
	assert_equal "$(stat -c %s "$DIR/big" "$DIR/copy" | tr '\n' ' ')" \
	    "300000 300005 "
	cmp "$DIR/copy" <(
		tail -c 10 "$DIR/big"
		tail -c +11 "$DIR/big"
		tail -c +11 "$DIR/big" | head -c 5
	)
}

@test "a name may hold any byte but NUL" {
	play <<-'EOS'
		open "\x01\x7f\xff\xfe\n\"\\" wc
		stat "\x01\x7f\xff\xfe\n\"\\"
		stat "a\x00b"
		open "a\x00" wc
		rename f "a\x00b"
		stat f
	EOS
	assert_line -n 0 -p 'handle '
	assert_line -n 1 -p 'attrs '
	assert_line -n 2 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 3 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 4 'status 5 BAD_MESSAGE "Bad message" ""'
	assert_line -n 5 -p 'attrs '
	[ ! -e "$DIR/a" ]
}

@test "unknown types and extensions get OP_UNSUPPORTED" {
	play <<-'EOS'
		raw 15 00000001 00000000 00000000 00
		raw 16 00000002
		raw 17 00000003
		raw 65 00000004 00000000
		raw 02 00000005
		raw 00 00000006
		raw ff 00000007 ffffffff
		raw d2 00000008
		ext nope@example.com 0102
		ext ""
		ext "statvfs@openssh.com\x00" 00000001 2e
		stat f
	EOS
	assert_success
	assert_equal "$(grep -c \
	    '^status 8 OP_UNSUPPORTED "Operation unsupported" ""$' \
	    <<<"$output")" 11
	assert_line -n 11 -p 'attrs '
}

@test "bytes behind the fields are ignored" {
	play <<-'EOS'
		raw 11 00000001 00000001 66 ffffffffff
		raw c8 00000002 00000012 6c696d697473406f70656e7373682e636f6d 00
	EOS
	assert_line -n 0 -p 'attrs '
	assert_line -n 1 -p 'extended-reply "\x00\x00\x00\x00\x00\x04\x00\x00'
}

@test "times are unsigned on the way in, low bits or clamped on the way out" {
	TZ=UTC touch -d 1969-12-31T23:59:59Z "$DIR/before"
	TZ=UTC touch -d 2105-01-01T00:00:00Z "$DIR/late"
	TZ=UTC touch -d 2200-01-01T00:00:00Z "$DIR/beyond"
	[ "$(stat -c %Y "$DIR/beyond")" -gt 4294967295 ] ||
	    skip "this file system has no such times"
	play <<-'EOS'
		stat before
		stat late
		stat beyond
		setstat f atime=4294967295 mtime=4294967295
	EOS
	assert_line -n 0 -p 'mtime=4294967295'
	assert_line -n 1 -p 'mtime=4260211200'
	assert_line -n 2 -p 'mtime=4294967295'
	assert_equal "$(stat -c %Y "$DIR/f")" 4294967295
}
