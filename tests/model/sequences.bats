# SPDX-License-Identifier: ISC
# The replies and the tree after short sequences of requests, against a model of
# POSIX and of the policy: a sample of the sequences of up to four requests in
# each scope. make model runs more of them. Failures are printed as scripts for
# tests/wire/wire.

@test "model: short sequences have the outcome of POSIX and the policy" {
	[ -x "$BUILD/tests/sequences" ] || skip "a long has not 64 bits here"
	"$BUILD/tests/sequences" -l 4 -s 1024 -f 5
}
