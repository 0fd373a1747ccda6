# SPDX-License-Identifier: ISC
# The shim refuses what it should, and nothing else: what the tests of the
# server rest on.

setup()
{
	bats_require_minimum_version 1.5.0
	load /usr/lib/bats/bats-support/load
	load /usr/lib/bats/bats-assert/load
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	shim_needed
	D=$BATS_TEST_TMPDIR/d
	mkdir -p "$D/dir/sub"
	printf old >"$D/a"
	printf new >"$D/b"
	printf deep >"$D/dir/sub/f"
	shim_begin "$D"
}

shimmed()
{
	with_shim "$PYTHON" "$REFUSE_DIR/syscalls.py" "$D"
}

@test "without rules nothing is refused" {
	shimmed <<-END
	open a r A		ok
	open b w B		ok
	rename a c		ok
	rename b c		ok
	unlink c		ok
	rename dir dir2		ok
	END
}

@test "an open file is not renamed, replaced or removed" {
	shim_rules <<<'rename,unlink open EBUSY'
	shimmed <<-END
	rename a c		ok
	open c r C		ok
	rename c a		EBUSY
	rename b c		EBUSY
	unlink c		EBUSY
	close C			ok
	rename b c		ok
	unlink c		ok
	END
}

@test "hard links of an open file count as open" {
	shim_rules <<<'rename,unlink open EACCES'
	shimmed <<-END
	link a a2		ok
	open a r A		ok
	rename a2 c		EACCES
	unlink a2		EACCES
	close A			ok
	rename a2 c		ok
	END
}

@test "a directory above an open file is not renamed" {
	shim_rules <<<'rename open ETXTBSY'
	shimmed <<-END
	open dir/sub/f w F	ok
	rename dir dir2		ETXTBSY
	rename dir/sub s	ETXTBSY
	close F			ok
	rename dir/sub s	ok
	rename dir dir2		ok
	END
}

@test "O_PATH descriptors and open directories do not count" {
	shim_rules <<<'rename,unlink open EBUSY'
	shimmed <<-END
	open dir dir D		ok
	open dir/sub dir S	ok
	rename dir dir2		ok
	open a path P		ok
	rename a c		ok
	reopen P r A		ok
	read A			old
	rename c a		EBUSY
	close A			ok
	rename c a		ok
	END
}

@test "a rule can end after some refusals" {
	shim_rules <<<'rename open,first=2 EBUSY'
	shimmed <<-END
	open a r A		ok
	rename a c		EBUSY
	rename a c		EBUSY
	rename a c		ok
	END
}

@test "rename with flags and link fail as the rules say" {
	shim_rules <<-END
	renameflags always EINVAL
	link always EOPNOTSUPP
	END
	shimmed <<-END
	noreplace a c		EINVAL
	exchange a b		EINVAL
	link a c		EOPNOTSUPP
	rename a c		ok
	END
}

@test "a rename with flags is refused as one without" {
	shim_rules <<<'renameflags open EBUSY'
	shimmed <<-END
	noreplace a b		EEXIST
	open a r A		ok
	noreplace b a		EEXIST
	exchange b a		EBUSY
	noreplace a c		EBUSY
	close A			ok
	noreplace a c		ok
	END
}

@test "writes fail at the byte that the rule names" {
	shim_rules <<<'write after=5 ENOSPC'
	shimmed <<-END
	open x w X		ok
	write X 123		3
	writev X 4 567		2
	write X 8		ENOSPC
	pwrite X 9 0		ENOSPC
	fsize X			5
	END
}

@test "fsync, fdatasync and open fail by pattern of the path" {
	shim_rules <<-END
	fdatasync,fsync always EIO b
	open always EACCES a
	END
	shimmed <<-END
	open b r B		ok
	fsync B			EIO
	fdatasync B		EIO
	open a r A		EACCES
	open a path A		ok
	reopen A r R		EACCES
	open dir/sub/f r F	ok
	fsync F			ok
	END
}

@test "statfs returns the type that the rule names" {
	shim_rules <<<'statfs always 0xff534d42'
	shimmed <<-END
	statfs .		0xff534d42
	statfs a		0xff534d42
	END
}

@test "files outside of the directory are not affected" {
	shim_rules <<<'rename,unlink,open,write,link always EIO'
	D=$BATS_TEST_TMPDIR shimmed <<-END
	open x w X		ok
	write X 1		1
	rename x y		ok
	link y z		ok
	unlink y		ok
	rename z d/z		EIO
	END
}

@test "each call is logged with its outcome" {
	shim_rules <<<'rename open EBUSY'
	shimmed <<-END
	open a rw A		ok
	write A x		1
	rename a dir/c		EBUSY
	fdatasync A		ok
	close A			ok
	open b path B		ok
	rename a dir/c		ok
	close B			ok
	END
	run -0 grep -v ^stat "$SHIM_LOG"
	assert_output - <<-END
	open ok a
	write ok a
	rename EBUSY a dir/c
	fdatasync ok a
	close ok a
	pin ok b
	rename ok a dir/c
	unpin ok b
	END
}

@test "rules can change while a process runs" {
	shim_rules <<<'rename always EBUSY'
	shimmed <<-END
	rename a c		EBUSY
	put $SHIM_RULES rename always EACCES	ok
	rename a c		EACCES
	put $SHIM_RULES		ok
	rename a c		ok
	END
}

@test "a malformed rule is an error" {
	shim_rules <<<'rename sometimes EBUSY'
	run shimmed <<<'rename a c ok'
	assert_failure
	assert_output --partial 'bad rule: rename sometimes EBUSY'
}
