# SPDX-License-Identifier: ISC
# The client itself: its codec, what it finds wrong, its script language.

load common

@test "wire: a script with a wrong expectation fails" {
	require_server
	DIR=$BATS_TEST_TMPDIR
	play <<-'EOS'
		stat .
		expect attrs flags=0xf
		stat nope
		expect status 0
	EOS
	assert_failure 1
	assert_regex "$stderr" 'expected: status 0.*got: +status 2 .*line 4'
}

@test "wire: an error in the script is reported" {
	require_server
	DIR=$BATS_TEST_TMPDIR
	for line in "nonsense f" "stat" "stat a b" "close \$h" "read x 0 y" \
	    "setstat f size"; do
		play <<<"$line"
		assert_failure 2
		assert_output ''
	done
}

@test "wire: a script can have several sessions in one directory" {
	require_server
	DIR=$BATS_TEST_TMPDIR
	play <<-'EOS'
		open f wct -> h
		session other
		remove f
		expect status 0
		open f r -> h2
		expect status 2
		session 0
		write $h 0 x
		expect status 0
		eof
		exit
		session 0
		write $h 0 x
		expect status 4
	EOS
	assert_success
	assert_line "exit 0"
}

@test "wire: the server's exit status is printed" {
	require_server
	DIR=$BATS_TEST_TMPDIR
	play -n -- <<-'EOS'
		bytes 00000001 05
		exit
	EOS
	assert_output 'exit 255'
}
