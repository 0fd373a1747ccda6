# SPDX-License-Identifier: ISC
# What the fuzzer starts from, and what it ever found, without the fuzzer.

@test "fuzz: no session of the corpus breaks the gate's promises" {
	command -v python3 >/dev/null || skip "python3 is not installed"
	shopt -s nullglob
	"$BATS_TEST_DIRNAME/seeds" "$BATS_TEST_TMPDIR/seeds"
	FUZZ_LOG=1 "$BUILD/fuzz/replay" "$BATS_TEST_TMPDIR"/seeds/* \
	    "$BATS_TEST_DIRNAME"/corpus/* >"$BATS_TEST_TMPDIR/log" 2>&1 || {
		tail -n 40 "$BATS_TEST_TMPDIR/log"
		false
	}
}
