# SPDX-License-Identifier: ISC
# The suites of the protocol once more, in sessions that walk their paths. What
# comes out otherwise there is listed here by the names of the tests, each time
# for one reason.

load common

# Set-id bits are taken from all modes where anything is restricted.
SETID='SETSTAT and FSETSTAT
SETSTAT changes the owner before the mode
dispositions: mode
owners: set id bits of new files
others: round trip
sizes: all at once'

# Beneath a root there is no /etc and no home; what is told of the
# home is the start directory; folders for temporary files are not to be had,
# not even where they are denied.
ROOTED='contents: supported
contents: supported2
contents: what is denied is not announced
denied: all but a few
denied: get temp folder
denied: make temp folder
denied: read only
ends: of what is no file
places: home directory
places: space available
places: temp folder by default
places: temp folders
sent: names without attributes
sent: types
statuses: success
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
	local differences=$1 suites=("$HERE"/versions_*.bats)

	shift
	env -u BATS_RUN_TMPDIR PATH="${PATH#*libexec/bats-core:}" \
	    TMPDIR="$D/files" SERVER="$D/server" \
	    "$@" bats --tap "$HERE/v3.bats" "${suites[@]}" \
	    >"$D/out" 2>&1 3>&- ||:
	run grep -ac '^ok ' "$D/out"
	[[ $output -gt 200 ]] || fail "$(cat "$D/out")"
	diff <(sort <<<"$differences") <(sed -nE \
	    's/^not ok [0-9]+ //p' "$D/out" | sort) ||
	    { grep -a '^#' "$D/out"; return 1; }
}

@test "the protocol, where a name is hidden: component by component" {
	server -o files.hide=no-such-name
	suites "$SETID"
}

# What a test calls a file has the same name beneath the root.
@test "the protocol, beneath a root" {
	unshare -m true || skip 'nothing can be mounted here'
	mkdir -p "$D/root$D/files"
	server -o "root=$D/root" -d '"$PWD"'
	suites "$SETID
$ROOTED" unshare -m sh -c 'mount --bind "$1/files" "$1/root$1/files" &&
	    shift && exec "$@"' sh "$D"
}
