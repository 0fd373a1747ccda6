# SPDX-License-Identifier: ISC
# The suites of the protocol once more, in sessions that walk their paths. Tests
# with another outcome there are listed here by name, each list for one reason.

load common

# Set-id bits are taken from all modes where anything is restricted.
SETID='SETSTAT and FSETSTAT
SETSTAT changes the owner before the mode
versions_open: Dispositions.test_mode
versions_attrs: Owners.test_set_id_bits_of_new_files
versions_attrs: Others.test_round_trip
versions_attrs: Sizes.test_all_at_once'

# Beneath a root there is no /etc and no home; what is told of the
# home is the start directory; folders for temporary files are not to be had,
# not even where they are denied.
ROOTED='versions_attrs: Sent.test_names_without_attributes
versions_attrs: Sent.test_types
versions_hello: Contents.test_supported
versions_hello: Contents.test_supported2
versions_hello: Contents.test_what_is_denied_is_not_announced
versions_paths: Ends.test_of_what_is_no_file
versions_paths: Places.test_home_directory
versions_paths: Places.test_space_available
versions_paths: Places.test_temp_folder_by_default
versions_paths: Places.test_temp_folders
versions_requests: Denied.test_all_but_a_few
versions_requests: Denied.test_get_temp_folder
versions_requests: Denied.test_make_temp_folder
versions_requests: Denied.test_read_only
versions_requests: Statuses.test_success
users-groups-by-id and home-directory'

setup()
{
	require_server
	# Others have fewer tests to differ in, and can mount nothing.
	[[ $(id -u) -eq 0 ]] || skip 'takes root'
	D=$(mktemp -d)
	chmod 755 "$D"
	mkdir "$D/files"
}

teardown()
{
	[[ -z ${D:-} ]] || rm -rf --one-file-system "$D"
}

# server OPTION ...: what is tested has these in front of its own.
server()
{
	printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$SERVER" "$*" >"$D/server"
	chmod 755 "$D/server"
}

# suites DIFFERENCES [COMMAND ...]: run, by COMMAND, they fail in just these.
suites()
{
	local differences=$1

	shift
	env -u BATS_RUN_TMPDIR PATH="${PATH#*libexec/bats-core:}" \
	    TMPDIR="$D/files" SERVER="$D/server" PYTAP="$PYTAP" \
	    "$@" sh -c 'bats --tap "$1/v3.bats"
		for f in "$1"/versions_*.py; do "$PYTAP" "$f"; done' - "$HERE" \
	    >"$D/out" 2>&1 3>&- ||:
	run grep -ac '^ok ' "$D/out"
	[[ $output -gt 200 ]] || fail "$(cat "$D/out")"
	diff <(sort <<<"$differences") <(sed -nE \
	    's/^not ok [0-9]+ (- )?//p' "$D/out" | sort) ||
	    { grep -a '^#' "$D/out"; return 1; }
}

@test "the suites pass where a hidden name makes sessions walk paths" {
	server -o files.hide=no-such-name
	suites "$SETID"
}

# A bind mount gives files the same name beneath the root as outside, so that
# the tests need no change.
@test "the suites pass beneath a root" {
	unshare -m true || skip 'nothing can be mounted here'
	mkdir -p "$D/root$D/files"
	server -o "root=$D/root" -d '"$PWD"'
	suites "$SETID
$ROOTED" unshare -m sh -c 'mount --bind "$1/files" "$1/root$1/files" &&
	    shift && exec "$@"' sh "$D"
}
