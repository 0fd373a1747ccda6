# SPDX-License-Identifier: ISC
# Renames, removes and the handles that are open meanwhile, on the wire, with
# the shim for a file system that refuses. The tables are in handles.py and
# refusals.py; a cell that is wrong is printed with the server's system calls:
#
#	tests/refuse/handles.py rename_v3	plays one group

setup()
{
	. "$BATS_TEST_DIRNAME/../lib/refuse.bash"
	shim_needed
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

@test "without a policy a rename is one system call that keeps handles" {
	handles keep
}

@test "a rename that may not replace falls back without a race" {
	refusals fallbacks
}

@test "v3 renames: each policy, open handle and target" {
	needs_policy
	handles rename_v3
}

@test "v6 renames: each policy, open handle and target" {
	needs_policy
	handles rename_v6
}

@test "v5 and v6 renames: each flag" {
	needs_policy
	handles rename_flags
}

@test "each request on a handle that was let go, lost or closed" {
	needs_policy
	handles requests
}

@test "handles let go keep append, access and the order of requests" {
	needs_policy
	handles handles
}

@test "directories can be renamed above open files and listings" {
	needs_policy
	handles directories
}

@test "requests that would fail in any case let go of no handle" {
	needs_policy
	handles futile
}

@test "open files can be removed" {
	needs_policy
	handles remove
}

@test "silly names have the documented form and are removed at the end" {
	needs_policy
	handles silly_names
}

@test "open targets keep their content, and are restored on failure" {
	needs_policy
	refusals targets
}

@test "only documented errors count as refusals, per file system" {
	needs_policy
	refusals errnos
}

@test "handles with locks or that cannot be reopened are not let go" {
	needs_policy
	refusals held
}

@test "a write error is reported, and the file replaces nothing" {
	needs_policy
	refusals data
}

@test "only busy files are retried, and only so often" {
	needs_policy
	refusals retries tries
}

@test "hard links of one file, and directories, are not replaced" {
	needs_policy
	refusals same overwrite fallbacks_reopen
}
