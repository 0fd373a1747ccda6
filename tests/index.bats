# SPDX-License-Identifier: ISC
# The index of tests that tests/run --list prints.

setup()
{
	cd "$BATS_TEST_DIRNAME/.." || return 1
	SERVER=${SERVER:-${BUILD:-build}/sftp-server}
}

# features: each setting, request and extension of the program, a line each.
features()
{
	"$SERVER" -Q settings | cut -f 1
	"$SERVER" -Q requests
	"$SERVER" -Q extensions
}

@test "each setting, request and extension has a test" {
	local names

	names=$(features | sort -u)
	[[ $(wc -l <<<"$names") -gt 80 ]]
	# A test that prints all of them tests none.
	comm -23 <(echo "$names") <(tests/run --list $names |
	    grep -vE 'tests/wire/options.bats: -Q|tests/manual.bats:' |
	    cut -f 1 | sort -u) >"$BATS_TEST_TMPDIR/none"
	[[ ! -s $BATS_TEST_TMPDIR/none ]] || {
		echo "no test covers:"
		cat "$BATS_TEST_TMPDIR/none"
		return 1
	}
}

@test "a feature's tests are listed, without those of a longer name" {
	tests/run --list remove | grep -q '^tests/.*: '
	! tests/run --list rename.over | grep .
}
