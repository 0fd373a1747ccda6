# SPDX-License-Identifier: ISC
# The file system that refuses does so, and passes everything else through.

setup()
{
	bats_require_minimum_version 1.5.0
	load /usr/lib/bats/bats-support/load
	load /usr/lib/bats/bats-assert/load
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	SRC=$BATS_TEST_TMPDIR/src
	M=$BATS_TEST_TMPDIR/m
	local reason
	reason=$(refusefs_unusable) && skip "$reason"
	mkdir -p "$SRC/dir/sub"
	printf old >"$SRC/a"
	printf new >"$SRC/b"
	printf deep >"$SRC/dir/sub/f"
}

teardown()
{
	refusefs_unmount "$M"
}

@test "an open file is not renamed, replaced or removed" {
	local e

	for e in EBUSY EACCES ETXTBSY; do
		refusefs_mount "$SRC" "$M" errno=$e
		syscalls "$M" <<-END
		open a r A		ok
		rename a c		$e
		rename b a		$e
		noreplace a c		$e
		exchange a b		$e
		exchange b a		$e
		unlink a		$e
		noreplace b a		EEXIST
		close A			ok
		rename a c		ok
		rename b c		ok
		rename c a		ok
		put b new		ok
		END
		refusefs_unmount "$M"
	done
}

@test "hard links of an open file count as open" {
	refusefs_mount "$SRC" "$M"
	syscalls "$M" <<-END
	link a a2		ok
	same a a2		True
	open a r A		ok
	rename a2 c		EBUSY
	unlink a2		EBUSY
	close A			ok
	rename a2 c		ok
	nlink a			2
	END
}

@test "a directory above an open file is not renamed" {
	refusefs_mount "$SRC" "$M"
	syscalls "$M" <<-END
	mkdir dir2		ok
	open dir/sub/f w F	ok
	rename dir dir3		EBUSY
	rename dir/sub s	EBUSY
	rename dir2 dir4	ok
	close F			ok
	rename dir/sub s	ok
	rename dir dir3		ok
	END
}

@test "O_PATH descriptors and open directories do not count" {
	refusefs_mount "$SRC" "$M"
	syscalls "$M" <<-END
	open dir dir D		ok
	open dir/sub dir S	ok
	rename dir dir2		ok
	open a path P		ok
	rename a c		ok
	reopen P r A		ok
	read A			old
	rename c a		EBUSY
	close A			ok
	rename c dir2/c		ok
	reopen P w A		ok
	write A x		1
	close A			ok
	text dir2/c		xld
	unlink dir2/c		ok
	reopen P r A		ESTALE
	END
}

@test "a file that another process has open counts as open" {
	refusefs_mount "$SRC" "$M"
	exec {fd}<"$M/a"
	syscalls "$M" <<<'rename a c EBUSY'
	exec {fd}<&-
	syscalls "$M" <<<'rename a c ok'
}

@test "a closed file can count as open for a while" {
	refusefs_mount "$SRC" "$M" linger=86400000
	syscalls "$M" <<-END
	rename b c		ok
	open a r A		ok
	close A			ok
	rename a d		EBUSY
	unlink a		EBUSY
	END
}

@test "links can be refused" {
	local option

	for option in nolink:EPERM nolink=EOPNOTSUPP:EOPNOTSUPP; do
		refusefs_mount "$SRC" "$M" "${option%:*}"
		syscalls "$M" <<<"link a c ${option#*:}"
		refusefs_unmount "$M"
	done
}

@test "the first bytes of a file can be lost, with nothing refused" {
	refusefs_mount "$SRC" "$M" errno=none,lose=ENOSPC
	syscalls "$M" <<-END
	open a w A		ok
	write A x		ENOSPC
	write A x		1
	rename a c		ok
	close A			ok
	text c			xld
	END
	refusefs_unmount "$M"
	# The kernel caches: one close tells, whichever is first.
	refusefs_mount "$SRC" "$M" errno=none,writeback,lose=EIO
	syscalls "$M" <<-END
	open b w B		ok
	open b r R		ok
	write B x		1
	close R			EIO
	close B			ok
	text b			new
	END
}

@test "other operations pass through" {
	refusefs_mount "$SRC" "$M"
	syscalls "$M" <<-END
	names .			a,b,dir/
	same a ../src/a		False	# another device
	mkdir d			ok
	rmdir d			ok
	rmdir dir		ENOTEMPTY
	symlink a s		ok
	readlink s		a
	utime s 5		ok
	mtime s			5
	chmod a 4640		ok
	mode a			4640
	truncate a 1		ok
	size a			1
	text a			o
	utime a 77		ok
	mtime a			77
	open x w X		ok
	write X 123		3
	fsync X			ok
	fdatasync X		ok
	fsize X			3
	close X			ok
	open x a X		ok
	write X 45		2
	close X			ok
	text x			12345
	exchange x a		ok
	text x			o
	rename x dir/sub/y	ok
	noreplace dir/sub/y b	EEXIST
	names dir/sub		f,y
	unlink nothing		ENOENT
	open dir rw D		EISDIR
	END
	assert_equal "$(cat "$SRC/a")" 12345
	assert_equal "$(stat -c %i "$M/a")" "$(stat -c %i "$SRC/a")"
	assert_equal "$(stat -f -c %t "$M")" 65735546
}

@test "long listings are complete, and git works" {
	refusefs_mount "$SRC" "$M"
	(cd "$M/dir/sub" && seq -f 'name-%05.0f' 5000 | xargs touch)
	diff <(ls -A "$M/dir/sub") <(ls -A "$SRC/dir/sub")
	type -P git >/dev/null || skip 'git is not installed'
	export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
	cd "$M"
	git init -q
	git add .
	git -c user.name=x -c user.email=x commit -qm x
	git -c gc.autoDetach=false gc -q
	git fsck --strict
}

@test "a signal and the user can unmount it" {
	refusefs_mount "$SRC" "$M"
	refusefs_unmount "$M"
	run mountpoint "$M"
	assert_failure
	refusefs_mount "$SRC" "$M"
	if [[ $(id -u) -eq 0 ]]; then umount "$M"; else fusermount3 -u "$M"; fi
	refusefs_unmount "$M"
	assert_equal "$(ls "$M")" ''
}

@test "files that root makes for another user belong to that user" {
	[[ $(id -u) -eq 0 ]] || skip 'only root can mount for others'
	type -P setpriv >/dev/null || skip 'setpriv is not installed'
	chmod 777 "$SRC"
	refusefs_mount "$SRC" "$M" allow_other,default_permissions
	cd "$M"
	setpriv --reuid 65534 --regid 65533 --clear-groups --inh-caps=-all \
	    sh -c 'touch f && mkdir d && ln -s f l'
	cd ..
	run stat -c '%n %u:%g' "$SRC"/{f,d,l}
	assert_output - <<-END
	$SRC/f 65534:65533
	$SRC/d 65534:65533
	$SRC/l 65534:65533
	END
}
