# SPDX-License-Identifier: ISC
# Renames, removes and the handles that are open meanwhile, on the wire, with
# the shim for a file system that refuses. The tables are in handles.py and
# refusals.py; a cell that is wrong is printed with the server's system calls:
#
#	tests/refuse/handles.py rename_v3	plays one group

setup()
{
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
	export SERVER=${SERVER:-$BUILD/sftp-server}
	local reason
	reason=$(shim_unusable) && skip "$reason"
	:
}

needs_policy()
{
	server_has_policy || skip 'this server has no policies'
}

handles()
{
	"$PYTHON" "$BATS_TEST_DIRNAME/handles.py" "$@"
}

refusals()
{
	"$PYTHON" "$BATS_TEST_DIRNAME/refusals.py" "$@"
}

@test "without a policy a rename is one system call, and handles are kept" {
	handles keep
}

@test "a rename that does not replace falls back without a race where it can" {
	refusals fallbacks
}

@test "v3 renames: every policy, open handle and target" {
	needs_policy
	handles rename_v3
}

@test "v6 renames: every policy, open handle and target" {
	needs_policy
	handles rename_v6
}

@test "v5 and v6 renames: every flag" {
	needs_policy
	handles rename_flags
}

@test "every request on a handle that was let go, lost or closed" {
	needs_policy
	handles requests
}

@test "handles that were let go: appending, read-only, pipelined, moved on" {
	needs_policy
	handles handles
}

@test "directories are renamed above open files and half-read listings" {
	needs_policy
	handles directories
}

@test "requests that fail whoever lets go leave every handle open" {
	needs_policy
	handles futile
}

@test "open files are removed" {
	needs_policy
	handles remove
}

@test "hidden names: their shape, their end, and whose they are" {
	needs_policy
	handles hidden
}

@test "targets that are open keep their content, and come back on failure" {
	needs_policy
	refusals targets
}

@test "which errors count as refusals, on which file systems" {
	needs_policy
	refusals errnos
}

@test "handles with locks, or that cannot be opened again, are not let go" {
	needs_policy
	refusals held
}

@test "data that did not arrive is told, and replaces nothing" {
	needs_policy
	refusals data
}

@test "what is retried, and how often" {
	needs_policy
	refusals retries tries
}

@test "one file with two names, and directories, are not replaced" {
	needs_policy
	refusals same overwrite fallbacks_reopen
}
