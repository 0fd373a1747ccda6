# SPDX-License-Identifier: ISC
# Plays the inputs that the fuzzer starts from and all that it ever found,
# without the fuzzer.

replay() {
	local target=$1 log=$BATS_TEST_TMPDIR/log

	command -v python3 >/dev/null || skip "python3 is not installed"
	shopt -s nullglob
	"$BATS_TEST_DIRNAME/seeds" "$BATS_TEST_TMPDIR/seeds"
	FUZZ_LOG=1 "$BUILD/fuzz/replay-$target" \
	    "$BATS_TEST_TMPDIR/seeds/$target"/* \
	    "$BATS_TEST_DIRNAME/corpus/$target"/* >"$log" 2>&1 || {
		tail -n 40 "$log"
		false
	}
}

@test "fuzz: no session of the corpus breaks the gate's promises" {
	replay dispatch
}

@test "fuzz: no policy of the corpus is read in two ways" {
	replay policy
}
