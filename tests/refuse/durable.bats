# SPDX-License-Identifier: ISC
# files.fsync, and what files are made with, by the system calls: with the
# shim, which writes them down and lets them fail. The tables are in
# durable.py:
#
#	tests/refuse/durable.py requests	plays one group

setup()
{
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	shim_needed
	server_has_policy || skip 'this server has no policies'
}

durable()
{
	"$PYTHON" "$BATS_TEST_DIRNAME/durable.py" "$@"
}

@test "the changes of a request are on disk when it is answered" {
	durable requests
}

@test "the data of a file is on disk when CLOSE is answered" {
	durable files
}

@test "without these settings no extra call is made for a new file" {
	durable creations
}
