# SPDX-License-Identifier: ISC
# Needs of real clients, on the wire; the tables are in facts.py.

setup()
{
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	shim_needed
	server_has_policy || skip 'this server has no policies'
}

facts()
{
	"$PYTHON" "$BATS_TEST_DIRNAME/facts.py" "$@"
}

@test "the id of a handle that was let go is never used again" {
	facts ids
}

@test "READs are full at the smallest limit, and a smaller limit is refused" {
	facts reads
}

@test "an idle session lives as long as it has a handle" {
	facts idle
}
